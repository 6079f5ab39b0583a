using OpenWebUi.Platform.Storage;
using OpenWebUi.Services.Access;

namespace OpenWebUi.Services.Conversations;

/// <summary>
/// Writes whole chats: what is more than one batch takes becomes visible with the last one. Where there are several, the first
/// puts a row that says so and the last takes it away, or fails: whoever removes what a killed writer left removes that row
/// first, so a writer that lives after all cannot make half a chat visible.
/// </summary>
internal sealed class ChatWriter(RowStore rows, MessageOverflow overflow, LeftoverStore leftovers)
{
    /// <summary>Two rows for each message, and room for the chat, its line and the row between the batches.</summary>
    private const int MessagesInABatch = 45;

    private const int BytesInABatch = RowLimits.MaxBatchBytes - (64 * 1024);

    /// <summary>Stores a new chat with its messages. Its row comes last: until then nobody sees any of it.</summary>
    public async Task<Chat> CreateAsync(OwnerId owner, Chat chat, IReadOnlyList<Message> messages, CancellationToken cancellation)
    {
        var stored = new List<Message>();
        foreach (var message in messages)
        {
            stored.Add(await overflow.StoreAsync(owner, chat.Id, message, cancellation));
        }

        var ending = ChatStore.Operations(null, chat);
        var batches = Batches(owner, chat.Id, stored, ending);
        if (batches.Count > 1)
        {
            await leftovers.AddAsync([new(leftovers.DueAt(), LeftoverKind.BegunChat, owner, chat.Id)], cancellation);
            batches[0].Add(new RowOperation.Put(ChatRows.Begun(chat.Id), [], PutCondition.IfAbsent));
            foreach (var batch in batches.SkipLast(1))
            {
                await CommitAsync(owner, batch, cancellation);
            }

            batches[^1].Add(new RowOperation.Delete(ChatRows.Begun(chat.Id), DeleteCondition.Always));
        }

        var committed = await CommitAsync(owner, [.. ending, .. batches[^1]], cancellation);
        return chat with { ETag = committed.ETags[0]!.Value };
    }

    /// <summary>At least one, which may be empty; the last one has room for the ending.</summary>
    private static List<List<RowOperation>> Batches(OwnerId owner, ChatId chat, List<Message> messages, List<RowOperation> ending)
    {
        List<List<RowOperation>> batches = [[]];
        var bytes = 0L;
        foreach (var message in messages)
        {
            var operations = MessageStore.Insert(chat, message).ToList();
            var size = BytesOf(owner, operations);
            if (batches[^1].Count >= MessagesInABatch * operations.Count || bytes + size > BytesInABatch)
            {
                batches.Add([]);
                bytes = 0;
            }

            batches[^1].AddRange(operations);
            bytes += size;
        }

        if (bytes + BytesOf(owner, ending) > BytesInABatch)
        {
            batches.Add([]);
        }

        return batches;
    }

    private static long BytesOf(OwnerId owner, List<RowOperation> operations) =>
        operations.Sum(o => RowLimits.OperationBytes(new(ChatRows.Table, owner.Text, o.Row), (o as RowOperation.Put)?.Properties));

    private async Task<BatchOutcome.Committed> CommitAsync(OwnerId owner, List<RowOperation> operations, CancellationToken cancellation) =>
        await rows.BatchAsync(ChatRows.Table, owner.Text, operations, cancellation) as BatchOutcome.Committed
        ?? throw new InvalidOperationException("A new chat met rows of its own, or was taken for one that its writer had given up: its id was not new.");
}
