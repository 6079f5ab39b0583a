using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;

namespace OpenWebUi.Groups;

/// <summary>Groups and who is in them: Open WebUI's <c>/api/v1/groups</c>. The wire form is in <c>docs/accounts.md</c>.</summary>
internal static class GroupsModule
{
    private const int MaxBodyBytes = 64 * 1024;

    public static void AddGroups(this IServiceCollection services)
    {
        services.AddSingleton<ReadGroups>();
        services.AddSingleton<EditGroup>();
        services.AddSingleton<GroupMembers>();
    }

    public static void MapGroups(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/groups").WithMetadata(new BodyLimit(MaxBodyBytes));
        group.MapGet("/", (HttpContext context, ReadGroups use) => use.ListAsync(context)).Requires(new Gate(Standing.User));
        group.MapPost("/create", (HttpContext context, EditGroup use) => use.CreateAsync(context)).Requires(Gate.Admin);
        group.MapGet("/id/{id}", (HttpContext context, string id, ReadGroups use) => use.OneAsync(context, id)).Requires(Gate.Admin);
        group.MapPost("/id/{id}/update", (HttpContext context, string id, EditGroup use) => use.UpdateAsync(context, id)).Requires(Gate.Admin);
        group.MapDelete("/id/{id}/delete", (HttpContext context, string id, EditGroup use) => use.DeleteAsync(context, id)).Requires(Gate.Admin);
        group.MapPost("/id/{id}/users", (HttpContext context, string id, GroupMembers use) => use.ListAsync(context, id)).Requires(Gate.Admin);
        group.MapPost("/id/{id}/users/add", (HttpContext context, string id, GroupMembers use) => use.AddAsync(context, id)).Requires(Gate.Admin);
        group.MapPost("/id/{id}/users/remove", (HttpContext context, string id, GroupMembers use) => use.RemoveAsync(context, id)).Requires(Gate.Admin);
    }
}
