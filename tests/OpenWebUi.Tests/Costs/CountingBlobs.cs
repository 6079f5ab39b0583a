using OpenWebUi.Platform.Blobs;

namespace OpenWebUi.Tests.Costs;

/// <summary>Counts what a site asks of its blob store: each call is one request to Azure (a large put is more).</summary>
internal sealed class CountingBlobs(IBlobBackEnd inner) : IBlobBackEnd
{
    private int _calls;

    public int Calls => Volatile.Read(ref _calls);

    public void Reset() => Volatile.Write(ref _calls, 0);

    public Task<BlobPutOutcome> PutAsync(BlobPath path, Stream content, string contentType, BlobPutMode mode, CancellationToken cancellationToken) =>
        Count(inner.PutAsync(path, content, contentType, mode, cancellationToken));

    public Task<BlobRead?> OpenReadAsync(BlobPath path, BlobRange? range, CancellationToken cancellationToken) =>
        Count(inner.OpenReadAsync(path, range, cancellationToken));

    public Task<BlobDeleteOutcome> DeleteAsync(BlobPath path, CancellationToken cancellationToken) => Count(inner.DeleteAsync(path, cancellationToken));

    public Task<BlobPage> ListAsync(BlobPrefix prefix, int pageSize, string? continuation, CancellationToken cancellationToken) =>
        Count(inner.ListAsync(prefix, pageSize, continuation, cancellationToken));

    public Task<int> SweepAsync(CancellationToken cancellationToken) => inner.SweepAsync(cancellationToken);

    public void Dispose() => inner.Dispose();

    private Task<T> Count<T>(Task<T> call)
    {
        Interlocked.Increment(ref _calls);
        return call;
    }
}
