using System.Security.Cryptography;
using System.Text;

namespace OpenWebUi.Platform.Blobs.S3;

/// <summary>Signs requests with AWS Signature Version 4, in the <c>Authorization</c> header.</summary>
/// <remarks>
/// <para>"Authenticating Requests: Using the Authorization Header (AWS Signature Version 4)", "Signature Calculations for
/// the Authorization Header: Transferring Payload in a Single Chunk" (docs.aws.amazon.com, AmazonS3/latest/API; the examples of
/// that page are tests). In four steps:</para>
/// <para>1. The canonical request: method, path, query, headers, their names, hash of the body. S3 takes the path as it is sent;
/// it is not escaped a second time, as for other services.</para>
/// <para>2. The text to sign: the algorithm, the date, the scope (day, region, service), and the hash of 1.</para>
/// <para>3. The key: the secret, and by HMAC over the parts of the scope.</para>
/// <para>4. The signature of 2 under 3.</para>
/// </remarks>
internal static class S3Signature
{
    private const string Algorithm = "AWS4-HMAC-SHA256";
    private const string Service = "s3";
    private const string Ending = "aws4_request";

    /// <summary>The form of <c>x-amz-date</c>: ISO 8601, basic, UTC.</summary>
    public const string DateFormat = "yyyyMMdd'T'HHmmss'Z'";

    /// <summary>The hash of a body, as <c>x-amz-content-sha256</c> and the signature have it.</summary>
    public static string HashOf(ReadOnlySpan<byte> body) => Convert.ToHexStringLower(SHA256.HashData(body));

    /// <summary>The value of <c>Authorization</c>.</summary>
    /// <param name="credential">Who signs.</param>
    /// <param name="region">Where.</param>
    /// <param name="method">In capitals.</param>
    /// <param name="path">As it is sent: escaped, with a slash at its beginning.</param>
    /// <param name="query">Names and values, not escaped.</param>
    /// <param name="headers">Every header to be signed, <c>host</c>, <c>x-amz-date</c> and <c>x-amz-content-sha256</c> among them; each name once.</param>
    public static string Authorization(
        S3Credential credential, string region, string method, string path,
        IEnumerable<(string Name, string Value)> query, IEnumerable<(string Name, string Value)> headers)
    {
        // 1
        var signed = headers.Select(header => (Name: header.Name.ToLowerInvariant(), Value: Collapse(header.Value)))
            .OrderBy(header => header.Name, StringComparer.Ordinal).ToList();
        var names = string.Join(';', signed.Select(header => header.Name));
        var date = signed.Single(header => header.Name == "x-amz-date").Value;
        var hash = signed.Single(header => header.Name == "x-amz-content-sha256").Value;
        var canonical = $"{method}\n{path}\n{QueryOf(query)}\n{string.Concat(signed.Select(header => $"{header.Name}:{header.Value}\n"))}\n{names}\n{hash}";

        // 2
        var day = date[..8];
        var scope = $"{day}/{region}/{Service}/{Ending}";
        var text = $"{Algorithm}\n{date}\n{scope}\n{HashOf(Encoding.UTF8.GetBytes(canonical))}";

        // 3
        var key = Encoding.UTF8.GetBytes("AWS4" + credential.Secret);
        foreach (var part in (ReadOnlySpan<string>)[day, region, Service, Ending])
        {
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        }

        // 4
        var signature = Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text)));
        return $"{Algorithm} Credential={credential.AccessKeyId}/{scope},SignedHeaders={names},Signature={signature}";
    }

    /// <summary>The query in the one form that is both sent and signed: escaped (all but RFC 3986's unreserved characters), ordered, each name with a <c>=</c>.</summary>
    public static string QueryOf(IEnumerable<(string Name, string Value)> query) =>
        string.Join('&', query.Select(part => (Name: Uri.EscapeDataString(part.Name), Value: Uri.EscapeDataString(part.Value)))
            .OrderBy(part => part.Name, StringComparer.Ordinal).ThenBy(part => part.Value, StringComparer.Ordinal)
            .Select(part => $"{part.Name}={part.Value}"));

    /// <summary>No spaces at the ends, one for several within.</summary>
    private static string Collapse(string value) => string.Join(' ', value.Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
