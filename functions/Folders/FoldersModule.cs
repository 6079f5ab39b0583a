using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;

namespace OpenWebUi.Folders;

/// <summary>Folders of chats, in Open WebUI's form (docs/chats.md). Which chats lie in one is the slice <c>Chats</c>'s.</summary>
internal static class FoldersModule
{
    /// <summary>A long system prompt, escaped.</summary>
    private const long MaxBodyBytes = 1024 * 1024;

    public static void AddFolders(this IServiceCollection services)
    {
        services.AddSingleton<ReadFolders>();
        services.AddSingleton<EditFolder>();
        services.AddSingleton<DeleteFolder>();
    }

    public static void MapFolders(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/folders").Requires(Gate.Stored).WithMetadata(new BodyLimit(MaxBodyBytes));
        group.MapGet("", (HttpContext context, ReadFolders folders) => folders.ListAsync(context));
        group.MapPost("", (HttpContext context, EditFolder folders) => folders.CreateAsync(context));
        group.MapGet("/{id}", (HttpContext context, ReadFolders folders, string id) => folders.ReadAsync(context, id));
        group.MapPost("/{id}/update", (HttpContext context, EditFolder folders, string id) => folders.UpdateAsync(context, id));
        group.MapPost("/{id}/update/parent", (HttpContext context, EditFolder folders, string id) => folders.MoveAsync(context, id));
        group.MapPost("/{id}/update/expanded", (HttpContext context, EditFolder folders, string id) => folders.ExpandAsync(context, id));
        group.MapDelete("/{id}", (HttpContext context, DeleteFolder folders, string id) => folders.DeleteAsync(context, id));
    }
}
