using System.Text.Json;
using OpenWebUi.Platform.Hosting;
using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Config;

/// <summary>
/// <c>GET</c> and <c>POST /api/config</c>: NextChat's keys and Open WebUI's in one body, and <c>access</c> for our page:
/// the mode, whether this browser is in, and a standing warning.
/// </summary>
internal sealed class SiteConfig(
    PageOptions page, AccessOptions access, HostingOptions hosting, ConnectionRegistry connections, CallerAuthentication authentication)
{
    /// <summary>Open WebUI's feature switches that stand for something we do not have (yet): false, so that its clients do not offer it.</summary>
    private static readonly string[] Absent =
    [
        "auth_trusted_header", "enable_signup_password_confirmation", "enable_ldap", "enable_api_keys", "enable_signup", "enable_login_form",
        "enable_websocket", "enable_version_update_check", "enable_public_active_users_count",
    ];

    public async Task HandleAsync(HttpContext context)
    {
        var (caller, _) = await authentication.AuthenticateAsync(context, isRelay: false);
        var isOpenToNetwork = access.Mode == AccessMode.Open && !hosting.IsLoopbackOnly;
        await JsonAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            WriteOpenWebUiKeys(json);
            WriteNextChatKeys(json);
            json.WriteStartObject("access");
            json.WriteString("mode", access.Mode == AccessMode.Code ? "code" : "open");
            json.WriteBoolean("granted", caller.Standing > Standing.Stranger);
            json.WriteString("warning", isOpenToNetwork ? "open_to_network" : null);
            json.WriteEndObject();
            json.WriteEndObject();
        });
    }

    private void WriteOpenWebUiKeys(Utf8JsonWriter json)
    {
        json.WriteBoolean("status", true);
        json.WriteString("name", page.Name);
        json.WriteString("version", ProductVersion.Text);
        json.WriteString("default_locale", page.DefaultLocale);
        json.WriteStartObject("oauth");
        json.WriteStartObject("providers");
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteStartObject("features");
        json.WriteBoolean("auth", access.Mode == AccessMode.Code);
        foreach (var feature in Absent)
        {
            json.WriteBoolean(feature, false);
        }

        json.WriteEndObject();
    }

    private void WriteNextChatKeys(Utf8JsonWriter json)
    {
        json.WriteBoolean("needCode", access.Mode == AccessMode.Code);
        // Also true where no connection could take a caller's key: the field would do nothing.
        json.WriteBoolean("hideUserApiKey", access.HidesUserApiKey || !connections.TakesOwnKeys);
        json.WriteBoolean("disableGPT4", false);
        json.WriteBoolean("hideBalanceQuery", true);
        json.WriteBoolean("disableFastLink", true);
        json.WriteString("customModels", "");
        json.WriteString("defaultModel", page.DefaultModel);
        json.WriteString("visionModels", "");
    }
}
