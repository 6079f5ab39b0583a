using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Conversations;

namespace OpenWebUi.Chats;

/// <summary>Pins and archives: they move a chat to another list and leave its time as it is.</summary>
internal sealed class MarkChat(ChatStore chats)
{
    private const int MaxAttempts = 5;

    /// <summary><c>GET /api/v1/chats/{id}/pinned</c></summary>
    public Task IsPinnedAsync(HttpContext context, string id) => ChatRequest.AnswerAsync(context, async (owner, cancellation) =>
    {
        var chat = await chats.ChatAsync(owner, id, cancellation);
        await JsonAnswer.WriteAsync(context, json => json.WriteBooleanValue(chat.IsPinned));
    });

    /// <summary><c>POST /api/v1/chats/{id}/pin</c></summary>
    public Task PinAsync(HttpContext context, string id) => ToggleAsync(context, id, chat => chat with { IsPinned = !chat.IsPinned });

    /// <summary><c>POST /api/v1/chats/{id}/archive</c></summary>
    public Task ArchiveAsync(HttpContext context, string id) => ToggleAsync(context, id, chat => chat with { IsArchived = !chat.IsArchived });

    private Task ToggleAsync(HttpContext context, string id, Func<Chat, Chat> toggle) => ChatRequest.AnswerAsync(context, async (owner, cancellation) =>
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var chat = await chats.ChatAsync(owner, id, cancellation);
            if (!ChatTag.IsMatch(context.Request, chat))
            {
                throw new RefusedException(ChatRequest.Changed);
            }

            if (await chats.ChangeAsync(owner, chat, toggle(chat), [], cancellation) is { } changed)
            {
                context.Response.Headers.ETag = ChatTag.Of(changed);
                await JsonAnswer.WriteAsync(context, json => ChatJson.WriteWithoutMessages(json, owner, changed));
                return;
            }
        }

        throw new RefusedException(ChatRequest.Busy);
    });
}
