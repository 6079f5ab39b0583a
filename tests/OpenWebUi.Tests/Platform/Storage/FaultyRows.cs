using OpenWebUi.Platform.Storage;

namespace OpenWebUi.Tests.Platform.Storage;

internal enum RowFault
{
    None,

    /// <summary>Nothing is done.</summary>
    Unavailable,

    /// <summary>The write is done, and nobody says so.</summary>
    AcknowledgmentLost,
}

/// <summary>A database that fails as a test wants it to.</summary>
internal sealed class FaultyRows(IRowBackEnd inner) : IRowBackEnd
{
    /// <summary>Asked before every call with the verb and the rows that it writes (none for a read).</summary>
    public Func<string, IReadOnlyList<string>, RowFault>? Plan { get; set; }

    /// <summary>Runs before a batch: a test changes a row of it first.</summary>
    public Func<IReadOnlyList<RowOperation>, Task>? BeforeBatch { get; set; }

    /// <summary>The instance is gone: nothing it does reaches the store any more.</summary>
    public bool IsCutOff { get; set; }

    public Task<StoredRow?> GetAsync(RowKey key, CancellationToken cancellationToken) => DoAsync("get", [], () => inner.GetAsync(key, cancellationToken));

    public Task<PutOutcome> PutAsync(RowKey key, RowProperties properties, PutCondition condition, CancellationToken cancellationToken) =>
        DoAsync("put", [key.Row], () => inner.PutAsync(key, properties, condition, cancellationToken));

    public Task<DeleteOutcome> DeleteAsync(RowKey key, DeleteCondition condition, CancellationToken cancellationToken) =>
        DoAsync("delete", [key.Row], () => inner.DeleteAsync(key, condition, cancellationToken));

    public Task<RowPage> QueryAsync(string table, string partition, RowRange range, int pageSize, string? continuation, CancellationToken cancellationToken) =>
        DoAsync("query", [], () => inner.QueryAsync(table, partition, range, pageSize, continuation, cancellationToken));

    public async Task<BatchOutcome> BatchAsync(string table, string partition, IReadOnlyList<RowOperation> operations, CancellationToken cancellationToken)
    {
        if (BeforeBatch is { } before)
        {
            await before(operations);
        }

        return await DoAsync("batch", [.. operations.Select(o => o.Row)], () => inner.BatchAsync(table, partition, operations, cancellationToken));
    }

    public Task<IReadOnlyList<string>> TablesAsync(CancellationToken cancellationToken) => DoAsync("tables", [], () => inner.TablesAsync(cancellationToken));

    public Task<RowPage> ScanAsync(string table, int pageSize, string? continuation, CancellationToken cancellationToken) =>
        DoAsync("scan", [], () => inner.ScanAsync(table, pageSize, continuation, cancellationToken));

    public void Dispose() => inner.Dispose();

    private async Task<T> DoAsync<T>(string verb, IReadOnlyList<string> written, Func<Task<T>> call)
    {
        var fault = IsCutOff ? RowFault.Unavailable : Plan?.Invoke(verb, written) ?? RowFault.None;
        if (fault == RowFault.Unavailable)
        {
            throw new StoreUnavailableException("The test has cut the store off.");
        }

        var outcome = await call();
        return fault == RowFault.None ? outcome : throw new StoreUnavailableException("The test has lost the acknowledgment.");
    }
}
