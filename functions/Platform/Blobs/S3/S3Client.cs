using System.Globalization;
using OpenWebUi.Platform.Http;
using OpenWebUi.Platform.Storage;

namespace OpenWebUi.Platform.Blobs.S3;

/// <summary>One request to the bucket.</summary>
/// <param name="Method">The verb.</param>
/// <param name="Key">The object's key; null for the bucket itself.</param>
/// <param name="Query">Names and values, not escaped.</param>
/// <param name="Headers">More than every request has; all are signed.</param>
/// <param name="Body">What is sent; it stands in memory, so that it can be sent again. Null: no body at all.</param>
/// <param name="About">The id of the request that this one settles, so that both bear the same in the service's log; null: a new one.</param>
internal sealed record S3Request(
    HttpMethod Method, string? Key, IReadOnlyList<(string Name, string Value)> Query, IReadOnlyList<(string Name, string Value)> Headers, ReadOnlyMemory<byte>? Body = null, string? About = null);

/// <summary>
/// Signs and sends requests. What failed on the way is repeated at most <see cref="S3BlobsOptions.MaxRetries"/> times, signed
/// anew, because the signature holds the date; a wait longer than <see cref="MaxWait"/> is not waited for: the caller's
/// own client has gone by then.
/// </summary>
/// <remarks>Nothing is called until the first request. Safe for concurrent use.</remarks>
internal sealed class S3Client(S3Bucket bucket, S3BlobsOptions options) : IDisposable
{
    public static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(10);

    /// <summary>A page of 1,000 keys of 1,024 bytes each, with what stands around them, is far below.</summary>
    private const int MaxXmlBytes = 8 * 1024 * 1024;

    private static readonly string EmptyHash = S3Signature.HashOf([]);

    private readonly HttpClient http = new(options.Handler ?? OutboundHandler.New(options.Proxy, TimeSpan.FromSeconds(5))) { Timeout = Timeout.InfiniteTimeSpan };

    public S3Bucket Bucket => bucket;

    public void Dispose() => http.Dispose();

    /// <summary>The answer, with the whole of its body.</summary>
    /// <exception cref="StoreUnavailableException">None came.</exception>
    public async Task<S3Answer> SendAsync(S3Request request, CancellationToken cancellationToken) =>
        (await SendAsync(request, isObject: false, cancellationToken)).Answer;

    /// <summary>The answer, and an object's bytes as they come where it is a success; the caller disposes them.</summary>
    /// <exception cref="StoreUnavailableException">None came.</exception>
    public Task<(S3Answer Answer, Stream? Body)> ReadAsync(S3Request request, CancellationToken cancellationToken) =>
        SendAsync(request, isObject: true, cancellationToken);

    private async Task<(S3Answer Answer, Stream? Body)> SendAsync(S3Request request, bool isObject, CancellationToken cancellationToken)
    {
        var id = request.About ?? Guid.NewGuid().ToString();
        var hash = request.Body is { Length: > 0 } body ? S3Signature.HashOf(body.Span) : EmptyHash;
        var mayHaveBeenDone = false;
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                var (answer, content) = await TryAsync(request, id, hash, isObject, cancellationToken);
                if (!answer.IsWorthRepeating || attempt == options.MaxRetries || answer.AskedWait > MaxWait)
                {
                    return (answer with { MayHaveBeenDone = mayHaveBeenDone }, content);
                }

                mayHaveBeenDone |= !answer.WasNotDone;
                await WaitAsync(attempt, answer.AskedWait, cancellationToken);
            }
            catch (Exception exception) when (IsOnTheWay(exception) && !cancellationToken.IsCancellationRequested)
            {
                if (attempt == options.MaxRetries)
                {
                    throw S3Failure.Of(bucket, exception);
                }

                mayHaveBeenDone = true;
                await WaitAsync(attempt, TimeSpan.Zero, cancellationToken);
            }
        }
    }

    private async Task<(S3Answer Answer, Stream? Body)> TryAsync(S3Request request, string id, string hash, bool isObject, CancellationToken cancellationToken)
    {
        using var message = Message(request, id, hash);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.NetworkTimeout);
        var response = await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, limit.Token);
        Stream? content = null;
        try
        {
            var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
            foreach (var (name, values) in response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated))
            {
                headers[name] = values.ToString();
            }

            content = new S3Download(response, await response.Content.ReadAsStreamAsync(cancellationToken), options.NetworkTimeout);
            if (isObject && response.IsSuccessStatusCode)
            {
                var download = content;
                content = null;
                return (new S3Answer((int)response.StatusCode, headers, default, Error: null, id, MayHaveBeenDone: false), download);
            }

            var body = request.Method == HttpMethod.Head ? default : await AllAsync(content, cancellationToken);
            // The end of a multipart upload begins its answer with 200 before it knows how it ends.
            var error = !response.IsSuccessStatusCode || request.Method == HttpMethod.Post ? S3Xml.ReadError(body) : null;
            var status = error is not null && response.IsSuccessStatusCode ? 500 : (int)response.StatusCode;
            return (new S3Answer(status, headers, body, error, id, MayHaveBeenDone: false), null);
        }
        finally
        {
            if (content is not null)
            {
                await content.DisposeAsync();
            }
        }
    }

    private HttpRequestMessage Message(S3Request request, string id, string hash)
    {
        var query = S3Signature.QueryOf(request.Query);
        var address = new Uri((request.Key is null ? bucket.Address : $"{bucket.Address}/{request.Key}") + (query.Length > 0 ? "?" + query : ""));
        List<(string Name, string Value)> signed =
        [
            ("host", address.Authority),
            ("x-amz-date", options.Clock.GetUtcNow().UtcDateTime.ToString(S3Signature.DateFormat, CultureInfo.InvariantCulture)),
            ("x-amz-content-sha256", hash),
            .. request.Headers,
        ];
        var message = new HttpRequestMessage(request.Method, address) { Content = request.Body is { } body ? new ReadOnlyMemoryContent(body) : null };
        message.Headers.TryAddWithoutValidation("amz-sdk-invocation-id", id);
        message.Headers.TryAddWithoutValidation(
            "Authorization", S3Signature.Authorization(bucket.Credential, bucket.Region, request.Method.Method, address.AbsolutePath, request.Query, signed));
        foreach (var (name, value) in signed.Skip(1))
        {
            if (!message.Headers.TryAddWithoutValidation(name, value))
            {
                message.Content?.Headers.TryAddWithoutValidation(name, value);
            }
        }

        return message;
    }

    private static async Task<ReadOnlyMemory<byte>> AllAsync(Stream content, CancellationToken cancellationToken)
    {
        using var bytes = new MemoryStream();
        var buffer = new byte[16 * 1024];
        for (int read; (read = await content.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            bytes.Write(buffer, 0, read);
            if (bytes.Length > MaxXmlBytes)
            {
                throw new IOException($"it answered with more than {MaxXmlBytes} bytes");
            }
        }

        return bytes.ToArray();
    }

    /// <summary>From half to the whole of the wait, so that many who failed together do not come back together.</summary>
    private Task WaitAsync(int attempt, TimeSpan asked, CancellationToken cancellationToken)
    {
        var wait = options.FirstRetryDelay * Math.Pow(2, attempt) * (0.5 + (Random.Shared.NextDouble() / 2));
        wait = wait < asked ? asked : wait;
        return Task.Delay(wait < MaxWait ? wait : MaxWait, cancellationToken);
    }

    /// <summary>A cancellation that nobody asked for is a timeout of the network.</summary>
    private static bool IsOnTheWay(Exception exception) => exception is HttpRequestException or IOException or OperationCanceledException;
}
