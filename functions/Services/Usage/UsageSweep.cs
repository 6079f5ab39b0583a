using OpenWebUi.Platform.Storage;

namespace OpenWebUi.Services.Usage;

/// <summary>Removes what calls used longer than <see cref="KeptDays"/> ago.</summary>
internal sealed class UsageSweep(RowStore rows, TimeProvider time)
{
    /// <summary>A year and the month in which it is reported.</summary>
    public const int KeptDays = 400;

    private const int MaxRows = 20_000;

    /// <inheritdoc cref="DaySweep.RunAsync"/>
    public Task<int> RunAsync(CancellationToken cancellation) =>
        DaySweep.RunAsync(rows, UsageMeter.Table, UsageMeter.Days, UsageMeter.DayOf(time.GetUtcNow().AddDays(-KeptDays)), MaxRows, time, cancellation);
}
