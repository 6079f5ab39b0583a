using System.Globalization;

namespace OpenWebUi.Platform.Blobs.S3;

/// <summary>Blobs in a bucket of Amazon S3, or of a service that speaks like it, over its REST interface.</summary>
/// <remarks>
/// <para>The client repeats what failed on the way; where a try of a conditional put may have been done without its answer
/// having come, the next one's refusal proves nothing, and the object itself says who wrote it: <see cref="S3Answer.PutIdName"/>.</para>
/// <para>A put that must find nothing (<see cref="BlobPutMode.IfAbsent"/>) is S3's own condition, <c>If-None-Match: *</c>. A service that
/// refuses the header (501) fails such puts with a sentence; one that ignores it writes over what is there, and nobody can notice.</para>
/// <para>A deletion asks first whether the object is there, for S3 answers 204 to any: of two at once both may say Deleted.</para>
/// <para>Sources: "PutObject", "GetObject", "HeadObject", "DeleteObject", "ListObjectsV2", "ListMultipartUploads", "How to prevent object
/// overwrites with conditional writes" (docs.aws.amazon.com, AmazonS3).</para>
/// </remarks>
internal sealed class S3BackEnd(S3Bucket bucket, S3BlobsOptions options) : IBlobBackEnd
{
    /// <summary>How old an unfinished upload is before it is aborted: its date is that of its beginning, and an upload over a slow line takes hours.</summary>
    public static readonly TimeSpan UnfinishedFor = TimeSpan.FromDays(1);

    private readonly S3Client client = new(bucket, options);

    public async Task<BlobPutOutcome> PutAsync(
        BlobPath path, Stream content, string contentType, BlobPutMode mode, CancellationToken cancellationToken)
    {
        var put = new Put(path, bucket.KeyOf(path), contentType, mode, Guid.NewGuid().ToString("N"));

        var (buffer, bytes) = await ContentBlock.FillAsync([], content, options.PartBytes, cancellationToken);
        if (bytes < options.PartBytes)
        {
            var request = new S3Request(HttpMethod.Put, put.Key, [], [.. put.Headers, .. put.Condition], buffer.AsMemory(0, bytes));
            return await OutcomeAsync(put, await client.SendAsync(request, cancellationToken), cancellationToken);
        }

        await using var upload = await S3Upload.BeginAsync(client, put.Key, put.Headers, cancellationToken);
        for (; bytes > 0; (buffer, bytes) = await ContentBlock.FillAsync(buffer, content, options.PartBytes, cancellationToken))
        {
            await upload.AddAsync(buffer.AsMemory(0, bytes), cancellationToken);
        }

        return await OutcomeAsync(put, await upload.CompleteAsync(put.Condition, cancellationToken), cancellationToken);
    }

    public async Task<BlobRead?> OpenReadAsync(BlobPath path, BlobRange? range, CancellationToken cancellationToken)
    {
        var (answer, body) = await client.ReadAsync(
            new S3Request(HttpMethod.Get, bucket.KeyOf(path), [], range is null ? [] : [("range", range.ToHeader())]), cancellationToken);
        if (answer.IsBeyondTheEnd)
        {
            // The refusal does not say how long the object is.
            (answer, body) = (await HeadAsync(path, answer, cancellationToken), Stream.Null);
        }

        if (answer.IsMissing)
        {
            return null;
        }

        if (!answer.IsSuccess)
        {
            throw S3Failure.Of(bucket, answer);
        }

        var covered = answer.ObjectLength is { } length ? range?.Covers(length) ?? length : 0;
        if (answer is { ObjectLength: { } objectLength, ETag: { } etag } && (body == Stream.Null || answer.ContentLength == covered))
        {
            // Between the refusal and the question the object may have grown: what was refused is still empty.
            covered = body == Stream.Null ? 0 : covered;
            return new BlobRead(new ExactStream(body!, covered, exception => S3Failure.Of(bucket, exception)), covered, objectLength, answer.ContentType, etag);
        }

        await body!.DisposeAsync();
        throw S3Failure.Unreadable(bucket, "its length or its tag is not the object's");
    }

    public async Task<BlobDeleteOutcome> DeleteAsync(BlobPath path, CancellationToken cancellationToken)
    {
        var there = await HeadAsync(path, about: null, cancellationToken);
        if (there.IsMissing)
        {
            return BlobDeleteOutcome.Missing;
        }

        var answer = there.IsSuccess ? await client.SendAsync(new S3Request(HttpMethod.Delete, bucket.KeyOf(path), [], []), cancellationToken) : there;
        return answer.IsSuccess || answer.IsMissing ? BlobDeleteOutcome.Deleted : throw S3Failure.Of(bucket, answer);
    }

    public async Task<BlobPage> ListAsync(BlobPrefix prefix, int pageSize, string? continuation, CancellationToken cancellationToken)
    {
        List<(string Name, string Value)> query =
        [
            ("list-type", "2"),
            ("max-keys", pageSize.ToString(CultureInfo.InvariantCulture)),
            ("prefix", $"{bucket.Prefix}/{prefix.Text}"),
        ];
        if (continuation is not null)
        {
            query.Add(("continuation-token", continuation));
        }

        return await ReadAsync(query, body => S3Xml.ReadPage(bucket, body), cancellationToken);
    }

    /// <summary>Ends uploads of ours that were cut. A service that cannot list them is left to its own lifecycle rules.</summary>
    public async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        var before = options.Clock.GetUtcNow() - UnfinishedFor;
        var swept = 0;
        (string Key, string UploadId)? next = null;
        do
        {
            List<(string Name, string Value)> query = [("uploads", ""), ("prefix", $"{bucket.Prefix}/")];
            if (next is { } marker)
            {
                query.AddRange([("key-marker", marker.Key), ("upload-id-marker", marker.UploadId)]);
            }

            var answer = await client.SendAsync(new S3Request(HttpMethod.Get, Key: null, query, []), cancellationToken);
            if (answer.IsUnknownThere)
            {
                return swept;
            }

            (var uploads, next) = Read(answer, S3Xml.ReadUploads);
            foreach (var upload in uploads.Where(upload => upload.InitiatedAt < before && bucket.PathOf(upload.Key) is not null))
            {
                swept += (await S3Upload.AbortAsync(client, upload.Key, upload.UploadId, cancellationToken)).IsSuccess ? 1 : 0;
            }
        }
        while (next is not null);
        return swept;
    }

    public void Dispose() => client.Dispose();

    /// <param name="path">The blob.</param>
    /// <param name="about">The request that this settles.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    private Task<S3Answer> HeadAsync(BlobPath path, S3Answer? about, CancellationToken cancellationToken) =>
        client.SendAsync(new S3Request(HttpMethod.Head, bucket.KeyOf(path), [], [], Body: null, about?.InvocationId), cancellationToken);

    private async Task<T> ReadAsync<T>(IReadOnlyList<(string Name, string Value)> query, Func<ReadOnlyMemory<byte>, T> read, CancellationToken cancellationToken) =>
        Read(await client.SendAsync(new S3Request(HttpMethod.Get, Key: null, query, []), cancellationToken), read);

    private T Read<T>(S3Answer answer, Func<ReadOnlyMemory<byte>, T> read)
    {
        try
        {
            return answer.IsSuccess ? read(answer.Body) : throw S3Failure.Of(bucket, answer);
        }
        catch (FormatException exception)
        {
            throw S3Failure.Unreadable(bucket, exception.Message, exception);
        }
    }

    private async Task<BlobPutOutcome> OutcomeAsync(Put put, S3Answer answer, CancellationToken cancellationToken)
    {
        if (answer.IsSuccess)
        {
            return BlobPutOutcome.Stored;
        }

        var isRefused = answer.IsThere && put.Mode == BlobPutMode.IfAbsent;
        if (isRefused && !answer.MayHaveBeenDone)
        {
            return BlobPutOutcome.Conflict;
        }

        // An upload that is gone after a lost answer was most likely completed by the try before.
        if (!answer.MayHaveBeenDone || !(isRefused || answer.IsUploadGone))
        {
            throw S3Failure.Of(bucket, answer);
        }

        var there = await HeadAsync(put.Path, answer, cancellationToken);
        return there.IsSuccess ? (there.PutId == put.Id || put.Mode == BlobPutMode.Always ? BlobPutOutcome.Stored : BlobPutOutcome.Conflict)
            : there.IsMissing ? throw S3Failure.Unknown(bucket, put.Path)
            : throw S3Failure.Of(bucket, there);
    }

    private sealed record Put(BlobPath Path, string Key, string ContentType, BlobPutMode Mode, string Id)
    {
        /// <summary>What the object bears.</summary>
        public IReadOnlyList<(string Name, string Value)> Headers => [("content-type", ContentType), (S3Answer.PutIdName, Id)];

        /// <summary>Of the request that makes the object seen: a single put, or the end of an upload.</summary>
        public IReadOnlyList<(string Name, string Value)> Condition => Mode == BlobPutMode.IfAbsent ? [("if-none-match", "*")] : [];
    }
}
