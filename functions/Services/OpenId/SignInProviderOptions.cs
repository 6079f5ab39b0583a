using OpenWebUi.Platform.Security;
using OpenWebUi.Platform.Configuration;

namespace OpenWebUi.Services.OpenId;

/// <summary>Everything about sign-in at other people's sites that the environment sets, in Open WebUI's names.</summary>
/// <param name="Providers">In the order of the buttons; empty when none is configured.</param>
/// <param name="Claims">Which claims mean what.</param>
/// <param name="Policy">Who may come in, and as what. This room only carries it to whoever makes accounts.</param>
internal sealed record SignInProviderOptions(IReadOnlyList<SignInProvider> Providers, ClaimNames Claims, SignInPolicy Policy)
{
    /// <summary>The provider of an id in a URL, or null.</summary>
    public SignInProvider? Find(string id) => Providers.FirstOrDefault(provider => provider.Id == id);

    /// <param name="reader">The environment; what is wrong becomes its faults.</param>
    /// <param name="addresses">Null: the public ones.</param>
    public static SignInProviderOptions Read(VariableReader reader, ProviderAddresses? addresses = null)
    {
        var where = addresses ?? ProviderAddresses.Public;
        SignInProvider?[] known = [ReadGoogle(reader, where), ReadMicrosoft(reader, where), ReadGitHub(reader, where), ReadGeneric(reader)];
        return new([.. known.OfType<SignInProvider>(), .. ProviderList.Read(reader)], ClaimNames.Read(reader), SignInPolicy.Read(reader));
    }

    private static SignInProvider? ReadGoogle(VariableReader reader, ProviderAddresses where) =>
        Pair(reader, "GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET") is not var (id, secret) ? null
            : new("google", "Google", SignInProtocol.OpenIdConnect, where.Google, id, secret, ClientAuthentication.Basic,
                Scope(reader, "GOOGLE_OAUTH_SCOPE", "openid email profile"), RedirectUri(reader, "GOOGLE_REDIRECT_URI"));

    private static SignInProvider? ReadMicrosoft(VariableReader reader, ProviderAddresses where)
    {
        if (Pair(reader, "MICROSOFT_CLIENT_ID", "MICROSOFT_CLIENT_SECRET") is not var (id, secret))
        {
            return null;
        }

        var tenant = reader.Text("MICROSOFT_CLIENT_TENANT_ID", "MICROSOFT_TENANT_ID") ?? "";
        if (tenant.Length == 0 || tenant.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '.')))
        {
            reader.Fault("MICROSOFT_CLIENT_TENANT_ID", tenant.Length == 0 ? "nothing" : tenant,
                "the id or domain of your directory (tenant), or organizations or common for every directory");
            return null;
        }

        return new("microsoft", "Microsoft", SignInProtocol.OpenIdConnect, new(where.Microsoft, $"{tenant}/v2.0/.well-known/openid-configuration"), id, secret,
            // Secrets that Microsoft makes may hold characters that its Basic scheme does not decode.
            ClientAuthentication.Post, Scope(reader, "MICROSOFT_OAUTH_SCOPE", "openid email profile"), RedirectUri(reader, "MICROSOFT_REDIRECT_URI"));
    }

    private static SignInProvider? ReadGitHub(VariableReader reader, ProviderAddresses where) =>
        Pair(reader, "GITHUB_CLIENT_ID", "GITHUB_CLIENT_SECRET") is not var (id, secret) ? null
            : new("github", "GitHub", SignInProtocol.GitHub, where.GitHub, id, secret, ClientAuthentication.Post,
                reader.Text("GITHUB_CLIENT_SCOPE") ?? "user:email", RedirectUri(reader, "GITHUB_CLIENT_REDIRECT_URI"))
            { ApiAddress = where.GitHubApi };

    private static SignInProvider? ReadGeneric(VariableReader reader)
    {
        var (id, secret, url) = (reader.Text("OAUTH_CLIENT_ID"), reader.Text("OAUTH_CLIENT_SECRET"), reader.Text("OPENID_PROVIDER_URL"));
        var proof = reader.Text("OAUTH_CODE_CHALLENGE_METHOD");
        if (proof is not null and not "S256")
        {
            reader.Fault("OAUTH_CODE_CHALLENGE_METHOD", proof, "S256 or nothing: it is always on");
        }

        if (id is null && secret is null && url is null)
        {
            return null;
        }

        // As in Open WebUI: whoever names the challenge and no secret has a public client.
        var name = reader.Text("OAUTH_TOKEN_ENDPOINT_AUTH_METHOD");
        var authentication = AuthenticationOf(name ?? (secret is null && proof is not null ? "none" : "client_secret_basic"));
        if (authentication is null)
        {
            reader.Fault("OAUTH_TOKEN_ENDPOINT_AUTH_METHOD", name!, AuthenticationForm);
        }

        var address = url is null ? null : ProviderUrl.Discovery(url);
        if (url is not null && address is null)
        {
            reader.Fault("OPENID_PROVIDER_URL", url, ProviderUrl.Form);
        }

        Missing(reader, url, "OPENID_PROVIDER_URL", "OAUTH_CLIENT_ID", ProviderUrl.Form);
        Missing(reader, id, "OAUTH_CLIENT_ID", "OPENID_PROVIDER_URL", "the client id that the provider gave you");
        if (authentication is not ClientAuthentication.None)
        {
            Missing(reader, secret, "OAUTH_CLIENT_SECRET", "OPENID_PROVIDER_URL", "the secret that the provider gave you, or OAUTH_TOKEN_ENDPOINT_AUTH_METHOD=none for a public client");
        }

        var (scope, redirectUri) = (Scope(reader, "OAUTH_SCOPES", "openid email profile"), RedirectUri(reader, "OPENID_REDIRECT_URI"));
        return address is null || id is null || authentication is not { } how || (secret is null && how != ClientAuthentication.None) ? null
            : new("oidc", reader.Text("OAUTH_PROVIDER_NAME") ?? "SSO", SignInProtocol.OpenIdConnect, address, id,
                how == ClientAuthentication.None ? null : secret, how, scope, redirectUri);
    }

    internal const string AuthenticationForm = "client_secret_basic, client_secret_post or none";

    internal static ClientAuthentication? AuthenticationOf(string name) => name switch
    {
        "client_secret_basic" => ClientAuthentication.Basic,
        "client_secret_post" => ClientAuthentication.Post,
        "none" => ClientAuthentication.None,
        _ => null,
    };

    /// <summary>Without <c>openid</c> a provider sends no id token, and nobody could ever sign in.</summary>
    internal static bool IsOpenIdScope(string scope) => scope.Split(' ').Contains("openid");

    private static (string Id, string Secret)? Pair(VariableReader reader, string idName, string secretName)
    {
        var (id, secret) = (reader.Text(idName), reader.Text(secretName));
        Missing(reader, id, idName, secretName, "the client id that the provider gave you, because the secret is set");
        Missing(reader, secret, secretName, idName, "the client secret that the provider gave you, because the client id is set");
        return id is null || secret is null ? null : (id, secret);
    }

    private static void Missing(VariableReader reader, string? value, string name, string other, string expected)
    {
        if (value is null && reader.Text(other) is not null)
        {
            reader.Fault(name, "nothing", expected);
        }
    }

    private static string Scope(VariableReader reader, string name, string standard)
    {
        var scope = reader.Text(name) ?? standard;
        if (!IsOpenIdScope(scope))
        {
            reader.Fault(name, scope, "scopes with blanks between them, openid among them");
        }

        return scope;
    }

    private static string? RedirectUri(VariableReader reader, string name)
    {
        if (reader.Text(name) is not { } text)
        {
            return null;
        }

        if (!ProviderUrl.IsRedirectUri(text))
        {
            reader.Fault(name, text, ProviderUrl.RedirectForm);
        }

        return text;
    }
}
