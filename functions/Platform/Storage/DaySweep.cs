namespace OpenWebUi.Platform.Storage;

/// <summary>
/// Removes days that are over from a table with a partition for each day (<c>yyyy-MM-dd</c>) and one partition that names the days. One query
/// when there is nothing to do. Every step may be repeated, by another instance too and at the same time.
/// </summary>
internal static class DaySweep
{
    private static readonly TimeSpan MaxTime = TimeSpan.FromMinutes(2);

    /// <param name="rows">The store.</param>
    /// <param name="table">Which table.</param>
    /// <param name="days">The partition that names the days.</param>
    /// <param name="before">The first day that stays.</param>
    /// <param name="maxRows">Rows of one pass; the rest waits for the next.</param>
    /// <param name="time">Bounds the pass: two minutes.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>How many rows were removed.</returns>
    /// <exception cref="StoreUnavailableException">The store cannot be reached; what was done stays done.</exception>
    public static async Task<int> RunAsync(RowStore rows, string table, string days, string before, int maxRows, TimeProvider time, CancellationToken cancellation)
    {
        var start = time.GetTimestamp();
        var removed = 0;
        await foreach (var day in rows.QueryAllAsync(table, days, RowRange.Between(from: null, before), cancellation))
        {
            string? after = null;
            do
            {
                if (removed >= maxRows || time.GetElapsedTime(start) >= MaxTime)
                {
                    return removed;
                }

                var page = await rows.QueryAsync(table, day.Key.Row, RowRange.All, RowLimits.MaxBatchOperations, after, cancellation);
                if (page.Rows.Count > 0)
                {
                    // A batch fails where another instance was faster: then what is left of the page is left to it.
                    var going = page.Rows.Select(row => new RowOperation.Delete(row.Key.Row, DeleteCondition.Always)).ToList();
                    removed += await rows.BatchAsync(table, day.Key.Row, going, cancellation) is BatchOutcome.Committed ? going.Count : 0;
                }

                after = page.Continuation;
            }
            while (after is not null);

            // Last: a pass that is killed finds the day again. What the other instance left undone, if it was killed too, must be gone.
            if ((await rows.QueryAsync(table, day.Key.Row, RowRange.All, 1, null, cancellation)).Rows.Count == 0)
            {
                await rows.DeleteAsync(day.Key, DeleteCondition.Always, cancellation);
            }
        }

        return removed;
    }
}
