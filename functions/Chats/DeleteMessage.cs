using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Conversations;

namespace OpenWebUi.Chats;

/// <summary>
/// <c>DELETE /api/v1/chats/{id}/messages/{mid}</c>: a message and what hangs on it; the rest of the tree stays as it is. The
/// answer holds what was removed in the form of a blob's <c>history</c>: sent to <c>POST /api/v1/chats/{id}</c> it is there again.
/// <list type="number">
/// <item>Where the chat's end goes too, the end moves first: to the newest other version of the message, else to what it answers.</item>
/// <item>The messages go, the deepest first: what a killed instance leaves is a smaller tree, never a torn one.</item>
/// </list>
/// </summary>
internal sealed class DeleteMessage(ChatStore chats, MessageStore messages, ChatWriter writer, AnswerFollower answers, TimeProvider time)
{
    private const int MaxAttempts = 5;

    /// <summary>So many surely go in one batch with the chat's own rows.</summary>
    private const int MaxAtOnce = 40;

    public Task DeleteAsync(HttpContext context, string id, string mid) => ChatRequest.AnswerAsync(context, async (owner, cancellation) =>
    {
        var removed = new List<Message>();
        MessageId? end = null;
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var chat = await chats.ChatAsync(owner, id, cancellation);
            if (!MessageId.TryParse(mid, out var wanted) || await messages.GetAsync(owner, chat.Id, wanted, cancellation) is not { } top)
            {
                throw new RefusedException(ChatRequest.NoMessage);
            }

            var hasBegun = removed.Count > 0;
            if (!hasBegun && !ChatTag.IsMatch(context.Request, chat))
            {
                throw new RefusedException(ChatRequest.Changed);
            }

            var lower = await messages.ReadBelowAsync(owner, chat.Id, top.Depth - 1, cancellation);
            var going = await GoingAsync(owner, chat.Id, top, lower, cancellation);
            end ??= chat.CurrentId;
            removed = [.. removed.Where(known => going.TrueForAll(m => m.Id != known.Id)), .. going];
            if (await RemoveAsync(owner, chat, top, lower, going, cancellation) is { } changed)
            {
                context.Response.Headers.ETag = ChatTag.Of(changed);
                await AnswerAsync(context, changed, removed, end);
                return;
            }
        }

        throw new RefusedException(ChatRequest.Busy);
    });

    /// <summary>The message and everything below it, the deepest first.</summary>
    private async Task<List<Message>> GoingAsync(OwnerId owner, ChatId chat, Message top, IReadOnlyList<Message> lower, CancellationToken cancellation)
    {
        var ids = new HashSet<MessageId> { top.Id };
        foreach (var message in lower.OrderBy(m => m.Depth))
        {
            if (message.ParentId is { } parent && ids.Contains(parent))
            {
                ids.Add(message.Id);
            }
        }

        var going = await answers.NowAsync(owner, chat, [.. lower.Where(m => ids.Contains(m.Id)).OrderByDescending(m => m.Depth)], cancellation);
        return going.All(m => m.State != MessageState.Running) ? [.. going] : throw new RefusedException(
            new ErrorReport(409, "answer_running", "An answer that would be deleted is still being written. Wait for it, or stop it."));
    }

    /// <summary>Null: somebody else changed the chat meanwhile.</summary>
    private async Task<Chat?> RemoveAsync(
        OwnerId owner, Chat chat, Message top, IReadOnlyList<Message> lower, List<Message> going, CancellationToken cancellation)
    {
        var now = ChatFields.WholeMilliseconds(time.GetUtcNow());
        var after = now > chat.UpdatedAt ? chat with { UpdatedAt = now } : chat;
        if (going.Exists(m => m.Id == chat.CurrentId))
        {
            // 1
            var gone = going.Select(m => m.Id).ToHashSet();
            after = ChatFields.At(after, EndWithout(top, [.. lower.Where(m => !gone.Contains(m.Id))]));
            if (going.Count > MaxAtOnce)
            {
                if (await chats.ChangeAsync(owner, chat, after, [], cancellation) is not { } moved)
                {
                    return null;
                }

                (chat, after) = (moved, moved);
            }
        }

        // 2
        return (await writer.UpdateAsync(owner, chat, after, [.. going.Select(m => new MessageChange.Removed(m))], cancellation)).Chat;
    }

    private static BranchCursor? EndWithout(Message top, IReadOnlyList<Message> left)
    {
        var end = left.Where(m => m.Depth == top.Depth && m.ParentId == top.ParentId).MaxBy(m => m.Rank);
        while (end is not null && left.Where(m => m.ParentId == end.Id).MaxBy(m => m.Rank) is { } below)
        {
            end = below;
        }

        return end is not null ? new(end.Id, end.Depth) : top.ParentId is { } parent ? new BranchCursor(parent, top.Depth - 1) : null;
    }

    private static Task AnswerAsync(HttpContext context, Chat chat, IEnumerable<Message> removed, MessageId? end) => JsonAnswer.WriteAsync(context, json =>
    {
        json.WriteStartObject();
        json.WriteString("currentId", chat.CurrentId?.Text);
        json.WriteStartObject("history");
        json.WriteString("currentId", end?.Text);
        json.WriteStartObject("messages");
        foreach (var message in removed.OrderBy(m => m.Depth).ThenBy(m => m.Rank))
        {
            json.WritePropertyName(message.Id.Text);
            MessageJson.Write(json, message);
        }

        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    });
}
