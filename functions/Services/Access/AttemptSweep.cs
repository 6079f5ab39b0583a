using OpenWebUi.Platform.Storage;

namespace OpenWebUi.Services.Access;

/// <summary>Removes the counts of wrong attempts that are over: whole days, the day before yesterday and older.</summary>
internal sealed class AttemptSweep(RowStore rows, TimeProvider time)
{
    /// <summary>Rows of one pass; the rest waits for the next.</summary>
    public const int MaxRows = 20_000;

    /// <inheritdoc cref="DaySweep.RunAsync"/>
    public Task<int> RunAsync(CancellationToken cancellation) =>
        DaySweep.RunAsync(rows, AttemptStore.Table, AttemptStore.Days, AttemptStore.DayOf(time.GetUtcNow().AddDays(-1)), MaxRows, time, cancellation);
}
