using System.Text.Json;
using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Settings;

namespace OpenWebUi.Settings;

/// <summary>
/// <c>GET /api/v1/configs/export</c> and <c>POST /api/v1/configs/import</c>. An export has every key, null where nothing is saved, so
/// that its import makes a site as the other was; what variables fix is not in it. An import may name some keys only, and may
/// be an export of Open WebUI, of which we take what we have.
/// </summary>
internal sealed class SettingsFile(AdminSettingsStore store, AdminSettingsOptions options, SettingsChange change)
{
    private const string Unknown = "not a setting of this site";

    /// <summary>Where Open WebUI's export has our settings; some moved between its versions.</summary>
    private static readonly Dictionary<string, Setting> Places = new()
    {
        ["ui.default_locale"] = SettingList.DefaultLocale,
        ["ui.enable_signup"] = SettingList.EnableSignup,
        ["ui.enable_login_form"] = SettingList.EnableLoginForm,
        ["ui.ENABLE_LOGIN_FORM"] = SettingList.EnableLoginForm,
        ["ui.default_user_role"] = SettingList.DefaultUserRole,
        ["ui.default_group_id"] = SettingList.DefaultGroupId,
        ["auth.jwt_expiry"] = SettingList.JwtExpiresIn,
        ["auth.enable_api_keys"] = SettingList.EnableApiKeys,
        ["auth.api_key.enable"] = SettingList.EnableApiKeys,
        ["auth.api_key.endpoint_restrictions"] = SettingList.RestrictApiKeyPaths,
        ["auth.api_key.allowed_endpoints"] = SettingList.ApiKeyPaths,
        ["auth.admin.show"] = SettingList.ShowAdminDetails,
        ["auth.admin.email"] = SettingList.AdminEmail,
        ["ui.pending_user_overlay_title"] = SettingList.PendingOverlayTitle,
        ["ui.pending_user_overlay_content"] = SettingList.PendingOverlayContent,
        ["ui.banners"] = SettingList.Banners,
        ["ui.default_models"] = SettingList.DefaultModels,
        ["ui.default_pinned_models"] = SettingList.DefaultPinnedModels,
        ["ui.model_order_list"] = SettingList.ModelOrder,
        ["ui.prompt_suggestions"] = SettingList.PromptSuggestions,
        ["user.permissions"] = SettingList.Permissions,
    };

    public async Task ExportAsync(HttpContext context)
    {
        var saved = await store.ReadAsync(context.RequestAborted);
        await JsonAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            foreach (var setting in SettingList.All)
            {
                json.WritePropertyName(setting.Key);
                json.WriteRawValue(saved.Values.GetValueOrDefault(setting.Key) ?? "null");
            }

            json.WriteEndObject();
        });
    }

    /// <summary><c>{config: {...}}</c> -> <c>{version, imported: [key], ignored: [{key, reason}]}</c>.</summary>
    public Task ImportAsync(HttpContext context) => SettingsRequest.AnswerAsync(context, async (body, cancellation) =>
    {
        var wanted = new List<WantedSetting>();
        var ignored = new List<(string Key, string Reason)>();
        Gather(SettingsRequest.Field(body, "config", JsonValueKind.Object, "an exported object of settings"), "", wanted, ignored);
        var saved = await change.SaveAsync(wanted, cancellation);
        await JsonAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteString("version", saved.Version);
            json.WriteStartArray("imported");
            foreach (var key in wanted.Select(w => w.Setting.Key).Distinct())
            {
                json.WriteStringValue(key);
            }

            json.WriteEndArray();
            json.WriteStartArray("ignored");
            foreach (var (key, reason) in ignored)
            {
                json.WriteStartObject();
                json.WriteString("key", key);
                json.WriteString("reason", reason);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    });

    /// <summary>Our keys stand on top; Open WebUI's are nested, or written with dots.</summary>
    private void Gather(JsonElement json, string path, List<WantedSetting> wanted, List<(string Key, string Reason)> ignored)
    {
        foreach (var (name, value) in SettingsRequest.Members(json))
        {
            var key = path + name;
            if ((path.Length == 0 ? SettingList.Find(key) : null) is { } ours)
            {
                Take(key, ours, value);
            }
            else if (Places.TryGetValue(key, out var theirs))
            {
                Take(key, theirs, value);
            }
            else if (value.ValueKind == JsonValueKind.Object && value.EnumerateObject().Any())
            {
                Gather(value, key + ".", wanted, ignored);
            }
            else
            {
                ignored.Add((key, Unknown));
            }
        }

        void Take(string key, Setting setting, JsonElement value)
        {
            if (options.LockOf(setting) is { } variable)
            {
                ignored.Add((key, $"fixed by the environment variable {variable}"));
            }
            else
            {
                wanted.Add(new(key, setting, value));
            }
        }
    }
}
