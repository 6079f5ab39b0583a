using OpenWebUi.Platform.Storage;
using OpenWebUi.Services.Access;

namespace OpenWebUi.Services.Conversations;

internal enum KeepOutcome
{
    Kept,

    /// <summary>A person wants the answer to end.</summary>
    StopWanted,

    /// <summary>The lease is somebody else's, or the chat is gone: nothing more is kept on the way.</summary>
    Lost,
}

/// <summary>
/// Writes one running answer: a checkpoint is one batch (the new text, and the lease renewed under its tag), the end is one
/// batch (the whole text, and everything temporary gone). Every write is safe to repeat after a lost acknowledgment.
/// </summary>
internal sealed class RunWriter(
    RowStore rows, MessageStore messages, MessageOverflow overflow, TimeProvider time, OwnerId owner, ChatId chat, StoredAnswer stored,
    TimeSpan leaseTime)
{
    /// <summary>The last batch deletes every checkpoint, and a batch has 100 operations: before there are more, they move into the message's row.</summary>
    private const int MaxCheckpoints = 90;

    private const int MaxFinishAttempts = 6;

    private Message _answer = stored.Answer;
    private RunLease _lease = stored.Lease;
    private bool _isLost;

    /// <summary>Units that are stored.</summary>
    public int Kept => _lease.Kept;

    /// <summary>When a listener of another instance was there last, as far as checkpoints have met it.</summary>
    public DateTimeOffset? HeardAt => _lease.HeardAt;

    /// <summary>Keeps the text after <see cref="Kept"/>, or, where nothing came, only renews the lease.</summary>
    public async Task<KeepOutcome> KeepAsync(AnswerText more, CancellationToken cancellation)
    {
        if (_isLost)
        {
            return KeepOutcome.Lost;
        }

        if (_lease.Checkpoints >= MaxCheckpoints)
        {
            return await MoveAsync(more, cancellation);
        }

        var part = more.Take(Checkpoint.MaxUnits, Checkpoint.MaxPieces);
        var hasText = part.Sequence > 0;
        var next = _lease with { Until = time.GetUtcNow() + leaseTime, Checkpoints = _lease.Checkpoints + (hasText ? 1 : 0), Kept = Kept + part.Sequence };
        List<RowOperation> operations = [new RowOperation.Put(RunRow, next.ToRow(), PutCondition.IfMatch(_lease.ETag))];
        if (hasText)
        {
            operations.Add(new RowOperation.Put(
                ChatRows.Checkpoint(chat, _answer.Id, _lease.Checkpoints), Checkpoint.ToRow(Kept, part), PutCondition.IfAbsent));
        }

        if (await rows.BatchAsync(ChatRows.Table, owner.Text, operations, cancellation) is BatchOutcome.Committed { ETags: [{ } etag, ..] })
        {
            _lease = next with { ETag = etag };
            return KeepOutcome.Kept;
        }

        return await LookAsync(cancellation);
    }

    /// <summary>Stores the answer as it ended.</summary>
    /// <returns>The message as it is stored, which is another run's where somebody went on with it; null where the chat is gone.</returns>
    public async Task<Message?> FinishAsync(Message ended, CancellationToken cancellation)
    {
        ended = ended with { Overflow = _answer.Overflow };
        Message? row = null;
        for (var attempt = 0; attempt < MaxFinishAttempts; attempt++)
        {
            row ??= await overflow.StoreAsync(owner, chat, ended with { Overflow = _answer.Overflow }, cancellation);
            List<RowOperation> operations = [MessageStore.Replace(chat, _answer, row)];
            if (!_isLost)
            {
                operations.Add(new RowOperation.Delete(RunRow, DeleteCondition.IfMatch(_lease.ETag)));
                operations.AddRange(CheckpointDeletes());
            }

            if (await rows.BatchAsync(ChatRows.Table, owner.Text, operations, cancellation) is BatchOutcome.Committed { ETags: [{ } etag, ..] })
            {
                return ended with { ETag = etag, Overflow = row.Overflow };
            }

            var now = await messages.GetAsync(owner, chat, new BranchCursor(_answer.Id, _answer.Depth), cancellation);
            if (now is null)
            {
                await RemoveRestAsync(cancellation);
                return null;
            }

            // Another run's; or our own end: the write was done, its acknowledgment was lost.
            if (now.RunId != _lease.RunId || now.State is not (MessageState.Running or MessageState.Interrupted)
                || (now.State == ended.State && now.Sequence == ended.Sequence))
            {
                return now;
            }

            // Somebody asked for a stop; or took this run for dead and closed it: the whole text goes over what it left.
            row = now.Overflow == _answer.Overflow ? row : null;
            _answer = now;
            _isLost = now.State == MessageState.Interrupted || await LookAsync(cancellation) == KeepOutcome.Lost;
        }

        throw new StoreUnavailableException("The answer's row changes faster than it can be closed.");
    }

    private string RunRow => ChatRows.Run(chat, _answer.Id);

    private IEnumerable<RowOperation> CheckpointDeletes() => Enumerable.Range(0, _lease.Checkpoints)
        .Select(number => new RowOperation.Delete(ChatRows.Checkpoint(chat, _answer.Id, number), DeleteCondition.Always));

    /// <summary>Everything so far into the message's row; the checkpoints start anew.</summary>
    private async Task<KeepOutcome> MoveAsync(AnswerText more, CancellationToken cancellation)
    {
        var run = await ReadAsync(cancellation);
        var text = _answer.Text;
        run.ForEach(kept => text.Append(kept.Text.From(text.Sequence - kept.From)));
        text.Append(more);
        var moved = _answer.WithText(text);
        var row = await overflow.StoreAsync(owner, chat, moved, cancellation);
        var next = _lease with { Until = time.GetUtcNow() + leaseTime, Checkpoints = 0, Base = text.Sequence, Kept = text.Sequence };
        List<RowOperation> operations =
        [
            new RowOperation.Put(RunRow, next.ToRow(), PutCondition.IfMatch(_lease.ETag)),
            MessageStore.Replace(chat, _answer, row),
            .. CheckpointDeletes(),
        ];
        if (await rows.BatchAsync(ChatRows.Table, owner.Text, operations, cancellation) is BatchOutcome.Committed { ETags: [{ } etag, { } messageTag, ..] })
        {
            _answer = moved with { ETag = messageTag, Overflow = row.Overflow };
            _lease = next with { ETag = etag };
            return KeepOutcome.Kept;
        }

        if (await LookAsync(cancellation) is not KeepOutcome.Lost and var outcome)
        {
            _answer = await messages.GetAsync(owner, chat, new BranchCursor(_answer.Id, _answer.Depth), cancellation) ?? _answer;
            return outcome;
        }

        return KeepOutcome.Lost;
    }

    /// <summary>Why a checkpoint was refused: its first try was done though nobody said so, a stop is wanted, or the lease is lost.</summary>
    private async Task<KeepOutcome> LookAsync(CancellationToken cancellation)
    {
        if (await LeaseAsync(cancellation) is not { } now || now.RunId != _lease.RunId)
        {
            _isLost = true;
            return KeepOutcome.Lost;
        }

        _lease = now;
        return now.IsStopWanted ? KeepOutcome.StopWanted : KeepOutcome.Kept;
    }

    private async Task<RunLease?> LeaseAsync(CancellationToken cancellation) =>
        await rows.GetAsync(new(ChatRows.Table, owner.Text, RunRow), cancellation) is { } row ? RunLease.Of(row) : null;

    private async Task<List<(int From, AnswerText Text)>> ReadAsync(CancellationToken cancellation)
    {
        var kept = new List<(int, AnswerText)>();
        var range = RowRange.Prefix(ChatRows.RunPrefix(chat, _answer.Id) + "k");
        await foreach (var row in rows.QueryAllAsync(ChatRows.Table, owner.Text, range, cancellation))
        {
            kept.Add(Checkpoint.Of(row));
        }

        return kept;
    }

    /// <summary>The message is gone with its chat; whoever removed it may have passed before the last checkpoint came.</summary>
    private async Task RemoveRestAsync(CancellationToken cancellation)
    {
        await foreach (var row in rows.QueryAllAsync(ChatRows.Table, owner.Text, RowRange.Prefix(ChatRows.RunPrefix(chat, _answer.Id)), cancellation))
        {
            await rows.DeleteAsync(row.Key, DeleteCondition.Always, cancellation);
        }
    }
}
