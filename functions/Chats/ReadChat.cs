using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Conversations;

namespace OpenWebUi.Chats;

/// <summary><c>GET /api/v1/chats/{id}</c>: the chat with all of its messages, answers as far as they are.</summary>
internal sealed class ReadChat(ChatStore chats, MessageStore messages, AnswerFollower answers)
{
    public Task ReadAsync(HttpContext context, string id) => ChatRequest.AnswerAsync(context, async (owner, cancellation) =>
    {
        var chat = await chats.ChatAsync(owner, id, cancellation);
        var all = await answers.NowAsync(owner, chat.Id, await messages.ReadAllAsync(owner, chat.Id, cancellation), cancellation);
        context.Response.Headers.ETag = ChatTag.Of(chat);
        await JsonAnswer.WriteAsync(context, json => ChatJson.WriteWhole(json, owner, chat, all));
    });
}
