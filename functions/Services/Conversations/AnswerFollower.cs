using System.Runtime.CompilerServices;
using OpenWebUi.Services.Access;

namespace OpenWebUi.Services.Conversations;

/// <summary>
/// Follows an answer from any place in it, wherever it is written: in this process from its log, elsewhere by what its
/// instance keeps, else from its row. Every unit comes once.
/// </summary>
internal sealed class AnswerFollower(AnswerRuns runs, RunStore store, MessageStore messages, TimeProvider time)
{
    /// <summary>Between two looks at another instance's checkpoints, which come 2 to 8 s apart. A look is one storage read.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1.5);

    /// <summary>The answer, or null where the chat has none under this id. The chat was looked up by who calls.</summary>
    /// <param name="owner">Whose.</param>
    /// <param name="chat">Of which chat.</param>
    /// <param name="answer">Which.</param>
    /// <param name="at">Its depth, where it is known: saves a read.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task<Message?> FindAsync(OwnerId owner, ChatId chat, MessageId answer, BranchCursor? at, CancellationToken cancellation) =>
        runs.Find(new(owner, chat, answer)) is { } run ? run.Now
            : (at ?? await messages.FindAsync(owner, chat, answer, cancellation)) is { } place
                ? await messages.GetAsync(owner, chat, place, cancellation) : null;

    /// <summary>What comes after a sequence, until the answer is over.</summary>
    /// <param name="owner">Whose.</param>
    /// <param name="chat">Of which chat.</param>
    /// <param name="message">As <see cref="FindAsync"/> gave it.</param>
    /// <param name="from">Units that the listener has.</param>
    /// <param name="awaitTitle">Also waits for the title that follows a first turn.</param>
    /// <param name="cancellation">The listener is gone.</param>
    public async IAsyncEnumerable<AnswerEvent> FollowAsync(
        OwnerId owner, ChatId chat, Message message, int from, bool awaitTitle, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (runs.Find(new(owner, chat, message.Id)) is { } run)
        {
            await foreach (var heard in run.Log.ListenAsync(from, cancellation))
            {
                yield return heard;
                if (heard is AnswerEvent.Ended && !awaitTitle)
                {
                    yield break;
                }
            }

            yield break;
        }

        await foreach (var read in ReadAsync(owner, chat, message, from, cancellation))
        {
            yield return read;
        }
    }

    private async IAsyncEnumerable<AnswerEvent> ReadAsync(
        OwnerId owner, ChatId chat, Message message, int sequence, [EnumeratorCancellation] CancellationToken cancellation)
    {
        // It may have ended between the look that found it and now.
        var at = new BranchCursor(message.Id, message.Depth);
        message = message.State == MessageState.Running ? await messages.GetAsync(owner, chat, at, cancellation) ?? message : message;
        while (message.State == MessageState.Running)
        {
            foreach (var piece in PiecesOf(message.Text, 0, ref sequence))
            {
                yield return piece;
            }

            var (known, next) = (message.Sequence, 0);
            while (true)
            {
                var run = await store.ReadAsync(owner, chat, message.Id, next, cancellation);
                if (run.Lease is not { } lease || lease.Base != known || lease.Until <= time.GetUtcNow())
                {
                    break;
                }

                foreach (var (start, text) in run.Checkpoints)
                {
                    foreach (var piece in PiecesOf(text, start, ref sequence))
                    {
                        yield return piece;
                    }
                }

                next = lease.Checkpoints;
                await Task.Delay(LookEvery, time, cancellation);
            }

            message = await messages.GetAsync(owner, chat, at, cancellation) ?? message with { State = MessageState.Interrupted };
            if (message.Sequence == known)
            {
                message = await store.SettleAsync(owner, chat, message, cancellation);
            }
        }

        foreach (var piece in PiecesOf(message.Text, 0, ref sequence))
        {
            yield return piece;
        }

        yield return new AnswerEvent.Ended(message);
    }

    private static List<AnswerEvent.Piece> PiecesOf(AnswerText text, int start, ref int sequence)
    {
        var pieces = new List<AnswerEvent.Piece>();
        foreach (var (part, value) in text.From(sequence - start).Pieces)
        {
            sequence += value.Length;
            pieces.Add(new(part, value, sequence));
        }

        return pieces;
    }
}
