using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace OpenWebUi.Tests.Services.OpenId;

/// <summary>Makes tokens, honest ones and forged ones.</summary>
internal static class TestToken
{
    public static string Rs256(JsonObject claims, RSA key, string? kid, params (string Name, JsonNode Value)[] header) =>
        Make("RS256", claims, kid, header, bytes => key.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));

    public static string Es256(JsonObject claims, ECDsa key, string? kid, string algorithm = "ES256") =>
        Make(algorithm, claims, kid, [], bytes => key.SignData(bytes, HashAlgorithmName.SHA256));

    public static string Hs256(JsonObject claims, byte[] key, string? kid) => Make("HS256", claims, kid, [], bytes => HMACSHA256.HashData(key, bytes));

    public static string Unsigned(JsonObject claims, string algorithm = "none") => Make(algorithm, claims, null, [], _ => []);

    /// <summary>With a header and a payload as they are written.</summary>
    public static string Raw(string header, string payload, Func<byte[], byte[]> sign)
    {
        var text = Encode(Encoding.UTF8.GetBytes(header)) + "." + Encode(Encoding.UTF8.GetBytes(payload));
        return text + "." + Encode(sign(Encoding.ASCII.GetBytes(text)));
    }

    public static JsonObject Jwk(RSA key, string? kid)
    {
        var parameters = key.ExportParameters(false);
        return new() { ["kty"] = "RSA", ["use"] = "sig", ["alg"] = "RS256", ["kid"] = kid, ["n"] = Encode(parameters.Modulus!), ["e"] = Encode(parameters.Exponent!) };
    }

    public static JsonObject Jwk(ECDsa key, string? kid)
    {
        var point = key.ExportParameters(false).Q;
        return new() { ["kty"] = "EC", ["crv"] = "P-256", ["use"] = "sig", ["alg"] = "ES256", ["kid"] = kid, ["x"] = Encode(point.X!), ["y"] = Encode(point.Y!) };
    }

    private static string Make(string algorithm, JsonObject claims, string? kid, (string Name, JsonNode Value)[] header, Func<byte[], byte[]> sign)
    {
        var head = new JsonObject { ["alg"] = algorithm, ["typ"] = "JWT" };
        if (kid is not null)
        {
            head["kid"] = kid;
        }

        foreach (var (name, value) in header)
        {
            head[name] = value.DeepClone();
        }

        return Raw(head.ToJsonString(), claims.ToJsonString(), sign);
    }

    private static string Encode(byte[] bytes) => Base64Url.EncodeToString(bytes);
}
