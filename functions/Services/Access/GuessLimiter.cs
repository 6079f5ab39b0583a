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
/// <para>Unknown address: wrong attempts of the whole site share a bucket of 10 that refills at 3 a second. With an
/// empty bucket no attempt is looked at, so that nobody learns anything from the answer. Nobody waits inside the server (a waiting request is billed): the answer is 429 with Retry-After 1.</para>
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

    /// <summary>How many addresses are remembered: at most 50,000.</summary>
    public int AddressCount
    {
        get
        {
            lock (_gate)
            {
                return _records.Count;
            }
        }
    }

    /// <summary>Looks at an attempt, if it may be looked at, and counts it, if it is wrong: one step, so that right ones that come together do not lock each other out.</summary>
    /// <param name="address">Null: not known.</param>
    /// <param name="look">Whether the attempt is right. Called at most once, only for an allowed attempt.</param>
    /// <returns>The decision, and for an allowed attempt whether it was right.</returns>
    public (GuessDecision Decision, bool IsRight) Try(IPAddress? address, Func<bool> look)
    {
        lock (_gate)
        {
            GuessDecision? refusal = address is null ? LaneRefusal() : AddressRefusal(address);
            if (refusal is not null)
            {
                return (refusal, false);
            }

            if (look())
            {
                return (GuessDecision.Allow, true);
            }

            if (address is null)
            {
                _lane--;
            }
            else
            {
                CountWrong(address);
            }

            return (GuessDecision.Allow, false);
        }
    }

    private GuessDecision.Busy? LaneRefusal()
    {
        var now = time.GetTimestamp();
        _lane = Math.Min(LaneCapacity, _lane + time.GetElapsedTime(_laneFilledAt, now).TotalSeconds * LanePerSecond);
        _laneFilledAt = now;
        return _lane < 1 ? new(TimeSpan.FromSeconds(1)) : null;
    }

    private GuessDecision.Locked? AddressRefusal(IPAddress address)
    {
        var now = time.GetUtcNow();
        return _records.TryGetValue(address, out var record) && record.LockedUntil > now ? new(record.LockedUntil - now) : null;
    }

    private void CountWrong(IPAddress address)
    {
        var now = time.GetUtcNow();
        if (!_records.TryGetValue(address, out var record) || record.LastWrong + Memory < now)
        {
            if (record is null && _records.Count >= MaxAddresses)
            {
                Forget(now);
            }

            _records[address] = record = new Record();
        }

        record.Wrong++;
        record.LastWrong = now;
        record.LockedUntil = record.Wrong < FreeAttempts ? now : now + LockAfter(record.Wrong);
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
    }
}
