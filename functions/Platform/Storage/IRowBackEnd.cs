namespace OpenWebUi.Platform.Storage;

/// <summary>
/// What a database implements so that rows can live in it. Arguments were checked by <see cref="RowStore"/>, the only
/// caller; meaning, outcomes and repeatability are written there, and the contract suite holds every back end to them.
/// </summary>
/// <remarks>
/// A back end reads the properties before its first await, makes a new ETag for every write, orders by bytes, opens at
/// first use, and throws <see cref="StoreUnavailableException"/> and <see cref="OperationCanceledException"/> only.
/// </remarks>
internal interface IRowBackEnd : IDisposable
{
    Task<StoredRow?> GetAsync(RowKey key, CancellationToken cancellationToken);

    Task<PutOutcome> PutAsync(RowKey key, RowProperties properties, PutCondition condition, CancellationToken cancellationToken);

    Task<DeleteOutcome> DeleteAsync(RowKey key, DeleteCondition condition, CancellationToken cancellationToken);

    Task<RowPage> QueryAsync(string table, string partition, RowRange range, int pageSize, string? continuation, CancellationToken cancellationToken);

    Task<BatchOutcome> BatchAsync(string table, string partition, IReadOnlyList<RowOperation> operations, CancellationToken cancellationToken);

    Task<IReadOnlyList<string>> TablesAsync(CancellationToken cancellationToken);

    Task<RowPage> ScanAsync(string table, int pageSize, string? continuation, CancellationToken cancellationToken);
}
