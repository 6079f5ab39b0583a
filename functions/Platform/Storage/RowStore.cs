using System.Runtime.CompilerServices;

namespace OpenWebUi.Platform.Storage;

/// <summary>
/// Where everything that the product keeps in rows goes through: five verbs, and two for copies of everything, checked against the strictest back end's
/// limits and then handed to the back end that is configured.
/// </summary>
/// <remarks>
/// <para>Expected outcomes are values. <see cref="ArgumentException"/> means that the caller broke a limit
/// (<see cref="RowLimits"/>, <see cref="RowKey"/>), a bug; <see cref="StoreUnavailableException"/> that the store cannot
/// be reached.</para>
/// <para>Reads see every write that was answered before they began. A cancelled write happened or did not; with SQLite
/// it did not if it had not begun. A lost answer is settled by the back end: see <see cref="PutCondition"/>. Safe for concurrent use. Disposing closes the back end.</para>
/// </remarks>
internal sealed class RowStore(IRowBackEnd backEnd) : IDisposable
{
    /// <summary>The row, or null where none is.</summary>
    public Task<StoredRow?> GetAsync(RowKey key, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return backEnd.GetAsync(key, cancellationToken);
    }

    /// <summary>Writes the whole row: properties that are not named are gone afterwards.</summary>
    /// <returns>
    /// <c>Always</c>: Stored. <c>IfAbsent</c>: Stored, or Conflict where a row is. <c>IfMatch</c>: Stored, Conflict over
    /// another version, Missing where no row is.
    /// </returns>
    public Task<PutOutcome> PutAsync(RowKey key, RowProperties properties, PutCondition condition, CancellationToken cancellationToken)
    {
        RowLimits.CheckRow(key, properties);
        cancellationToken.ThrowIfCancellationRequested();
        return backEnd.PutAsync(key, properties, condition, cancellationToken);
    }

    /// <summary>Deletes the row. Safe to repeat: the second time answers Missing.</summary>
    /// <returns><c>Always</c>: Deleted or Missing. <c>IfMatch</c>: Deleted, Conflict over another version, or Missing.</returns>
    public Task<DeleteOutcome> DeleteAsync(RowKey key, DeleteCondition condition, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return backEnd.DeleteAsync(key, condition, cancellationToken);
    }

    /// <summary>One page of a partition's rows, ordered by row key bytes.</summary>
    /// <param name="table">The table.</param>
    /// <param name="partition">The partition.</param>
    /// <param name="range">Which row keys; it stays the same from page to page.</param>
    /// <param name="pageSize">1 to 1,000 rows (Azure's most); a page may hold fewer though more follow.</param>
    /// <param name="continuation">Null for the first page, then what the page before gave.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<RowPage> QueryAsync(
        string table, string partition, RowRange range, int pageSize, string? continuation, CancellationToken cancellationToken)
    {
        RowKey.CheckTable(table);
        RowKey.CheckPart(partition, nameof(partition));
        if (continuation is not null)
        {
            RowKey.CheckPart(continuation, nameof(continuation));
        }

        if (pageSize is < 1 or > RowLimits.MaxPageRows)
        {
            throw new ArgumentException($"A page of {table}/{partition} has 1 to {RowLimits.MaxPageRows} rows, not {pageSize}.", nameof(pageSize));
        }

        cancellationToken.ThrowIfCancellationRequested();
        return backEnd.QueryAsync(table, partition, range, pageSize, continuation, cancellationToken);
    }

    /// <summary>All rows of the range, read page by page as they are taken; stop taking and no more is read.</summary>
    public async IAsyncEnumerable<StoredRow> QueryAllAsync(
        string table, string partition, RowRange range, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? continuation = null;
        do
        {
            var page = await QueryAsync(table, partition, range, RowLimits.MaxPageRows, continuation, cancellationToken);
            foreach (var row in page.Rows)
            {
                yield return row;
            }

            continuation = page.Continuation;
        }
        while (continuation is not null);
    }

    /// <summary>Does 1 to 100 operations on different rows of one partition, all or nothing.</summary>
    /// <returns>Committed with the new tags, or Failed with the first operation that could not be done, and nothing is changed.</returns>
    public Task<BatchOutcome> BatchAsync(
        string table, string partition, IReadOnlyList<RowOperation> operations, CancellationToken cancellationToken)
    {
        RowKey.CheckTable(table);
        RowKey.CheckPart(partition, nameof(partition));
        RowLimits.CheckBatch(table, partition, operations);
        cancellationToken.ThrowIfCancellationRequested();
        return backEnd.BatchAsync(table, partition, operations, cancellationToken);
    }

    /// <summary>The names of the tables that hold rows; in Azure also of those that hold none (any more). For copies of everything: what serves people knows its tables.</summary>
    public Task<IReadOnlyList<string>> TablesAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return backEnd.TablesAsync(cancellationToken);
    }

    /// <summary>One page of all rows of a table, ordered by the bytes of the partition, then of the row. For copies of everything.</summary>
    /// <param name="table">The table; one that is not there has no rows.</param>
    /// <param name="pageSize">1 to 1,000 rows (Azure's most); a page may hold fewer though more follow.</param>
    /// <param name="continuation">
    /// Null for the first page, then what the page before gave: a <see cref="ScanPlace"/>. It does not expire, also not with the process.
    /// </param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ArgumentException">The continuation is none that a page gave.</exception>
    public Task<RowPage> ScanAsync(string table, int pageSize, string? continuation, CancellationToken cancellationToken)
    {
        RowKey.CheckTable(table);
        _ = continuation is null ? default : ScanPlace.Parse(continuation);
        if (pageSize is < 1 or > RowLimits.MaxPageRows)
        {
            throw new ArgumentException($"A page of {table} has 1 to {RowLimits.MaxPageRows} rows, not {pageSize}.", nameof(pageSize));
        }

        cancellationToken.ThrowIfCancellationRequested();
        return backEnd.ScanAsync(table, pageSize, continuation, cancellationToken);
    }

    public void Dispose() => backEnd.Dispose();
}
