using OpenWebUi.Platform.Blobs;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Services.Access;

namespace OpenWebUi.Services.Conversations;

/// <summary>Removes whole ranges of rows and folders of blobs, as far as a pass's budget goes.</summary>
internal sealed class BoundedRemoval(RowStore rows, BlobStore blobs)
{
    /// <summary>Rows of one batch.</summary>
    private const int RowsAtOnce = RowLimits.MaxBatchOperations;

    private const int BlobsAtOnce = 100;

    /// <summary>Every row of a range but one. It looks from the start again after each batch, so what is added behind it meanwhile goes too.</summary>
    /// <returns>False where the budget ended first.</returns>
    public async Task<bool> RemoveRowsAsync(OwnerId owner, RowRange range, string? kept, SweepBudget budget, CancellationToken cancellation)
    {
        string? after = null;
        while (!budget.IsSpent)
        {
            var page = await rows.QueryAsync(ChatRows.Table, owner.Text, range, RowsAtOnce, after, cancellation);
            var going = page.Rows.Where(row => row.Key.Row != kept).Select(row => new RowOperation.Delete(row.Key.Row, DeleteCondition.Always)).ToList();
            if (going.Count > 0)
            {
                // A batch fails where another instance was faster; then there is less to remove.
                var isDone = await rows.BatchAsync(ChatRows.Table, owner.Text, going, cancellation) is BatchOutcome.Committed;
                budget.CountRows(isDone ? going.Count : 1);
                after = null;
            }
            else if (page.Continuation is null)
            {
                return true;
            }
            else
            {
                after = page.Continuation;
            }
        }

        return false;
    }

    /// <returns>False where the budget ended first.</returns>
    public async Task<bool> RemoveBlobsAsync(BlobPath folder, SweepBudget budget, CancellationToken cancellation)
    {
        string? after = null;
        while (!budget.IsSpent)
        {
            var page = await blobs.ListAsync(BlobPrefix.Inside(folder), BlobsAtOnce, after, cancellation);
            foreach (var blob in page.Blobs)
            {
                await blobs.DeleteAsync(blob.Path, cancellation);
                budget.CountBlob();
            }

            after = page.Continuation;
            if (after is null)
            {
                return true;
            }
        }

        return false;
    }
}
