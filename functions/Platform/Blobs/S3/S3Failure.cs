using System.Net.Sockets;
using OpenWebUi.Platform.Storage;

namespace OpenWebUi.Platform.Blobs.S3;

/// <summary>Says in one sentence for an operator what is wrong with the bucket and what to do.</summary>
/// <remarks>Codes: "Error responses" (docs.aws.amazon.com, AmazonS3/latest/API). Nothing of a key is ever in it.</remarks>
internal static class S3Failure
{
    private const string Permissions = "s3:GetObject, s3:PutObject, s3:DeleteObject and s3:AbortMultipartUpload on its objects, s3:ListBucket and s3:ListBucketMultipartUploads on itself";

    /// <summary>No answer came, or it broke off.</summary>
    public static StoreUnavailableException Of(S3Bucket bucket, Exception exception) => new($"{Who(bucket)} {Reason(exception)}.", exception);

    /// <summary>An answer came that is none of the verb's outcomes.</summary>
    public static StoreUnavailableException Of(S3Bucket bucket, S3Answer answer) =>
        new($"{Who(bucket)} {Reason(bucket, answer)} ({$"{answer.Status} {Word(answer.Error?.Code)}".Trim()}).");

    /// <summary>An answer came that cannot be read.</summary>
    public static StoreUnavailableException Unreadable(S3Bucket bucket, string what, Exception? exception = null) =>
        new($"{Who(bucket)} gave an answer that cannot be read ({what}); see what answers there, and check S3_ENDPOINT_URL.", exception);

    /// <summary>The object of a put that may have been done is gone again.</summary>
    public static StoreUnavailableException Unknown(S3Bucket bucket, BlobPath path) =>
        new($"{Who(bucket)} lost the answer about {path}, and it was deleted before it could be asked again; try again.");

    private static string Who(S3Bucket bucket) => $"The S3 bucket {bucket.Name} at {bucket.Host}";

    private static string Reason(Exception exception) => (exception, SocketCode(exception)) switch
    {
        (OperationCanceledException, _) => "did not answer in time; check S3_ENDPOINT_URL, the network and its firewall",
        (_, SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain) => "has a name that cannot be resolved; check S3_ENDPOINT_URL, S3_REGION_NAME and S3_BUCKET_NAME, and S3_ADDRESSING_STYLE=path where the service knows no hosts of buckets",
        (_, SocketError.ConnectionRefused) => "refuses connections; start the service, or check S3_ENDPOINT_URL",
        _ => $"cannot be reached or broke off ({exception.Message.Split('\n')[0].Trim().TrimEnd('.')}); check the network and S3_ENDPOINT_URL",
    };

    private static string Reason(S3Bucket bucket, S3Answer answer) => (answer.Status, answer.Error?.Code) switch
    {
        (_, "InvalidAccessKeyId") => "does not know the access key; check S3_ACCESS_KEY_ID, and that it is a key of this service",
        (_, "SignatureDoesNotMatch") => "refuses the signature; check S3_SECRET_ACCESS_KEY, and that no proxy in between changes the host name",
        (_, "RequestTimeTooSkewed") => "refuses the date; set this machine's clock",
        (_, "NoSuchBucket") => "is not there; make it, or correct S3_BUCKET_NAME",
        (301 or 307 or 400, "PermanentRedirect" or "TemporaryRedirect" or "AuthorizationHeaderMalformed" or "IllegalLocationConstraintException") or (301, _) =>
            RegionOf(answer) is { } region && region != bucket.Region ? $"is in the region {region}; set S3_REGION_NAME={region}" : "is in another region; correct S3_REGION_NAME, or S3_ENDPOINT_URL",
        (401 or 403, _) => $"lets this key not do that; give it {Permissions}, and check S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY",
        (404, "NoSuchUpload") => "lost an upload while it was written; try again, and see whether a lifecycle rule ends uploads within the hour",
        (404, _) => "is not there; check S3_ENDPOINT_URL and S3_BUCKET_NAME",
        (405 or 501, _) => "cannot do what was asked for; use a service that knows If-None-Match, ListObjectsV2 and multipart uploads",
        (409 or 412, _) => "refuses a change; see whether a retention or an object lock is on it, or try again",
        (429 or 503, _) => "stayed too busy; try again later, and see the service's metrics if it goes on",
        (>= 500, _) => "failed; try again later",
        _ => "refused a request; see that S3_ENDPOINT_URL is the address of an S3 service, else it is a fault of the program, please report it",
    };

    private static string? RegionOf(S3Answer answer) =>
        (answer.Headers.GetValueOrDefault("x-amz-bucket-region") ?? answer.Error?.Region) is { Length: > 0 and < 64 } region && BlobPath.IsSegment(region) ? region : null;

    /// <summary>A service's own word, where it is one: nothing else of an answer gets into a log.</summary>
    private static string? Word(string? code) => code is { Length: < 64 } && BlobPath.IsSegment(code) ? code : null;

    private static SocketError? SocketCode(Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is SocketException socket)
            {
                return socket.SocketErrorCode;
            }
        }

        return null;
    }
}
