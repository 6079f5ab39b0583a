using OpenWebUi.Platform.Storage;

namespace OpenWebUi.Tests.Platform.Storage;

/// <summary>What went through a store: verbs, rows and bytes as Azure would bill and move them.</summary>
/// <param name="Verbs">Calls; a page of a query is one.</param>
/// <param name="Written">Bytes of rows written.</param>
/// <param name="Read">Bytes of rows read.</param>
internal sealed record RowTraffic(int Verbs, long Written, long Read);

/// <summary>Counts what a site asks of its database.</summary>
internal sealed class CountingRows(IRowBackEnd inner) : IRowBackEnd
{
    private readonly Lock _gate = new();
    private readonly List<string> _log = [];
    private RowTraffic _traffic = new(0, 0, 0);

    public RowTraffic Traffic
    {
        get
        {
            lock (_gate)
            {
                return _traffic;
            }
        }
    }

    /// <summary>One line a call, such as <c>batch 6</c>: for the message of a test that failed.</summary>
    public string Log
    {
        get
        {
            lock (_gate)
            {
                return string.Join(", ", _log);
            }
        }
    }

    public void Reset()
    {
        lock (_gate)
        {
            _traffic = new(0, 0, 0);
            _log.Clear();
        }
    }

    public async Task<StoredRow?> GetAsync(RowKey key, CancellationToken cancellationToken)
    {
        var row = await inner.GetAsync(key, cancellationToken);
        Count($"get {key.Row}", 0, row is null ? 0 : RowLimits.RowBytes(row.Key, row.Properties));
        return row;
    }

    public Task<PutOutcome> PutAsync(RowKey key, RowProperties properties, PutCondition condition, CancellationToken cancellationToken)
    {
        Count($"put {key.Row}", RowLimits.RowBytes(key, properties), 0);
        return inner.PutAsync(key, properties, condition, cancellationToken);
    }

    public Task<DeleteOutcome> DeleteAsync(RowKey key, DeleteCondition condition, CancellationToken cancellationToken)
    {
        Count($"delete {key.Row}", 0, 0);
        return inner.DeleteAsync(key, condition, cancellationToken);
    }

    public async Task<RowPage> QueryAsync(string table, string partition, RowRange range, int pageSize, string? continuation, CancellationToken cancellationToken)
    {
        var page = await inner.QueryAsync(table, partition, range, pageSize, continuation, cancellationToken);
        Count($"query {page.Rows.Count}", 0, page.Rows.Sum(row => RowLimits.RowBytes(row.Key, row.Properties)));
        return page;
    }

    public Task<BatchOutcome> BatchAsync(string table, string partition, IReadOnlyList<RowOperation> operations, CancellationToken cancellationToken)
    {
        Count($"batch {operations.Count}", operations.OfType<RowOperation.Put>().Sum(put => RowLimits.RowBytes(new(table, partition, put.Row), put.Properties)), 0);
        return inner.BatchAsync(table, partition, operations, cancellationToken);
    }

    public Task<IReadOnlyList<string>> TablesAsync(CancellationToken cancellationToken)
    {
        Count("tables", 0, 0);
        return inner.TablesAsync(cancellationToken);
    }

    public async Task<RowPage> ScanAsync(string table, int pageSize, string? continuation, CancellationToken cancellationToken)
    {
        var page = await inner.ScanAsync(table, pageSize, continuation, cancellationToken);
        Count($"scan {page.Rows.Count}", 0, page.Rows.Sum(row => RowLimits.RowBytes(row.Key, row.Properties)));
        return page;
    }

    public void Dispose() => inner.Dispose();

    private void Count(string line, long written, long read)
    {
        lock (_gate)
        {
            _log.Add(line);
            _traffic = new(_traffic.Verbs + 1, _traffic.Written + written, _traffic.Read + read);
        }
    }
}
