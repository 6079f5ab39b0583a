using System.Globalization;
using Azure.Core;
using OpenWebUi.Platform.Azure;
using StorageETag = OpenWebUi.Platform.Storage.ETag;

namespace OpenWebUi.Platform.Blobs.AzureBlobs;

/// <summary>What the Blob service answered: status and headers. The body is read apart.</summary>
/// <remarks>The error's code also stands in the header <c>x-ms-error-code</c>, so no error's body is read ("Status and error codes", learn.microsoft.com, read 2026-11).</remarks>
/// <param name="Status">The HTTP status.</param>
/// <param name="Headers">By name, without case.</param>
/// <param name="RequestId">The x-ms-client-request-id that all tries of the request bore.</param>
/// <param name="MayHaveBeenDone">An earlier try of the same request may have been done, its answer lost.</param>
internal sealed record BlobAnswer(int Status, IReadOnlyDictionary<string, string> Headers, string RequestId, bool MayHaveBeenDone)
{
    public string? Code => Headers.GetValueOrDefault("x-ms-error-code");

    public bool IsSuccess => Status is >= 200 and < 300;

    public bool IsContainerMissing => Status == 404 && Code == "ContainerNotFound";

    /// <summary>No blob is there, perhaps because no container is.</summary>
    public bool IsMissing => Status == 404 && Code is "BlobNotFound" or "ContainerNotFound";

    /// <summary>A blob is there, and the condition forbade it.</summary>
    public bool IsThere => (Status, Code) is (409, "BlobAlreadyExists") or (412, "ConditionNotMet");

    /// <summary>Blocks that were taken are gone: another write to the same blob, or its deletion, has dropped them.</summary>
    public bool IsOvertaken => Status == 400 && Code == "InvalidBlockList";

    public bool IsBeyondTheEnd => Status == 416;

    public string ContentType => Headers.GetValueOrDefault("Content-Type", "application/octet-stream");

    /// <summary>The version, without the quotes of HTTP; null where the header is none.</summary>
    public StorageETag? ETag => StorageETag.TryParse(Headers.GetValueOrDefault("ETag")?.Trim('"'), out var etag) ? etag : null;

    /// <summary>The bytes of this answer's body; null where it does not say.</summary>
    public long? ContentLength => Number(Headers.GetValueOrDefault("Content-Length"));

    /// <summary>The bytes of the whole blob: after the slash of <c>Content-Range: bytes 0-9/100</c>, or the body's.</summary>
    public long? BlobLength => Headers.GetValueOrDefault("Content-Range") is { } range ? Number(range[(range.IndexOf('/', StringComparison.Ordinal) + 1)..]) : ContentLength;

    public static BlobAnswer Of(HttpMessage message)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var header in message.Response.Headers)
        {
            headers[header.Name] = header.Value;
        }

        return new BlobAnswer(message.Response.Status, headers, message.Request.ClientRequestId, StorageRetries.MayHaveBeenDone(message));
    }

    private static long? Number(string? text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
