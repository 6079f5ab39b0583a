namespace OpenWebUi.Services.Completion;

/// <summary>Ends a call when the provider is waited for too long. It stands still while nobody waits: a slow reader is not the provider's silence.</summary>
internal sealed class IdleClock : IDisposable
{
    private readonly CancellationTokenSource _ring;
    private readonly CancellationTokenSource _either;

    public IdleClock(TimeProvider time, CancellationToken cancellation)
    {
        _ring = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        _either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _ring.Token);
    }

    /// <summary>Cancelled when the clock has rung or the caller left.</summary>
    public CancellationToken Token => _either.Token;

    public bool HasRung => _ring.IsCancellationRequested;

    public void Start(TimeSpan limit) => _ring.CancelAfter(limit);

    public void Stop() => _ring.CancelAfter(Timeout.InfiniteTimeSpan);

    public void Dispose()
    {
        _either.Dispose();
        _ring.Dispose();
    }
}
