using System.Text.Json;
using OpenWebUi.Platform.Configuration;

namespace OpenWebUi.Services.OpenId;

/// <summary>
/// <c>OAUTH_PROVIDERS</c>: several OpenID Connect providers as one JSON object,
/// <c>{"&lt;id&gt;": {"name", "client_id", "client_secret", "provider_url", "scopes", "redirect_uri", "token_endpoint_auth_method"}}</c>.
/// Ids are 1 to 32 of a-z, 0-9 and "-". A name that nobody knows is a fault, so that a typing error is not silent.
/// </summary>
internal static class ProviderList
{
    private const string Variable = "OAUTH_PROVIDERS";
    private const int MaxIdCharacters = 32;
    private static readonly string[] Reserved = ["google", "microsoft", "github", "oidc"];
    private static readonly string[] Known = ["name", "client_id", "client_secret", "provider_url", "scopes", "redirect_uri", "token_endpoint_auth_method"];

    public static IReadOnlyList<SignInProvider> Read(VariableReader reader)
    {
        if (reader.Text(Variable) is not { } text)
        {
            return [];
        }

        try
        {
            using var document = JsonDocument.Parse(text);
            var providers = new List<SignInProvider>();
            var ids = new HashSet<string>();
            foreach (var entry in document.RootElement.EnumerateObject())
            {
                if (!ids.Add(entry.Name))
                {
                    reader.Fault(Variable, entry.Name, "each id once");
                }
                else if (ReadOne(reader, entry) is { } provider)
                {
                    providers.Add(provider);
                }
            }

            return providers;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The text holds client secrets.
            reader.Fault(Variable, text, """a JSON object such as {"corp": {"name": "Corp", "client_id": "...", "client_secret": "...", "provider_url": "https://id.example.com"}}""", secret: true);
            return [];
        }
    }

    private static SignInProvider? ReadOne(VariableReader reader, JsonProperty entry)
    {
        var id = entry.Name;
        if (id.Length is 0 or > MaxIdCharacters || id.Any(c => !char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-'))
        {
            reader.Fault(Variable, id, $"ids of 1 to {MaxIdCharacters} small letters, digits and hyphens");
            return null;
        }

        if (Reserved.Contains(id))
        {
            reader.Fault(Variable, id, $"ids other than {string.Join(", ", Reserved)}: those have variables of their own");
            return null;
        }

        var isWhole = true;
        void Fault(string name, string held, string expected, bool secret = false)
        {
            reader.Fault($"{Variable}.{id}.{name}", held, expected, secret);
            isWhole = false;
        }

        foreach (var property in entry.Value.EnumerateObject())
        {
            if (!Known.Contains(property.Name))
            {
                Fault(property.Name, "a setting that is not known", "one of " + string.Join(", ", Known));
            }
            else if (property.Value.ValueKind != JsonValueKind.String)
            {
                Fault(property.Name, property.Value.GetRawText(), "text in quotes", secret: true);
            }
        }

        string? Text(string name) => entry.Value.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString()!.Trim() is { Length: > 0 } text ? text : null;

        var (clientId, secret, url, scope, redirectUri) = (Text("client_id"), Text("client_secret"), Text("provider_url"), Text("scopes") ?? "openid email profile", Text("redirect_uri"));
        var authentication = SignInProviderOptions.AuthenticationOf(Text("token_endpoint_auth_method") ?? "client_secret_basic");
        var address = url is null ? null : ProviderUrl.Discovery(url);
        if (clientId is null)
        {
            Fault("client_id", "nothing", "the client id that the provider gave you");
        }

        if (address is null)
        {
            Fault("provider_url", url ?? "nothing", ProviderUrl.Form);
        }

        if (authentication is null)
        {
            Fault("token_endpoint_auth_method", Text("token_endpoint_auth_method")!, SignInProviderOptions.AuthenticationForm);
        }
        else if (secret is null && authentication != ClientAuthentication.None)
        {
            Fault("client_secret", "nothing", "the secret that the provider gave you, or token_endpoint_auth_method none for a public client");
        }

        if (!SignInProviderOptions.IsOpenIdScope(scope))
        {
            Fault("scopes", scope, "scopes with blanks between them, openid among them");
        }

        if (redirectUri is not null && !ProviderUrl.IsRedirectUri(redirectUri))
        {
            Fault("redirect_uri", redirectUri, ProviderUrl.RedirectForm);
        }

        return !isWhole ? null
            : new(id, Text("name") ?? id, SignInProtocol.OpenIdConnect, address!, clientId!,
                authentication == ClientAuthentication.None ? null : secret, authentication!.Value, scope, redirectUri);
    }
}
