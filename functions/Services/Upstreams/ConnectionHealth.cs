using System.Collections.Concurrent;
using System.Net;
using System.Runtime.CompilerServices;

namespace OpenWebUi.Services.Upstreams;

/// <summary>One attempt: a route, and which key of its connection.</summary>
internal sealed record UpstreamAttempt(UpstreamRoute Route, string? Key)
{
    /// <summary>Where it is counted while it is under way: a connection that changes meanwhile is counted anew.</summary>
    internal StrongBox<int>? CountedIn { get; set; }
}

/// <summary>
/// What this instance has met at each connection: how many calls are under way, and until when it is left alone. A connection
/// that fails cools 2, 4, 8 ... 60 s; a key that is throttled cools for that model as long as <c>Retry-After</c> says, 5 min at most.
/// Any success ends both. Nothing is asked in the background. Safe for concurrent use.
/// </summary>
internal sealed class ConnectionHealth(TimeProvider time)
{
    public static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(2);
    public static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(60);
    public static readonly TimeSpan LongestThrottle = TimeSpan.FromMinutes(5);

    /// <summary>Throttled pairs of key and model that are remembered of a connection; beyond it the oldest are forgotten.</summary>
    private const int MaxThrottled = 200;

    private readonly ConcurrentDictionary<string, State> _states = new();

    /// <summary>Until when the connection is left alone; null: it is not.</summary>
    public DateTimeOffset? CoolsUntil(Connection connection) =>
        _states.TryGetValue(connection.Id, out var state) && state.IsOf(connection) && state.Pause is { Until: var until } && until > time.GetUtcNow() ? until : null;

    /// <summary>
    /// The next attempt: of those that are not cooling, of the first one's kind if there are any, the least busy (calls under way by weight), at random by weight among equals.
    /// Where all cool, the first attempt goes to the one that is over first, and there is no second.
    /// </summary>
    /// <param name="routes">In order of precedence.</param>
    /// <param name="tried">What was tried for this call; never returned again.</param>
    public UpstreamAttempt? Next(IReadOnlyList<UpstreamRoute> routes, IReadOnlyList<UpstreamAttempt> tried)
    {
        if (routes.Count == 1 && routes[0].Connection.Keys.Count <= 1)
        {
            return tried.Count > 0 ? null : new(routes[0], routes[0].Connection.Keys is [var only] ? only : null);
        }

        var now = time.GetUtcNow();
        UpstreamAttempt? soonest = null;
        var soonestAt = DateTimeOffset.MaxValue;
        List<(UpstreamRoute Route, List<string?> Keys, double Load)> ready = [];
        foreach (var route in routes)
        {
            var state = StateOf(route.Connection);
            List<string?> keys = [];
            foreach (var key in KeysOf(route.Connection).Where(key => !tried.Any(t => t.Route == route && t.Key == key)))
            {
                var until = state.CoolsUntil(key, route.Model);
                if (until <= now)
                {
                    keys.Add(key);
                }
                else if (until < soonestAt)
                {
                    (soonest, soonestAt) = (new(route, key), until);
                }
            }

            if (keys.Count > 0)
            {
                ready.Add((route, keys, (double)state.Busy.Value / route.Connection.Weight));
            }
        }

        if (ready.Count == 0)
        {
            return tried.Count == 0 ? soonest : null;
        }

        // The first connection with the model decides what it is: one of another kind with the same name only stands in.
        var kind = routes[0].Connection.Kind;
        ready = ready.Any(entry => entry.Route.Connection.Kind == kind) ? [.. ready.Where(entry => entry.Route.Connection.Kind == kind)] : ready;
        var least = ready.Min(entry => entry.Load);
        var (chosen, free, _) = ByWeight([.. ready.Where(entry => entry.Load <= least)]);
        return new(chosen, free[Random.Shared.Next(free.Count)]);
    }

    /// <summary>An attempt begins. Dispose of its answer, or its failure, calls <see cref="Ended"/>.</summary>
    public void Began(UpstreamAttempt attempt)
    {
        attempt.CountedIn = StateOf(attempt.Route.Connection).Busy;
        Interlocked.Increment(ref attempt.CountedIn.Value);
    }

    public static void Ended(UpstreamAttempt attempt) => Interlocked.Decrement(ref attempt.CountedIn!.Value);

    /// <summary>Calls under way at all connections, as they are now.</summary>
    public int UnderWay => _states.Values.Sum(state => state.Busy.Value);

    /// <summary>The provider answered.</summary>
    public void Answered(UpstreamAttempt attempt, HttpStatusCode status, TimeSpan? retryAfter)
    {
        var state = StateOf(attempt.Route.Connection);
        switch ((int)status)
        {
            case 429:
                var slot = new Slot(attempt.Key, attempt.Route.Model);
                state.Throttle(slot, Longer(state.Throttled.GetValueOrDefault(slot), retryAfter, LongestThrottle), time.GetUtcNow());
                break;
            case 502 or 503 or 504:
                state.Pause = Longer(state.Pause, retryAfter, LongestPause);
                break;
            default:
                state.Pause = null;
                state.Unthrottle(new(attempt.Key, attempt.Route.Model));
                break;
        }
    }

    /// <summary>The provider could not be reached.</summary>
    public void Failed(UpstreamAttempt attempt)
    {
        var state = StateOf(attempt.Route.Connection);
        state.Pause = Longer(state.Pause, null, LongestPause);
    }

    private static readonly string?[] NoKey = [null];

    private static IEnumerable<string?> KeysOf(Connection connection) => connection.Keys.Count == 0 ? NoKey : (IEnumerable<string?>)connection.Keys;

    private State StateOf(Connection connection)
    {
        var state = _states.GetOrAdd(connection.Id, static (_, c) => new State(c), connection);
        // Another server, or a new key, starts anew.
        return state.IsOf(connection) ? state : _states.AddOrUpdate(
            connection.Id, static (_, c) => new State(c), static (_, old, c) => old.IsOf(c) ? old : new State(c), connection);
    }

    private Pause Longer(Pause? before, TimeSpan? said, TimeSpan longest)
    {
        var failures = Math.Min((before?.Failures ?? 0) + 1, 10);
        var pause = said ?? FirstPause * Math.Pow(2, failures - 1);
        return new(failures, time.GetUtcNow() + (pause < longest ? pause : longest));
    }

    private static (UpstreamRoute Route, List<string?> Keys, double Load) ByWeight(List<(UpstreamRoute Route, List<string?> Keys, double Load)> equals)
    {
        var at = Random.Shared.Next(equals.Sum(entry => entry.Route.Connection.Weight));
        return equals.First(entry => (at -= entry.Route.Connection.Weight) < 0);
    }

    /// <param name="Failures">In a row.</param>
    private sealed record Pause(int Failures, DateTimeOffset Until);

    private readonly record struct Slot(string? Key, string? Model);

    private sealed class State(Connection connection)
    {
        public readonly StrongBox<int> Busy = new();

        /// <summary>Guarded by nothing: two failures at once may count as one.</summary>
        public Pause? Pause { get; set; }

        public ConcurrentDictionary<Slot, Pause> Throttled { get; } = new();

        public bool IsOf(Connection other) =>
            ReferenceEquals(connection, other) || (connection.BaseUrl == other.BaseUrl && connection.Keys.SequenceEqual(other.Keys));

        public DateTimeOffset CoolsUntil(string? key, string? model)
        {
            var throttled = Throttled.TryGetValue(new(key, model), out var pause) ? pause.Until : default;
            return Pause is { Until: var until } && until > throttled ? until : throttled;
        }

        public void Unthrottle(Slot slot)
        {
            if (Throttled.ContainsKey(slot))
            {
                Throttled.TryRemove(slot, out _);
            }
        }

        public void Throttle(Slot slot, Pause pause, DateTimeOffset now)
        {
            Throttled[slot] = pause;
            if (Throttled.Count > MaxThrottled)
            {
                foreach (var old in Throttled.Where(entry => entry.Value.Until <= now || Throttled.Count > MaxThrottled))
                {
                    Throttled.TryRemove(old.Key, out _);
                }
            }
        }
    }
}
