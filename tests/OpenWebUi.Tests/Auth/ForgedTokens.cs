using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using OpenWebUi.Services.Identity;

namespace OpenWebUi.Tests.Auth;

/// <summary>Session tokens as somebody makes them who knows everything of us but the secret.</summary>
internal static class ForgedTokens
{
    private const string Purpose = "session-token-v1";

    /// <summary>Signed as this site would with that secret.</summary>
    public static string OfSecret(byte[] secret, UserId user, string session, long version = 0, DateTimeOffset? issuedAt = null)
    {
        var id = Convert.ToHexStringLower(HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, 4, info: "key-id"u8.ToArray()));
        var key = HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, 32, info: Encoding.UTF8.GetBytes(Purpose));
        return OfKey(key, id, user, session, version, issuedAt);
    }

    public static string OfKey(byte[] key, string keyId, UserId user, string session, long version = 0, DateTimeOffset? issuedAt = null)
    {
        var payload = $$"""{"id":"{{user.Text}}","jti":"{{session}}","ver":{{version}},"iat":{{(issuedAt ?? DateTimeOffset.UtcNow).ToUnixTimeSeconds()}}}""";
        var text = Encode($$"""{"alg":"HS256","kid":"{{keyId}}","typ":"JWT"}""") + "." + Encode(payload);
        return text + "." + Base64Url.EncodeToString(HMACSHA256.HashData(key, Encoding.ASCII.GetBytes(text)));
    }

    /// <summary>How the site makes bytes of <c>WEBUI_SECRET_KEY</c>.</summary>
    public static byte[] BytesOf(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    private static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
}
