using OpenWebUi.Platform.Storage;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Realtime;

namespace OpenWebUi.Services.Conversations;

/// <summary>What becomes of one message of a stored chat.</summary>
internal abstract record MessageChange
{
    private MessageChange()
    {
    }

    public sealed record Added(Message Message) : MessageChange;

    /// <param name="Before">As it was read.</param>
    /// <param name="After">Under the same id; perhaps at another depth.</param>
    public sealed record Replaced(Message Before, Message After) : MessageChange;

    public sealed record Removed(Message Message) : MessageChange;
}

/// <summary>How a change of a whole chat ended.</summary>
/// <param name="Chat">With its new tag; null when somebody else changed the chat, or a message, meanwhile: read again.</param>
/// <param name="HasBegun">Some of it is stored though it was not finished: what is left is to be done anew.</param>
internal readonly record struct WriteOutcome(Chat? Chat, bool HasBegun);

/// <summary>
/// Writes whole chats. What fits into one batch is done or not; of more, the chat itself with its current end comes last. Where a
/// new chat takes several, the first puts a row that says so and the last takes it away, or fails: whoever removes what a killed
/// writer left removes that row first, so a writer that lives after all cannot make half a chat visible.
/// </summary>
internal sealed class ChatWriter(RowStore rows, ChatStore chats, MessageOverflow overflow, LeftoverStore leftovers, FileStore files, RealtimeNews news)
{
    /// <summary>Leaves room for the chat and its lines.</summary>
    private const int MaxOperations = RowLimits.MaxBatchOperations - 5;

    /// <summary>For the row that says that a chat has begun.</summary>
    private const int SpareBytes = 8 * 1024;

    /// <summary>Stores a chat whose id is new with its messages. Its row comes last: until then nobody sees any of it.</summary>
    public async Task<Chat> CreateAsync(OwnerId owner, Chat chat, IReadOnlyList<Message> messages, CancellationToken cancellation) =>
        await TryCreateAsync(owner, chat, messages, cancellation)
        ?? throw new InvalidOperationException("A new chat met rows of its own, or was taken for one that its writer had given up: its id was not new.");

    /// <summary>The same for an id that may be taken: null where a chat, or the beginning of one, is there under it.</summary>
    public async Task<Chat?> TryCreateAsync(OwnerId owner, Chat chat, IReadOnlyList<Message> messages, CancellationToken cancellation)
    {
        chat = await chats.HousedAsync(owner, chat, cancellation);
        var own = ChatStore.Operations(null, chat);
        var batches = await BatchesAsync(owner, chat, [.. messages.Select(message => new MessageChange.Added(message))], own, cancellation);
        batches.InsertRange(0, await FileBatchesAsync(owner, chat.Id, messages, cancellation));
        if (batches.Count > 1)
        {
            await leftovers.AddAsync([new(leftovers.DueAt(), LeftoverKind.BegunChat, owner, chat.Id)], cancellation);
            batches[0].Add(new RowOperation.Put(ChatRows.Begun(chat.Id), [], PutCondition.IfAbsent));
            foreach (var batch in batches.SkipLast(1))
            {
                if (await CommitAsync(owner, batch, cancellation) is null)
                {
                    return null;
                }
            }

            batches[^1].Add(new RowOperation.Delete(ChatRows.Begun(chat.Id), DeleteCondition.Always));
        }

        if (await CommitAsync(owner, [.. own, .. batches[^1]], cancellation) is not { } committed)
        {
            return null;
        }

        news.ChatChanged(new(owner.Text), chat.Id.Text, ChatChange.Created);
        return chat with { ETag = committed.ETags[0]!.Value };
    }

    /// <summary>
    /// Changes a chat and its messages. Each batch holds on to the chat's version, so that nobody comes between unseen; what
    /// was broken off is finished when the same change is made again of what is then stored.
    /// </summary>
    public async Task<WriteOutcome> UpdateAsync(
        OwnerId owner, Chat before, Chat after, IReadOnlyList<MessageChange> changes, CancellationToken cancellation)
    {
        var batches = await BatchesAsync(owner, after, changes, [.. ChatStore.Operations(before, before), .. ChatStore.Operations(before, after)], cancellation);
        batches.InsertRange(0, await FileBatchesAsync(owner, after.Id, changes.Select(change => change switch
        {
            MessageChange.Added(var message) => message,
            MessageChange.Replaced(_, var message) => message,
            _ => null,
        }).OfType<Message>(), cancellation));
        var chat = before;
        for (var i = 0; i < batches.Count - 1; i++)
        {
            if (await chats.ChangeAsync(owner, chat, chat, batches[i], cancellation) is not { } held)
            {
                return new(null, HasBegun: i > 0);
            }

            chat = held;
        }

        return new(await chats.ChangeAsync(owner, chat, after, batches[^1], cancellation), HasBegun: batches.Count > 1);
    }

    /// <summary>That the chat names those files of the owner that its messages name, before the messages are there. Costs nothing where they name none.</summary>
    private async Task<IEnumerable<List<RowOperation>>> FileBatchesAsync(OwnerId owner, ChatId chat, IEnumerable<Message> messages, CancellationToken cancellation)
    {
        var named = messages.SelectMany(message => MessageFiles.NamedIn(message.Extra)).ToHashSet();
        if (named.Count == 0)
        {
            return [];
        }

        named.IntersectWith((await files.ListAsync(owner, cancellation)).Select(file => file.Id));
        return FileStore.Name(chat, named).Chunk(MaxOperations).Select(batch => batch.ToList());
    }

    /// <summary>At least one batch, each within the store's limits together with the chat's own rows. The rows of one message stay together.</summary>
    private async Task<List<List<RowOperation>>> BatchesAsync(
        OwnerId owner, Chat chat, IReadOnlyList<MessageChange> changes, List<RowOperation> own, CancellationToken cancellation)
    {
        var room = RowLimits.MaxBatchBytes - SpareBytes - own.Sum(operation => BytesOf(owner, operation));
        List<List<RowOperation>> batches = [[]];
        var bytes = 0L;
        foreach (var change in changes)
        {
            var operations = await OperationsAsync(owner, chat.Id, change, cancellation);
            var more = operations.Sum(operation => BytesOf(owner, operation));
            if (batches[^1].Count > 0 && (batches[^1].Count + operations.Count > MaxOperations || bytes + more > room))
            {
                batches.Add([]);
                bytes = 0;
            }

            batches[^1].AddRange(operations);
            bytes += more;
        }

        return batches;
    }

    private async Task<List<RowOperation>> OperationsAsync(OwnerId owner, ChatId chat, MessageChange change, CancellationToken cancellation)
    {
        switch (change)
        {
            case MessageChange.Added(var message):
                return [.. MessageStore.Insert(chat, await overflow.StoreAsync(owner, chat, message, cancellation))];
            case MessageChange.Replaced(var before, var after) when before.Depth == after.Depth:
                return [MessageStore.Replace(chat, before, await overflow.StoreAsync(owner, chat, after, cancellation))];
            case MessageChange.Replaced(var before, var after):
                return [.. MessageStore.Move(chat, before, await overflow.StoreAsync(owner, chat, after, cancellation))];
            case MessageChange.Removed(var message):
                await overflow.ForgetAsync(owner, chat, message, cancellation);
                return [.. MessageStore.Remove(chat, message)];
            default:
                throw new InvalidOperationException("Another kind of change.");
        }
    }

    private static long BytesOf(OwnerId owner, RowOperation operation) =>
        RowLimits.OperationBytes(new(ChatRows.Table, owner.Text, operation.Row), (operation as RowOperation.Put)?.Properties);

    private async Task<BatchOutcome.Committed?> CommitAsync(OwnerId owner, List<RowOperation> operations, CancellationToken cancellation) =>
        await rows.BatchAsync(ChatRows.Table, owner.Text, operations, cancellation) as BatchOutcome.Committed;
}
