using OpenWebUi.Platform.Storage;

namespace OpenWebUi.Services.Settings;

/// <summary>What administrators saved.</summary>
/// <param name="Values">JSON by key; a key that nobody saved is not there.</param>
/// <param name="ETag">The row's version; null where there is no row yet.</param>
internal sealed record SavedSettings(IReadOnlyDictionary<string, string> Values, ETag? ETag)
{
    /// <summary>For a client to send back.</summary>
    public string Version => ETag?.Value ?? "none";
}

/// <summary>
/// The settings that are in force, from one row. This instance reads it at most once in <see cref="FreshFor"/>, however many
/// ask, so a change made elsewhere is in force here within that time; a change made here at once. Safe for concurrent use.
/// </summary>
internal sealed class AdminSettingsStore(RowStore rows, AdminSettingsOptions options, TimeProvider time) : IDisposable
{
    public static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(5);

    /// <summary>How long the last known settings stand in for a store that cannot be reached.</summary>
    public static readonly TimeSpan LastKnownFor = TimeSpan.FromMinutes(1);

    private static readonly RowKey Key = new("Settings", "site", "admin");

    private readonly Lock _gate = new();

    /// <summary>One save at a time, so that the last one saved here is the one that is known here.</summary>
    private readonly SemaphoreSlim _saving = new(1, 1);
    private Known? _known;
    private Task<Known>? _reading;
    private DateTimeOffset _failedAt = DateTimeOffset.MinValue;

    /// <summary>The settings in force. A store that cannot be reached is not asked again for <see cref="FreshFor"/>, as long as the last known settings stand in.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot be reached, and nothing younger than <see cref="LastKnownFor"/> is known.</exception>
    public ValueTask<AdminSettings> CurrentAsync(CancellationToken cancellationToken)
    {
        Task<Known> reading;
        lock (_gate)
        {
            var now = time.GetUtcNow();
            if (_known is { } known && (now - known.At < FreshFor || (now - _failedAt < FreshFor && now - known.At < LastKnownFor)))
            {
                return new(known.Settings);
            }

            var before = _known;
            reading = _reading ??= Task.Run(() => ReadSharedAsync(before, now), CancellationToken.None);
        }

        return WaitAsync(reading, cancellationToken);
    }

    /// <summary>For what is only shown: where <see cref="CurrentAsync"/> would fail, the last known settings however old, or those of the environment. It does not wait for a store that just failed.</summary>
    public async ValueTask<AdminSettings> ForDisplayAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (time.GetUtcNow() - _failedAt < FreshFor)
            {
                return _known?.Settings ?? options.Alone;
            }
        }

        try
        {
            return await CurrentAsync(cancellationToken);
        }
        catch (StoreUnavailableException)
        {
            lock (_gate)
            {
                return _known?.Settings ?? options.Alone;
            }
        }
    }

    /// <summary>What is saved at this moment, for who changes it: a read each time.</summary>
    public async Task<SavedSettings> ReadAsync(CancellationToken cancellationToken) =>
        await rows.GetAsync(Key, cancellationToken) is { } row
            ? new(row.Properties.ToDictionary(p => p.Key, p => p.Value.AsText()), row.ETag) : new(new Dictionary<string, string>(), null);

    /// <summary>Saves as far as nobody else did since <paramref name="before"/> was read.</summary>
    /// <param name="before">As it was read.</param>
    /// <param name="changes">JSON by key, of <see cref="Setting.Canonical"/>; null takes the saved value away.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>What is saved now, or null when somebody else saved meanwhile: nothing is changed.</returns>
    public async Task<SavedSettings?> SaveAsync(SavedSettings before, IReadOnlyDictionary<string, string?> changes, CancellationToken cancellationToken)
    {
        var values = new Dictionary<string, string>(before.Values);
        foreach (var (key, json) in changes)
        {
            if (json is null)
            {
                values.Remove(key);
            }
            else
            {
                values[key] = json;
            }
        }

        var properties = new RowProperties();
        foreach (var (key, json) in values)
        {
            properties[key] = json;
        }

        var condition = before.ETag is { } etag ? PutCondition.IfMatch(etag) : PutCondition.IfAbsent;
        await _saving.WaitAsync(cancellationToken);
        try
        {
            if (await rows.PutAsync(Key, properties, condition, cancellationToken) is not PutOutcome.Stored stored)
            {
                return null;
            }

            lock (_gate)
            {
                _known = new(AdminSettings.Of(options, values), time.GetUtcNow());
            }

            return new(values, stored.ETag);
        }
        finally
        {
            _saving.Release();
        }
    }

    public void Dispose() => _saving.Dispose();

    private static async ValueTask<AdminSettings> WaitAsync(Task<Known> reading, CancellationToken cancellationToken) =>
        (await reading.WaitAsync(cancellationToken)).Settings;

    /// <summary>One read for everybody who asks meanwhile: it belongs to no caller, so none can cancel it.</summary>
    /// <param name="before">What was known when it began.</param>
    /// <param name="startedAt">When it began: what it brings is as old as that.</param>
    private async Task<Known> ReadSharedAsync(Known? before, DateTimeOffset startedAt)
    {
        try
        {
            var saved = await ReadAsync(CancellationToken.None);
            var read = new Known(AdminSettings.Of(options, saved.Values), startedAt);
            lock (_gate)
            {
                _reading = null;
                // What was saved here while it ran is newer than what it may have read.
                return _known = ReferenceEquals(_known, before) ? read : _known!;
            }
        }
        catch (Exception e)
        {
            lock (_gate)
            {
                _reading = null;
                var now = time.GetUtcNow();
                _failedAt = now;
                if (e is StoreUnavailableException && _known is { } known && now - known.At < LastKnownFor)
                {
                    return known;
                }
            }

            throw;
        }
    }

    /// <param name="At">As of when it is known.</param>
    private sealed record Known(AdminSettings Settings, DateTimeOffset At);
}
