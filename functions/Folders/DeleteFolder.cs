using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Conversations;

namespace OpenWebUi.Folders;

/// <summary>
/// <c>DELETE /api/v1/folders/{id}?delete_contents=true</c>: the folder and those in it. Its chats are deleted, as Open WebUI does unless it is told
/// otherwise, and can be brought back for an hour; with <c>false</c> they are in no folder afterwards. Pinned and archived ones stay either way.
/// </summary>
internal sealed class DeleteFolder(ChatFiling filing, FolderOptions options)
{
    public async Task DeleteAsync(HttpContext context, string id)
    {
        options.Demand();
        var owner = AccessGate.CallerOf(context).Owner!.Value;
        var deletesChats = context.Request.Query["delete_contents"].ToString().ToLowerInvariant() switch
        {
            "" or "true" or "1" => true,
            "false" or "0" => false,
            _ => throw new RefusedException(new ErrorReport(422, "invalid_query", "'delete_contents' must be true or false.", "delete_contents")),
        };
        if (!FolderId.TryParse(id, out var folder) || !await filing.DeleteAsync(owner, folder, deletesChats, context.RequestAborted))
        {
            throw new RefusedException(FolderJson.NotFound);
        }

        await JsonAnswer.WriteAsync(context, json => json.WriteBooleanValue(true));
    }
}
