using System.Text;
using OpenWebUi.Platform.Azure;

namespace OpenWebUi.Platform.Blobs.AzureBlobs;

/// <summary>Blobs in one container of a storage account, over the REST interface of the Blob service.</summary>
/// <remarks>
/// The pipeline repeats what failed on the way; where a try of a conditional put may have been done without its answer
/// having come, the next one's refusal proves nothing, and the blob itself says who wrote it: <see cref="PutIdName"/>.
/// The pipeline belongs to who made it and outlives this object. Sources: "Put Blob", "Put Block", "Put Block List",
/// "Get Blob", "Delete Blob" (learn.microsoft.com, read 2026-11).
/// </remarks>
internal sealed class AzureBlobsBackEnd(StoragePipeline pipeline, AzureBlobsOptions options) : IBlobBackEnd
{
    /// <summary>Metadata of every blob: random, another for each put.</summary>
    private const string PutIdName = "x-ms-meta-putid";

    private readonly BlobClient client = new(pipeline, options);

    public async Task<BlobPutOutcome> PutAsync(
        BlobPath path, Stream content, string contentType, BlobPutMode mode, CancellationToken cancellationToken)
    {
        var put = new Put(path, contentType, mode, Guid.NewGuid().ToString("N"));

        var (buffer, bytes) = await ContentBlock.FillAsync([], content, options.BlockBytes, cancellationToken);
        if (bytes < options.BlockBytes)
        {
            return await OutcomeAsync(put, await client.WriteAsync(path, "", buffer.AsMemory(0, bytes), [("x-ms-blob-type", "BlockBlob"), .. put.Headers()], cancellationToken), cancellationToken);
        }

        // Blocks are seen by nobody until the list commits them; the service forgets those of a cut put after a week.
        var ids = new List<string>();
        for (; bytes > 0; (buffer, bytes) = await ContentBlock.FillAsync(buffer, content, options.BlockBytes, cancellationToken))
        {
            ids.Add(put.BlockId(ids.Count));
            var staged = await client.WriteAsync(path, $"?comp=block&blockid={Uri.EscapeDataString(ids[^1])}", buffer.AsMemory(0, bytes), [], cancellationToken);
            if (!staged.IsSuccess)
            {
                throw client.Failure(staged);
            }
        }

        var list = Encoding.UTF8.GetBytes(BlobListXml.WriteBlocks(ids));
        return await OutcomeAsync(put, await client.WriteAsync(path, "?comp=blocklist", list, put.Headers(), cancellationToken), cancellationToken);
    }

    public async Task<BlobRead?> OpenReadAsync(BlobPath path, BlobRange? range, CancellationToken cancellationToken)
    {
        var (answer, body) = await client.ReadAsync(path, range, cancellationToken);
        if (answer.IsBeyondTheEnd)
        {
            // The refusal does not say how long the blob is.
            (answer, body) = (await client.PropertiesAsync(path, answer, cancellationToken), Stream.Null);
        }

        if (answer.IsMissing)
        {
            return null;
        }

        if (!answer.IsSuccess)
        {
            throw client.Failure(answer);
        }

        var covered = answer.BlobLength is { } length ? range?.Covers(length) ?? length : 0;
        if (answer is { BlobLength: { } blobLength, ETag: { } etag } && (body == Stream.Null || answer.ContentLength == covered))
        {
            // Between the refusal and the question the blob may have grown: what was refused is still empty.
            covered = body == Stream.Null ? 0 : covered;
            return new BlobRead(new ExactStream(body!, covered, client.Failure), covered, blobLength, answer.ContentType, etag);
        }

        await body!.DisposeAsync();
        throw client.Unreadable("its length or its tag is not the blob's");
    }

    public async Task<BlobDeleteOutcome> DeleteAsync(BlobPath path, CancellationToken cancellationToken) =>
        await client.DeleteAsync(path, cancellationToken) switch
        {
            { IsSuccess: true } => BlobDeleteOutcome.Deleted,
            // Nothing of a deleted blob is left to tell who deleted it: what was asked for has happened.
            { IsMissing: true, MayHaveBeenDone: true } => BlobDeleteOutcome.Deleted,
            { IsMissing: true } => BlobDeleteOutcome.Missing,
            var answer => throw client.Failure(answer),
        };

    public Task<BlobPage> ListAsync(BlobPrefix prefix, int pageSize, string? continuation, CancellationToken cancellationToken) =>
        client.ListAsync(prefix, pageSize, continuation, cancellationToken);

    /// <summary>The service itself forgets the blocks of a cut put, after a week.</summary>
    public Task<int> SweepAsync(CancellationToken cancellationToken) => Task.FromResult(0);

    /// <summary>Nothing is held here: the connections are the pipeline's.</summary>
    public void Dispose()
    {
    }

    private async Task<BlobPutOutcome> OutcomeAsync(Put put, BlobAnswer answer, CancellationToken cancellationToken)
    {
        if (answer.IsSuccess)
        {
            return BlobPutOutcome.Stored;
        }

        if (!answer.IsOvertaken && !(answer.IsThere && put.Mode == BlobPutMode.IfAbsent))
        {
            throw client.Failure(answer);
        }

        // All blocks were taken, so whoever dropped them wrote or deleted this very blob while this put ran. It counts
        // as done just before: what the last writer wins from.
        if (put.Mode == BlobPutMode.Always)
        {
            return BlobPutOutcome.Stored;
        }

        if (!answer.MayHaveBeenDone)
        {
            return BlobPutOutcome.Conflict;
        }

        var there = await client.PropertiesAsync(put.Path, answer, cancellationToken);
        return there.IsSuccess ? (there.Headers.GetValueOrDefault(PutIdName) == put.Id ? BlobPutOutcome.Stored : BlobPutOutcome.Conflict)
            : there.IsMissing ? throw client.Unknown(put.Path)
            : throw client.Failure(there);
    }

    private sealed record Put(BlobPath Path, string ContentType, BlobPutMode Mode, string Id)
    {
        /// <summary>Of the request that makes the blob seen: a single put, or the list of its blocks.</summary>
        public IReadOnlyList<(string Name, string Value)> Headers() =>
            [("x-ms-blob-content-type", ContentType), (PutIdName, Id), .. Mode == BlobPutMode.IfAbsent ? [("If-None-Match", "*")] : Array.Empty<(string, string)>()];

        /// <summary>Base64 of one length, as the service wants it; no other put's, so that two at once cannot mix.</summary>
        public string BlockId(int index) => Convert.ToBase64String(Encoding.ASCII.GetBytes($"{Id}{index:D6}"));
    }
}
