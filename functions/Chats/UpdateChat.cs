using System.Text.Json.Nodes;
using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Conversations;

namespace OpenWebUi.Chats;

/// <summary>
/// <c>POST /api/v1/chats/{id}</c>: merges what was sent into the chat, field by field at the top of the blob, message by message
/// in its history. Only what differs is written. A change that loses a race is made again of what is then stored, unless
/// <c>If-Match</c> says that it was meant for another version.
/// </summary>
internal sealed class UpdateChat(ChatStore chats, MessageStore messages, ChatWriter writer, AnswerFollower answers, TimeProvider time)
{
    private const int MaxAttempts = 5;

    public Task UpdateAsync(HttpContext context, string id) => ChatRequest.AnswerAsync(context, async (owner, cancellation) =>
    {
        var sent = BlobReader.ChatOf(await ChatRequest.BodyAsync(context));
        var hasBegun = false;
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var chat = await chats.ChatAsync(owner, id, cancellation);
            if (!hasBegun && !ChatTag.IsMatch(context.Request, chat))
            {
                throw new RefusedException(ChatRequest.Changed);
            }

            var blob = BlobReader.Read(sent.DeepClone().AsObject(), takesLegacy: false);
            var stored = blob.Messages is null ? null : await messages.ReadAllAsync(owner, chat.Id, cancellation);
            var merge = new ChatMerge(chat, blob, stored, isExact: ChatTag.HasCondition(context.Request) && !hasBegun, ChatFields.WholeMilliseconds(time.GetUtcNow()));
            var after = stored is null ? await MoveAsync(owner, merge.Chat, blob.CurrentId, cancellation) : merge.Chat;
            var outcome = after == chat && merge.Changes.Count == 0
                ? new WriteOutcome(chat, false) : await writer.UpdateAsync(owner, chat, after, merge.Changes, cancellation);
            if (outcome.Chat is { } changed)
            {
                await AnswerAsync(context, owner, changed, merge.Messages, cancellation);
                return;
            }

            hasBegun |= outcome.HasBegun;
        }

        throw new RefusedException(ChatRequest.Busy);
    });

    /// <summary><c>{history: {currentId}}</c> alone: another branch is shown.</summary>
    private async Task<Chat> MoveAsync(OwnerId owner, Chat chat, MessageId? current, CancellationToken cancellation)
    {
        if (current is not { } id || id == chat.CurrentId)
        {
            return chat;
        }

        return await messages.FindAsync(owner, chat.Id, id, cancellation) is { } at ? ChatFields.At(chat, at)
            : throw new RefusedException(ChatRequest.NoMessage with { Param = "chat.history.currentId" });
    }

    private async Task AnswerAsync(HttpContext context, OwnerId owner, Chat chat, IReadOnlyList<Message>? all, CancellationToken cancellation)
    {
        var now = all is null ? null : await answers.NowAsync(owner, chat.Id, all, cancellation);
        context.Response.Headers.ETag = ChatTag.Of(chat);
        await JsonAnswer.WriteAsync(context, json =>
        {
            if (now is null)
            {
                ChatJson.WriteWithoutMessages(json, owner, chat);
            }
            else
            {
                ChatJson.WriteWhole(json, owner, chat, now);
            }
        });
    }
}
