using System.Runtime.CompilerServices;
using OpenWebUi.Services.Access;

namespace OpenWebUi.Services.Conversations;

/// <summary>
/// Follows an answer from any place in it, wherever it is written: in this process from its log, elsewhere by what its
/// instance keeps, else from its row. Every unit comes once.
/// </summary>
internal sealed class AnswerFollower(AnswerRuns runs, RunStore store, MessageStore messages, RunOptions options, TimeProvider time)
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

    /// <summary>The message as it is now: a running answer of this process as it is, one of another instance with what that has kept.</summary>
    public async Task<Message> NowAsync(OwnerId owner, ChatId chat, Message message, CancellationToken cancellation) =>
        message.State != MessageState.Running ? message
            : runs.Find(new(owner, chat, message.Id)) is { } run ? run.Now
            : await store.SettleAsync(owner, chat, message, cancellation);

    public async Task<IReadOnlyList<Message>> NowAsync(OwnerId owner, ChatId chat, IReadOnlyList<Message> messages, CancellationToken cancellation)
    {
        var now = new List<Message>(messages.Count);
        foreach (var message in messages)
        {
            now.Add(await NowAsync(owner, chat, message, cancellation));
        }

        return now;
    }

    /// <summary>What comes after a sequence, until the answer is over.</summary>
    /// <param name="owner">Whose.</param>
    /// <param name="chat">Of which chat.</param>
    /// <param name="message">As <see cref="FindAsync"/> gave it.</param>
    /// <param name="from">Units that the listener has.</param>
    /// <param name="awaitTitle">Also waits for the title that follows a first turn.</param>
    /// <param name="begun">The answer's run, where the listener is who began it; else null.</param>
    /// <param name="cancellation">The listener is gone.</param>
    public async IAsyncEnumerable<AnswerEvent> FollowAsync(
        OwnerId owner, ChatId chat, Message message, int from, bool awaitTitle, AnswerRun? begun, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var key = new RunKey(owner, chat, message.Id);
        var sequence = from;
        while (true)
        {
            if ((begun ?? RunOf(key, message)) is { } run)
            {
                await foreach (var heard in run.Log.ListenAsync(sequence, cancellation))
                {
                    yield return heard;
                    if (heard is AnswerEvent.Ended && !awaitTitle)
                    {
                        yield break;
                    }
                }

                yield break;
            }

            await foreach (var read in ReadAsync(key, message, sequence, cancellation))
            {
                yield return read;
                switch (read)
                {
                    case AnswerEvent.Piece piece:
                        sequence = piece.Sequence;
                        break;
                    case AnswerEvent.Ended:
                        yield break;
                }
            }
        }
    }

    /// <summary>The answer's run in this process, but not one that is over while somebody elsewhere goes on with the answer.</summary>
    private AnswerRun? RunOf(RunKey key, Message message) =>
        runs.Find(key) is { } run && (run.RunId == message.RunId || !run.Ended.IsCompleted) ? run : null;

    /// <summary>Reads what the store has, until the answer is over; without an end where it turns out to run here.</summary>
    private async IAsyncEnumerable<AnswerEvent> ReadAsync(
        RunKey key, Message message, int sequence, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var (owner, chat, _) = key;
        var at = new BranchCursor(message.Id, message.Depth);
        // It may have ended between the look that found it and now.
        message = message.State == MessageState.Running ? await messages.GetAsync(owner, chat, at, cancellation) ?? message : message;
        var notedAt = time.GetUtcNow();
        while (message.State == MessageState.Running)
        {
            foreach (var piece in PiecesOf(message.Text, 0, ref sequence))
            {
                yield return piece;
            }

            var (known, kept, next) = (message.Sequence, message.Sequence, 0);
            while (true)
            {
                if (RunOf(key, message) is not null)
                {
                    yield break;
                }

                var run = await store.ReadAsync(owner, chat, message.Id, next, cancellation);
                if (run.Lease is not { } lease || lease.Base != known || lease.Until <= time.GetUtcNow())
                {
                    break;
                }

                // A checkpoint that does not follow the one before belongs to what was moved meanwhile: the next look tells.
                foreach (var (start, text) in run.Checkpoints.TakeWhile(c => c.From == kept))
                {
                    (kept, next) = (kept + text.Sequence, next + 1);
                    foreach (var piece in PiecesOf(text, start, ref sequence))
                    {
                        yield return piece;
                    }
                }

                // The run ends when nobody listens: it cannot see who listens here.
                if (time.GetUtcNow() - notedAt >= options.DetachedTimeout / 3 && await store.NoteListenerAsync(owner, chat, lease, cancellation))
                {
                    notedAt = time.GetUtcNow();
                }

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
