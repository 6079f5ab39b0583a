using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Conversations;

namespace OpenWebUi.Files;

/// <summary>Attached files in Open WebUI's form (docs/chats.md): pictures and texts that messages name.</summary>
internal static class FilesModule
{
    /// <summary>The largest file, and the form around it.</summary>
    private const long MaxFormBytes = (AttachmentOptions.LimitMegabytes * 1024L * 1024) + (64 * 1024);

    private const long MaxSmallBytes = 4 * 1024;

    public static void AddFiles(this IServiceCollection services)
    {
        services.AddSingleton<UploadFile>();
        services.AddSingleton<ReadFiles>();
        services.AddSingleton<FileContent>();
        services.AddSingleton<RemoveFile>();
    }

    public static void MapFiles(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/files").Requires(Gate.Stored);
        group.MapPost("", (HttpContext context, UploadFile upload) => upload.HandleAsync(context)).WithMetadata(new BodyLimit(MaxFormBytes));

        var small = group.MapGroup("").WithMetadata(new BodyLimit(MaxSmallBytes));
        small.MapGet("", (HttpContext context, ReadFiles files) => files.ListAsync(context));
        small.MapGet("/{id}", (HttpContext context, ReadFiles files, string id) => files.ReadAsync(context, id));
        small.MapGet("/{id}/content", (HttpContext context, FileContent content, string id) => content.ReadAsync(context, id));
        small.MapDelete("/{id}", (HttpContext context, RemoveFile remove, string id) => remove.HandleAsync(context, id));
    }
}
