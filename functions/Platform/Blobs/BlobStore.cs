using System.Runtime.InteropServices;
using OpenWebUi.Platform.Storage;

namespace OpenWebUi.Platform.Blobs;

/// <summary>
/// Where everything goes through that is too big for a row: files, long texts, exports. Arguments are checked here and
/// then handed to the back end that is configured.
/// </summary>
/// <remarks>
/// <para>Expected outcomes are values. <see cref="ArgumentException"/> means that the caller broke a limit, a bug;
/// <see cref="StoreUnavailableException"/> that the store cannot be reached.</para>
/// <para>Reads see every write that was answered before they began. A put is seen whole or not at all, by every reader
/// at every moment; one that was cancelled or failed happened or did not. Safe for concurrent use.</para>
/// </remarks>
/// <param name="backEnd">Where the bytes are; closed with the store.</param>
/// <param name="maxBytes">The most bytes of a blob, for tests that do not want to write so many.</param>
internal sealed class BlobStore(IBlobBackEnd backEnd, long maxBytes = BlobStore.MaxBytes) : IDisposable
{
    /// <summary>
    /// The most bytes of a blob. 200 MB: above every upload that the platforms in front let through in one request
    /// (Azure Functions: 210 MB) and far below what one Put Block List can hold, so no back end needs a second path.
    /// </summary>
    public const long MaxBytes = 200L * 1000 * 1000;

    /// <summary>The most blobs of a page.</summary>
    public const int MaxPageBlobs = 1_000;

    private const int MaxContentTypeChars = 200;
    private const int MaxContinuationChars = 4_096;

    /// <summary>Writes the blob whole: bytes and content type replace what was there.</summary>
    /// <param name="path">Where.</param>
    /// <param name="content">Read once, from where it stands to its end, and not disposed. What it throws passes through, and nothing is written.</param>
    /// <param name="contentType">A media type, 3 to 200 printable ASCII characters, kept as it is.</param>
    /// <param name="mode">What must hold.</param>
    /// <param name="cancellationToken">Ends the put; after that it happened or did not.</param>
    /// <returns>Stored; Conflict in <c>IfAbsent</c> where a blob is (not after one's own lost answer: that is found out); TooLarge.</returns>
    public async Task<BlobPutOutcome> PutAsync(
        BlobPath path, Stream content, string contentType, BlobPutMode mode, CancellationToken cancellationToken)
    {
        CheckContentType(path, contentType);
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return await backEnd.PutAsync(path, new CappedStream(content, maxBytes), contentType, mode, cancellationToken);
        }
        catch (CapExceededException)
        {
            return BlobPutOutcome.TooLarge;
        }
    }

    /// <inheritdoc cref="PutAsync(BlobPath, Stream, string, BlobPutMode, CancellationToken)"/>
    public Task<BlobPutOutcome> PutAsync(
        BlobPath path, ReadOnlyMemory<byte> content, string contentType, BlobPutMode mode, CancellationToken cancellationToken)
    {
        var bytes = MemoryMarshal.TryGetArray(content, out var segment) ? segment : new ArraySegment<byte>(content.ToArray());
        return PutAsync(path, new MemoryStream(bytes.Array ?? [], bytes.Offset, bytes.Count, writable: false), contentType, mode, cancellationToken);
    }

    /// <summary>Opens the blob, or a part of it, for reading; null where none is. Dispose what you get.</summary>
    /// <exception cref="ArgumentException">The range begins before 0 or has less than one byte.</exception>
    public Task<BlobRead?> OpenReadAsync(BlobPath path, BlobRange? range, CancellationToken cancellationToken)
    {
        if (range is { Offset: < 0 } or { Length: < 1 })
        {
            throw new ArgumentException($"{path}: the range {range} must begin at 0 or later and have at least one byte.", nameof(range));
        }

        cancellationToken.ThrowIfCancellationRequested();
        return backEnd.OpenReadAsync(path, range, cancellationToken);
    }

    /// <summary>Deletes the blob. Safe to repeat: the second time answers Missing. (Azure: Deleted too where a lost answer leaves it unknown who did it.)</summary>
    public Task<BlobDeleteOutcome> DeleteAsync(BlobPath path, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return backEnd.DeleteAsync(path, cancellationToken);
    }

    /// <summary>Deletes what lies inside the folder, blob by blob, and says how many went. Safe to repeat; what is put meanwhile may stay.</summary>
    public async Task<int> DeleteFolderAsync(BlobPath folder, CancellationToken cancellationToken)
    {
        var deleted = 0;
        string? continuation = null;
        do
        {
            var page = await ListAsync(BlobPrefix.Inside(folder), MaxPageBlobs, continuation, cancellationToken);
            foreach (var blob in page.Blobs)
            {
                deleted += await DeleteAsync(blob.Path, cancellationToken) == BlobDeleteOutcome.Deleted ? 1 : 0;
            }

            continuation = page.Continuation;
        }
        while (continuation is not null);
        return deleted;
    }

    /// <summary>One page of the blobs whose path begins with the prefix, ordered by bytes.</summary>
    /// <param name="prefix">Which; it stays the same from page to page.</param>
    /// <param name="pageSize">1 to 1,000.</param>
    /// <param name="continuation">Null for the first page, then what the page before gave.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<BlobPage> ListAsync(BlobPrefix prefix, int pageSize, string? continuation, CancellationToken cancellationToken)
    {
        if (pageSize is < 1 or > MaxPageBlobs)
        {
            throw new ArgumentException($"A page has 1 to {MaxPageBlobs} blobs, not {pageSize}.", nameof(pageSize));
        }

        if (continuation is { Length: 0 or > MaxContinuationChars })
        {
            throw new ArgumentException("The continuation is none that a page gave.", nameof(continuation));
        }

        cancellationToken.ThrowIfCancellationRequested();
        return backEnd.ListAsync(prefix, pageSize, continuation, cancellationToken);
    }

    /// <summary>Removes what puts that were cut left behind for more than an hour, and says how many. Safe to repeat; for housekeeping.</summary>
    public Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return backEnd.SweepAsync(cancellationToken);
    }

    public void Dispose() => backEnd.Dispose();

    /// <summary>No more than a header's value on one line, so that it can neither end it nor begin another.</summary>
    private static void CheckContentType(BlobPath path, string contentType)
    {
        var fits = contentType is { Length: >= 3 and <= MaxContentTypeChars }
            && contentType.Contains('/')
            && contentType.All(c => c is >= ' ' and <= '~')
            && contentType.AsSpan().Trim().Length == contentType.Length;
        if (!fits)
        {
            throw new ArgumentException(
                $"{path}: the content type \"{BlobPath.Printable(contentType)}\" must be a media type of 3 to {MaxContentTypeChars} printable ASCII characters.",
                nameof(contentType));
        }
    }
}
