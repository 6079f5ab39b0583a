namespace OpenWebUi.FunctionsHostDouble;

/// <summary>Counts what is running and calls back when nothing has run for a while.</summary>
internal sealed class IdleClock : IDisposable
{
    private readonly Lock _lock = new();
    private readonly TimeSpan _limit;
    private readonly ITimer? _timer;
    private int _active;

    public IdleClock(TimeSpan? limit, TimeProvider time, Action onIdle)
    {
        _limit = limit ?? Timeout.InfiniteTimeSpan;
        _timer = limit is null ? null : time.CreateTimer(_ => Fire(onIdle), state: null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Begin()
    {
        lock (_lock)
        {
            _active++;
            _timer?.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    public void End()
    {
        lock (_lock)
        {
            if (--_active == 0)
            {
                _timer?.Change(_limit, Timeout.InfiniteTimeSpan);
            }
        }
    }

    public void Dispose() => _timer?.Dispose();

    private void Fire(Action onIdle)
    {
        lock (_lock)
        {
            if (_active == 0)
            {
                onIdle();
            }
        }
    }
}
