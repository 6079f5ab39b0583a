namespace OpenWebUi.Platform.Storage;

internal enum ConditionKind
{
    Always,
    IfAbsent,
    IfMatch,
}

/// <summary>What must hold for a row to be written.</summary>
/// <remarks>
/// A back end over a network repeats a write whose answer was lost. It marks a conditional write (also each put of a
/// batch) and knows it again, so that <c>Stored</c> and <c>Conflict</c> are right even against a writer of the same
/// content. One case is left, which nobody can tell: the write was done, its answer lost, and another writer has replaced
/// or deleted the row before the repetition; then the outcome is what the repetition met.
/// </remarks>
internal readonly record struct PutCondition
{
    private PutCondition(ConditionKind kind, ETag etag = default)
    {
        Kind = kind;
        ETag = etag;
    }

    /// <summary>Write whatever is there: the last writer wins. Safe to repeat.</summary>
    public static PutCondition Always => new(ConditionKind.Always);

    /// <summary>Write only where no row is: <c>Conflict</c> otherwise. A caller that repeats it itself meets its own row.</summary>
    public static PutCondition IfAbsent => new(ConditionKind.IfAbsent);

    public ConditionKind Kind { get; }

    /// <summary>Set for <see cref="ConditionKind.IfMatch"/> only.</summary>
    public ETag ETag { get; }

    /// <summary>Write only over this version: <c>Conflict</c> over another one, <c>Missing</c> where no row is.</summary>
    public static PutCondition IfMatch(ETag etag) => new(ConditionKind.IfMatch, Known(etag));

    internal static ETag Known(ETag etag) =>
        etag.Value is null ? throw new ArgumentException("The ETag is empty: it was never read from a row.", nameof(etag)) : etag;
}

/// <summary>What must hold for a row to be deleted.</summary>
/// <remarks>
/// A deleted row bears no mark: where the answer was lost and the repetition finds no row, the outcome is <c>Deleted</c>,
/// even if another caller deleted it. A claim that exactly one may win is a put with <see cref="PutCondition.IfMatch"/>.
/// </remarks>
internal readonly record struct DeleteCondition
{
    private DeleteCondition(ConditionKind kind, ETag etag = default)
    {
        Kind = kind;
        ETag = etag;
    }

    /// <summary>Delete whatever is there; <c>Missing</c> where nothing is.</summary>
    public static DeleteCondition Always => new(ConditionKind.Always);

    /// <summary><see cref="ConditionKind.Always"/> or <see cref="ConditionKind.IfMatch"/>.</summary>
    public ConditionKind Kind { get; }

    /// <summary>Set for <see cref="ConditionKind.IfMatch"/> only.</summary>
    public ETag ETag { get; }

    /// <summary>Delete only this version: <c>Conflict</c> for another one, <c>Missing</c> where no row is.</summary>
    public static DeleteCondition IfMatch(ETag etag) => new(ConditionKind.IfMatch, PutCondition.Known(etag));
}

/// <summary>How a put ended; nothing but <see cref="Stored"/> changed anything.</summary>
internal abstract record PutOutcome
{
    private PutOutcome()
    {
    }

    /// <summary>Written; the tag is that of the new version.</summary>
    public sealed record Stored(ETag ETag) : PutOutcome;

    /// <summary>A row is there that the condition does not allow to replace.</summary>
    public sealed record Conflict : PutOutcome;

    /// <summary>The condition names a version, but no row is there.</summary>
    public sealed record Missing : PutOutcome;
}

/// <summary>How a delete ended; nothing but <see cref="Deleted"/> changed anything.</summary>
internal enum DeleteOutcome
{
    Deleted,

    /// <summary>Another version than the condition names is there.</summary>
    Conflict,

    /// <summary>No row is there.</summary>
    Missing,
}

/// <summary>One step of a batch, on a row of the batch's table and partition.</summary>
internal abstract record RowOperation
{
    private RowOperation(string row) => Row = row;

    public string Row { get; }

    /// <summary>Replaces the whole row; properties that are not named are gone.</summary>
    public sealed record Put(string Row, RowProperties Properties, PutCondition Condition) : RowOperation(Row);

    /// <summary>Deletes the row. A row that is not there fails the batch with <c>Missing</c>, as in Azure Tables.</summary>
    public sealed record Delete(string Row, DeleteCondition Condition) : RowOperation(Row);
}

/// <summary>Why an operation failed: as <see cref="PutOutcome"/> and <see cref="DeleteOutcome"/> say.</summary>
internal enum RowFailure
{
    Conflict,
    Missing,
}

/// <summary>How a batch ended: all of it is stored, or nothing.</summary>
internal abstract record BatchOutcome
{
    private BatchOutcome()
    {
    }

    /// <summary>All is stored. The new tags stand at the indices of their operations; null for a delete.</summary>
    public sealed record Committed(IReadOnlyList<ETag?> ETags) : BatchOutcome;

    /// <summary>Nothing is stored, because the operation at the index (the first that failed) could not be done.</summary>
    public sealed record Failed(int Index, RowFailure Failure) : BatchOutcome;
}
