using OpenWebUi.Platform.Storage;

namespace OpenWebUi.Platform.Blobs;

/// <summary>
/// What a place implements so that blobs can live in it. Arguments were checked by <see cref="BlobStore"/>, the only
/// caller; meaning, outcomes and repeatability are written there, and the contract suite holds every back end to them.
/// </summary>
/// <remarks>
/// A back end is opened at first use and throws <see cref="StoreUnavailableException"/> and
/// <see cref="OperationCanceledException"/> only. What the content of a put throws while it is read passes through
/// unchanged, and nothing of that put is ever seen.
/// </remarks>
internal interface IBlobBackEnd : IDisposable
{
    /// <returns>Stored or Conflict; the seam counts the bytes.</returns>
    Task<BlobPutOutcome> PutAsync(BlobPath path, Stream content, string contentType, BlobPutMode mode, CancellationToken cancellationToken);

    Task<BlobRead?> OpenReadAsync(BlobPath path, BlobRange? range, CancellationToken cancellationToken);

    Task<BlobDeleteOutcome> DeleteAsync(BlobPath path, CancellationToken cancellationToken);

    Task<BlobPage> ListAsync(BlobPrefix prefix, int pageSize, string? continuation, CancellationToken cancellationToken);

    Task<int> SweepAsync(CancellationToken cancellationToken);
}
