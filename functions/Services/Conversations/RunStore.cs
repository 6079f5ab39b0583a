using OpenWebUi.Platform.Storage;
using OpenWebUi.Services.Access;

namespace OpenWebUi.Services.Conversations;

/// <summary>What the store knows of a running answer: its lease and the text since the last look.</summary>
internal sealed record RunRows(RunLease? Lease, IReadOnlyList<(int From, AnswerText Text)> Checkpoints, IReadOnlyList<string> Keys);

/// <summary>Running answers as other instances see them, and what becomes of those whose instance is gone.</summary>
internal sealed class RunStore(RowStore rows, MessageStore messages, MessageOverflow overflow, TimeProvider time)
{
    /// <summary>One query: the checkpoints from a number on, and the lease behind them.</summary>
    public async Task<RunRows> ReadAsync(OwnerId owner, ChatId chat, MessageId answer, int fromCheckpoint, CancellationToken cancellation)
    {
        var range = RowRange.Between(
            ChatRows.Checkpoint(chat, answer, fromCheckpoint), RowRange.Prefix(ChatRows.RunPrefix(chat, answer)).Before);
        RunLease? lease = null;
        var checkpoints = new List<(int, AnswerText)>();
        var keys = new List<string>();
        await foreach (var row in rows.QueryAllAsync(ChatRows.Table, owner.Text, range, cancellation))
        {
            if (row.Key.Row == ChatRows.Run(chat, answer))
            {
                lease = RunLease.Of(row);
            }
            else
            {
                checkpoints.Add(Checkpoint.Of(row));
                keys.Add(row.Key.Row);
            }
        }

        return new(lease, checkpoints, keys);
    }

    public async Task<RunLease?> LeaseAsync(OwnerId owner, ChatId chat, MessageId answer, CancellationToken cancellation) =>
        await rows.GetAsync(new(ChatRows.Table, owner.Text, ChatRows.Run(chat, answer)), cancellation) is { } row ? RunLease.Of(row) : null;

    /// <summary>The answers of a chat that run now, by their leases.</summary>
    public async Task<IReadOnlyList<RunLease>> RunningAsync(OwnerId owner, ChatId chat, CancellationToken cancellation)
    {
        var running = new List<RunLease>();
        await foreach (var row in rows.QueryAllAsync(ChatRows.Table, owner.Text, RowRange.Prefix(ChatRows.Runs(chat)), cancellation))
        {
            if (row.Key.Row.EndsWith(".z", StringComparison.Ordinal) && RunLease.Of(row) is var lease && lease.Until > time.GetUtcNow())
            {
                running.Add(lease);
            }
        }

        return running;
    }

    /// <summary>
    /// The message as it is now: a running one with the text that its instance has kept so far; one whose lease is over is
    /// closed as interrupted, here and for everybody. Any other message comes back as it is.
    /// </summary>
    public async Task<Message> SettleAsync(OwnerId owner, ChatId chat, Message message, CancellationToken cancellation)
    {
        for (var attempt = 0; message.State == MessageState.Running && attempt < 3; attempt++)
        {
            var run = await ReadAsync(owner, chat, message.Id, 0, cancellation);
            var text = message.Text;
            foreach (var (from, more) in run.Checkpoints)
            {
                text.Append(more.From(text.Sequence - from));
            }

            if (run.Lease is { } lease && lease.Until > time.GetUtcNow())
            {
                return message.WithText(text);
            }

            // Less than the lease says: the message, or a page of the checkpoints, was read before the lease moved on.
            var settled = message.WithText(text) with { State = MessageState.Interrupted };
            if (text.Sequence >= (run.Lease?.Kept ?? 0) && await CloseAsync(owner, chat, message, settled, run, cancellation) is { } closed)
            {
                return closed;
            }

            // Somebody else was first: its instance, which lives after all, or another reader.
            message = await messages.GetAsync(owner, chat, new BranchCursor(message.Id, message.Depth), cancellation) ?? settled;
        }

        return message;
    }

    private async Task<Message?> CloseAsync(OwnerId owner, ChatId chat, Message message, Message settled, RunRows run, CancellationToken cancellation)
    {
        var stored = await overflow.StoreAsync(owner, chat, settled, cancellation);
        List<RowOperation> operations =
        [
            MessageStore.Replace(chat, message, stored),
            .. run.Lease is { } lease ? [new RowOperation.Delete(ChatRows.Run(chat, message.Id), DeleteCondition.IfMatch(lease.ETag))] : Array.Empty<RowOperation>(),
            .. run.Keys.Select(key => new RowOperation.Delete(key, DeleteCondition.Always)),
        ];
        return await rows.BatchAsync(ChatRows.Table, owner.Text, operations, cancellation) is BatchOutcome.Committed { ETags: [{ } etag, ..] }
            ? settled with { ETag = etag, Overflow = stored.Overflow } : null;
    }

    /// <summary>Tells the instance that writes the answer that a person wants it to end. It hears it at its next checkpoint.</summary>
    /// <returns>False where no such answer runs.</returns>
    public async Task<bool> AskToStopAsync(OwnerId owner, ChatId chat, MessageId answer, CancellationToken cancellation)
    {
        for (var attempt = 0; attempt < 8; attempt++)
        {
            if (await LeaseAsync(owner, chat, answer, cancellation) is not { } lease || lease.Until <= time.GetUtcNow())
            {
                return false;
            }

            if (lease.IsStopWanted)
            {
                return true;
            }

            if (await ChangeAsync(owner, chat, lease, lease with { IsStopWanted = true }, cancellation))
            {
                return true;
            }
        }

        throw new StoreUnavailableException("The answer changes faster than it can be stopped. Try again.");
    }

    /// <summary>Tells the instance that writes the answer that somebody listens here. Where the lease has just changed, the next look says it.</summary>
    public Task<bool> NoteListenerAsync(OwnerId owner, ChatId chat, RunLease lease, CancellationToken cancellation) =>
        ChangeAsync(owner, chat, lease, lease with { HeardAt = time.GetUtcNow() }, cancellation);

    private async Task<bool> ChangeAsync(OwnerId owner, ChatId chat, RunLease before, RunLease after, CancellationToken cancellation) =>
        await rows.PutAsync(new(ChatRows.Table, owner.Text, ChatRows.Run(chat, before.Answer)), after.ToRow(), PutCondition.IfMatch(before.ETag), cancellation)
            is PutOutcome.Stored;
}
