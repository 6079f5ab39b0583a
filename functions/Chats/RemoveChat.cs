using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Conversations;

namespace OpenWebUi.Chats;

/// <summary>Deletes a chat, and brings it back until housekeeping has begun to remove it, an hour later at the earliest.</summary>
internal sealed class RemoveChat(ChatRemoval removal)
{
    /// <summary>The routes, for the group at <c>/api/v1/chats</c>.</summary>
    public static void Map(IEndpointRouteBuilder chats)
    {
        chats.MapDelete("", (HttpContext context, RemoveChat remove) => remove.DeleteAllAsync(context));
        chats.MapDelete("/{id}", (HttpContext context, RemoveChat remove, string id) => remove.DeleteAsync(context, id));
        chats.MapPost("/{id}/restore", (HttpContext context, RemoveChat remove, string id) => remove.RestoreAsync(context, id));
    }

    /// <summary><c>DELETE /api/v1/chats/{id}</c>: <c>true</c>, the second time too.</summary>
    public Task DeleteAsync(HttpContext context, string id) => ChatRequest.AnswerAsync(context, async (owner, cancellation) =>
    {
        var outcome = ChatId.TryParse(id, out var chatId)
            ? await removal.DeleteAsync(owner, chatId, chat => ChatTag.IsMatch(context.Request, chat), cancellation) : RemovalOutcome.Missing;
        if (outcome != RemovalOutcome.Deleted)
        {
            throw new RefusedException(outcome == RemovalOutcome.Missing ? ChatRequest.NotFound : ChatRequest.Changed);
        }

        await JsonAnswer.WriteAsync(context, json => json.WriteBooleanValue(true));
    });

    /// <summary>
    /// <c>DELETE /api/v1/chats/</c>: deletes every chat, the archived ones too, as many as a request can (<see cref="ChatRemoval.MaxAtOnce"/>).
    /// <c>true</c>: none is left; <c>false</c>: ask again. Those that were begun meanwhile stay.
    /// </summary>
    public Task DeleteAllAsync(HttpContext context) => ChatRequest.AnswerAsync(context, async (owner, cancellation) =>
    {
        var isDone = await removal.DeleteAllAsync(owner, cancellation);
        await JsonAnswer.WriteAsync(context, json => json.WriteBooleanValue(isDone));
    });

    /// <summary><c>POST /api/v1/chats/{id}/restore</c>: the chat's line.</summary>
    public Task RestoreAsync(HttpContext context, string id) => ChatRequest.AnswerAsync(context, async (owner, cancellation) =>
    {
        var chat = ChatId.TryParse(id, out var chatId) ? await removal.RestoreAsync(owner, chatId, cancellation) : null;
        if (chat is null)
        {
            throw new RefusedException(ChatRequest.NotFound);
        }

        context.Response.Headers.ETag = ChatTag.Of(chat);
        await JsonAnswer.WriteAsync(context, json => ChatJson.WriteLine(json, chat.ToLine()));
    });
}
