using System.Security.Cryptography;
using System.Text;
using Azure.Core;
using Azure.Core.Pipeline;

namespace OpenWebUi.Platform.Azure;

/// <summary>Signs each try of a request to the Table service: Shared Key Lite, which is HMAC-SHA256 over date and resource.</summary>
/// <remarks>"Authorize with Shared Key", section "Table service (Shared Key Lite authorization)" (learn.microsoft.com, read 2026-11).</remarks>
internal sealed class TableKeyPolicy(string account, byte[] key, TimeProvider clock) : HttpPipelineSynchronousPolicy
{
    public override void OnSendingRequest(HttpMessage message)
    {
        var date = clock.GetUtcNow().ToString("R");
        var signature = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{date}\n{Resource(message.Request.Uri.ToUri())}"));
        message.Request.Headers.SetValue("x-ms-date", date);
        message.Request.Headers.SetValue("Authorization", $"SharedKeyLite {account}:{Convert.ToBase64String(signature)}");
    }

    /// <summary>Account and path as they are sent; of the query only <c>comp</c>, which no entity request has.</summary>
    private string Resource(Uri uri) => $"/{account}{uri.AbsolutePath}";
}
