using System.Collections.Frozen;

namespace OpenWebUi.Services.Settings;

/// <summary>Every setting that an administrator may change.</summary>
internal static class SettingList
{
    /// <summary>Model ids with commas between them, or paths.</summary>
    private const int MaxListTextCharacters = 4_000;

    private const int MaxOverlayCharacters = 8_000;

    private static readonly string[] Roles = ["pending", "user", "admin"];

    public static readonly Setting<string> Name = new("name", "text", "OpenWebUi", SettingForms.Line(1, 60), "WEBUI_NAME");

    public static readonly Setting<string> DefaultLocale = new("default_locale", "text", "", SettingForms.Text(
        text => text.Length <= 35 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'), "a language such as en-US, or nothing for the browser's"), "DEFAULT_LOCALE");

    public static readonly Setting<bool> EnableSignup = Flag("enable_signup", true, "ENABLE_SIGNUP");

    public static readonly Setting<bool> EnableLoginForm = Flag("enable_login_form", true, "ENABLE_LOGIN_FORM");

    public static readonly Setting<string> DefaultUserRole =
        new("default_user_role", "choice", "pending", SettingForms.Choice(Roles), "DEFAULT_USER_ROLE") { Options = Roles };

    public static readonly Setting<string> DefaultGroupId = new("default_group_id", "text", "", SettingForms.Line(0, 100), "DEFAULT_GROUP_ID");

    public static readonly Setting<string> JwtExpiresIn = new("jwt_expires_in", "text", "4w",
        SettingForms.Text(text => SessionLifetime.TryParse(text, out _), SessionLifetime.Expected), "JWT_EXPIRES_IN");

    public static readonly Setting<bool> EnableApiKeys = Flag("enable_api_keys", false, "ENABLE_API_KEYS", "ENABLE_API_KEY");

    public static readonly Setting<bool> RestrictApiKeyPaths = Flag(
        "enable_api_keys_endpoint_restrictions", false, "ENABLE_API_KEYS_ENDPOINT_RESTRICTIONS", "ENABLE_API_KEY_ENDPOINT_RESTRICTIONS");

    public static readonly Setting<string> ApiKeyPaths = new("api_keys_allowed_endpoints", "text", "", SettingForms.Text(
        text => text.Length <= MaxListTextCharacters && Entries(text).All(path => path.StartsWith('/') && path.All(c => c is > ' ' and < '\x7f' and not ('?' or '#'))),
        $"paths that begin with a slash, such as /api/models, with commas between them, at most {MaxListTextCharacters} characters"),
        "API_KEYS_ALLOWED_ENDPOINTS", "API_KEY_ALLOWED_ENDPOINTS");

    public static readonly Setting<bool> ShowAdminDetails = Flag("show_admin_details", true, "SHOW_ADMIN_DETAILS");

    public static readonly Setting<string> AdminEmail = new("admin_email", "text", "", SettingForms.Text(
        text => text.Length == 0 || (text.Length <= 320 && text.IndexOf('@', StringComparison.Ordinal) is > 0 and var at && at < text.Length - 1
            && !text.Any(c => char.IsControl(c) || char.IsWhiteSpace(c))), "an e-mail address, or nothing for the first admin's"), "ADMIN_EMAIL");

    public static readonly Setting<string> PendingOverlayTitle =
        new("pending_user_overlay_title", "text", "", SettingForms.Line(0, 200), "PENDING_USER_OVERLAY_TITLE");

    public static readonly Setting<string> PendingOverlayContent =
        new("pending_user_overlay_content", "text", "", SettingForms.Lines(MaxOverlayCharacters), "PENDING_USER_OVERLAY_CONTENT");

    public static readonly Setting<IReadOnlyList<Banner>> Banners = new("banners", "banners", [], Banner.Form, "WEBUI_BANNERS");

    /// <summary>NextChat's DEFAULT_MODEL is one model.</summary>
    public static readonly Setting<string> DefaultModels =
        new("default_models", "text", "", SettingForms.Line(0, MaxListTextCharacters), "DEFAULT_MODEL", "DEFAULT_MODELS");

    public static readonly Setting<string> DefaultPinnedModels =
        new("default_pinned_models", "text", "", SettingForms.Line(0, MaxListTextCharacters), "DEFAULT_PINNED_MODELS");

    public static readonly Setting<IReadOnlyList<string>> ModelOrder = new("model_order_list", "list", [], SettingForms.Ids(1_000, 256), "MODEL_ORDER_LIST");

    public static readonly Setting<IReadOnlyList<PromptSuggestion>> PromptSuggestions =
        new("default_prompt_suggestions", "suggestions", [], PromptSuggestion.Form, "DEFAULT_PROMPT_SUGGESTIONS");

    /// <summary>Fixed flag by flag (<see cref="Permission.Variable"/>), never as a whole.</summary>
    public static readonly Setting<PermissionSet> Permissions = new("permissions", "permissions", PermissionSet.Default, SettingForms.Permissions);

    /// <summary>In the order in which they are shown.</summary>
    public static readonly IReadOnlyList<Setting> All =
    [
        Name, DefaultLocale, EnableSignup, EnableLoginForm, DefaultUserRole, DefaultGroupId, JwtExpiresIn, EnableApiKeys, RestrictApiKeyPaths, ApiKeyPaths,
        ShowAdminDetails, AdminEmail, PendingOverlayTitle, PendingOverlayContent, Banners, DefaultModels, DefaultPinnedModels, ModelOrder, PromptSuggestions, Permissions,
    ];

    private static readonly FrozenDictionary<string, Setting> ByKey = All.ToFrozenDictionary(setting => setting.Key);

    public static Setting? Find(string key) => ByKey.GetValueOrDefault(key);

    /// <summary>The entries of a text with commas.</summary>
    public static string[] Entries(string text) => text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static Setting<bool> Flag(string key, bool @default, params IReadOnlyList<string> variables) => new(key, "bool", @default, SettingForms.Flag, variables);
}
