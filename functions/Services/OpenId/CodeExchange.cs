using OpenWebUi.Platform.Security;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace OpenWebUi.Services.OpenId;

/// <summary>The two messages that every protocol here has in common: the way to the authorization endpoint, and the code for tokens.</summary>
internal sealed class CodeExchange(ProviderWire wire)
{
    /// <summary>The URL to send the browser to (RFC 6749, section 4.1.1; RFC 7636).</summary>
    /// <param name="endpoint">May have a query of its own, which stays.</param>
    /// <param name="provider">Whose endpoint it is.</param>
    /// <param name="pending">Of this sign-in.</param>
    /// <param name="more">Parameters of one protocol only.</param>
    public static Uri AuthorizationUrl(Uri endpoint, SignInProvider provider, PendingSignIn pending, params (string Name, string Value)[] more)
    {
        (string Name, string Value)[] parameters =
        [
            ("response_type", "code"), ("client_id", provider.ClientId), ("redirect_uri", pending.RedirectUri), ("scope", provider.Scope),
            ("state", pending.State), ("code_challenge", pending.Challenge), ("code_challenge_method", "S256"), .. more,
        ];
        return WithQuery(endpoint, parameters);
    }

    /// <summary>The URL with more parameters in its query.</summary>
    public static Uri WithQuery(Uri endpoint, IEnumerable<(string Name, string Value)> parameters)
    {
        var query = string.Join('&', parameters.Select(p => $"{p.Name}={Uri.EscapeDataString(p.Value)}"));
        return new UriBuilder(endpoint) { Query = endpoint.Query.Length > 1 ? $"{endpoint.Query[1..]}&{query}" : query, Fragment = "" }.Uri;
    }

    /// <summary>Exchanges the code: the answer's JSON, or what the provider has against it.</summary>
    /// <exception cref="ProviderUnavailableException">No answer of the protocol came.</exception>
    public async Task<(JsonElement Tokens, SignInOutcome.Denied? Denial)> RedeemAsync(
        Uri endpoint, SignInProvider provider, PendingSignIn pending, string code, CancellationToken cancellation)
    {
        List<KeyValuePair<string, string>> form =
        [
            new("grant_type", "authorization_code"), new("code", code), new("redirect_uri", pending.RedirectUri), new("code_verifier", pending.Verifier),
        ];
        using var request = new HttpRequestMessage(HttpMethod.Post, endpoint);
        if (provider.Authentication == ClientAuthentication.Basic)
        {
            // Both are form-encoded before they are joined (RFC 6749, section 2.3.1), so that a colon in them does not part them.
            var pair = $"{WebUtility.UrlEncode(provider.ClientId)}:{WebUtility.UrlEncode(provider.ClientSecret)}";
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes(pair)));
        }
        else
        {
            form.Add(new("client_id", provider.ClientId));
            if (provider.ClientSecret is { } secret)
            {
                form.Add(new("client_secret", secret));
            }
        }

        request.Content = new FormUrlEncodedContent(form);
        var (status, json) = await wire.SendAsync(provider, ProviderLeg.Token, request, cancellation);
        if (json?.Text("error") is { Length: > 0 } error)
        {
            // GitHub says so with status 200.
            return (default, SignInDenial.Of(provider, error, json.Value.Text("error_description")));
        }

        return status != HttpStatusCode.OK ? throw ProviderWire.Failed(provider, ProviderLeg.Token, ProviderProblem.Status, (int)status)
            : json is { ValueKind: JsonValueKind.Object } tokens ? (tokens, null)
            : throw ProviderWire.Failed(provider, ProviderLeg.Token, ProviderProblem.Unreadable);
    }

    /// <summary>The access token, when it is one that may be sent as <c>Bearer</c>.</summary>
    public static string? AccessToken(JsonElement tokens) =>
        tokens.Text("token_type")?.Equals("Bearer", StringComparison.OrdinalIgnoreCase) == true
            && tokens.Text("access_token") is { Length: > 0 } token && token.All(c => c is > ' ' and <= '~') ? token : null;
}
