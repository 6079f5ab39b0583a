using System.Diagnostics;

namespace OpenWebUi.Tests.Site;

/// <summary>A clock that stands until a test moves it; timers fire during the move, in order.</summary>
internal sealed class ManualTime : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<Timer> _timers = [];
    private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
        {
            return _now;
        }
    }

    public override long GetTimestamp() => GetUtcNow().Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, state);
        timer.Change(dueTime, period);
        lock (_gate)
        {
            _timers.Add(timer);
        }

        return timer;
    }

    /// <summary>How many timers wait to fire: a test that must not move the clock too early waits for its timer to be there.</summary>
    public int WaitingTimers
    {
        get
        {
            lock (_gate)
            {
                return _timers.Count(t => t.DueAt is not null);
            }
        }
    }

    public void Advance(TimeSpan by)
    {
        var end = GetUtcNow() + by;
        while (true)
        {
            Timer? due;
            lock (_gate)
            {
                due = _timers.Where(t => t.DueAt <= end).OrderBy(t => t.DueAt).FirstOrDefault();
                _now = due?.DueAt is { } at ? (at > _now ? at : _now) : end;
            }

            if (due is null)
            {
                return;
            }

            due.Fire();
        }
    }

    /// <summary>Moves the clock in steps until the task is done, because what it waits for may set its timer a moment later; 20 s at most.</summary>
    public async Task AdvanceUntilAsync(Task done, TimeSpan step)
    {
        var limit = Stopwatch.StartNew();
        while (!done.IsCompleted && limit.Elapsed < TimeSpan.FromSeconds(20))
        {
            Advance(step);
            await Task.WhenAny(done, Task.Delay(20));
        }
    }

    private sealed class Timer(ManualTime time, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period;

        public DateTimeOffset? DueAt { get; private set; }

        public void Fire()
        {
            lock (time._gate)
            {
                DueAt = _period > TimeSpan.Zero ? DueAt + _period : null;
            }

            callback(state);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._gate)
            {
                DueAt = dueTime < TimeSpan.Zero ? null : time._now + dueTime;
                _period = period;
            }

            return true;
        }

        public void Dispose()
        {
            lock (time._gate)
            {
                time._timers.Remove(this);
                DueAt = null;
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
