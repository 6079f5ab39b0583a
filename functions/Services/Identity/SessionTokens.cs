using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using OpenWebUi.Platform.Security;

namespace OpenWebUi.Services.Identity;

/// <summary>What a session token says. It says who, never what they may do.</summary>
/// <param name="Version"><see cref="Account.TokenVersion"/> when it was made.</param>
internal sealed record SessionClaims(UserId User, string SessionId, long Version, DateTimeOffset IssuedAt);

/// <summary>
/// Session tokens: JWT (RFC 7519), HS256 (RFC 7518, 3.2), claims <c>id</c>, <c>jti</c>, <c>ver</c>, <c>iat</c> and, unless sessions
/// never end, <c>exp</c>. The key is derived from the site's secret for this purpose alone; <c>kid</c> says from which secret, so
/// that a secret can be replaced while the tokens of the one before still count. Why no library: <see cref="SignedToken"/>.
/// </summary>
internal sealed class SessionTokens(SigningKey signingKey, TimeProvider time)
{
    private const string KeyPurpose = "session-token-v1";
    private const string Algorithm = "HS256";
    private const int MaxCharacters = 2_048;
    private const long MaxUnixSeconds = 253_402_300_799;

    /// <summary>How far ahead of ours another instance's clock may be.</summary>
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(1);

    public async ValueTask<string> IssueAsync(SessionClaims claims, DateTimeOffset? expiresAt, CancellationToken cancellation)
    {
        var key = (await signingKey.RingAsync(KeyPurpose, cancellation))[0];
        // Ids are hexadecimal or base64url: nothing in here needs escaping.
        var end = expiresAt is { } moment ? string.Create(CultureInfo.InvariantCulture, $",\"exp\":{moment.ToUnixTimeSeconds()}") : "";
        var head = $$"""{"alg":"{{Algorithm}}","kid":"{{key.Id}}","typ":"JWT"}""";
        var body = string.Create(CultureInfo.InvariantCulture,
            $$"""{"id":"{{claims.User.Text}}","jti":"{{claims.SessionId}}","ver":{{claims.Version}},"iat":{{claims.IssuedAt.ToUnixTimeSeconds()}}{{end}}}""");
        return SignedToken.SignHs256(Encoding.UTF8.GetBytes(head), Encoding.UTF8.GetBytes(body), key.Bytes);
    }

    /// <summary>What a token says, or null when it is forged, broken, over, from the future, or not one of ours.</summary>
    public async ValueTask<SessionClaims?> ReadAsync(string token, CancellationToken cancellation)
    {
        // The algorithm is ours to choose, never the token's: "none" and asymmetric ones do not come as far as a key.
        if (token.Length > MaxCharacters || SignedToken.Parse(token) is not { Algorithm: Algorithm, KeyId: { } keyId } parsed
            || await signingKey.FindAsync(KeyPurpose, keyId, cancellation) is not { } key
            || !CryptographicOperations.FixedTimeEquals(HMACSHA256.HashData(key.Bytes, parsed.SignedBytes), parsed.Signature))
        {
            return null;
        }

        var now = time.GetUtcNow();
        return Claims(parsed.Claims) is { } claims && claims.IssuedAt <= now + ClockSkew && IsLasting(parsed.Claims, now) ? claims : null;
    }

    private static SessionClaims? Claims(JsonElement body) =>
        UserId.TryParse(body.Text("id"), out var user) && body.Text("jti") is { Length: > 0 } session
        && Number(body, "ver") is { } version && Number(body, "iat") is { } issuedAt
            ? new(user, session, version, DateTimeOffset.FromUnixTimeSeconds(issuedAt))
            : null;

    /// <summary>Not over. An end that cannot be read is no end that counts.</summary>
    private static bool IsLasting(JsonElement body, DateTimeOffset now) =>
        body.Member("exp") is null || (Number(body, "exp") is { } end && DateTimeOffset.FromUnixTimeSeconds(end) > now);

    private static long? Number(JsonElement body, string name) =>
        body.Member(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out var number) && number is >= 0 and <= MaxUnixSeconds ? number : null;
}
