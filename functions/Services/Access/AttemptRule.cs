namespace OpenWebUi.Services.Access;

/// <summary>What is known of the wrong attempts of one address, one account, or of the slow lane.</summary>
/// <param name="Count">Wrong ones that still weigh; 0: as if there had never been one.</param>
/// <param name="At">When the last one was counted.</param>
/// <param name="Until">Nothing is looked at before; only <see cref="LockRule"/> uses it.</param>
internal sealed record AttemptState(double Count, DateTimeOffset At, DateTimeOffset Until)
{
    /// <summary>Nobody was wrong.</summary>
    public static readonly AttemptState None = new(0, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch);
}

/// <summary>What wrong attempts do. Pure: no clock, no store.</summary>
internal abstract class AttemptRule
{
    /// <summary>Five wrong ones of an address are free, then each locks it for twice as long as the one before, 2 s to 15 min; an hour without one forgets it.</summary>
    public static readonly AttemptRule Address = new LockRule();

    /// <summary>Wrong ones of unknown addresses, on all instances together: ten at once, three a second.</summary>
    public static readonly AttemptRule Lane = new BucketRule(capacity: 10, every: TimeSpan.FromSeconds(1) / 3, isSites: true);

    /// <summary>
    /// Wrong ones for one account: 15 at once, then one every 12 s. No lock, because whoever knows an e-mail could hold it: 7,200 guesses
    /// a day find no password that is not on the first page of a list, and who takes every one of them needs 75 addresses at
    /// once (each of them comes to one in 15 min). Then the owner too gets in at a lucky moment only, so a door that knows
    /// its caller from before (a session of this account that is over, say) leaves the account out of the attempt.
    /// </summary>
    public static readonly AttemptRule Account = new BucketRule(capacity: 15, every: TimeSpan.FromSeconds(12), isSites: false);

    /// <summary>New accounts from one address: 30 at once (a class behind one address), then ten an hour.</summary>
    public static readonly AttemptRule SignUps = new BucketRule(capacity: 30, every: TimeSpan.FromMinutes(6), isSites: false);

    /// <summary>New accounts from unknown addresses, on all instances together: 30 at once, then three a minute.</summary>
    public static readonly AttemptRule SignUpLane = new BucketRule(capacity: 30, every: TimeSpan.FromSeconds(20), isSites: true);

    /// <summary>How long a count can matter: what is older is nothing.</summary>
    public abstract TimeSpan Memory { get; }

    /// <summary>What is left of it by now.</summary>
    public abstract AttemptState Now(AttemptState state, DateTimeOffset now);

    /// <summary>Null: one may be looked at. The state is of <see cref="Now"/>.</summary>
    public abstract AttemptDecision? Refusal(AttemptState state, DateTimeOffset now);

    /// <summary>One wrong one more.</summary>
    public abstract AttemptState Count(AttemptState state, DateTimeOffset now);

    /// <summary>One fewer: it had been counted before it was looked at, and was right. Others were counted since.</summary>
    public abstract AttemptState GiveBack(AttemptState state, DateTimeOffset now);

    /// <summary>
    /// Whether an instance may look at one and count it afterwards, if it is wrong. Every instance that knows an old state may
    /// then look at one too many, once: that is nothing before a lock, but in a lock's last moment it would be one for each instance and period.
    /// </summary>
    public abstract bool MayCountLater(AttemptState state);
}

/// <summary>See <see cref="AttemptRule.Address"/>.</summary>
internal sealed class LockRule : AttemptRule
{
    public const int FreeAttempts = 5;
    private static readonly TimeSpan FirstLock = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestLock = TimeSpan.FromMinutes(15);

    public override TimeSpan Memory => TimeSpan.FromHours(1);

    public override AttemptState Now(AttemptState state, DateTimeOffset now) => state.At + Memory < now ? AttemptState.None : state;

    public override AttemptDecision? Refusal(AttemptState state, DateTimeOffset now) =>
        state.Until > now ? new AttemptDecision.Locked(state.Until - now) : null;

    public override AttemptState Count(AttemptState state, DateTimeOffset now) => new(state.Count + 1, now, now + LockAfter(state.Count + 1));

    public override AttemptState GiveBack(AttemptState state, DateTimeOffset now)
    {
        var count = Math.Max(0, state.Count - 1);
        return state with { Count = count, Until = state.At + LockAfter(count) };
    }

    public override bool MayCountLater(AttemptState state) => state.Count < FreeAttempts;

    private static TimeSpan LockAfter(double wrong)
    {
        if (wrong < FreeAttempts)
        {
            return TimeSpan.Zero;
        }

        var wait = FirstLock * Math.Pow(2, Math.Min(wrong - FreeAttempts, 20));
        return wait < LongestLock ? wait : LongestLock;
    }
}

/// <summary>A bucket of <paramref name="capacity"/> that gets one back <paramref name="every"/> so often. The state counts what was taken.</summary>
/// <param name="isSites">Everybody shares it: whoever meets it empty did nothing wrong, and is told to come again in a second.</param>
internal sealed class BucketRule(int capacity, TimeSpan every, bool isSites) : AttemptRule
{
    public int Capacity => capacity;

    public override TimeSpan Memory => every * (capacity + 1);

    public override AttemptState Now(AttemptState state, DateTimeOffset now)
    {
        // The clocks of two instances are not quite one.
        var passed = now > state.At ? now - state.At : TimeSpan.Zero;
        var left = state.Count - (passed / every);
        return left <= 0 ? AttemptState.None : state with { Count = left, At = now > state.At ? now : state.At };
    }

    public override AttemptDecision? Refusal(AttemptState state, DateTimeOffset now)
    {
        var missing = state.Count - (capacity - 1);
        // A refill that is a rounding error short is there.
        return missing <= 1e-6 ? null
            : isSites ? new AttemptDecision.Busy(TimeSpan.FromSeconds(1)) : new AttemptDecision.Locked(every * missing);
    }

    public override AttemptState Count(AttemptState state, DateTimeOffset now) => new(state.Count + 1, now, DateTimeOffset.UnixEpoch);

    public override AttemptState GiveBack(AttemptState state, DateTimeOffset now) => state with { Count = Math.Max(0, state.Count - 1) };

    public override bool MayCountLater(AttemptState state) => true;
}
