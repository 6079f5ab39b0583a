namespace OpenWebUi.Platform.Storage.PostgreSql;

/// <summary>
/// A change that is ready to be written: the content is encoded, or null where the row goes. The tag is made before the first try and
/// kept for the next ones, so that a try whose answer was lost is known again by it. Random, so that neither a recreated row nor a
/// restored backup ever meets a tag that was given out before.
/// </summary>
internal sealed record PostgreSqlChange(string Row, ConditionKind Condition, string? Expected, byte[]? Content, string Tag)
{
    public static PostgreSqlChange Of(RowOperation operation) => operation switch
    {
        RowOperation.Put put => new(put.Row, put.Condition.Kind, put.Condition.ETag.Value, RowCodec.Encode(put.Properties), Guid.NewGuid().ToString("N")),
        RowOperation.Delete delete => new(delete.Row, delete.Condition.Kind, delete.Condition.ETag.Value, Content: null, ""),
        _ => throw new InvalidOperationException($"Unknown operation {operation.GetType().Name}."),
    };

    /// <summary>Why the row, which bears this tag (null: is not there), must not be changed so; null where it may.</summary>
    public RowFailure? Refusal(string? current) => Condition switch
    {
        ConditionKind.IfAbsent => current is null ? null : RowFailure.Conflict,
        ConditionKind.IfMatch when current is null => RowFailure.Missing,
        ConditionKind.IfMatch => current == Expected ? null : RowFailure.Conflict,
        _ => current is null && Content is null ? RowFailure.Missing : null,
    };
}
