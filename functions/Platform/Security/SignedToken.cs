using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace OpenWebUi.Platform.Security;

/// <summary>
/// A JWT in compact form (RFC 7515, 7519), taken apart and not yet believed; and how one of ours is made. Of its header only the algorithm, the key's id and the type
/// are read: keys and addresses of keys that it brings (<c>jwk</c>, <c>jku</c>, <c>x5c</c>, <c>x5u</c>) do not exist for us.
/// </summary>
/// <remarks>
/// By hand, because the one version of Microsoft.IdentityModel that can be restored here (5.7.2) brings Newtonsoft.Json: 100 warnings of the
/// trimmer and 7.7 MB in the package (seen 2026-11). The cryptography itself is .NET's.
/// </remarks>
/// <param name="Algorithm">As the token says: to be compared with what is allowed, never to choose from.</param>
/// <param name="KeyId">Null when the header has none.</param>
/// <param name="Type"><c>typ</c> in small letters, without <c>application/</c>; null when the header has none.</param>
/// <param name="Claims">An object.</param>
/// <param name="SignedBytes">Header and payload as they were sent.</param>
/// <param name="Signature">As it was sent.</param>
internal sealed record SignedToken(string Algorithm, string? KeyId, string? Type, JsonElement Claims, byte[] SignedBytes, byte[] Signature)
{
    /// <summary>Far above any token with a few hundred groups in it.</summary>
    private const int MaxCharacters = 64 * 1024;

    /// <summary>Null for what is no signed token, or demands an extension that we do not know (<c>crit</c>).</summary>
    public static SignedToken? Parse(string text)
    {
        if (text.Length > MaxCharacters || text.Split('.') is not [var head, var body, var end]
            || Json(head) is not { } header || Json(body) is not { ValueKind: JsonValueKind.Object } claims || Bytes(end) is not { } signature
            || header.Text("alg") is not { } algorithm || header.Member("crit") is not null)
        {
            return null;
        }

        var type = header.Text("typ")?.ToLowerInvariant();
        const string prefix = "application/";
        return new(algorithm, header.Text("kid"), type?.StartsWith(prefix, StringComparison.Ordinal) == true ? type[prefix.Length..] : type,
            claims, Encoding.ASCII.GetBytes($"{head}.{body}"), signature);
    }

    /// <summary>A token of our own, HS256.</summary>
    /// <param name="header">JSON that names this algorithm.</param>
    /// <param name="claims">JSON.</param>
    /// <param name="key">The secret.</param>
    public static string SignHs256(ReadOnlySpan<byte> header, ReadOnlySpan<byte> claims, ReadOnlySpan<byte> key)
    {
        var signed = $"{Base64Url.EncodeToString(header)}.{Base64Url.EncodeToString(claims)}";
        return $"{signed}.{Base64Url.EncodeToString(HMACSHA256.HashData(key, Encoding.ASCII.GetBytes(signed)))}";
    }

    private static JsonElement? Json(string part) => Bytes(part) is { } bytes ? StrictJson.Parse(bytes) : null;

    private static byte[]? Bytes(string part)
    {
        if (part.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_')))
        {
            return null;
        }

        var bytes = new byte[Base64Url.GetMaxDecodedLength(part.Length)];
        return Base64Url.DecodeFromChars(part, bytes, out _, out var length) == OperationStatus.Done ? bytes[..length] : null;
    }
}
