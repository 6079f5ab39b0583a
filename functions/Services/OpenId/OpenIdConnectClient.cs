using OpenWebUi.Platform.Security;
using System.Text.Json;

namespace OpenWebUi.Services.OpenId;

/// <summary>OpenID Connect Core 1.0, code flow (section 3.1).</summary>
internal sealed class OpenIdConnectClient(ProviderWire wire, ProviderDocuments documents, CodeExchange exchange, TokenVerifier verifier, ClaimNames names, SignInPolicy policy)
{
    public async Task<Uri> AuthorizationUrlAsync(SignInProvider provider, PendingSignIn pending, CancellationToken cancellation)
    {
        var metadata = await documents.MetadataAsync(provider, cancellation);
        return CodeExchange.AuthorizationUrl(metadata.AuthorizationEndpoint, provider, pending, ("nonce", pending.Nonce));
    }

    /// <summary>Null when the answer's <c>iss</c> is right, or may be missing (RFC 9207): else another provider's answer was sent here.</summary>
    public async Task<SignInOutcome.Invalid?> RefusesIssuerAsync(SignInProvider provider, string? issuer, CancellationToken cancellation)
    {
        var metadata = await documents.MetadataAsync(provider, cancellation);
        return issuer is null
            ? metadata.NamesIssuerInAnswers ? new("issuer_missing", $"The answer does not say that it comes from {provider.Name}. Start the sign-in again.") : null
            : metadata.IsIssuer(issuer, tenant: null) ? null
            : new("issuer_mismatch", $"The answer comes from somebody else than {provider.Name}. Start the sign-in again; do not follow the link that brought you here.");
    }

    /// <summary>Code to tokens, id token to claims, and userinfo where the claims are not enough.</summary>
    public async Task<SignInOutcome> PersonAsync(SignInProvider provider, PendingSignIn pending, string code, string? issuer, CancellationToken cancellation)
    {
        var metadata = await documents.MetadataAsync(provider, cancellation);
        var (tokens, denial) = await exchange.RedeemAsync(metadata.TokenEndpoint, provider, pending, code, cancellation);
        if (denial is not null)
        {
            return denial;
        }

        if (tokens.Text("id_token") is not { } idToken)
        {
            return new SignInOutcome.Invalid("token_missing", $"{provider.Name} sent no id token. Tell the administrator: the scope openid must be allowed there.");
        }

        var (claims, refusal) = await verifier.IdTokenAsync(provider, metadata, idToken, pending.Nonce, cancellation);
        if (refusal is not null)
        {
            return new SignInOutcome.Invalid(refusal.Code, refusal.Sentence);
        }

        if (issuer is not null && issuer != claims.Text("iss"))
        {
            // Where the issuer is a template only the token says which directory it was.
            return new SignInOutcome.Invalid("issuer_mismatch", $"The answer and the token of {provider.Name} are not of one issuer. Start the sign-in again.");
        }

        JsonElement? userInfo = null;
        if (!IdentityClaims.AreEnough(claims, names, policy) && metadata.UserInfoEndpoint is { } endpoint && CodeExchange.AccessToken(tokens) is { } accessToken)
        {
            userInfo = await wire.GetAsync(provider, ProviderLeg.UserInfo, endpoint, accessToken, cancellation);
            if (userInfo.Value.Text("sub") != claims.Text("sub"))
            {
                // Section 5.3.4: then none of it may be used.
                return new SignInOutcome.Invalid("userinfo_subject", $"{provider.Name} told about two different people. Start the sign-in again.");
            }
        }

        return IdentityClaims.Read(provider, claims, userInfo, names, idToken) is { } person ? new SignInOutcome.Person(person)
            : new SignInOutcome.Invalid("subject_missing", $"{provider.Name} did not tell who you are: the claim {names.Subject} is missing. Tell the administrator.");
    }
}
