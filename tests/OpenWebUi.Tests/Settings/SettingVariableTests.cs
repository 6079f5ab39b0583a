using OpenWebUi.Platform.Configuration;
using OpenWebUi.Services.Settings;
using OpenWebUi.Tests.Access;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Settings;

/// <summary>Every variable wins over what is saved, and a wrong one is told at the start.</summary>
public sealed class SettingVariableTests
{
    /// <summary>Variable, its value, the setting, and the JSON in force.</summary>
    public static readonly TheoryData<string, string, string, string> Cases = new()
    {
        { "WEBUI_NAME", "Fixed", "name", "\"Fixed\"" },
        { "DEFAULT_LOCALE", "de-DE", "default_locale", "\"de-DE\"" },
        { "ENABLE_SIGNUP", "False", "enable_signup", "false" },
        { "ENABLE_LOGIN_FORM", "no", "enable_login_form", "false" },
        { "DEFAULT_USER_ROLE", "user", "default_user_role", "\"user\"" },
        { "DEFAULT_GROUP_ID", "g1", "default_group_id", "\"g1\"" },
        { "JWT_EXPIRES_IN", "-1", "jwt_expires_in", "\"-1\"" },
        { "ENABLE_API_KEYS", "true", "enable_api_keys", "true" },
        { "ENABLE_API_KEY", "true", "enable_api_keys", "true" },
        { "ENABLE_API_KEYS_ENDPOINT_RESTRICTIONS", "true", "enable_api_keys_endpoint_restrictions", "true" },
        { "ENABLE_API_KEY_ENDPOINT_RESTRICTIONS", "true", "enable_api_keys_endpoint_restrictions", "true" },
        { "API_KEYS_ALLOWED_ENDPOINTS", "/api/models,/v1", "api_keys_allowed_endpoints", "\"/api/models,/v1\"" },
        { "API_KEY_ALLOWED_ENDPOINTS", "/api/models", "api_keys_allowed_endpoints", "\"/api/models\"" },
        { "SHOW_ADMIN_DETAILS", "false", "show_admin_details", "false" },
        { "ADMIN_EMAIL", "a@example.com", "admin_email", "\"a@example.com\"" },
        { "PENDING_USER_OVERLAY_TITLE", "Wait", "pending_user_overlay_title", "\"Wait\"" },
        { "PENDING_USER_OVERLAY_CONTENT", "a\nb", "pending_user_overlay_content", "\"a\\nb\"" },
        { "WEBUI_BANNERS", """[{"id":"b","type":"","content":"Down"}]""", "banners", """[{"id":"b","type":"info","title":null,"content":"Down","dismissible":true,"timestamp":0}]""" },
        { "DEFAULT_MODELS", "a,b", "default_models", "\"a,b\"" },
        { "DEFAULT_MODEL", "a", "default_models", "\"a\"" },
        { "DEFAULT_PINNED_MODELS", "a,b", "default_pinned_models", "\"a,b\"" },
        { "MODEL_ORDER_LIST", """["b","a"]""", "model_order_list", """["b","a"]""" },
        { "MODEL_ORDER_LIST", "b; a", "model_order_list", """["b","a"]""" },
        { "DEFAULT_PROMPT_SUGGESTIONS", """[{"title":["a","b"],"content":"c"}]""", "default_prompt_suggestions", """[{"title":["a","b"],"content":"c"}]""" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Variable_Set_WinsOverWhatWasSavedAndLocks(string variable, string value, string key, string json)
    {
        await using var site = await TestSite.StartAsync((variable, value));
        var setting = (await site.Client.ReadAsync(SettingsCalls.Path)).Of(key);
        Assert.Equal((variable, json), (setting.GetProperty("locked_by").GetString(), setting.GetProperty("value").GetRawText()));

        // Saved before the variable came.
        var saved = new Dictionary<string, string> { [key] = SettingList.Find(key)!.DefaultJson };
        var options = Read(new FaultList(), (variable, value));
        Assert.Equal(json, options.InForce(SettingList.Find(key)!, saved[key]));
        Assert.Equivalent(AdminSettings.Of(options, new Dictionary<string, string>()), AdminSettings.Of(options, saved), strict: true);
        Assert.NotEqual(saved[key], json);
    }

    [Fact]
    public void EverySetting_HasAVariableThatIsTested()
    {
        var tested = Cases.Select(row => (string)row[0]).Distinct();
        Assert.Equal(SettingList.All.SelectMany(s => s.Variables).Order(StringComparer.Ordinal), tested.Order(StringComparer.Ordinal));
        Assert.Equal(["permissions"], SettingList.All.Where(s => s.Variables.Count == 0).Select(s => s.Key));
    }

    [Fact]
    public void EveryPermission_HasAVariableThatWins()
    {
        foreach (var permission in PermissionSet.Known)
        {
            var options = Read(new FaultList(), (permission.Variable, permission.IsDefault ? "false" : "true"));
            Assert.Equal(!permission.IsDefault, options.Alone.Permissions[permission.Path]);
            var saved = new Dictionary<string, string> { ["permissions"] = SettingList.Permissions.Json(PermissionSet.Of(p => p.IsDefault)) };
            Assert.Equal(PermissionSet.Default.With(permission, !permission.IsDefault), AdminSettings.Of(options, saved).Permissions);
        }
    }

    [Theory]
    [InlineData("WEBUI_NAME", "two\nlines")]
    [InlineData("DEFAULT_LOCALE", "no locale")]
    [InlineData("ENABLE_SIGNUP", "maybe")]
    [InlineData("DEFAULT_USER_ROLE", "owner")]
    [InlineData("JWT_EXPIRES_IN", "4")]
    [InlineData("JWT_EXPIRES_IN", "9999999w")]
    [InlineData("API_KEYS_ALLOWED_ENDPOINTS", "api/models")]
    [InlineData("ADMIN_EMAIL", "nobody")]
    [InlineData("WEBUI_BANNERS", "Down")]
    [InlineData("WEBUI_BANNERS", """[{"content":"no id"}]""")]
    [InlineData("MODEL_ORDER_LIST", "[1]")]
    [InlineData("MODEL_ORDER_LIST", "[\"a\"")]
    [InlineData("DEFAULT_PROMPT_SUGGESTIONS", "{}")]
    [InlineData("USER_PERMISSIONS_CHAT_DELETE", "sometimes")]
    public void Variable_WithAWrongValue_IsAFaultOfTheStart(string variable, string value)
    {
        var faults = new FaultList();
        Read(faults, (variable, value));
        Assert.Equal(variable, Assert.Single(faults.All).Variable);
    }

    [Fact]
    public async Task Name_FromTheEnvironment_IsTheSites()
    {
        await using var site = await TestSite.StartAsync(("WEBUI_NAME", "Fixed"), ("DEFAULT_MODEL", "nextchats"), ("DEFAULT_MODELS", "a,b"));
        using var answer = await site.Client.GetAsync("/api/config", []);
        var config = await answer.JsonAsync();
        Assert.Equal(("Fixed", "nextchats"), (config.GetProperty("name").GetString(), config.GetProperty("defaultModel").GetString()));
    }

    private static AdminSettingsOptions Read(FaultList faults, params (string Name, string Value)[] environment) =>
        AdminSettingsOptions.Read(new VariableReader(new Variables(environment.ToDictionary(e => e.Name, e => e.Value)), faults));
}
