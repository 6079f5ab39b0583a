using OpenWebUi.Platform.Storage;

namespace OpenWebUi.Services.Backup;

/// <summary>Writes the rows of one table, as many of a partition at once as a batch takes. What is there is replaced: writing a row twice changes nothing.</summary>
internal sealed class RowWriter(RowStore rows, string table)
{
    /// <summary>Less than a batch may have, so that memory and a request stay small.</summary>
    private const long MaxBytes = RowLimits.MaxBatchBytes / 2;

    private readonly List<RowOperation> _batch = [];
    private string _partition = "";
    private long _bytes;

    public async Task AddAsync(RowKey key, RowProperties properties, CancellationToken cancellationToken)
    {
        var bytes = RowLimits.OperationBytes(key, properties);
        if (key.Partition != _partition || _batch.Count == RowLimits.MaxBatchOperations || _bytes + bytes > MaxBytes)
        {
            await FlushAsync(cancellationToken);
            _partition = key.Partition;
        }

        _batch.Add(new RowOperation.Put(key.Row, properties, PutCondition.Always));
        _bytes += bytes;
    }

    /// <summary>Afterwards everything that was added is stored.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        switch (_batch)
        {
            case []:
                return;
            // Alone it goes without the envelope of a batch.
            case [RowOperation.Put only]:
                await rows.PutAsync(new(table, _partition, only.Row), only.Properties, PutCondition.Always, cancellationToken);
                break;
            default:
                if (await rows.BatchAsync(table, _partition, _batch, cancellationToken) is not BatchOutcome.Committed)
                {
                    throw new StoreUnavailableException($"The store did not take {_batch.Count} rows of {table}. Run restore again: it goes on where it was.");
                }

                break;
        }

        _batch.Clear();
        _bytes = 0;
    }
}
