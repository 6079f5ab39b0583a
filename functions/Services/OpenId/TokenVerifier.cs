using OpenWebUi.Platform.Security;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace OpenWebUi.Services.OpenId;

/// <summary>
/// Decides whether a token is the provider's, for us, now, and the kind that is asked for:
/// 1. it is a signed token, 2. RS256 or ES256, 3. of this issuer, 4. for this client, 5. signed by a key of the provider,
/// 6. valid at this time; then what its kind demands. OpenID Connect Core 1.0, section 3.1.3.7; Back-Channel Logout 1.0, section 2.6.
/// </summary>
internal sealed class TokenVerifier(ProviderDocuments documents, TimeProvider time)
{
    /// <summary>How far the two clocks may differ.</summary>
    public static readonly TimeSpan Skew = TimeSpan.FromMinutes(2);

    /// <summary>How long a logout token lives that does not say so itself, as those of older servers.</summary>
    private static readonly TimeSpan LogoutLifetime = TimeSpan.FromMinutes(2);

    private const string LogoutEvent = "http://schemas.openid.net/event/backchannel-logout";
    private const int MaxSubjectCharacters = 255;

    /// <summary>The claims of an id token, or why it is refused.</summary>
    /// <param name="provider">Whose it should be.</param>
    /// <param name="metadata">Of that provider.</param>
    /// <param name="text">The token.</param>
    /// <param name="nonce">Of this sign-in.</param>
    /// <param name="cancellation">Ends reading the keys.</param>
    /// <exception cref="ProviderUnavailableException">The keys could not be read.</exception>
    public async Task<(JsonElement Claims, TokenRefusal? Refusal)> IdTokenAsync(
        SignInProvider provider, ProviderMetadata metadata, string text, string nonce, CancellationToken cancellation)
    {
        var (token, refusal) = await VerifyAsync(provider, metadata, text, cancellation);
        if (token is null)
        {
            return (default, refusal);
        }

        var claims = token.Claims;
        var problem = token.Type == "logout+jwt" || claims.Member("events") is not null ? ("kind", "it is no id token")
            : Seconds(claims, "exp") is null ? ("expiry", "it names no end")
            : claims.Text("nonce") is not { } given || !IsSame(given, nonce) ? ("nonce", "it was made for another sign-in")
            : claims.Text("sub") is not { Length: > 0 and <= MaxSubjectCharacters } ? ("subject", "it names nobody")
            : Expired(claims, lifetime: null);
        return problem is var (code, why) ? (default, Refusal(provider, code, why)) : (claims, null);
    }

    /// <summary>What a logout token says, or why it is refused.</summary>
    /// <exception cref="ProviderUnavailableException">The keys could not be read.</exception>
    public async Task<LogoutOutcome> LogoutTokenAsync(SignInProvider provider, ProviderMetadata metadata, string text, CancellationToken cancellation)
    {
        var (token, refusal) = await VerifyAsync(provider, metadata, text, cancellation);
        if (token is null)
        {
            return Refused(refusal!);
        }

        var claims = token.Claims;
        var (subject, session, id) = (claims.Text("sub"), claims.Text("sid"), claims.Text("jti"));
        var problem = claims.Member("events")?.Member(LogoutEvent) is not { ValueKind: JsonValueKind.Object } ? ("events", "it tells no sign-out")
            // An id token must not pass for one.
            : claims.Member("nonce") is not null ? ("nonce", "it has a nonce, which only an id token has")
            : string.IsNullOrEmpty(id) ? ("jti", "it has no id")
            : string.IsNullOrEmpty(subject) && string.IsNullOrEmpty(session) ? ("subject", "it names neither a person nor a session")
            : Expired(claims, LogoutLifetime);
        return problem is var (code, why)
            ? Refused(Refusal(provider, code, why))
            : new LogoutOutcome.Accepted(claims.Text("iss")!, subject, session, id!);
    }

    private async Task<(SignedToken? Token, TokenRefusal? Refusal)> VerifyAsync(
        SignInProvider provider, ProviderMetadata metadata, string text, CancellationToken cancellation)
    {
        var token = SignedToken.Parse(text);
        var problem = token is null ? ("form", "it is no signed token")
            : !TokenAlgorithm.IsAllowed(token.Algorithm) ? ("algorithm", "its algorithm is neither RS256 nor ES256")
            : !metadata.IsIssuer(token.Claims.Text("iss"), token.Claims.Text("tid") ?? "") ? ("issuer", "it is of another issuer")
            : !IsFor(token.Claims, provider.ClientId) ? ("audience", "it is for another site")
            : await IsSignedAsync(provider, metadata, token, cancellation) ? Early(token.Claims)
            : ("signature", "its signature is by none of the provider's keys");
        return problem is var (code, why) ? (null, Refusal(provider, code, why)) : (token, null);
    }

    /// <summary>One of several audiences is not enough: then <c>azp</c> says who it was made for.</summary>
    private static bool IsFor(JsonElement claims, string clientId)
    {
        var audience = claims.Member("aud");
        var isOne = claims.Text("aud") == clientId;
        var isAmong = audience is { ValueKind: JsonValueKind.Array } several && several.EnumerateArray().Any(one => one.ValueKind == JsonValueKind.String && one.ValueEquals(clientId));
        var party = claims.Member("azp");
        return (isOne || isAmong)
            && (party is null ? isOne || audience!.Value.GetArrayLength() == 1 : claims.Text("azp") == clientId);
    }

    private async Task<bool> IsSignedAsync(SignInProvider provider, ProviderMetadata metadata, SignedToken token, CancellationToken cancellation)
    {
        var known = await documents.KeysAsync(provider, metadata, cancellation);
        if (IsSigned(known, token))
        {
            return true;
        }

        // The provider may have changed its keys. A key that we have and that does not fit is no reason to ask again.
        if (token.KeyId is not null && known.Any(key => key.Id == token.KeyId))
        {
            return false;
        }

        var newer = await documents.NewerKeysAsync(provider, metadata, cancellation);
        return !ReferenceEquals(newer, known) && IsSigned(newer, token);
    }

    private static bool IsSigned(IReadOnlyList<ProviderKey> keys, SignedToken token) => keys.Any(key =>
        key.Algorithm == token.Algorithm
        && (token.KeyId is null || key.Id is null || key.Id == token.KeyId)
        && (key.Issuer is null || ProviderMetadata.FitsIssuer(key.Issuer, token.Claims.Text("iss"), token.Claims.Text("tid") ?? ""))
        && key.HasSigned(token));

    private (string Code, string Why)? Early(JsonElement claims)
    {
        var latest = time.GetUtcNow().ToUnixTimeSeconds() + Skew.TotalSeconds;
        return Seconds(claims, "iat") is not { } made ? ("time", "it does not say when it was made")
            : made > latest ? ("time", "it is from the future: one of the two clocks is wrong")
            : claims.Member("nbf") is not null && !(Seconds(claims, "nbf") <= latest) ? ("time", "it is not valid yet: one of the two clocks is wrong")
            : null;
    }

    private (string Code, string Why)? Expired(JsonElement claims, TimeSpan? lifetime)
    {
        // Not "or": an end that is no number must not fall back to a lifetime.
        var end = claims.Member("exp") is not null ? Seconds(claims, "exp") : Seconds(claims, "iat") + lifetime?.TotalSeconds;
        return end > time.GetUtcNow().ToUnixTimeSeconds() - Skew.TotalSeconds ? null : ("expired", "it is too old");
    }

    private static double? Seconds(JsonElement claims, string name) =>
        claims.Member(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetDouble(out var seconds) ? seconds : null;

    private static bool IsSame(string a, string b) => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(a), Encoding.UTF8.GetBytes(b));

    private static LogoutOutcome.Refused Refused(TokenRefusal refusal) => new(refusal.Code, refusal.Sentence);

    private static TokenRefusal Refusal(SignInProvider provider, string code, string why) =>
        new("token_" + code, $"The token that came from {provider.Name} cannot be trusted: {why}. Start the sign-in again. If that does not help, tell the administrator.");
}
