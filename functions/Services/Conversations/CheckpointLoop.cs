namespace OpenWebUi.Services.Conversations;

/// <summary>
/// Keeps the text of a running answer: the first checkpoint after 2 s, then further apart; in silence only the lease is
/// renewed. What cannot be kept now is kept by the next one.
/// </summary>
internal sealed partial class CheckpointLoop(AnswerLog log, RunWriter writer, TimeSpan lease, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(2);

    /// <summary>Checkpoints come further apart up to this: what a killed instance loses at most, and how long a stop from another instance takes.</summary>
    private static readonly TimeSpan MaxBetween = TimeSpan.FromSeconds(8);

    /// <param name="stop">Called when a checkpoint finds that a person wants the answer to end.</param>
    /// <param name="cancellation">The answer is over.</param>
    public async Task RunAsync(Action stop, CancellationToken cancellation)
    {
        var wait = First;
        var longest = lease / 3 < MaxBetween ? lease / 3 : MaxBetween;
        var renewedAt = time.GetTimestamp();
        try
        {
            while (true)
            {
                wait = wait < longest ? wait : longest;
                await Task.Delay(wait, time, cancellation);
                var hasText = log.Sequence > writer.Kept;
                if (!hasText && time.GetElapsedTime(renewedAt) < lease / 3)
                {
                    continue;
                }

                await KeepAsync(stop);
                renewedAt = time.GetTimestamp();
                wait = hasText ? wait * 1.5 : wait;
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The answer is over.
        }
    }

    private async Task KeepAsync(Action stop)
    {
        try
        {
            var end = log.Sequence;
            int before;
            var tries = 0;
            do
            {
                before = writer.Kept;
                switch (await writer.KeepAsync(log.From(before), CancellationToken.None))
                {
                    case KeepOutcome.StopWanted:
                        stop();
                        return;
                    case KeepOutcome.Lost:
                        return;
                }
            }
            // Once more where nothing was kept: a listener elsewhere had put its word into the lease.
            while (writer.Kept < end && (writer.Kept > before || tries++ == 0));
        }
        catch (Exception e)
        {
            // Whatever it is: the answer goes on, and its end is stored.
            Log.NotKept(logger, e.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "A checkpoint was not kept, the next one will be: {Reason}")]
        public static partial void NotKept(ILogger logger, string reason);
    }
}
