using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace OpenWebUi.Tests.Platform.Blobs.S3;

/// <summary>
/// The service's side of AWS Signature Version 4, written from the documentation alone and shared with nobody: it rebuilds everything
/// from the request as it came over the wire. Amazon's own client passes it too (<see cref="S3SdkTests"/>).
/// </summary>
internal sealed class S3SignatureCheck(string accessKeyId, string secret, string region)
{
    /// <summary>The code of the error that the service answers with, or null where all is right.</summary>
    /// <param name="request">As it came.</param>
    /// <param name="target">Path and query as they came, nothing decoded.</param>
    /// <param name="body">All of it.</param>
    public string? Refuse(HttpRequest request, string target, byte[] body)
    {
        var authorization = request.Headers.Authorization.ToString();
        if (authorization == "")
        {
            return "AccessDenied";
        }

        var fields = authorization.Split(' ', 2)[1].Split(',', StringSplitOptions.TrimEntries).Select(field => field.Split('=', 2)).ToDictionary(field => field[0], field => field[1]);
        var scope = fields["Credential"].Split('/');
        if (!authorization.StartsWith("AWS4-HMAC-SHA256 ", StringComparison.Ordinal) || scope is not [_, { Length: 8 }, _, "s3", "aws4_request"])
        {
            return "AuthorizationHeaderMalformed";
        }

        if (scope[0] != accessKeyId)
        {
            return "InvalidAccessKeyId";
        }

        if (scope[2] != region)
        {
            return "AuthorizationHeaderMalformed";
        }

        var date = request.Headers["x-amz-date"].ToString();
        var at = DateTimeOffset.ParseExact(date, "yyyyMMddTHHmmssZ", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        if ((DateTimeOffset.UtcNow - at).Duration() > TimeSpan.FromMinutes(15) || date[..8] != scope[1])
        {
            return "RequestTimeTooSkewed";
        }

        var hash = request.Headers["x-amz-content-sha256"].ToString();
        if (hash != Convert.ToHexStringLower(SHA256.HashData(body)))
        {
            return "XAmzContentSHA256Mismatch";
        }

        // Host, Content-Type and whatever begins with x-amz- must be signed.
        var signed = fields["SignedHeaders"].Split(';');
        var must = request.Headers.Keys.Select(name => name.ToLowerInvariant()).Where(name => name is "host" or "content-type" || name.StartsWith("x-amz-", StringComparison.Ordinal));
        if (must.Except(signed).Any() || !signed.Order(StringComparer.Ordinal).SequenceEqual(signed))
        {
            return "AccessDenied";
        }

        return Expected(request, target, signed, hash, date, scope) == fields["Signature"] ? null : "SignatureDoesNotMatch";
    }

    private string Expected(HttpRequest request, string target, string[] signed, string hash, string date, string[] scope)
    {
        var canonical = new StringBuilder().Append(request.Method).Append('\n').Append(target.Split('?')[0]).Append('\n');
        var query = target.Contains('?', StringComparison.Ordinal) ? target.Split('?', 2)[1] : "";
        canonical.AppendJoin('&', query.Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(part => part.Split('=', 2).Select(Uri.UnescapeDataString).Select(Uri.EscapeDataString).ToArray())
            .Select(part => part[0] + "=" + (part.Length > 1 ? part[1] : "")).Order(StringComparer.Ordinal)).Append('\n');
        foreach (var name in signed)
        {
            canonical.Append(name).Append(':').Append(request.Headers[name].ToString().Trim()).Append('\n');
        }

        canonical.Append('\n').AppendJoin(';', signed).Append('\n').Append(hash);
        var text = $"AWS4-HMAC-SHA256\n{date}\n{string.Join('/', scope[1..])}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical.ToString())))}";
        var key = scope[1..].Aggregate(Encoding.UTF8.GetBytes("AWS4" + secret), (last, part) => HMACSHA256.HashData(last, Encoding.UTF8.GetBytes(part)));
        return Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text)));
    }
}
