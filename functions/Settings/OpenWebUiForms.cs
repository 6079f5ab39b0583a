using System.Text.Json;
using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Conversations;
using OpenWebUi.Services.Settings;

namespace OpenWebUi.Settings;

/// <summary>
/// Open WebUI's own forms of the same settings: one object for everything of sign-in, one for models, one each for banners and
/// suggestions. A field that is not sent stays as it is; a wrong value is refused with 422, where Open WebUI ignores it.
/// </summary>
internal sealed class OpenWebUiForms(AdminSettingsStore store, AdminSettingsOptions options, SettingsChange change, FolderOptions folders, PublicRequest addresses)
{
    private static readonly (string Field, Setting Setting)[] Admin =
    [
        ("SHOW_ADMIN_DETAILS", SettingList.ShowAdminDetails), ("ADMIN_EMAIL", SettingList.AdminEmail), ("ENABLE_SIGNUP", SettingList.EnableSignup),
        ("ENABLE_API_KEYS", SettingList.EnableApiKeys), ("ENABLE_API_KEYS_ENDPOINT_RESTRICTIONS", SettingList.RestrictApiKeyPaths),
        ("API_KEYS_ALLOWED_ENDPOINTS", SettingList.ApiKeyPaths), ("DEFAULT_USER_ROLE", SettingList.DefaultUserRole),
        ("DEFAULT_GROUP_ID", SettingList.DefaultGroupId), ("JWT_EXPIRES_IN", SettingList.JwtExpiresIn),
        ("PENDING_USER_OVERLAY_TITLE", SettingList.PendingOverlayTitle), ("PENDING_USER_OVERLAY_CONTENT", SettingList.PendingOverlayContent),
    ];

    /// <summary>Open WebUI's switches of the same form for what is not here: off, whatever is sent.</summary>
    private static readonly string[] Absent =
        ["ENABLE_COMMUNITY_SHARING", "ENABLE_MESSAGE_RATING", "ENABLE_CHANNELS", "ENABLE_NOTES", "ENABLE_USER_WEBHOOKS"];

    private static readonly (string Field, Setting Setting)[] Models =
    [
        ("DEFAULT_MODELS", SettingList.DefaultModels), ("DEFAULT_PINNED_MODELS", SettingList.DefaultPinnedModels), ("MODEL_ORDER_LIST", SettingList.ModelOrder),
    ];

    public async Task ReadAdminAsync(HttpContext context) => await AnswerAdminAsync(context, await store.ReadAsync(context.RequestAborted));

    public Task ChangeAdminAsync(HttpContext context) => SettingsRequest.AnswerAsync(context, async (body, cancellation) =>
        await AnswerAdminAsync(context, await change.SaveAsync(Wanted(body, Admin), cancellation)));

    public async Task ReadModelsAsync(HttpContext context) => await AnswerAsync(context, Models, await store.ReadAsync(context.RequestAborted));

    public Task ChangeModelsAsync(HttpContext context) => SettingsRequest.AnswerAsync(context, async (body, cancellation) =>
        await AnswerAsync(context, Models, await change.SaveAsync(Wanted(body, Models), cancellation)));

    public async Task ReadBannersAsync(HttpContext context)
    {
        var settings = await store.CurrentAsync(context.RequestAborted);
        await JsonAnswer.WriteAsync(context, json => Banner.Form.Write(json, settings.Banners));
    }

    /// <summary><c>{banners: [...]}</c> -> the list.</summary>
    public Task ChangeBannersAsync(HttpContext context) => ChangeOneAsync(context, "banners", SettingList.Banners);

    /// <summary><c>{suggestions: [...]}</c> -> the list.</summary>
    public Task ChangeSuggestionsAsync(HttpContext context) => ChangeOneAsync(context, "suggestions", SettingList.PromptSuggestions);

    private Task ChangeOneAsync(HttpContext context, string field, Setting setting) => SettingsRequest.AnswerAsync(context, async (body, cancellation) =>
    {
        var value = SettingsRequest.Field(body, field, JsonValueKind.Array, "a list");
        var saved = await change.SaveAsync([new(field, setting, value)], cancellation);
        await JsonAnswer.WriteAsync(context, json => json.WriteRawValue(options.InForce(setting, saved.Values.GetValueOrDefault(setting.Key))));
    });

    private static List<WantedSetting> Wanted(JsonElement body, (string Field, Setting Setting)[] fields) =>
        [.. from field in fields
            where body.TryGetProperty(field.Field, out _)
            select new WantedSetting(field.Field, field.Setting, body.GetProperty(field.Field))];

    private Task AnswerAdminAsync(HttpContext context, SavedSettings saved) => AnswerAsync(context, Admin, saved, json =>
    {
        json.WriteString("WEBUI_URL", $"{(addresses.IsHttps(context.Request) ? "https" : "http")}://{addresses.Host(context.Request)}");
        json.WriteBoolean("ENABLE_FOLDERS", folders.AreOn);
        foreach (var field in Absent)
        {
            json.WriteBoolean(field, false);
        }

        json.WriteString("RESPONSE_WATERMARK", "");
    });

    private Task AnswerAsync(
        HttpContext context, (string Field, Setting Setting)[] fields, SavedSettings saved, Action<Utf8JsonWriter>? writeMore = null) =>
        JsonAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            foreach (var (field, setting) in fields)
            {
                json.WritePropertyName(field);
                json.WriteRawValue(options.InForce(setting, saved.Values.GetValueOrDefault(setting.Key)));
            }

            writeMore?.Invoke(json);
            json.WriteEndObject();
        });
}
