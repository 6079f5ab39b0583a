using System.Globalization;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Services.Access;

namespace OpenWebUi.Services.Conversations;

/// <summary>A stretch of a branch, from its oldest message to its newest.</summary>
/// <param name="Siblings">For each message that has some: the ids under its parent, itself among them, in order.</param>
/// <param name="Before">Where the messages above begin; null when the first one is here.</param>
internal sealed record Branch(
    IReadOnlyList<Message> Messages, IReadOnlyDictionary<MessageId, IReadOnlyList<MessageId>> Siblings, BranchCursor? Before);

/// <summary>A message, and the depth at which it stands: together they are found in one read.</summary>
internal readonly record struct BranchCursor(MessageId Id, int Depth)
{
    public override string ToString() => $"{Depth}.{Id}";

    public static BranchCursor? Parse(string? text) =>
        text?.IndexOf('.', StringComparison.Ordinal) is { } dot and > 0
        && int.TryParse(text.AsSpan(0, dot), NumberStyles.None, CultureInfo.InvariantCulture, out var depth) && depth < 10_000_000
        && MessageId.TryParse(text[(dot + 1)..], out var id) ? new(id, depth) : null;
}

/// <summary>The messages of chats. It does not ask whether the chat exists: who calls has read it.</summary>
internal sealed class MessageStore(RowStore rows, MessageOverflow overflow)
{
    /// <summary>Rows of one read upwards: two siblings for every message still make one read of a page.</summary>
    private const int MinPageRows = 16;

    /// <summary>Where a message stands, or null where the chat has none under this id.</summary>
    public async Task<BranchCursor?> FindAsync(OwnerId owner, ChatId chat, MessageId id, CancellationToken cancellation) =>
        await rows.GetAsync(new(ChatRows.Table, owner.Text, ChatRows.Index(chat, id)), cancellation) is { } row
            ? new(id, (int)(row.Properties.GetInt64("Depth") ?? 0)) : null;

    /// <summary>The message, or null.</summary>
    public async Task<Message?> GetAsync(OwnerId owner, ChatId chat, MessageId id, CancellationToken cancellation) =>
        await FindAsync(owner, chat, id, cancellation) is { } at ? await GetAsync(owner, chat, at, cancellation) : null;

    public async Task<Message?> GetAsync(OwnerId owner, ChatId chat, BranchCursor at, CancellationToken cancellation)
    {
        var row = await rows.GetAsync(new(ChatRows.Table, owner.Text, ChatRows.Message(chat, at.Depth, at.Id)), cancellation);
        return row is null ? null : await overflow.FetchAsync(Message.Of(row), cancellation);
    }

    /// <summary>
    /// The branch that ends at a message, read from there upwards until there are enough, or the beginning: one query for
    /// an ordinary page, however long the chat is.
    /// </summary>
    /// <param name="owner">Whose.</param>
    /// <param name="chat">Of which chat.</param>
    /// <param name="leaf">Where to begin. Where it is not there, the branch is empty.</param>
    /// <param name="limit">How many messages at most.</param>
    /// <param name="highest">The depth above which nothing is read.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task<Branch> ReadUpwardsAsync(
        OwnerId owner, ChatId chat, BranchCursor leaf, int limit, int highest, CancellationToken cancellation)
    {
        var walk = new BranchWalk(leaf, limit);
        var range = ChatRows.Upwards(chat, leaf.Depth, highest);
        string? continuation = null;
        do
        {
            var size = Math.Clamp(Math.Min(limit, leaf.Depth - highest + 1) + 8, MinPageRows, RowLimits.MaxPageRows);
            var page = await rows.QueryAsync(ChatRows.Table, owner.Text, range, size, continuation, cancellation);
            foreach (var row in page.Rows)
            {
                walk.Take(Message.Of(row));
            }

            continuation = page.Continuation;
        }
        while (continuation is not null && !walk.IsOver);

        var branch = walk.End();
        return branch with { Messages = await overflow.FetchAsync(branch.Messages, cancellation) };
    }

    /// <summary>The newest end below a message: down along the newest children. It reads what is deeper than the message, so it is for a person's change of branch.</summary>
    public async Task<BranchCursor> FindLeafAsync(OwnerId owner, ChatId chat, BranchCursor from, CancellationToken cancellation)
    {
        var children = new Dictionary<MessageId, (long Rank, BranchCursor Child)>();
        await foreach (var row in rows.QueryAllAsync(ChatRows.Table, owner.Text, ChatRows.Below(chat, from.Depth), cancellation))
        {
            var message = Message.Of(row);
            if (message.ParentId is { } parent && (!children.TryGetValue(parent, out var known) || known.Rank <= message.Rank))
            {
                children[parent] = (message.Rank, new(message.Id, message.Depth));
            }
        }

        while (children.TryGetValue(from.Id, out var next))
        {
            from = next.Child;
        }

        return from;
    }

    /// <summary>The messages of one depth, in no order.</summary>
    public async Task<IReadOnlyList<Message>> ReadLevelAsync(OwnerId owner, ChatId chat, int depth, CancellationToken cancellation)
    {
        var level = new List<Message>();
        await foreach (var row in rows.QueryAllAsync(ChatRows.Table, owner.Text, ChatRows.Upwards(chat, depth, depth), cancellation))
        {
            level.Add(Message.Of(row));
        }

        return await overflow.FetchAsync(level, cancellation);
    }

    /// <summary>Every message of the chat, deepest first.</summary>
    public Task<List<Message>> ReadAllAsync(OwnerId owner, ChatId chat, CancellationToken cancellation) =>
        ReadAsync(owner, RowRange.Prefix(ChatRows.Messages(chat)), cancellation);

    /// <summary>Every message that is deeper than that, deepest first.</summary>
    public Task<List<Message>> ReadBelowAsync(OwnerId owner, ChatId chat, int depth, CancellationToken cancellation) =>
        ReadAsync(owner, ChatRows.Below(chat, depth), cancellation);

    private async Task<List<Message>> ReadAsync(OwnerId owner, RowRange range, CancellationToken cancellation)
    {
        var messages = new List<Message>();
        await foreach (var row in rows.QueryAllAsync(ChatRows.Table, owner.Text, range, cancellation))
        {
            messages.Add(Message.Of(row));
        }

        return [.. await overflow.FetchAsync(messages, cancellation)];
    }

    /// <summary>What writes a message that is new to the chat: its index first, so that a message sent twice is known by the first operation.</summary>
    public static IEnumerable<RowOperation> Insert(ChatId chat, Message message) =>
    [
        new RowOperation.Put(ChatRows.Index(chat, message.Id), new() { ["Depth"] = message.Depth }, PutCondition.IfAbsent),
        new RowOperation.Put(ChatRows.Message(chat, message.Depth, message.Id), message.ToRow(), PutCondition.IfAbsent),
    ];

    /// <summary>What replaces a message as it was read.</summary>
    public static RowOperation Replace(ChatId chat, Message before, Message after) =>
        new RowOperation.Put(ChatRows.Message(chat, before.Depth, before.Id), after.ToRow(), PutCondition.IfMatch(before.ETag));

    /// <summary>What brings a message to another depth.</summary>
    public static IEnumerable<RowOperation> Move(ChatId chat, Message before, Message after) =>
    [
        new RowOperation.Delete(ChatRows.Message(chat, before.Depth, before.Id), DeleteCondition.IfMatch(before.ETag)),
        new RowOperation.Put(ChatRows.Message(chat, after.Depth, after.Id), after.ToRow(), PutCondition.IfAbsent),
        new RowOperation.Put(ChatRows.Index(chat, after.Id), new() { ["Depth"] = after.Depth }, PutCondition.Always),
    ];

    public static IEnumerable<RowOperation> Remove(ChatId chat, Message message) =>
    [
        new RowOperation.Delete(ChatRows.Message(chat, message.Depth, message.Id), DeleteCondition.IfMatch(message.ETag)),
        new RowOperation.Delete(ChatRows.Index(chat, message.Id), DeleteCondition.Always),
    ];
}
