using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Conversations;

namespace OpenWebUi.Chats;

/// <summary><c>POST /api/v1/chats/new</c>: stores a blob as a new chat, in a folder where <c>folder_id</c> names one.</summary>
internal sealed class CreateChat(ChatWriter writer, FileChat filing, TimeProvider time)
{
    public Task CreateAsync(HttpContext context) => ChatRequest.AnswerAsync(context, async (owner, cancellation) =>
    {
        var body = await ChatRequest.BodyAsync(context);
        var folder = await filing.FolderOfAsync(owner, body, cancellation);
        var (chat, messages) = NewChat.Read(BlobReader.ChatOf(body), ChatId.New(), time.GetUtcNow());
        chat = chat with { Folder = folder };
        chat = await writer.CreateAsync(owner, chat, messages, cancellation);
        context.Response.Headers.ETag = ChatTag.Of(chat);
        await JsonAnswer.WriteAsync(context, json => ChatJson.WriteWhole(json, owner, chat, messages));
    });
}
