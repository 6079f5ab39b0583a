using System.Runtime.CompilerServices;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Realtime;

namespace OpenWebUi.Services.Conversations;

/// <summary>A page of a list, newest first.</summary>
/// <param name="Next">Hand it in for the page after this one; null at the end.</param>
internal sealed record ChatPage(IReadOnlyList<ChatLine> Lines, string? Next);

/// <summary>Chats without their messages: the chat's row and its line in a list, always changed together.</summary>
internal sealed class ChatStore(RowStore rows, RealtimeNews news)
{
    /// <summary>The chat, or null where the owner has none under this id, or a deleted one.</summary>
    public async Task<Chat?> GetAsync(OwnerId owner, ChatId id, CancellationToken cancellation) =>
        await GetEvenDeletedAsync(owner, id, cancellation) is { DeletedAt: null } chat ? chat : null;

    public async Task<Chat?> GetEvenDeletedAsync(OwnerId owner, ChatId id, CancellationToken cancellation) =>
        await rows.GetAsync(new(ChatRows.Table, owner.Text, ChatRows.Chat(id)), cancellation) is { } row ? Chat.Of(id, row) : null;

    public Task<ChatPage> ListAsync(OwnerId owner, Shelf shelf, int limit, string? after, CancellationToken cancellation) =>
        ListAsync(owner, ChatRows.ListPrefix(shelf), limit, after, cancellation);

    /// <summary>One page of a list: one query, of an ordinary length.</summary>
    /// <param name="owner">Whose.</param>
    /// <param name="list">The prefix of its lines.</param>
    /// <param name="limit">At least 1.</param>
    /// <param name="after"><see cref="ChatPage.Next"/> of the page before, any key of the list, or null.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task<ChatPage> ListAsync(OwnerId owner, string list, int limit, string? after, CancellationToken cancellation)
    {
        var lines = new List<ChatLine>();
        do
        {
            var page = await rows.QueryAsync(
                ChatRows.Table, owner.Text, RowRange.Prefix(list),
                Math.Min(limit - lines.Count, RowLimits.MaxPageRows), after, cancellation);
            lines.AddRange(page.Rows.Select(ChatLine.Of));
            after = page.Continuation;
        }
        while (after is not null && lines.Count < limit);

        return new(lines, after);
    }

    public IAsyncEnumerable<ChatLine> ListAllAsync(OwnerId owner, Shelf shelf, CancellationToken cancellation) =>
        ListAllAsync(owner, ChatRows.ListPrefix(shelf), cancellation);

    /// <summary>Every line of a list, or of several: 1,000 a query.</summary>
    public async IAsyncEnumerable<ChatLine> ListAllAsync(OwnerId owner, string list, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var row in rows.QueryAllAsync(ChatRows.Table, owner.Text, RowRange.Prefix(list), cancellation))
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
        // Out of another list into a folder's, which may be gone since: a chat on the list of no folder would be nowhere.
        if (before.DeletedAt is not null || before.Folder != after.Folder || before.IsPinned != after.IsPinned || before.IsArchived != after.IsArchived)
        {
            after = await HousedAsync(owner, after, cancellation);
        }

        var operations = Operations(before, after);
        var outcome = await rows.BatchAsync(ChatRows.Table, owner.Text, [.. operations, .. more], cancellation);
        if (outcome is BatchOutcome.Failed { Failure: RowFailure.Missing } failed && failed.Index < operations.Count
            && operations[failed.Index] is RowOperation.Delete)
        {
            // The line that should go is gone already. It never happens to whole data; a chat that could never be changed again would be worse.
            operations.RemoveAt(failed.Index);
            outcome = await rows.BatchAsync(ChatRows.Table, owner.Text, [.. operations, .. more], cancellation);
        }

        if (outcome is not BatchOutcome.Committed { ETags: [{ } etag, ..] })
        {
            return null;
        }

        news.ChatChanged(new(owner.Text), after.Id.Text, WhatChanged(before, after));
        return after with { ETag = etag };
    }

    /// <summary>The chat, without its folder where that is gone. Costs a read only for a chat on a folder's list.</summary>
    public async Task<Chat> HousedAsync(OwnerId owner, Chat chat, CancellationToken cancellation) =>
        chat is { Folder: { } folder, IsPinned: false, IsArchived: false, DeletedAt: null }
        && await rows.GetAsync(new(ChatRows.Table, owner.Text, ChatRows.Folder(folder)), cancellation) is null ? chat with { Folder = null } : chat;

    private static ChatChange WhatChanged(Chat before, Chat after)
    {
        if (after.DeletedAt is not null || before.DeletedAt is not null)
        {
            return after.DeletedAt is null ? ChatChange.Restored : ChatChange.Deleted;
        }

        var title = after.TitleSource == TitleSource.Generated ? ChatChange.Titled : ChatChange.Renamed;
        var fields = (before.Title == after.Title ? ChatChange.None : title)
            | (before.IsPinned == after.IsPinned ? ChatChange.None : ChatChange.Pinned)
            | (before.IsArchived == after.IsArchived ? ChatChange.None : ChatChange.Archived)
            | (before.Folder == after.Folder ? ChatChange.None : ChatChange.Moved)
            | (before.Tags.SequenceEqual(after.Tags) ? ChatChange.None : ChatChange.Tagged);
        return fields == ChatChange.None ? ChatChange.Edited : fields;
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
