using System.Globalization;
using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Conversations;

namespace OpenWebUi.Chats;

/// <summary>
/// <c>GET /api/v1/chats/{id}/branch</c>: the end of a branch, or a stretch above. One read of the chat, one query for its
/// messages, and one more for each shown answer that another instance writes.
/// </summary>
internal sealed class ReadBranch(ChatStore chats, MessageStore messages, AnswerFollower answers)
{
    private const int MaxLimit = 200;
    private const int DefaultLimit = 40;

    public Task ReadAsync(HttpContext context, string id) => ChatRequest.AnswerAsync(context, async (owner, cancellation) =>
    {
        var limit = Limit(context.Request.Query["limit"]);
        var before = Before(context.Request.Query["before"]);
        var chat = await chats.ChatAsync(owner, id, cancellation);
        var end = before ?? await EndAsync(owner, chat, context.Request.Query["leaf"], cancellation);
        var branch = end is { } leaf
            ? await messages.ReadUpwardsAsync(owner, chat.Id, leaf, limit, 0, cancellation) : new Branch([], new Dictionary<MessageId, IReadOnlyList<MessageId>>(), null);
        if (before is not null && branch.Messages.Count == 0)
        {
            throw new RefusedException(ChatRequest.NoMessage);
        }

        var shown = await answers.NowAsync(owner, chat.Id, branch.Messages, cancellation);
        var tag = ChatTag.Of(chat, shown);
        context.Response.Headers.ETag = tag;
        if (shown.All(m => m.State != MessageState.Running) && ChatTag.IsKnown(context.Request, tag))
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        await JsonAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WritePropertyName("chat");
            ChatJson.WriteHead(json, owner, chat);
            json.WriteStartArray("messages");
            foreach (var message in shown)
            {
                MessageJson.Write(json, message, siblings: branch.Siblings.GetValueOrDefault(message.Id));
            }

            json.WriteEndArray();
            json.WriteString("before", branch.Before?.ToString());
            json.WriteEndObject();
        });
    });

    private async Task<BranchCursor?> EndAsync(OwnerId owner, Chat chat, string? leaf, CancellationToken cancellation)
    {
        if (string.IsNullOrEmpty(leaf))
        {
            return chat.CurrentId is { } current ? new(current, chat.CurrentDepth) : null;
        }

        return MessageId.TryParse(leaf, out var wanted) && await messages.FindAsync(owner, chat.Id, wanted, cancellation) is { } from
            ? await messages.FindLeafAsync(owner, chat.Id, from, cancellation) : throw new RefusedException(ChatRequest.NoMessage);
    }

    private static int Limit(string? text) => text switch
    {
        null => DefaultLimit,
        _ when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit is >= 1 and <= MaxLimit => limit,
        _ => throw new RefusedException(new ErrorReport(422, "invalid_query", $"'limit' must be a whole number from 1 to {MaxLimit}.", "limit")),
    };

    private static BranchCursor? Before(string? text) => string.IsNullOrEmpty(text) ? null : BranchCursor.Parse(text)
        ?? throw new RefusedException(new ErrorReport(422, "invalid_query", "'before' must be what the page below said.", "before"));
}
