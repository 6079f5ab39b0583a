using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Conversations;

namespace OpenWebUi.Chats;

/// <summary><c>POST /api/v1/chats/new</c>: stores a blob as a new chat.</summary>
internal sealed class CreateChat(ChatWriter writer, TimeProvider time)
{
    public Task CreateAsync(HttpContext context) => ChatRequest.AnswerAsync(context, async (owner, cancellation) =>
    {
        var body = await ChatRequest.BodyAsync(context);
        var (chat, messages) = NewChat.Read(BlobReader.ChatOf(body), ChatId.New(), time.GetUtcNow());
        chat = await writer.CreateAsync(owner, chat, messages, cancellation);
        context.Response.Headers.ETag = ChatTag.Of(chat);
        await JsonAnswer.WriteAsync(context, json => ChatJson.WriteWhole(json, owner, chat, messages));
    });
}
