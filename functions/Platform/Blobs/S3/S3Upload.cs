using System.Globalization;
using System.Text;
using OpenWebUi.Platform.Storage;

namespace OpenWebUi.Platform.Blobs.S3;

/// <summary>One multipart upload. Its parts are seen by nobody until it is completed; disposing one that was not aborts it.</summary>
/// <remarks>"Uploading and copying objects using multipart upload" (docs.aws.amazon.com, AmazonS3/latest/userguide).</remarks>
internal sealed class S3Upload : IAsyncDisposable
{
    /// <summary>An abort has its own time, for its caller has often gone; what it leaves, housekeeping takes.</summary>
    private static readonly TimeSpan AbortPatience = TimeSpan.FromSeconds(10);

    private readonly S3Client client;
    private readonly string key;
    private readonly string uploadId;
    private readonly List<string> tags = [];
    private bool isOver;

    private S3Upload(S3Client client, string key, string uploadId) => (this.client, this.key, this.uploadId) = (client, key, uploadId);

    /// <param name="client">The way to the bucket.</param>
    /// <param name="key">Of the object that will be.</param>
    /// <param name="headers">Of the object: type and metadata.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<S3Upload> BeginAsync(S3Client client, string key, IReadOnlyList<(string Name, string Value)> headers, CancellationToken cancellationToken)
    {
        var answer = await client.SendAsync(new S3Request(HttpMethod.Post, key, [("uploads", "")], headers, ReadOnlyMemory<byte>.Empty), cancellationToken);
        if (!answer.IsSuccess)
        {
            throw S3Failure.Of(client.Bucket, answer);
        }

        try
        {
            return new S3Upload(client, key, S3Xml.ReadUploadId(answer.Body));
        }
        catch (FormatException exception)
        {
            throw S3Failure.Unreadable(client.Bucket, exception.Message, exception);
        }
    }

    /// <summary>Sends the next part. Sending it again under its number replaces it, so it is safe to repeat.</summary>
    public async Task AddAsync(ReadOnlyMemory<byte> part, CancellationToken cancellationToken)
    {
        var number = (tags.Count + 1).ToString(CultureInfo.InvariantCulture);
        var answer = await client.SendAsync(new S3Request(HttpMethod.Put, key, [("partNumber", number), ("uploadId", uploadId)], [], part), cancellationToken);
        if (!answer.IsSuccess)
        {
            throw S3Failure.Of(client.Bucket, answer);
        }

        tags.Add(answer.Headers.GetValueOrDefault("ETag") ?? throw S3Failure.Unreadable(client.Bucket, "a part without its tag"));
    }

    /// <summary>Makes the object seen, whole, where the condition holds.</summary>
    public async Task<S3Answer> CompleteAsync(IReadOnlyList<(string Name, string Value)> condition, CancellationToken cancellationToken)
    {
        var list = Encoding.UTF8.GetBytes(S3Xml.WriteParts(tags));
        var answer = await client.SendAsync(new S3Request(HttpMethod.Post, key, [("uploadId", uploadId)], [("content-type", "application/xml"), .. condition], list), cancellationToken);
        isOver = answer.IsSuccess || answer.IsUploadGone;
        return answer;
    }

    /// <summary>Safe to repeat: an upload that is gone answers 404.</summary>
    public static Task<S3Answer> AbortAsync(S3Client client, string key, string uploadId, CancellationToken cancellationToken) =>
        client.SendAsync(new S3Request(HttpMethod.Delete, key, [("uploadId", uploadId)], []), cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (isOver)
        {
            return;
        }

        using var limit = new CancellationTokenSource(AbortPatience);
        try
        {
            await AbortAsync(client, key, uploadId, limit.Token);
        }
        catch (Exception exception) when (exception is StoreUnavailableException or OperationCanceledException)
        {
            // Nobody sees the parts, and the sweep ends the upload: the put's own failure is what its caller must hear.
            isOver = true;
        }
    }
}
