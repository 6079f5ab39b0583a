namespace OpenWebUi.Relay;

/// <summary>
/// The clock of one relayed call: ends it when nothing moves for the idle time, and, once opened, sends an SSE comment
/// whenever the caller has heard nothing for ten seconds. Platforms in front of us cut a silent answer (Azure after 230 s);
/// a comment is ignored by every SSE reader (WHATWG HTML, 9.2.6) and is only sent between two events.
/// <para>One timer for each call and nothing allocated for each chunk: the timer fires only when something is due, and
/// takes turns with the copy through <see cref="EnterAsync"/>.</para>
/// </summary>
internal sealed class StreamPulse : IAsyncDisposable
{
    /// <summary>Promise 2 of the product: how long a caller waits for a status, and hears nothing in a stream.</summary>
    public static readonly TimeSpan Beat = TimeSpan.FromSeconds(10);

    private static readonly byte[] Comment = [.. ": keep-alive\n\n"u8];

    private readonly TimeProvider _time;
    private readonly TimeSpan _idleTimeout;
    private readonly HttpContext _context;
    private readonly CancellationTokenSource _end;
    private readonly ITimer _timer;
    private long _movedAt;
    private long _heardAt;
    private int _busy;
    private bool _beats;
    private TaskCompletionSource? _waited;
    private long _waitsSince;
    private uint _tail = 0x0A0A; // nothing sent yet: between two events
    private Task _beating = Task.CompletedTask;

    public StreamPulse(HttpContext context, TimeSpan idleTimeout, TimeProvider time)
    {
        (_context, _idleTimeout, _time) = (context, idleTimeout, time);
        _end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        _movedAt = _heardAt = time.GetTimestamp();
        _timer = time.CreateTimer(static pulse => ((StreamPulse)pulse!).Tick(), this, idleTimeout < Beat ? idleTimeout : Beat, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Cancelled when the caller went away or nothing moved for the idle time.</summary>
    public CancellationToken Token => _end.Token;

    public bool IsTimedOut { get; private set; }

    /// <summary>True at the start, and after a complete event.</summary>
    public bool IsBetweenEvents => (_tail & 0xFFFF) == 0x0A0A || _tail is 0x0D0A0D0A;

    public bool IsAfterLine => (_tail & 0xFF) == 0x0A;

    /// <summary>Something moved, on either side.</summary>
    public void Moved() => Volatile.Write(ref _movedAt, _time.GetTimestamp());

    /// <summary>From now on the answer is an open SSE stream, and silence is filled.</summary>
    /// <param name="beatNow">The first comment goes out at once: the caller has waited long enough.</param>
    public async Task OpenAsync(bool beatNow)
    {
        await EnterAsync();
        if (beatNow)
        {
            await SendBeatAsync();
        }

        _beats = true;
        Leave();
    }

    /// <summary>Waits for the provider's status, as long as a caller waits for one (<see cref="Beat"/>).</summary>
    /// <returns>False when it is still not there. What came of it is the caller's to ask.</returns>
    public async ValueTask<bool> IsOverWithinBeatAsync(Task status)
    {
        if (!status.IsCompleted)
        {
            _waitsSince = _time.GetTimestamp();
            var waited = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Volatile.Write(ref _waited, waited);
            await Task.WhenAny(status, waited.Task);
            Volatile.Write(ref _waited, null);
        }

        return status.IsCompleted;
    }

    /// <summary>Takes the turn to write.</summary>
    public async ValueTask EnterAsync()
    {
        while (Interlocked.CompareExchange(ref _busy, 1, 0) != 0)
        {
            await _beating;
            await Task.Yield();
        }
    }

    /// <summary>Gives the turn back after the writing of these bytes.</summary>
    public void Leave(ReadOnlySpan<byte> written = default)
    {
        foreach (var b in written.Length > 4 ? written[^4..] : written)
        {
            _tail = (_tail << 8) | b;
        }

        if (written.Length > 0)
        {
            Volatile.Write(ref _movedAt, _heardAt = _time.GetTimestamp());
        }

        Volatile.Write(ref _busy, 0);
    }

    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync();
        await _beating;
        _end.Dispose();
    }

    private void Tick()
    {
        if (_time.GetElapsedTime(Volatile.Read(ref _movedAt)) >= _idleTimeout)
        {
            IsTimedOut = true;
            _ = _end.CancelAsync();
            return;
        }

        if (Volatile.Read(ref _waited) is { } waited && _time.GetElapsedTime(_waitsSince) >= Beat)
        {
            waited.TrySetResult();
        }

        if (_beats && _time.GetElapsedTime(Volatile.Read(ref _heardAt)) >= Beat && Interlocked.CompareExchange(ref _busy, 1, 0) == 0)
        {
            _beating = BeatAsync();
        }

        Rearm();
    }

    /// <summary>The next time that something may be due. While nothing can be, a beat from now: what begins meanwhile is due later still.</summary>
    private void Rearm()
    {
        var next = _idleTimeout - _time.GetElapsedTime(Volatile.Read(ref _movedAt));
        var heard = _waited is not null ? _waitsSince : _beats ? Volatile.Read(ref _heardAt) : _time.GetTimestamp();
        var untilBeat = Beat - _time.GetElapsedTime(heard);
        next = untilBeat < next ? untilBeat : next;
        try
        {
            _timer.Change(next > TimeSpan.Zero ? next : TimeSpan.FromMilliseconds(100), Timeout.InfiniteTimeSpan);
        }
        catch (ObjectDisposedException)
        {
            // The call ended while the timer fired.
        }
    }

    private async Task BeatAsync()
    {
        try
        {
            if (IsBetweenEvents)
            {
                await SendBeatAsync();
            }

            _heardAt = _time.GetTimestamp();
        }
        catch (Exception)
        {
            // The caller is gone; the copy will notice.
        }
        finally
        {
            Volatile.Write(ref _busy, 0);
        }
    }

    private async Task SendBeatAsync()
    {
        await _context.Response.Body.WriteAsync(Comment, Token);
        await _context.Response.Body.FlushAsync(Token);
        _heardAt = _time.GetTimestamp();
    }
}
