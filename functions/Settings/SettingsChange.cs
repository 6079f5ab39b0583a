using System.Text.Json;
using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Settings;

namespace OpenWebUi.Settings;

/// <summary>A setting that a client wants changed.</summary>
/// <param name="Field">What the client calls it.</param>
/// <param name="Value">JSON; null returns to the default.</param>
internal sealed record WantedSetting(string Field, Setting Setting, JsonElement Value);

/// <summary>Checks changes against the settings' forms and locks, and saves them: all or none.</summary>
internal sealed partial class SettingsChange(AdminSettingsStore store, AdminSettingsOptions options, ILogger<SettingsChange> logger)
{
    private const int MaxAttempts = 5;

    /// <summary>Saves over what is saved now, whatever version a client saw.</summary>
    public async Task<SavedSettings> SaveAsync(IReadOnlyList<WantedSetting> wanted, CancellationToken cancellation)
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            if (await TrySaveAsync(await store.ReadAsync(cancellation), wanted, cancellation) is { } saved)
            {
                return saved;
            }
        }

        throw new RefusedException(SettingsRequest.Busy);
    }

    /// <summary>Saves as far as nobody else did since.</summary>
    /// <returns>What is saved then, or null when somebody else was first.</returns>
    /// <exception cref="RefusedException">A value is not what its setting takes (422), or a locked setting would change (409).</exception>
    public async Task<SavedSettings?> TrySaveAsync(SavedSettings before, IReadOnlyList<WantedSetting> wanted, CancellationToken cancellation)
    {
        var changes = Check(before, wanted);
        if (changes.Count == 0)
        {
            return before;
        }

        var saved = await store.SaveAsync(before, changes, cancellation);
        if (saved is not null)
        {
            foreach (var key in changes.Keys)
            {
                Log.Changed(logger, key);
            }
        }

        return saved;
    }

    /// <summary>What differs from what is saved.</summary>
    private Dictionary<string, string?> Check(SavedSettings before, IReadOnlyList<WantedSetting> wanted)
    {
        var changes = new Dictionary<string, string?>();
        var faults = new List<(string Field, string Expected)>();
        foreach (var (field, setting, value) in wanted)
        {
            try
            {
                var saved = before.Values.GetValueOrDefault(setting.Key);
                var (json, lockedBy) = options.Change(setting, value, saved);
                if (lockedBy is not null)
                {
                    throw Locked(field, lockedBy);
                }

                // A form of many fields sends them all: those that nobody touched stay unsaved.
                if (json != saved && !(saved is null && json == setting.DefaultJson))
                {
                    changes[setting.Key] = json;
                }
            }
            catch (SettingRefusedException e)
            {
                faults.Add((field, e.Message));
            }
        }

        return faults.Count == 0 ? changes : throw SettingsRequest.Invalid(faults);
    }

    private static RefusedException Locked(string field, string variable) => new(new ErrorReport(
        409, "locked", $"{field} is fixed by the environment variable {variable}. Change it there, or remove it there to change it here.", field));

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "An administrator changed the setting {Key}")]
        public static partial void Changed(ILogger logger, string key);
    }
}
