using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Conversations;

namespace OpenWebUi.Files;

/// <summary>What files the caller has, without their bytes.</summary>
internal sealed class ReadFiles(FileStore files)
{
    /// <summary><c>GET /api/v1/files/</c>: the newest first.</summary>
    public async Task ListAsync(HttpContext context)
    {
        var owner = FileRequest.OwnerOf(context);
        var all = await files.ListAsync(owner, context.RequestAborted);
        await JsonAnswer.WriteAsync(context, json =>
        {
            json.WriteStartArray();
            foreach (var file in all.OrderByDescending(file => file.CreatedAt))
            {
                FileRequest.Write(json, owner, file);
            }

            json.WriteEndArray();
        });
    }

    /// <summary><c>GET /api/v1/files/{id}</c></summary>
    public async Task ReadAsync(HttpContext context, string id)
    {
        var file = await files.FileAsync(context, id);
        await JsonAnswer.WriteAsync(context, json => FileRequest.Write(json, FileRequest.OwnerOf(context), file));
    }
}
