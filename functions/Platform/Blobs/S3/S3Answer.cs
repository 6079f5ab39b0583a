using System.Globalization;
using OpenWebUi.Platform.Storage;

namespace OpenWebUi.Platform.Blobs.S3;

/// <summary>What the service answered, its body too unless that is an object's.</summary>
/// <param name="Status">The HTTP status; 500 for a 200 whose body is an error, which only the end of a multipart upload has.</param>
/// <param name="Headers">By name, without case.</param>
/// <param name="Body">All of it where it is XML; empty for an object that is read.</param>
/// <param name="Error">The error that the body holds; null where it holds none. The answer to a HEAD never does.</param>
/// <param name="InvocationId">Names the tries of one request, in the service's log too.</param>
/// <param name="MayHaveBeenDone">An earlier try of the same request may have been done, its answer lost.</param>
internal sealed record S3Answer(
    int Status, IReadOnlyDictionary<string, string> Headers, ReadOnlyMemory<byte> Body, S3Error? Error, string InvocationId, bool MayHaveBeenDone)
{
    /// <summary>Metadata of every object of ours: random, another for each put. An ETag of S3 is a hash of the bytes, the same for the same ones.</summary>
    public const string PutIdName = "x-amz-meta-putid";

    public bool IsSuccess => Status is >= 200 and < 300;

    /// <summary>No object is there. A bucket that is not there is a fault of the settings.</summary>
    public bool IsMissing => Status == 404 && Error?.Code is null or "NoSuchKey";

    /// <summary>An object is there, and the condition forbade it.</summary>
    public bool IsThere => Status == 412;

    /// <summary>The multipart upload is over: completed, aborted, or forgotten.</summary>
    public bool IsUploadGone => Status == 404 && Error?.Code == "NoSuchUpload";

    public bool IsBeyondTheEnd => Status == 416;

    /// <summary>The service cannot do what was asked for.</summary>
    public bool IsUnknownThere => Status is 405 or 501;

    public string? PutId => Headers.GetValueOrDefault(PutIdName);

    public string ContentType => Headers.GetValueOrDefault("Content-Type", "application/octet-stream");

    /// <summary>The version; of an object that others put, HTTP's own without its quotes. Null where there is none.</summary>
    public ETag? ETag => Storage.ETag.TryParse(PutId ?? Headers.GetValueOrDefault("ETag")?.Trim('"'), out var etag) ? etag : null;

    /// <summary>The bytes of this answer's body; null where it does not say.</summary>
    public long? ContentLength => Number(Headers.GetValueOrDefault("Content-Length"));

    /// <summary>The bytes of the whole object: after the slash of <c>Content-Range: bytes 0-9/100</c>, or the body's.</summary>
    public long? ObjectLength => Headers.GetValueOrDefault("Content-Range") is { } range ? Number(range[(range.IndexOf('/', StringComparison.Ordinal) + 1)..]) : ContentLength;

    /// <summary>
    /// Busy, broken, or a change of the same object at the same moment: "Error responses", "Conditional writes"
    /// (docs.aws.amazon.com, AmazonS3). What the service asks to wait is in <see cref="AskedWait"/>.
    /// </summary>
    public bool IsWorthRepeating => Status is 408 or 429 or 500 or 502 or 503 or 504
        || Error?.Code is "RequestTimeout" or "OperationAborted"
        || (Status == 409 && Error?.Code == "ConditionalRequestConflict");

    /// <summary>The service refused before it did anything.</summary>
    public bool WasNotDone => Status is 408 or 409 or 429 or 503 || Error?.Code == "RequestTimeout";

    public TimeSpan AskedWait => Number(Headers.GetValueOrDefault("Retry-After")) is { } seconds and < 86_400 ? TimeSpan.FromSeconds(seconds) : TimeSpan.Zero;

    private static long? Number(string? text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}

/// <summary>An error of the service, in its own words.</summary>
/// <param name="Code">Such as <c>NoSuchBucket</c>.</param>
/// <param name="Region">Where the bucket really is, if the service says so.</param>
internal sealed record S3Error(string Code, string? Region);
