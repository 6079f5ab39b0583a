using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Services.Models;

/// <summary>
/// The merged model list of every connection, stale-while-revalidate: each connection is asked on its own, a caller waits
/// for the first answers at most <see cref="FirstDeadline"/>, and afterwards never: it gets what is known, and a list older
/// than <see cref="FreshFor"/> is renewed behind it. A dead connection keeps nobody waiting and shows its reason.
/// </summary>
internal sealed class ModelCatalog(ConnectionRegistry registry, ModelListClient lists, TimeProvider time, IHostApplicationLifetime lifetime)
{
    public static readonly TimeSpan FirstDeadline = TimeSpan.FromSeconds(2);
    public static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Entry> _entries = [];

    /// <summary>The list for a caller.</summary>
    /// <param name="connections">Which connections, in order of precedence; null takes all.</param>
    /// <param name="ownKey">The caller's own key: the default connection is asked with it, anew, because its list may differ by key.</param>
    public async Task<ModelList> ListAsync(IReadOnlyList<Connection>? connections, string? ownKey, CancellationToken cancellation)
    {
        var wanted = connections ?? registry.All;
        var fetches = wanted.Select(connection => ownKey is not null && connection == registry.Default
            ? new Entry(lists.FetchAsync(connection, ownKey, cancellation), time.GetUtcNow())
            : EntryOf(connection)).ToList();

        // A connection that somebody has waited for in vain keeps nobody else waiting.
        var patience = time.GetUtcNow() - FirstDeadline;
        var first = Task.WhenAll(fetches.Where(e => e.Known is null && e.StartedAt > patience).Select(e => e.Running));
        if (!first.IsCompleted)
        {
            await Task.WhenAny(first, Task.Delay(FirstDeadline, time, cancellation));
            cancellation.ThrowIfCancellationRequested();
        }

        return Merge(wanted, fetches);
    }

    /// <summary>The first connection among these that lists the model, or null.</summary>
    public async Task<Connection?> FindAsync(string modelId, IReadOnlyList<Connection> connections, CancellationToken cancellation)
    {
        var list = await ListAsync(connections, ownKey: null, cancellation);
        return list.Models.FirstOrDefault(model => model.Id == modelId)?.Connection;
    }

    private Entry EntryOf(Connection connection)
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            if (!_entries.TryGetValue(connection.Name, out var entry))
            {
                entry = new Entry(lists.FetchAsync(connection, null, lifetime.ApplicationStopping), now);
            }
            else if (entry.Running.IsCompleted && entry.StartedAt + FreshFor < now)
            {
                entry = new Entry(lists.FetchAsync(connection, null, lifetime.ApplicationStopping), now, entry.Known);
            }

            _entries[connection.Name] = entry;
            return entry;
        }
    }

    private static ModelList Merge(IReadOnlyList<Connection> connections, List<Entry> entries)
    {
        var models = new List<Model>();
        var seen = new HashSet<string>();
        var states = new List<ConnectionState>();
        for (var i = 0; i < entries.Count; i++)
        {
            var known = entries[i].Known;
            models.AddRange((known?.Models ?? []).Where(model => seen.Add(model.Id)));
            states.Add(new(connections[i],
                known is null ? ConnectionStatus.Pending : known.Failure is null ? ConnectionStatus.Ok : ConnectionStatus.Down, known?.Failure));
        }

        return new(models, states);
    }

    /// <param name="Running">The newest fetch. It never throws, except when the app stops.</param>
    /// <param name="StartedAt">When it began.</param>
    /// <param name="Before">What the fetch before it brought.</param>
    private sealed record Entry(Task<FetchedModels> Running, DateTimeOffset StartedAt, FetchedModels? Before = null)
    {
        /// <summary>The newest that is known. A connection that went down loses its models: they would only fail.</summary>
        public FetchedModels? Known => Running.IsCompletedSuccessfully ? Running.Result : Before;
    }
}
