using OpenWebUi.Platform.Configuration;

namespace OpenWebUi.Services.Access;

/// <summary>How the session cookie is set.</summary>
/// <param name="SameSite"><c>WEBUI_SESSION_COOKIE_SAME_SITE</c> (or <c>WEBUI_AUTH_COOKIE_SAME_SITE</c>): lax (default), strict or none.</param>
/// <param name="Secure"><c>WEBUI_SESSION_COOKIE_SECURE</c> (or <c>WEBUI_AUTH_COOKIE_SECURE</c>): null follows the request, which is right behind a proxy that says which scheme it had.</param>
internal sealed record SessionCookieOptions(SameSiteMode SameSite, bool? Secure)
{
    public const string CookieName = "token";

    public static SessionCookieOptions Read(VariableReader reader)
    {
        const string variable = "WEBUI_SESSION_COOKIE_SAME_SITE";
        var text = reader.Text("WEBUI_AUTH_COOKIE_SAME_SITE") ?? reader.Text(variable);
        var secure = reader.Flag("WEBUI_AUTH_COOKIE_SECURE") ?? reader.Flag("WEBUI_SESSION_COOKIE_SECURE");
        SameSiteMode? sameSite = text?.ToLowerInvariant() switch
        {
            null or "lax" => SameSiteMode.Lax,
            "strict" => SameSiteMode.Strict,
            "none" => SameSiteMode.None,
            _ => null,
        };
        if (sameSite is null)
        {
            reader.Fault(variable, text!, "lax, strict or none");
        }

        if (sameSite == SameSiteMode.None && secure == false)
        {
            reader.Fault("WEBUI_SESSION_COOKIE_SECURE", "false", "true or nothing: browsers refuse a cookie of SameSite=None that is not Secure");
        }

        // Set-Cookie of SameSite=None without Secure is dropped by every browser.
        return new(sameSite ?? SameSiteMode.Lax, sameSite == SameSiteMode.None ? true : secure);
    }
}
