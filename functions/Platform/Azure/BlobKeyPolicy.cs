using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Azure.Core;
using Azure.Core.Pipeline;

namespace OpenWebUi.Platform.Azure;

/// <summary>Signs each try of a request to the Blob service: Shared Key, which is HMAC-SHA256 over verb, headers and resource.</summary>
/// <remarks>"Authorize with Shared Key", section "Blob, Queue, and File services" (learn.microsoft.com, read 2026-11), for versions from 2015-02-21 on.</remarks>
internal sealed class BlobKeyPolicy(string account, byte[] key, TimeProvider clock) : HttpPipelineSynchronousPolicy
{
    // In the order of the signature; Date stays empty because x-ms-date is sent.
    private static readonly string[] SignedHeaders =
        ["Content-Encoding", "Content-Language", "Content-Length", "Content-MD5", "Content-Type", "Date", "If-Modified-Since", "If-Match", "If-None-Match", "If-Unmodified-Since", "Range"];

    public override void OnSendingRequest(HttpMessage message)
    {
        var request = message.Request;
        request.Headers.SetValue("x-ms-date", clock.GetUtcNow().ToString("R"));
        var signature = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(TextToSign(request)));
        request.Headers.SetValue("Authorization", $"SharedKey {account}:{Convert.ToBase64String(signature)}");
    }

    internal string TextToSign(Request request)
    {
        var text = new StringBuilder(request.Method.Method).Append('\n');
        foreach (var name in SignedHeaders)
        {
            text.Append(name == "Content-Length" ? Length(request) : Header(request, name)).Append('\n');
        }

        var own = request.Headers.Where(header => header.Name.StartsWith("x-ms-", StringComparison.OrdinalIgnoreCase))
            .Select(header => (Name: header.Name.ToLowerInvariant(), Value: header.Value.Trim()))
            .OrderBy(header => header.Name, StringComparer.Ordinal);
        foreach (var (name, value) in own)
        {
            text.Append(name).Append(':').Append(value).Append('\n');
        }

        return text.Append(Resource(request.Uri.ToUri())).ToString();
    }

    private static string Header(Request request, string name) => request.Headers.TryGetValue(name, out var value) ? value : "";

    /// <summary>Empty where there is no body or an empty one.</summary>
    private static string Length(Request request)
    {
        long length = 0;
        var known = request.Headers.TryGetValue("Content-Length", out var text)
            ? long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out length)
            : request.Content?.TryComputeLength(out length) ?? true;
        return !known ? throw new InvalidOperationException("A request to the Blob service needs a body of known length.")
            : length == 0 ? ""
            : length.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Account and path as they are sent, then each parameter of the query, decoded, by name; one name's values in order with commas.</summary>
    private string Resource(Uri uri)
    {
        var text = new StringBuilder("/").Append(account).Append(uri.AbsolutePath);
        var parameters = uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(part => part.Split('=', 2))
            .GroupBy(part => Uri.UnescapeDataString(part[0]).ToLowerInvariant(), part => part.Length == 2 ? Uri.UnescapeDataString(part[1]) : "")
            .OrderBy(group => group.Key, StringComparer.Ordinal);
        foreach (var parameter in parameters)
        {
            text.Append('\n').Append(parameter.Key).Append(':').AppendJoin(',', parameter.Order(StringComparer.Ordinal));
        }

        return text.ToString();
    }
}
