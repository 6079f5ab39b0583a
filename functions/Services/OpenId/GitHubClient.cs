using OpenWebUi.Platform.Security;
using System.Globalization;
using System.Text.Json;

namespace OpenWebUi.Services.OpenId;

/// <summary>
/// GitHub is no OpenID provider: OAuth 2.0 with PKCE, then <c>/user</c> and <c>/user/emails</c> of its API (docs.github.com, "Authorizing OAuth
/// apps", "REST API endpoints for users" and "emails", 2022-11-28). People are named by their number: login names change hands.
/// </summary>
internal sealed class GitHubClient(ProviderWire wire, CodeExchange exchange)
{
    public static Uri AuthorizationUrl(SignInProvider provider, PendingSignIn pending) =>
        CodeExchange.AuthorizationUrl(Of(provider.Address, "/login/oauth/authorize"), provider, pending);

    /// <summary>GitHub need not name itself, but an answer that names another host is not GitHub's.</summary>
    public static SignInOutcome.Invalid? RefusesIssuer(SignInProvider provider, string? issuer) =>
        issuer is null || (Uri.TryCreate(issuer, UriKind.Absolute, out var url) && url.GetLeftPart(UriPartial.Authority) == provider.Address.GetLeftPart(UriPartial.Authority)) ? null
            : new("issuer_mismatch", $"The answer comes from somebody else than {provider.Name}. Start the sign-in again; do not follow the link that brought you here.");

    public async Task<SignInOutcome> PersonAsync(SignInProvider provider, PendingSignIn pending, string code, CancellationToken cancellation)
    {
        var (tokens, denial) = await exchange.RedeemAsync(Of(provider.Address, "/login/oauth/access_token"), provider, pending, code, cancellation);
        if (denial is not null)
        {
            return denial;
        }

        if (CodeExchange.AccessToken(tokens) is not { } token)
        {
            return new SignInOutcome.Invalid("token_missing", $"{provider.Name} sent no token. Start the sign-in again.");
        }

        var user = await wire.GetAsync(provider, ProviderLeg.UserInfo, Of(provider.ApiAddress!, "/user"), token, cancellation);
        if (user.Member("id") is not { ValueKind: JsonValueKind.Number } id || !id.TryGetInt64(out var number))
        {
            throw ProviderWire.Failed(provider, ProviderLeg.UserInfo, ProviderProblem.Unreadable);
        }

        // The address in /user is what somebody wants to show, and nobody has verified it.
        var email = PrimaryEmail(await wire.GetAsync(provider, ProviderLeg.UserInfo, Of(provider.ApiAddress!, "/user/emails"), token, cancellation));
        return new SignInOutcome.Person(new(
            provider.Id, provider.Address.GetLeftPart(UriPartial.Authority), number.ToString(CultureInfo.InvariantCulture), email, email is not null,
            IdentityClaims.Shortened(user.Text("name")) ?? IdentityClaims.Shortened(user.Text("login")), IdentityClaims.PictureUrl(user.Text("avatar_url")),
            [], [], null, null));
    }

    private static string? PrimaryEmail(JsonElement list) => list.ValueKind != JsonValueKind.Array ? null
        : list.EnumerateArray()
            .Where(entry => entry.Member("primary") is { ValueKind: JsonValueKind.True } && entry.Member("verified") is { ValueKind: JsonValueKind.True })
            .Select(entry => IdentityClaims.EmailOf(entry.Text("email"))).FirstOrDefault(email => email is not null);

    private static Uri Of(Uri address, string path) => new(address.AbsoluteUri.TrimEnd('/') + path);
}
