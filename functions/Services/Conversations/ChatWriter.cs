using OpenWebUi.Platform.Storage;
using OpenWebUi.Services.Access;

namespace OpenWebUi.Services.Conversations;

/// <summary>Writes whole chats: what is more than one batch takes becomes visible with the last one.</summary>
internal sealed class ChatWriter(RowStore rows, MessageOverflow overflow)
{
    /// <summary>Two rows for each message, and room for the chat and its line.</summary>
    private const int MessagesInABatch = 45;

    /// <summary>Stores a new chat with its messages. Its row comes last: until then nobody sees any of it.</summary>
    public async Task<Chat> CreateAsync(OwnerId owner, Chat chat, IReadOnlyList<Message> messages, CancellationToken cancellation)
    {
        var stored = new List<Message>();
        foreach (var message in messages)
        {
            stored.Add(await overflow.StoreAsync(owner, chat.Id, message, cancellation));
        }

        var batches = stored.Chunk(MessagesInABatch).ToList();
        foreach (var batch in batches.SkipLast(1))
        {
            await CommitAsync(owner, [.. batch.SelectMany(message => MessageStore.Insert(chat.Id, message))], cancellation);
        }

        var last = batches.Count == 0 ? [] : batches[^1].SelectMany(message => MessageStore.Insert(chat.Id, message));
        var committed = await CommitAsync(owner, [.. ChatStore.Operations(null, chat), .. last], cancellation);
        return chat with { ETag = committed.ETags[0]!.Value };
    }

    private async Task<BatchOutcome.Committed> CommitAsync(OwnerId owner, List<RowOperation> operations, CancellationToken cancellation) =>
        await rows.BatchAsync(ChatRows.Table, owner.Text, operations, cancellation) as BatchOutcome.Committed
        ?? throw new InvalidOperationException("A new chat met rows of its own: its id was not new.");
}
