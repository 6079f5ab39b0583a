using System.Runtime.CompilerServices;
using System.Text;

namespace OpenWebUi.Services.Conversations;

/// <summary>What a listener of an answer hears.</summary>
internal abstract record AnswerEvent
{
    private AnswerEvent()
    {
    }

    /// <param name="Sequence">Units after this piece.</param>
    public sealed record Piece(AnswerPart Part, string Text, int Sequence) : AnswerEvent;

    /// <summary>The answer is over and stored as it is here.</summary>
    public sealed record Ended(Message Message) : AnswerEvent;

    /// <summary>The chat got a title; it may come after the end.</summary>
    public sealed record Titled(string Title) : AnswerEvent;
}

/// <summary>
/// A running answer in memory: written by its run, read by any number of listeners, each at its own pace. A listener that
/// stands still holds nobody up: it has only a place in the list.
/// </summary>
internal sealed class AnswerLog
{
    /// <summary>Units that a listener gets at once of small pieces.</summary>
    private const int MaxTogether = 16 * 1024;

    private readonly Lock _gate = new();
    private readonly List<AnswerEvent> _events = [];
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isClosed;
    private int _sequence;
    private int _listeners;

    /// <param name="begun">What stands already: an answer that is continued.</param>
    public AnswerLog(AnswerText begun)
    {
        foreach (var piece in begun.Pieces)
        {
            Append(piece);
        }
    }

    /// <summary>Called after <see cref="Listeners"/> changed. Two changes may be told in either order: ask how many there are now.</summary>
    public Action? ListenersChanged { get; set; }

    public int Listeners
    {
        get
        {
            lock (_gate)
            {
                return _listeners;
            }
        }
    }

    public int Sequence
    {
        get
        {
            lock (_gate)
            {
                return _sequence;
            }
        }
    }

    /// <summary>Everything so far.</summary>
    public AnswerText Text => From(0);

    /// <summary>What came after a sequence.</summary>
    public AnswerText From(int sequence)
    {
        List<AnswerEvent> events;
        lock (_gate)
        {
            events = _events[IndexOf(sequence)..];
        }

        var pieces = events.OfType<AnswerEvent.Piece>().ToList();
        var text = AnswerText.Of(pieces.Select(p => new AnswerPiece(p.Part, p.Text)));
        var surplus = pieces.Count == 0 ? 0 : sequence - (pieces[0].Sequence - pieces[0].Text.Length);
        return surplus > 0 ? text.From(surplus) : text;
    }

    public void Append(AnswerPiece piece)
    {
        lock (_gate)
        {
            _sequence += piece.Text.Length;
            _events.Add(new AnswerEvent.Piece(piece.Part, piece.Text, _sequence));
        }

        Tell();
    }

    public void Append(AnswerEvent end)
    {
        lock (_gate)
        {
            _events.Add(end);
        }

        Tell();
    }

    /// <summary>Nothing comes any more.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
        }

        Tell();
    }

    /// <summary>Everything after a sequence, then what comes, until the log is closed. Stop taking and nobody waits.</summary>
    public async IAsyncEnumerable<AnswerEvent> ListenAsync(int from, [EnumeratorCancellation] CancellationToken cancellation)
    {
        Count(+1);
        try
        {
            int next;
            lock (_gate)
            {
                next = IndexOf(from);
            }

            while (true)
            {
                Task news;
                AnswerEvent? found = null;
                bool isOver;
                lock (_gate)
                {
                    news = _news.Task;
                    isOver = _isClosed;
                    if (next < _events.Count)
                    {
                        (found, next) = Together(next);
                    }
                }

                if (found is AnswerEvent.Piece { } piece)
                {
                    // A listener may know the beginning of it, or more than there is yet: it read on from an answer that was cut.
                    var surplus = Math.Max(0, from - (piece.Sequence - piece.Text.Length));
                    if (surplus < piece.Text.Length)
                    {
                        yield return piece with { Text = piece.Text[surplus..] };
                    }
                }
                else if (found is not null)
                {
                    yield return found;
                }
                else if (isOver)
                {
                    yield break;
                }
                else
                {
                    await news.WaitAsync(cancellation);
                }
            }
        }
        finally
        {
            Count(-1);
        }
    }

    /// <summary>An event, and the next one to take. Small pieces come together: a listener that is behind takes few steps, and holds no copy of the rest.</summary>
    private (AnswerEvent Found, int Next) Together(int at)
    {
        if (_events[at++] is not AnswerEvent.Piece first || first.Text.Length >= MaxTogether || at == _events.Count)
        {
            return (_events[at - 1], at);
        }

        var (text, sequence) = (new StringBuilder(first.Text), first.Sequence);
        while (at < _events.Count && _events[at] is AnswerEvent.Piece piece && piece.Part == first.Part && text.Length + piece.Text.Length <= MaxTogether)
        {
            text.Append(piece.Text);
            sequence = piece.Sequence;
            at++;
        }

        return (new AnswerEvent.Piece(first.Part, text.ToString(), sequence), at);
    }

    /// <summary>The first event that has something after the sequence. Pieces' sequences rise; what is no piece stands behind them all.</summary>
    private int IndexOf(int sequence)
    {
        int low = 0, high = _events.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_events[middle] is AnswerEvent.Piece piece && piece.Sequence <= sequence)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    private void Count(int change)
    {
        lock (_gate)
        {
            _listeners += change;
        }

        ListenersChanged?.Invoke();
    }

    private void Tell()
    {
        TaskCompletionSource news;
        lock (_gate)
        {
            news = _news;
            _news = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        news.TrySetResult();
    }
}
