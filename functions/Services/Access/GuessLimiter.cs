using System.Net;

namespace OpenWebUi.Services.Access;

/// <summary>Whether an attempt at a code may be looked at.</summary>
internal abstract record GuessDecision
{
    public sealed record Allowed : GuessDecision;

    /// <summary>This address guessed wrong too often: <paramref name="Wait"/> until it may try again.</summary>
    public sealed record Locked(TimeSpan Wait) : GuessDecision;

    /// <summary>Too many wrong attempts from callers of unknown address: the site's slow lane is full for a moment.</summary>
    public sealed record Busy(TimeSpan Wait) : GuessDecision;

    public static readonly GuessDecision Allow = new Allowed();
}

/// <summary>
/// Makes guessing hopeless and locks nobody else out.
/// <para>Known address: five wrong attempts are free, then each locks the address for twice as long as the one before, 2 s
/// to 15 min; an hour without a wrong one forgets it. A right code does not clear the count: a guesser who owns one code
/// could else guess at the others.</para>
/// <para>Unknown address: wrong attempts of the whole site share a bucket of 10 that refills at 3 a second. An attempt takes
/// its token before it is looked at and gets it back when it was right, so that nobody learns anything from an empty
/// bucket. Nobody waits inside the server (a waiting request is billed): the answer is 429 with Retry-After 1.</para>
/// <para>Kept in this process. Safe for concurrent callers.</para>
/// </summary>
internal sealed class GuessLimiter(TimeProvider time)
{
    public const int FreeAttempts = 5;
    public const double LaneCapacity = 10;
    public const double LanePerSecond = 3;
    private const int MaxAddresses = 50_000;
    private static readonly TimeSpan FirstLock = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestLock = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan Memory = TimeSpan.FromHours(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<IPAddress, Record> _records = [];
    private double _lane = LaneCapacity;
    private long _laneFilledAt = time.GetTimestamp();

    /// <summary>Asked before a code is compared. <see cref="GuessDecision.Allowed"/> counts the attempt as wrong until <see cref="WasRight"/>.</summary>
    public GuessDecision Enter(IPAddress? address)
    {
        lock (_gate)
        {
            return address is null ? EnterLane() : EnterAddress(address);
        }
    }

    /// <summary>Takes back the count of the attempt that was allowed in: it was right.</summary>
    public void WasRight(IPAddress? address)
    {
        lock (_gate)
        {
            if (address is null)
            {
                _lane = Math.Min(LaneCapacity, _lane + 1);
            }
            else if (_records.TryGetValue(address, out var record))
            {
                record.Wrong--;
                record.LockedUntil = record.LockedBefore;
                if (record.Wrong == 0)
                {
                    _records.Remove(address);
                }
            }
        }
    }

    private GuessDecision EnterLane()
    {
        var now = time.GetTimestamp();
        _lane = Math.Min(LaneCapacity, _lane + time.GetElapsedTime(_laneFilledAt, now).TotalSeconds * LanePerSecond);
        _laneFilledAt = now;
        if (_lane < 1)
        {
            return new GuessDecision.Busy(TimeSpan.FromSeconds(1));
        }

        _lane--;
        return GuessDecision.Allow;
    }

    private GuessDecision EnterAddress(IPAddress address)
    {
        var now = time.GetUtcNow();
        if (!_records.TryGetValue(address, out var record) || record.LastWrong + Memory < now)
        {
            if (_records.Count >= MaxAddresses)
            {
                Forget(now);
            }

            _records[address] = record = new Record();
        }

        if (record.LockedUntil > now)
        {
            return new GuessDecision.Locked(record.LockedUntil - now);
        }

        record.Wrong++;
        record.LastWrong = now;
        record.LockedBefore = record.LockedUntil;
        record.LockedUntil = record.Wrong < FreeAttempts ? now : now + LockAfter(record.Wrong);
        return GuessDecision.Allow;
    }

    private static TimeSpan LockAfter(int wrong)
    {
        var doublings = Math.Min(wrong - FreeAttempts, 20);
        var wait = FirstLock * Math.Pow(2, doublings);
        return wait < LongestLock ? wait : LongestLock;
    }

    /// <summary>A flood of addresses may not fill the memory: what is over is dropped first, then the oldest half.</summary>
    private void Forget(DateTimeOffset now)
    {
        foreach (var address in _records.Where(r => r.Value.LastWrong + Memory < now).Select(r => r.Key).ToList())
        {
            _records.Remove(address);
        }

        if (_records.Count >= MaxAddresses)
        {
            foreach (var address in _records.OrderBy(r => r.Value.LastWrong).Take(MaxAddresses / 2).Select(r => r.Key).ToList())
            {
                _records.Remove(address);
            }
        }
    }

    private sealed class Record
    {
        public int Wrong { get; set; }

        public DateTimeOffset LastWrong { get; set; }

        public DateTimeOffset LockedUntil { get; set; }

        public DateTimeOffset LockedBefore { get; set; }
    }
}
