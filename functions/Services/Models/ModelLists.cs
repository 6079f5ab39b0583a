using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Services.Models;

/// <summary>
/// Each connection's own list, stale-while-revalidate: a caller waits for the first answers at most <see cref="FirstDeadline"/>,
/// and afterwards never: it gets what is known, and a list that is too old is renewed behind it. A connection that is down is
/// asked again after 5 s, then 10, 20, 30, as long as somebody looks. One whose address, keys or models were changed is a new one.
/// </summary>
internal sealed class ModelLists(ModelListClient client, ModelOptions options, TimeProvider time, IHostApplicationLifetime lifetime)
{
    public static readonly TimeSpan FirstDeadline = TimeSpan.FromSeconds(2);

    /// <summary>How long a connection that failed once, twice ... is left alone.</summary>
    private static readonly TimeSpan[] RetryDelays = [TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(30)];

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Entry> _entries = [];
    private volatile Settled? _settled;

    /// <summary>What is known of each of these connections, in their order; null where nothing is yet.</summary>
    /// <param name="connections">All that are switched on: what is known of any other one is forgotten.</param>
    /// <param name="waits">Wait for what is not known yet. A connection that somebody has waited for in vain keeps nobody else waiting.</param>
    /// <param name="anew">Ask every connection now, and wait for it, too.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async ValueTask<IReadOnlyList<FetchedModels?>> ReadAsync(IReadOnlyList<Connection> connections, bool waits, bool anew, CancellationToken cancellation)
    {
        if (!anew && _settled is { } settled && ReferenceEquals(settled.Connections, connections) && time.GetUtcNow() < settled.Until)
        {
            return settled.Lists;
        }

        var entries = EntriesOf(connections, anew);
        var patience = time.GetUtcNow() - FirstDeadline;
        var first = Task.WhenAll(entries.Where(e => (e.Known is null || anew) && e.StartedAt > patience).Select(e => e.Running));
        if ((waits || anew) && !first.IsCompleted)
        {
            await Task.WhenAny(first, Task.Delay(FirstDeadline, time, cancellation));
            cancellation.ThrowIfCancellationRequested();
        }

        IReadOnlyList<FetchedModels?> lists = [.. entries.Select(e => e.Known)];
        if (entries.Count > 0 && entries.All(e => e.Running.IsCompletedSuccessfully))
        {
            _settled = new(connections, lists, entries.Min(e => e.StartedAt + DelayAfter(e)));
        }

        return lists;
    }

    /// <summary>What is known of each of these connections; nobody is asked.</summary>
    public IReadOnlyList<FetchedModels?> Known(IReadOnlyList<Connection> connections)
    {
        lock (_gate)
        {
            return [.. connections.Select(c => _entries.GetValueOrDefault(c.Id) is { } entry && HasSameList(entry.Connection, c) ? entry.Known : null)];
        }
    }

    private List<Entry> EntriesOf(IReadOnlyList<Connection> connections, bool anew)
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            List<Entry> entries = [.. connections.Select(connection => EntryOf(connection, anew, now))];
            if (_entries.Count > connections.Count)
            {
                foreach (var gone in _entries.Keys.Except(connections.Select(c => c.Id)).ToList())
                {
                    _entries.Remove(gone);
                }
            }

            return entries;
        }
    }

    private Entry EntryOf(Connection connection, bool anew, DateTimeOffset now)
    {
        var before = _entries.GetValueOrDefault(connection.Id);
        if (before is not null && !HasSameList(before.Connection, connection))
        {
            before = null;
        }

        if (before is not null && (!before.Running.IsCompleted || (!anew && now - before.StartedAt < DelayAfter(before))))
        {
            return before;
        }

        var failures = before?.Known is { Failure: not null } ? before.Failures + 1 : 0;
        var entry = new Entry(connection, client.FetchAsync(connection, null, lifetime.ApplicationStopping), now, before?.Known, failures);
        _entries[connection.Id] = entry;
        _settled = null;
        return entry;
    }

    private TimeSpan DelayAfter(Entry entry) => entry.Known is { Failure: not null }
        ? RetryDelays[Math.Min(entry.Failures, RetryDelays.Length - 1)]
        : options.FreshFor;

    /// <summary>Whether two states of a connection have the same list: everything that the request for it depends on.</summary>
    private static bool HasSameList(Connection a, Connection b) => ReferenceEquals(a, b)
        || (a.Kind == b.Kind && a.BaseUrl == b.BaseUrl && a.Auth == b.Auth && a.Organization == b.Organization && a.ApiVersion == b.ApiVersion
            && a.Keys.SequenceEqual(b.Keys) && a.ModelIds.SequenceEqual(b.ModelIds)
            && HasSame(a.Headers, b.Headers) && HasSame(a.Deployments, b.Deployments));

    private static bool HasSame(IReadOnlyDictionary<string, string> a, IReadOnlyDictionary<string, string> b) =>
        a.Count == b.Count && a.All(entry => b.TryGetValue(entry.Key, out var value) && value == entry.Value);

    /// <summary>Every list is known, and until then none is asked for: every call of the relay looks here.</summary>
    private sealed record Settled(IReadOnlyList<Connection> Connections, IReadOnlyList<FetchedModels?> Lists, DateTimeOffset Until);

    /// <param name="Connection">As it was when it was asked.</param>
    /// <param name="Running">The newest fetch. It never throws, except when the app stops.</param>
    /// <param name="StartedAt">When it began.</param>
    /// <param name="Before">What the fetch before it brought.</param>
    /// <param name="Failures">How many fetches before it failed, one after the other.</param>
    private sealed record Entry(Connection Connection, Task<FetchedModels> Running, DateTimeOffset StartedAt, FetchedModels? Before, int Failures)
    {
        /// <summary>The newest that is known. A connection that went down loses its models: they would only fail.</summary>
        public FetchedModels? Known => Running.IsCompletedSuccessfully ? Running.Result : Before;
    }
}
