using System.Diagnostics.CodeAnalysis;
using OpenWebUi.Platform.Security;
using OpenWebUi.Platform.Storage;

namespace OpenWebUi.Services.Upstreams;

/// <summary>A connection that administrators made.</summary>
/// <param name="Connection">As it is asked.</param>
/// <param name="Version">Of its row; default where it is not stored yet.</param>
/// <param name="LostSecrets">Its sealed keys and headers, where no known secret opens them; null where they are read.</param>
internal sealed record StoredConnection(Connection Connection, ETag Version = default, string? LostSecrets = null);

/// <summary>What administrators made.</summary>
/// <param name="Rows">In order, also those that are switched off.</param>
/// <param name="EnablesOpenAi">Everything but Ollama may be asked.</param>
/// <param name="EnablesOllama">Ollama may be asked.</param>
/// <param name="Version">Of all together; null where nothing is stored yet.</param>
internal sealed record StoredConnections(IReadOnlyList<StoredConnection> Rows, bool EnablesOpenAi = true, bool EnablesOllama = true, ETag? Version = null)
{
    public IReadOnlyList<Connection> Connections { get; } = [.. Rows.Select(row => row.Connection)];

    public StoredConnection? Find(string id) => Rows.FirstOrDefault(row => row.Connection.Id == id);

    /// <summary>The same with these rows.</summary>
    public StoredConnections With(IReadOnlyList<StoredConnection> rows) => new(rows, EnablesOpenAi, EnablesOllama, Version);
}

/// <summary>
/// Connections that administrators made, in the store: keys and header values sealed (<see cref="ConnectionRows"/>). What is known is
/// read without waiting or locking; it is renewed by whoever asks (<see cref="RefreshAsync"/>), in one read however many ask. A change made
/// here is in force here at once. A row that did not change stays the same object. Safe for concurrent use.
/// </summary>
internal sealed partial class ConnectionStore(RowStore rows, SigningKey keys, TimeProvider time, ILogger<ConnectionStore> logger) : IDisposable
{
    public const int MaxConnections = 50;

    /// <summary>What is known is never older than this, while the store can be reached.</summary>
    public static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(5);

    /// <summary>From this age on it is renewed behind those who ask, so that nobody waits on a busy site.</summary>
    public static readonly TimeSpan RenewAfter = TimeSpan.FromSeconds(3);

    /// <summary>The store may keep a call waiting so long. Then the last known ones stand in.</summary>
    public static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(1);

    private const int MaxAttempts = 5;

    private readonly Lock _gate = new();

    /// <summary>One change at a time, so that the last one made here is the one that is known here.</summary>
    private readonly SemaphoreSlim _changing = new(1, 1);
    private volatile Known _known = new(new([]), null);
    private Task? _reading;
    private long _readingSince;
    private long? _failedAt;

    /// <summary>The last known.</summary>
    public StoredConnections Current => _known.Set;

    /// <summary>Waits, <see cref="MaxWait"/> at most, where what is known is older than <see cref="FreshFor"/>. It never fails: a store that cannot be reached is left alone for that time, and the last known stand in.</summary>
    public ValueTask RefreshAsync(CancellationToken cancellation)
    {
        var known = _known;
        if (IsYounger(known, RenewAfter))
        {
            return ValueTask.CompletedTask;
        }

        Task reading;
        TimeSpan patience;
        lock (_gate)
        {
            // A read may have ended, or failed, since the look above: then this call begins no second one.
            if (_reading is null && (IsYounger(_known, RenewAfter) || (_failedAt is { } failed && time.GetElapsedTime(failed) < FreshFor)))
            {
                return ValueTask.CompletedTask;
            }

            if (_reading is null)
            {
                _readingSince = time.GetTimestamp();
                _reading = Task.Run(ReadSharedAsync, CancellationToken.None);
            }

            (reading, patience) = (_reading, MaxWait - time.GetElapsedTime(_readingSince));
        }

        return IsYounger(known, FreshFor) || patience <= TimeSpan.Zero ? ValueTask.CompletedTask : new(WaitAsync(reading, patience, cancellation));
    }

    /// <summary>What is stored at this moment, for who changes it: a read each time.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot be reached.</exception>
    public async Task<StoredConnections> ReadAsync(CancellationToken cancellation)
    {
        var (before, startedAt) = (_known, time.GetTimestamp());
        var set = await ReadRowsAsync(before.Set, cancellation);
        return Learn(before, new(set, startedAt)).Set;
    }

    /// <summary>Stores a change, all of it or nothing.</summary>
    /// <param name="change">Makes the wanted from what is stored; a row that it hands back as the same object is not written. It may run several times, and may throw.</param>
    /// <param name="cancellation">Ends the wait; the change may happen all the same.</param>
    /// <returns>What is stored now; null when others were faster each time.</returns>
    /// <exception cref="StoreUnavailableException">The store cannot be reached: the change may be done all the same.</exception>
    public async Task<StoredConnections?> ChangeAsync(Func<StoredConnections, StoredConnections> change, CancellationToken cancellation)
    {
        await _changing.WaitAsync(cancellation);
        try
        {
            for (var attempt = 0; attempt < MaxAttempts; attempt++)
            {
                var startedAt = time.GetTimestamp();
                var before = await ReadRowsAsync(_known.Set, cancellation);
                if (await TryStoreAsync(before, change(before), cancellation) is { } stored)
                {
                    lock (_gate)
                    {
                        _known = new(stored, startedAt);
                    }

                    return stored;
                }
            }

            return null;
        }
        finally
        {
            _changing.Release();
        }
    }

    public void Dispose() => _changing.Dispose();

    private async Task WaitAsync(Task reading, TimeSpan patience, CancellationToken cancellation)
    {
        try
        {
            await reading.WaitAsync(patience, time, cancellation);
        }
        catch (TimeoutException)
        {
            // The read goes on, and serves those who come later.
        }
    }

    private bool IsYounger(Known known, TimeSpan age) => known.At is { } at && time.GetElapsedTime(at) < age;

    /// <summary>One read for everybody who asks meanwhile: it belongs to no caller, so none can cancel it.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "Whatever is wrong with the store, calls go on with what is known.")]
    private async Task ReadSharedAsync()
    {
        try
        {
            await ReadAsync(CancellationToken.None);
            lock (_gate)
            {
                (_reading, _failedAt) = (null, null);
            }
        }
        catch (Exception e)
        {
            lock (_gate)
            {
                (_reading, _failedAt) = (null, time.GetTimestamp());
            }

            Log.Unreachable(logger, e.Message);
        }
    }

    /// <summary>What was read, unless something newer was learned meanwhile.</summary>
    private Known Learn(Known before, Known read)
    {
        lock (_gate)
        {
            return _known = ReferenceEquals(_known, before) ? read : _known;
        }
    }

    private async Task<StoredConnections> ReadRowsAsync(StoredConnections before, CancellationToken cancellation)
    {
        var found = new Dictionary<string, StoredConnection>();
        StoredRow? site = null;
        await foreach (var row in rows.QueryAllAsync(ConnectionRows.Table, ConnectionRows.Partition, RowRange.All, cancellation))
        {
            if (row.Key.Row == ConnectionRows.SiteRow)
            {
                site = row;
            }
            else if (ConnectionRows.IdOf(row) is { } id)
            {
                var known = before.Find(id);
                if (known is { LostSecrets: null } && known.Version == row.ETag)
                {
                    found[id] = known;
                }
                else if (await ConnectionRows.ReadAsync(row, keys, cancellation) is { } read)
                {
                    found[id] = read.LostSecrets is not null && known?.Version == read.Version ? known : read;
                }
                else
                {
                    Log.Unreadable(logger, id);
                }
            }
        }

        var set = ConnectionRows.Set(site, found);
        return before.Version == set.Version && before.Rows.SequenceEqual(set.Rows, ReferenceEqualityComparer.Instance) ? before : set;
    }

    /// <returns>Null when somebody else stored something meanwhile.</returns>
    private async Task<StoredConnections?> TryStoreAsync(StoredConnections before, StoredConnections after, CancellationToken cancellation)
    {
        var operations = new List<RowOperation>();
        foreach (var row in after.Rows.Where(row => !before.Rows.Contains(row, ReferenceEqualityComparer.Instance)))
        {
            var properties = await ConnectionRows.PropertiesAsync(row, keys, cancellation);
            operations.Add(new RowOperation.Put(ConnectionRows.RowOf(row.Connection.Id), properties, PutCondition.Always));
        }

        foreach (var gone in before.Rows.Where(row => after.Find(row.Connection.Id) is null))
        {
            operations.Add(new RowOperation.Delete(ConnectionRows.RowOf(gone.Connection.Id), DeleteCondition.Always));
        }

        if (operations.Count == 0 && ConnectionRows.IsSameSite(before, after))
        {
            return before;
        }

        // Every change goes over the one row that has the order: so names and counts that were looked at still hold.
        operations.Add(new RowOperation.Put(
            ConnectionRows.SiteRow, ConnectionRows.SiteProperties(after), before.Version is { } version ? PutCondition.IfMatch(version) : PutCondition.IfAbsent));
        try
        {
            return await rows.BatchAsync(ConnectionRows.Table, ConnectionRows.Partition, operations, cancellation) is BatchOutcome.Committed committed
                ? ConnectionRows.Stored(after, operations, committed.ETags) : null;
        }
        catch
        {
            // It may be stored: who asks next reads it.
            lock (_gate)
            {
                _known = _known with { At = null };
            }

            throw;
        }
    }

    /// <param name="At">As of when it is known; null: it must be read before it counts.</param>
    private sealed record Known(StoredConnections Set, long? At);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Connections cannot be read from the store, the last known ones go on: {Cause}")]
        public static partial void Unreachable(ILogger logger, string cause);

        [LoggerMessage(Level = LogLevel.Warning, Message = "The stored connection {Id} is in a form that this version cannot read: it is left out")]
        public static partial void Unreadable(ILogger logger, string id);
    }
}
