using OpenWebUi.Platform.Blobs;
using OpenWebUi.Platform.Storage;

namespace OpenWebUi.Tests.Services.Conversations;

/// <summary>The process is killed at its n-th storage operation: that one is done or not, nobody hears of it, and nothing comes after it.</summary>
/// <param name="number">From 1; 0 never.</param>
/// <param name="isDone">Whether the operation at which it dies still reaches the store.</param>
internal sealed class FaultPoint(int number, bool isDone)
{
    private int _count;

    public bool WasReached => number > 0 && _count >= number;

    public async Task<T> RunAsync<T>(Func<Task<T>> operation)
    {
        var at = Interlocked.Increment(ref _count);
        if (number > 0 && at > number)
        {
            throw new KilledException();
        }

        if (at != number)
        {
            return await operation();
        }

        if (isDone)
        {
            await operation();
        }

        throw new KilledException();
    }
}

internal sealed class KilledException : Exception
{
}

internal sealed class FaultyRows(IRowBackEnd inner, FaultPoint fault) : IRowBackEnd
{
    public Task<StoredRow?> GetAsync(RowKey key, CancellationToken cancellationToken) => fault.RunAsync(() => inner.GetAsync(key, cancellationToken));

    public Task<PutOutcome> PutAsync(RowKey key, RowProperties properties, PutCondition condition, CancellationToken cancellationToken) =>
        fault.RunAsync(() => inner.PutAsync(key, properties, condition, cancellationToken));

    public Task<DeleteOutcome> DeleteAsync(RowKey key, DeleteCondition condition, CancellationToken cancellationToken) =>
        fault.RunAsync(() => inner.DeleteAsync(key, condition, cancellationToken));

    public Task<RowPage> QueryAsync(string table, string partition, RowRange range, int pageSize, string? continuation, CancellationToken cancellationToken) =>
        fault.RunAsync(() => inner.QueryAsync(table, partition, range, pageSize, continuation, cancellationToken));

    public Task<BatchOutcome> BatchAsync(string table, string partition, IReadOnlyList<RowOperation> operations, CancellationToken cancellationToken) =>
        fault.RunAsync(() => inner.BatchAsync(table, partition, operations, cancellationToken));

    public Task<IReadOnlyList<string>> TablesAsync(CancellationToken cancellationToken) => fault.RunAsync(() => inner.TablesAsync(cancellationToken));

    public Task<RowPage> ScanAsync(string table, int pageSize, string? continuation, CancellationToken cancellationToken) =>
        fault.RunAsync(() => inner.ScanAsync(table, pageSize, continuation, cancellationToken));

    public void Dispose()
    {
        // The back end outlives the processes that share it.
    }
}

internal sealed class FaultyBlobs(IBlobBackEnd inner, FaultPoint fault) : IBlobBackEnd
{
    public Task<BlobPutOutcome> PutAsync(BlobPath path, Stream content, string contentType, BlobPutMode mode, CancellationToken cancellationToken) =>
        fault.RunAsync(() => inner.PutAsync(path, content, contentType, mode, cancellationToken));

    public Task<BlobRead?> OpenReadAsync(BlobPath path, BlobRange? range, CancellationToken cancellationToken) =>
        fault.RunAsync(() => inner.OpenReadAsync(path, range, cancellationToken));

    public Task<BlobDeleteOutcome> DeleteAsync(BlobPath path, CancellationToken cancellationToken) =>
        fault.RunAsync(() => inner.DeleteAsync(path, cancellationToken));

    public Task<BlobPage> ListAsync(BlobPrefix prefix, int pageSize, string? continuation, CancellationToken cancellationToken) =>
        fault.RunAsync(() => inner.ListAsync(prefix, pageSize, continuation, cancellationToken));

    public Task<int> SweepAsync(CancellationToken cancellationToken) => fault.RunAsync(() => inner.SweepAsync(cancellationToken));

    public void Dispose()
    {
        // The back end outlives the processes that share it.
    }
}
