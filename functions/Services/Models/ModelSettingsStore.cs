using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Services.Access;

namespace OpenWebUi.Services.Models;

/// <summary>
/// What administrators changed of models, and presets: a row each, all read at once, at most every 5 s on each instance. A change made
/// here is in force here at once. Safe for concurrent use.
/// </summary>
internal sealed class ModelSettingsStore(RowStore rows, TimeProvider time)
{
    public static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(5);

    /// <summary>From this age on it is renewed behind those who ask, so that nobody waits on a busy site.</summary>
    private static readonly TimeSpan RenewAfter = TimeSpan.FromSeconds(3);

    /// <summary>One page of the store, so that reading all stays one operation.</summary>
    public const int MaxModels = 1_000;

    private const string Table = "ModelSettings";
    private const string Partition = "site";
    private const string SettingsPrefix = "m.";
    private const string PresetPrefix = "p.";

    /// <summary>How long a call waits for the store when something is known already, and when nothing is.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FirstPatience = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private ModelRules? _known;
    private DateTimeOffset _knownAt = DateTimeOffset.MinValue;
    private DateTimeOffset _failedAt = DateTimeOffset.MinValue;
    private Task? _reading;
    private int _changes;

    /// <summary>
    /// By id, at most 5 s old. While the store cannot be reached the last known stand in, however old: they close doors, and a
    /// store that is away takes no new ones. Nobody waits for it longer than a second then, and once in 5 s.
    /// </summary>
    /// <returns>Null: nothing was ever read, and the store cannot be reached. Then nobody knows what is closed.</returns>
    public async ValueTask<ModelRules?> CurrentAsync(CancellationToken cancellation)
    {
        Task reading;
        TimeSpan patience;
        lock (_gate)
        {
            var now = time.GetUtcNow();
            var age = _known is null ? TimeSpan.MaxValue : now - _knownAt;
            if (age < RenewAfter || now - _failedAt < FreshFor)
            {
                return _known;
            }

            patience = _known is null ? FirstPatience : Patience;
            var changes = _changes;
            reading = _reading ??= Task.Run(() => ReadSharedAsync(now, changes), CancellationToken.None);
            if (age < FreshFor)
            {
                return _known;
            }
        }

        try
        {
            await reading.WaitAsync(patience, time, cancellation);
        }
        catch (Exception e) when (e is StoreUnavailableException or TimeoutException)
        {
            lock (_gate)
            {
                _failedAt = time.GetUtcNow();
            }
        }

        lock (_gate)
        {
            return _known;
        }
    }

    /// <summary>As it is stored now, for who changes it.</summary>
    public async Task<ModelSettings?> GetAsync(string id, CancellationToken cancellation) =>
        await rows.GetAsync(Key(SettingsPrefix, id), cancellation) is { } row ? ModelSettingsRow.Read(row) : null;

    /// <summary>As it is stored now, for who changes it.</summary>
    public async Task<Preset?> GetPresetAsync(string id, CancellationToken cancellation) =>
        await rows.GetAsync(Key(PresetPrefix, id), cancellation) is { } row ? PresetRow.Read(row) : null;

    /// <summary>All as they are stored now.</summary>
    public Task<ModelRules> AllAsync(CancellationToken cancellation) => ReadAllAsync(cancellation);

    /// <summary>Puts settings over the version that they bear, or as new ones. False when somebody else was first.</summary>
    public Task<bool> PutAsync(ModelSettings settings, CancellationToken cancellation) =>
        PutAsync(Key(SettingsPrefix, settings.Id), ModelSettingsRow.Properties(settings), settings.Version, cancellation);

    /// <summary>Puts a preset over the version that it bears, or as a new one. False when somebody else was first.</summary>
    public Task<bool> PutAsync(Preset preset, CancellationToken cancellation) =>
        PutAsync(Key(PresetPrefix, preset.Id), PresetRow.Properties(preset), preset.Version, cancellation);

    /// <summary>The model is as its provider has it again. Safe to repeat.</summary>
    public Task DeleteAsync(string id, CancellationToken cancellation) => DeleteAsync(Key(SettingsPrefix, id), cancellation);

    /// <summary>Safe to repeat.</summary>
    public Task DeletePresetAsync(string id, CancellationToken cancellation) => DeleteAsync(Key(PresetPrefix, id), cancellation);

    /// <summary>Takes away what an owner who is gone kept to itself. What it shared stays with the site, and administrators look after it. Safe to repeat.</summary>
    public async Task RemoveOfAsync(OwnerId owner, CancellationToken cancellation)
    {
        foreach (var preset in (await ReadAllAsync(cancellation)).Presets.Values.Where(preset => preset.Owner == owner && preset.IsPrivate))
        {
            await DeletePresetAsync(preset.Id, cancellation);
        }
    }

    /// <summary>Ids are any text, keys are not.</summary>
    private static RowKey Key(string prefix, string id) => new(Table, Partition, prefix + Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(id))));

    private async Task<bool> PutAsync(RowKey key, RowProperties properties, ETag version, CancellationToken cancellation)
    {
        var condition = version.Value is null ? PutCondition.IfAbsent : PutCondition.IfMatch(version);
        try
        {
            return await rows.PutAsync(key, properties, condition, cancellation) is PutOutcome.Stored;
        }
        finally
        {
            Forget();
        }
    }

    private async Task DeleteAsync(RowKey key, CancellationToken cancellation)
    {
        try
        {
            await rows.DeleteAsync(key, DeleteCondition.Always, cancellation);
        }
        finally
        {
            Forget();
        }
    }

    /// <summary>What is known stays known, but the next look reads anew; a read that is under way may have missed the change.</summary>
    private void Forget()
    {
        lock (_gate)
        {
            _changes++;
            _reading = null;
            (_knownAt, _failedAt) = (DateTimeOffset.MinValue, DateTimeOffset.MinValue);
        }
    }

    /// <summary>One read for everybody who asks meanwhile: it belongs to no caller, so none can cancel it.</summary>
    private async Task ReadSharedAsync(DateTimeOffset startedAt, int changes)
    {
        ModelRules? read = null;
        try
        {
            read = await ReadAllAsync(CancellationToken.None);
        }
        finally
        {
            lock (_gate)
            {
                if (changes == _changes)
                {
                    _reading = null;
                    (_known, _knownAt) = read is null ? (_known, _knownAt) : (read, startedAt);
                    _failedAt = read is null ? time.GetUtcNow() : DateTimeOffset.MinValue;
                }
            }
        }
    }

    private async Task<ModelRules> ReadAllAsync(CancellationToken cancellation)
    {
        var (settings, presets) = (new Dictionary<string, ModelSettings>(), new Dictionary<string, Preset>());
        await foreach (var row in rows.QueryAllAsync(Table, Partition, RowRange.All, cancellation))
        {
            if (row.Key.Row.StartsWith(PresetPrefix, StringComparison.Ordinal))
            {
                var preset = PresetRow.Read(row);
                presets[preset.Id] = preset;
            }
            else
            {
                var one = ModelSettingsRow.Read(row);
                settings[one.Id] = one;
            }
        }

        return new(settings, presets);
    }
}
