using System.Runtime.CompilerServices;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Services.Access;

namespace OpenWebUi.Services.Conversations;

/// <summary>A page of a list, newest first.</summary>
/// <param name="Next">Hand it in for the page after this one; null at the end.</param>
internal sealed record ChatPage(IReadOnlyList<ChatLine> Lines, string? Next);

/// <summary>Chats without their messages: the chat's row and its line in a list, always changed together.</summary>
internal sealed class ChatStore(RowStore rows)
{
    /// <summary>The chat, or null where the owner has none under this id, or a deleted one.</summary>
    public async Task<Chat?> GetAsync(OwnerId owner, ChatId id, CancellationToken cancellation) =>
        await GetEvenDeletedAsync(owner, id, cancellation) is { DeletedAt: null } chat ? chat : null;

    public async Task<Chat?> GetEvenDeletedAsync(OwnerId owner, ChatId id, CancellationToken cancellation) =>
        await rows.GetAsync(new(ChatRows.Table, owner.Text, ChatRows.Chat(id)), cancellation) is { } row ? Chat.Of(id, row) : null;

    /// <summary>One page of a list: one query, of an ordinary length.</summary>
    /// <param name="owner">Whose.</param>
    /// <param name="shelf">Which list.</param>
    /// <param name="limit">At least 1.</param>
    /// <param name="after"><see cref="ChatPage.Next"/> of the page before, any key of the list, or null.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task<ChatPage> ListAsync(OwnerId owner, Shelf shelf, int limit, string? after, CancellationToken cancellation)
    {
        var lines = new List<ChatLine>();
        do
        {
            var page = await rows.QueryAsync(
                ChatRows.Table, owner.Text, RowRange.Prefix(ChatRows.ListPrefix(shelf)),
                Math.Min(limit - lines.Count, RowLimits.MaxPageRows), after, cancellation);
            lines.AddRange(page.Rows.Select(ChatLine.Of));
            after = page.Continuation;
        }
        while (after is not null && lines.Count < limit);

        return new(lines, after);
    }

    /// <summary>Every line of a list.</summary>
    public async IAsyncEnumerable<ChatLine> ListAllAsync(OwnerId owner, Shelf shelf, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var row in rows.QueryAllAsync(ChatRows.Table, owner.Text, RowRange.Prefix(ChatRows.ListPrefix(shelf)), cancellation))
        {
            yield return ChatLine.Of(row);
        }
    }

    /// <summary>Changes a chat as far as somebody else did not first.</summary>
    /// <param name="owner">Whose.</param>
    /// <param name="before">As it was read.</param>
    /// <param name="after">As it should be.</param>
    /// <param name="more">Rows of the same chat that change with it; at most 95.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>The chat with its new tag, or null when anything was changed meanwhile: read again.</returns>
    public async Task<Chat?> ChangeAsync(
        OwnerId owner, Chat before, Chat after, IReadOnlyList<RowOperation> more, CancellationToken cancellation)
    {
        var operations = Operations(before, after);
        var outcome = await rows.BatchAsync(ChatRows.Table, owner.Text, [.. operations, .. more], cancellation);
        if (outcome is BatchOutcome.Failed { Failure: RowFailure.Missing } failed && failed.Index < operations.Count
            && operations[failed.Index] is RowOperation.Delete)
        {
            // The line that should go is gone already. It never happens to whole data; a chat that could never be changed again would be worse.
            operations.RemoveAt(failed.Index);
            outcome = await rows.BatchAsync(ChatRows.Table, owner.Text, [.. operations, .. more], cancellation);
        }

        return outcome is BatchOutcome.Committed { ETags: [{ } etag, ..] } ? after with { ETag = etag } : null;
    }

    /// <summary>What writes a chat: its row first, then the lines of its lists.</summary>
    /// <param name="before">As it was read, or null for a chat that must not exist yet.</param>
    /// <param name="after">As it should be.</param>
    public static List<RowOperation> Operations(Chat? before, Chat after)
    {
        List<RowOperation> operations =
        [
            new RowOperation.Put(ChatRows.Chat(after.Id), after.ToRow(), before is null ? PutCondition.IfAbsent : PutCondition.IfMatch(before.ETag)),
        ];
        if (before is { DeletedAt: null } && (after.DeletedAt is not null || before.ListRow != after.ListRow))
        {
            operations.Add(new RowOperation.Delete(before.ListRow, DeleteCondition.Always));
        }

        if (after.DeletedAt is null)
        {
            operations.Add(new RowOperation.Put(after.ListRow, after.ToListRow(), PutCondition.Always));
        }

        return operations;
    }
}
