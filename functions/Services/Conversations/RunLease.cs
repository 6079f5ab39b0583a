using OpenWebUi.Platform.Storage;

namespace OpenWebUi.Services.Conversations;

/// <summary>The row of a running answer: which run writes it, until when its word counts, and whether somebody wants it to stop.</summary>
/// <param name="RunId">Random; another one means that somebody else has taken over.</param>
/// <param name="Until">After this the run counts as dead, and its answer as interrupted.</param>
/// <param name="Checkpoints">How many stretches of text were kept; their rows are numbered from 0.</param>
internal sealed record RunLease(MessageId Answer, string RunId, DateTimeOffset Until, int Checkpoints)
{
    /// <summary>A person wants the answer to end; the run sees it when its next checkpoint meets another version of this row.</summary>
    public bool IsStopWanted { get; init; }

    /// <summary>How much of the text stands in the message's own row: the checkpoints go on from there.</summary>
    public int Base { get; init; }

    /// <summary>How much of the text is stored, in the message's row and the checkpoints together.</summary>
    public int Kept { get; init; }

    /// <summary>When a listener of another instance said last that it is there.</summary>
    public DateTimeOffset? HeardAt { get; init; }

    /// <summary>Depth of the answer's message, so that its row is found from here.</summary>
    public int Depth { get; init; }

    public ETag ETag { get; init; }

    public static RunLease Of(StoredRow row) => new(
        new(row.Key.Row.Split('.')[^2]),
        row.Properties.GetText("RunId") ?? "",
        row.Properties.GetTime("Until") ?? default,
        (int)(row.Properties.GetInt64("Checkpoints") ?? 0))
    {
        IsStopWanted = row.Properties.GetBoolean("IsStopWanted") ?? false,
        Base = (int)(row.Properties.GetInt64("Base") ?? 0),
        Kept = (int)(row.Properties.GetInt64("Kept") ?? 0),
        HeardAt = row.Properties.GetTime("HeardAt"),
        Depth = (int)(row.Properties.GetInt64("Depth") ?? 0),
        ETag = row.ETag,
    };

    public RowProperties ToRow() => new()
    {
        ["RunId"] = RunId,
        ["Until"] = Until,
        ["Checkpoints"] = Checkpoints,
        ["IsStopWanted"] = IsStopWanted ? true : (bool?)null,
        ["Base"] = Base,
        ["Kept"] = Kept,
        ["HeardAt"] = HeardAt,
        ["Depth"] = Depth,
    };
}
