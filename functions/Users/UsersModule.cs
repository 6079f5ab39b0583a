using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Identity;

namespace OpenWebUi.Users;

/// <summary>Who is here: Open WebUI's <c>/api/v1/users</c>. The wire form is in <c>docs/accounts.md</c>.</summary>
internal static class UsersModule
{
    private const int MaxBodyBytes = 64 * 1024;

    /// <summary>A picture comes with the account.</summary>
    private const int MaxUpdateBytes = 128 * 1024;

    private const int MaxImportBytes = 1024 * 1024;

    /// <summary>Whoever was let in, also the one person of open mode and an administrator by code, who have no account.</summary>
    private static readonly Gate Known = new(Standing.User);

    public static void AddUsers(this IServiceCollection services)
    {
        services.AddSingleton<UserJson>();
        services.AddSingleton<ListUsers>();
        services.AddSingleton<OneUser>();
        services.AddSingleton<UpdateUser>();
        services.AddSingleton<ChangeRoles>();
        services.AddSingleton<ImportUsers>();
        services.AddSingleton<DeleteUser>();
        services.AddSingleton<DefaultPermissions>();
        services.AddSingleton<OwnRights>();
        services.AddSingleton<OwnObject>();
    }

    public static void MapUsers(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/users").WithMetadata(new BodyLimit(MaxBodyBytes));

        group.MapGet("/search", (HttpContext context, ListUsers use) => use.SearchAsync(context)).Requires(Known);
        group.MapGet("/{id}", (HttpContext context, string id, OneUser use) => use.HandleAsync(context, id)).Requires(Known);
        group.MapGet("/{id}/profile/image", (HttpContext context, string id, OneUser use) => use.PictureAsync(context, id)).Requires(Known);

        group.MapGet("/permissions", (HttpContext context, OwnRights use) => use.PermissionsAsync(context)).Requires(Gate.Account);
        group.MapGet("/groups", (HttpContext context, OwnRights use) => use.GroupsAsync(context)).Requires(Gate.Account);
        group.MapGet("/user/settings", (HttpContext context, OwnObject use) => use.ReadAsync(context, AccountObject.Settings)).Requires(Gate.Account);
        group.MapPost("/user/settings/update", (HttpContext context, OwnObject use) => use.UpdateAsync(context, AccountObject.Settings)).Requires(Gate.Account);
        group.MapGet("/user/info", (HttpContext context, OwnObject use) => use.ReadAsync(context, AccountObject.Info)).Requires(Gate.Account);
        group.MapPost("/user/info/update", (HttpContext context, OwnObject use) => use.UpdateAsync(context, AccountObject.Info)).Requires(Gate.Account);

        group.MapGet("/", (HttpContext context, ListUsers use) => use.PageAsync(context)).Requires(Gate.Admin);
        group.MapGet("/all", (HttpContext context, ListUsers use) => use.AllAsync(context)).Requires(Gate.Admin);
        group.MapPost("/{id}/update", (HttpContext context, string id, UpdateUser use) => use.HandleAsync(context, id)).Requires(Gate.Admin).WithMetadata(new BodyLimit(MaxUpdateBytes));
        group.MapPost("/{id}/update/role", (HttpContext context, string id, UpdateUser use) => use.RoleAsync(context, id)).Requires(Gate.Admin);
        group.MapPost("/update/role", (HttpContext context, UpdateUser use) => use.RoleAsync(context, null)).Requires(Gate.Admin);
        group.MapPost("/update/roles", (HttpContext context, ChangeRoles use) => use.HandleAsync(context)).Requires(Gate.Admin);
        group.MapPost("/import", (HttpContext context, ImportUsers use) => use.HandleAsync(context)).Requires(Gate.Admin).WithMetadata(new BodyLimit(MaxImportBytes));
        group.MapDelete("/{id}", (HttpContext context, string id, DeleteUser use) => use.HandleAsync(context, id)).Requires(Gate.Admin);
        group.MapGet("/default/permissions", (HttpContext context, DefaultPermissions use) => use.ReadAsync(context)).Requires(Gate.Admin);
        group.MapPost("/default/permissions", (HttpContext context, DefaultPermissions use) => use.ChangeAsync(context)).Requires(Gate.Admin);

        routes.MapMethods("/user.png", [HttpMethods.Get, HttpMethods.Head], (HttpContext context) => OneUser.PlaceholderAsync(context)).Requires(Gate.Public);
    }
}
