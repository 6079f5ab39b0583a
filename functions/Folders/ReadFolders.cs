using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Conversations;

namespace OpenWebUi.Folders;

/// <summary><c>GET /api/v1/folders</c> and <c>/{id}</c>.</summary>
internal sealed class ReadFolders(FolderStore folders, FolderOptions options)
{
    /// <summary>All of them, by name, without their <c>data</c>: system prompts are long.</summary>
    public async Task ListAsync(HttpContext context)
    {
        options.Demand();
        var owner = AccessGate.CallerOf(context).Owner!.Value;
        var all = await folders.ListAsync(owner, context.RequestAborted);
        await JsonAnswer.WriteAsync(context, json =>
        {
            json.WriteStartArray();
            foreach (var folder in all.OrderBy(folder => folder.Name, StringComparer.OrdinalIgnoreCase))
            {
                FolderJson.Write(json, owner, folder, withData: false);
            }

            json.WriteEndArray();
        });
    }

    public async Task ReadAsync(HttpContext context, string id)
    {
        options.Demand();
        var owner = AccessGate.CallerOf(context).Owner!.Value;
        var folder = FolderId.TryParse(id, out var folderId) && await folders.GetAsync(owner, folderId, context.RequestAborted) is { } found
            ? found : throw new RefusedException(FolderJson.NotFound);
        await JsonAnswer.WriteAsync(context, json => FolderJson.Write(json, owner, folder, withData: true));
    }
}
