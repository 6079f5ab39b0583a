using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using OpenWebUi.Platform.Security;
using OpenWebUi.Platform.Storage;

namespace OpenWebUi.Services.Access;

/// <summary>A state as it was read or written.</summary>
/// <param name="ETag">Null: no row of <paramref name="Day"/> holds it yet.</param>
/// <param name="Day">The partition.</param>
internal sealed record AttemptView(AttemptState State, ETag? ETag, string Day);

/// <summary>
/// The counts of wrong attempts as rows. A partition is a day (UTC): what is over is removed by whole partitions. Within a rule's
/// memory after midnight yesterday's row is read too, where today has none, and the first count of the day takes it over.
/// Keys are HMACs, so that the table tells neither addresses nor accounts.
/// </summary>
internal sealed class AttemptStore(RowStore rows, SigningKey signingKey, TimeProvider time)
{
    public const string Table = "Attempts";

    /// <summary>A row for every day that has a partition, so that nothing needs to be searched for.</summary>
    public const string Days = "days";

    private const string KeyPurpose = "attempt-keys";
    private string? _notedDay;

    /// <summary>The row key of a text: who reads it learns nothing of the text.</summary>
    public async ValueTask<string> RowOfAsync(string text, CancellationToken cancellation)
    {
        var key = await signingKey.ForAsync(KeyPurpose, cancellation);
        return Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));
    }

    /// <summary>One read, and within the rule's memory after midnight at most two.</summary>
    public async Task<AttemptView> ReadAsync(AttemptRule rule, string row, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        if (await rows.GetAsync(new(Table, DayOf(now), row), cancellation) is { } today)
        {
            return new(StateOf(today.Properties), today.ETag, DayOf(now));
        }

        var before = now.TimeOfDay <= rule.Memory ? await rows.GetAsync(new(Table, DayOf(now.AddDays(-1)), row), cancellation) : null;
        return new(before is null ? AttemptState.None : StateOf(before.Properties), null, DayOf(now));
    }

    /// <summary>Writes over the version that was read.</summary>
    /// <returns>Null: somebody else was faster. Read again.</returns>
    public async Task<AttemptView?> WriteAsync(string row, AttemptState state, AttemptView over, CancellationToken cancellation)
    {
        var day = DayOf(time.GetUtcNow());
        if (_notedDay != day)
        {
            await rows.PutAsync(new(Table, Days, day), [], PutCondition.Always, cancellation);
            _notedDay = day;
        }

        var condition = over.ETag is { } etag && over.Day == day ? PutCondition.IfMatch(etag) : PutCondition.IfAbsent;
        var properties = new RowProperties { ["Count"] = state.Count, ["At"] = state.At, ["Until"] = state.Until };
        return await rows.PutAsync(new(Table, day, row), properties, condition, cancellation) is PutOutcome.Stored stored ? new(state, stored.ETag, day) : null;
    }

    public static string DayOf(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static AttemptState StateOf(RowProperties properties) => new(
        properties.GetDouble("Count") ?? 0, properties.GetTime("At") ?? AttemptState.None.At, properties.GetTime("Until") ?? AttemptState.None.Until);
}
