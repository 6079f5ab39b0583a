namespace OpenWebUi.Services.OpenId;

/// <summary>Which protocol a provider speaks.</summary>
internal enum SignInProtocol
{
    /// <summary>OpenID Connect Core 1.0 by discovery.</summary>
    OpenIdConnect,

    /// <summary>GitHub's own: OAuth 2.0 with PKCE, and people read from its API.</summary>
    GitHub,
}

/// <summary>How we prove to the token endpoint who we are (OpenID Connect Core 1.0, section 9).</summary>
internal enum ClientAuthentication
{
    /// <summary><c>client_secret_basic</c>: in the Authorization header.</summary>
    Basic,

    /// <summary><c>client_secret_post</c>: in the form.</summary>
    Post,

    /// <summary><c>none</c>: a public client has no secret; PKCE stands in.</summary>
    None,
}

/// <summary>One place where people can sign in, as the environment configures it.</summary>
/// <param name="Id">In URLs: <c>google</c>, <c>microsoft</c>, <c>github</c>, <c>oidc</c>, or an id of <c>OAUTH_PROVIDERS</c>.</param>
/// <param name="Name">On the button.</param>
/// <param name="Protocol">What it speaks.</param>
/// <param name="Address">The URL of its discovery document; for GitHub the site, without a final slash.</param>
/// <param name="ClientId">Ours, as the provider gave it.</param>
/// <param name="ClientSecret">Null for a public client. Never logged: <see cref="ToString"/> leaves it out.</param>
/// <param name="Authentication">How the secret goes to the token endpoint.</param>
/// <param name="Scope">Scopes with blanks between them.</param>
/// <param name="RedirectUri">What the environment demands as redirect URI, or null: then the slice makes it from the public address.</param>
internal sealed record SignInProvider(
    string Id, string Name, SignInProtocol Protocol, Uri Address, string ClientId, string? ClientSecret,
    ClientAuthentication Authentication, string Scope, string? RedirectUri)
{
    /// <summary>GitHub's API; other protocols learn their addresses by discovery.</summary>
    public Uri? ApiAddress { get; init; }

    public override string ToString() => $"{Id} ({Address})";
}

/// <summary>Where the three providers with variables of their own are. Tests put others in their place; the environment cannot.</summary>
/// <param name="Google">The discovery document.</param>
/// <param name="Microsoft">Before the tenant.</param>
/// <param name="GitHub">Authorization and token.</param>
/// <param name="GitHubApi">People.</param>
internal sealed record ProviderAddresses(Uri Google, Uri Microsoft, Uri GitHub, Uri GitHubApi)
{
    public static ProviderAddresses Public { get; } = new(
        new("https://accounts.google.com/.well-known/openid-configuration"),
        new("https://login.microsoftonline.com/"),
        new("https://github.com"),
        new("https://api.github.com"));
}
