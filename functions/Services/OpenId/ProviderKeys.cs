using OpenWebUi.Platform.Security;
using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;

namespace OpenWebUi.Services.OpenId;

/// <summary>A public key of a provider that may sign tokens: RSA of 2048 to 8192 bits, or P-256. Its kind fixes its algorithm; no token does.</summary>
/// <param name="Id"><c>kid</c>, or null.</param>
/// <param name="Issuer">Microsoft marks keys that belong to one issuer only; else null.</param>
internal sealed record ProviderKey(string? Id, string? Issuer, RSAParameters? Rsa, ECParameters? Curve)
{
    /// <summary><c>RS256</c> or <c>ES256</c>.</summary>
    public string Algorithm => Rsa is null ? TokenAlgorithm.Es256 : TokenAlgorithm.Rs256;

    public bool HasSigned(SignedToken token)
    {
        try
        {
            if (Rsa is { } rsa)
            {
                using var key = RSA.Create(rsa);
                return key.VerifyData(token.SignedBytes, token.Signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            }

            using var curve = ECDsa.Create(Curve!.Value);
            return curve.VerifyData(token.SignedBytes, token.Signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }
        catch (CryptographicException)
        {
            // A point that is not on the curve, a modulus that is none.
            return false;
        }
    }
}

/// <summary>What a token may be signed with. Nothing symmetric: who knows the public key must not be able to sign.</summary>
internal static class TokenAlgorithm
{
    public const string Rs256 = "RS256";
    public const string Es256 = "ES256";

    public static bool IsAllowed(string algorithm) => algorithm is Rs256 or Es256;
}

/// <summary>Reads a JWK Set (RFC 7517). Keys for other uses, kinds and sizes are left out; a set of none is no error, but no token will pass.</summary>
internal static class ProviderKeys
{
    private const int MaxKeys = 64;
    private const int MinModulusBytes = 256;
    private const int MaxModulusBytes = 1024;
    private const int CoordinateBytes = 32;

    /// <summary>Null when it is no key set.</summary>
    public static IReadOnlyList<ProviderKey>? Read(JsonElement document) =>
        document.Member("keys") is { ValueKind: JsonValueKind.Array } keys
            ? [.. keys.EnumerateArray().Take(MaxKeys).Select(ReadOne).OfType<ProviderKey>()]
            : null;

    private static ProviderKey? ReadOne(JsonElement key)
    {
        if (key.Text("use") is { } use && use != "sig")
        {
            return null;
        }

        ProviderKey? read = key.Text("kty") switch
        {
            "RSA" when Bytes(key, "n") is { Length: >= MinModulusBytes and <= MaxModulusBytes } n && Bytes(key, "e") is { Length: > 0 and <= 8 } e
                => new(key.Text("kid"), key.Text("issuer"), new RSAParameters { Modulus = n, Exponent = e }, null),
            "EC" when key.Text("crv") == "P-256" && Bytes(key, "x") is { Length: CoordinateBytes } x && Bytes(key, "y") is { Length: CoordinateBytes } y
                => new(key.Text("kid"), key.Text("issuer"), null, new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new() { X = x, Y = y } }),
            _ => null,
        };
        return read is not null && (key.Text("alg") is not { } algorithm || algorithm == read.Algorithm) ? read : null;
    }

    private static byte[]? Bytes(JsonElement key, string name)
    {
        if (key.Text(name) is not { } text)
        {
            return null;
        }

        var bytes = new byte[Base64Url.GetMaxDecodedLength(text.Length)];
        return Base64Url.DecodeFromChars(text, bytes, out _, out var length) == OperationStatus.Done ? bytes[..length] : null;
    }
}
