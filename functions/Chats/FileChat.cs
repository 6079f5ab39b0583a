using System.Text.Json.Nodes;
using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Conversations;

namespace OpenWebUi.Chats;

/// <summary>Puts a chat into a folder, and lists what lies in one. The folders themselves are another slice's.</summary>
internal sealed class FileChat(ChatStore chats, FolderStore folders, FolderOptions options, ChatFiling filing)
{
    private const int PageLines = 10;

    private static readonly ErrorReport NoFolder = new(404, "folder_not_found", "There is no such folder.", "folder_id");

    /// <summary><c>POST /api/v1/chats/{id}/folder</c> <c>{folder_id}</c>: null takes it out of any.</summary>
    public Task MoveAsync(HttpContext context, string id) => ChatRequest.AnswerAsync(context, async (owner, cancellation) =>
    {
        options.Demand();
        var chatId = (await chats.ChatAsync(owner, id, cancellation)).Id;
        var folder = await FolderOfAsync(owner, await ChatRequest.BodyAsync(context), cancellation);
        var (chat, isAllowed) = await filing.MoveAsync(owner, chatId, folder, chat => ChatTag.IsMatch(context.Request, chat), cancellation)
            ?? throw new RefusedException(ChatRequest.NotFound);
        if (!isAllowed)
        {
            throw new RefusedException(ChatRequest.Changed);
        }

        context.Response.Headers.ETag = ChatTag.Of(chat);
        await JsonAnswer.WriteAsync(context, json => ChatJson.WriteWithoutMessages(json, owner, chat));
    });

    /// <summary><c>GET /api/v1/chats/folder/{id}</c>: its lines, newest first, without pinned and archived ones, and without those of folders in it.</summary>
    public Task ListAsync(HttpContext context, string id) => ChatRequest.AnswerAsync(context, async (owner, cancellation) =>
    {
        var folder = await FolderAsync(owner, id, cancellation);
        var lines = new List<ChatLine>();
        await foreach (var line in chats.ListAllAsync(owner, ChatRows.ListPrefix(folder), cancellation))
        {
            lines.Add(line);
        }

        await JsonAnswer.WriteAsync(context, json => ChatJson.WriteLines(json, lines));
    });

    /// <summary><c>GET /api/v1/chats/folder/{id}/list?page=1</c>: 10 of them.</summary>
    public Task PageAsync(HttpContext context, string id) => ChatRequest.AnswerAsync(context, async (owner, cancellation) =>
    {
        var page = ListChats.Page(context.Request.Query["page"]) ?? 1;
        var folder = await FolderAsync(owner, id, cancellation);
        var read = await chats.ListAsync(owner, ChatRows.ListPrefix(folder), page * PageLines, after: null, cancellation);
        await JsonAnswer.WriteAsync(context, json => ChatJson.WriteLines(json, read.Lines.Skip((page - 1) * PageLines).Take(PageLines)));
    });

    /// <summary>The folder that a body names in <c>folder_id</c>; null where it names none.</summary>
    public async Task<FolderId?> FolderOfAsync(OwnerId owner, JsonObject body, CancellationToken cancellation) => body["folder_id"] switch
    {
        null => null,
        JsonValue value when value.TryGetValue<string>(out var text) => await FolderAsync(owner, text, cancellation),
        _ => throw new RefusedException("folder_id", "'folder_id' must be a folder's id, or null."),
    };

    private async Task<FolderId> FolderAsync(OwnerId owner, string id, CancellationToken cancellation)
    {
        options.Demand();
        return FolderId.TryParse(id, out var folder) && await folders.GetAsync(owner, folder, cancellation) is not null ? folder : throw new RefusedException(NoFolder);
    }
}
