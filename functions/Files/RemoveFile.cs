using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Conversations;

namespace OpenWebUi.Files;

/// <summary><c>DELETE /api/v1/files/{id}</c>, also of a file that chats name.</summary>
internal sealed class RemoveFile(FileStore files)
{
    public async Task HandleAsync(HttpContext context, string id)
    {
        if (!FileId.TryParse(id, out var file) || !await files.DeleteAsync(FileRequest.OwnerOf(context), file, context.RequestAborted))
        {
            throw new RefusedException(FileRequest.NotFound);
        }

        await JsonAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteString("message", "The file is deleted.");
            json.WriteEndObject();
        });
    }
}
