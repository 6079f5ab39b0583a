using System.Text.Json;
using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Settings;

namespace OpenWebUi.Settings;

/// <summary><c>GET</c> and <c>POST /api/v1/configs/settings</c>: every setting with its value, its default, and what locks it.</summary>
internal sealed class SettingsList(AdminSettingsStore store, AdminSettingsOptions options, SettingsChange change)
{
    public async Task ReadAsync(HttpContext context) => await AnswerAsync(context, await store.ReadAsync(context.RequestAborted));

    /// <summary><c>{version, changes: {key: value | null}}</c>.</summary>
    public Task ChangeAsync(HttpContext context) => SettingsRequest.AnswerAsync(context, async (body, cancellation) =>
    {
        var version = SettingsRequest.Field(body, "version", JsonValueKind.String, "the version that GET gave");
        var wanted = new List<WantedSetting>();
        var unknown = new List<(string, string)>();
        foreach (var (name, value) in SettingsRequest.Members(SettingsRequest.Field(body, "changes", JsonValueKind.Object, "an object of settings by their keys")))
        {
            if (SettingList.Find(name) is { } setting)
            {
                wanted.Add(new(name, setting, value));
            }
            else
            {
                unknown.Add((name, "one of the keys that GET gives"));
            }
        }

        if (unknown.Count > 0)
        {
            throw SettingsRequest.Invalid(unknown);
        }

        var before = await store.ReadAsync(cancellation);
        var saved = version.ValueEquals(before.Version) ? await change.TrySaveAsync(before, wanted, cancellation) : null;
        await AnswerAsync(context, saved ?? throw new RefusedException(SettingsRequest.Changed));
    });

    private Task AnswerAsync(HttpContext context, SavedSettings saved) => JsonAnswer.WriteAsync(context, json =>
    {
        json.WriteStartObject();
        json.WriteString("version", saved.Version);
        json.WriteStartArray("settings");
        foreach (var setting in SettingList.All)
        {
            json.WriteStartObject();
            json.WriteString("key", setting.Key);
            json.WriteString("type", setting.Type);
            json.WritePropertyName("value");
            json.WriteRawValue(options.InForce(setting, saved.Values.GetValueOrDefault(setting.Key)));
            json.WritePropertyName("default");
            json.WriteRawValue(setting.DefaultJson);
            json.WriteString("locked_by", options.LockOf(setting));
            if (setting.Options is { } choices)
            {
                json.WriteStartArray("options");
                foreach (var choice in choices)
                {
                    json.WriteStringValue(choice);
                }

                json.WriteEndArray();
            }

            if (setting == SettingList.Permissions)
            {
                WriteLockedFlags(json);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    private void WriteLockedFlags(Utf8JsonWriter json)
    {
        json.WriteStartObject("locked_flags");
        foreach (var permission in PermissionSet.Known.Where(options.Permissions.ContainsKey))
        {
            json.WriteString(permission.Path, permission.Variable);
        }

        json.WriteEndObject();
    }
}
