namespace OpenWebUi.Services.OpenId;

/// <summary>URLs of providers: https, because what they say decides who somebody is; http only on this machine.</summary>
internal static class ProviderUrl
{
    public const string Form = "the https URL of the provider or of its discovery document, such as https://id.example.com/.well-known/openid-configuration (http only on this machine)";
    public const string RedirectForm = "the full URL that the provider sends the browser back to, such as https://chat.example.com/oauth/oidc/callback";

    private const string WellKnown = "/.well-known/openid-configuration";

    /// <summary>The URL of the discovery document: the text itself, or an issuer with the well-known path behind it. Null when it is no acceptable URL.</summary>
    public static Uri? Discovery(string text)
    {
        var isDocument = text.Contains("/.well-known/", StringComparison.Ordinal);
        return Endpoint(isDocument ? text : text.TrimEnd('/') + WellKnown) is { Fragment: "", UserInfo: "" } url && (isDocument || url.Query.Length == 0) ? url : null;
    }

    /// <summary>A URL that we may call or send people to, or null.</summary>
    public static Uri? Endpoint(string? text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && url.IsLoopback)) ? url : null;

    /// <summary>http is allowed: a site in a home network has no certificate, and the provider decides whether it minds.</summary>
    public static bool IsRedirectUri(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url!.Fragment.Length == 0 && url.UserInfo.Length == 0;
}
