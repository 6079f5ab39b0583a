using OpenWebUi.Platform.Storage;

namespace OpenWebUi.Services.Backup;

/// <summary>How far a restore has come that has not ended.</summary>
/// <param name="Backup">Which one: <see cref="BackupManifest.ContentSha256"/>.</param>
/// <param name="Table">The table whose rows are being written; empty before the first.</param>
/// <param name="Rows">How many of its lines are written.</param>
/// <param name="Blobs">How many blobs are written, once all rows are.</param>
internal sealed record RestorePlace(string Backup, string Table, long Rows, long Blobs);

/// <summary>The mark of a store.</summary>
/// <param name="Schema">What its rows mean; 1 where no mark is.</param>
/// <param name="Restore">A restore that has begun and not ended.</param>
/// <param name="ETag">Null where there is no mark yet.</param>
internal sealed record StoreMark(long Schema, RestorePlace? Restore, ETag? ETag);

/// <summary>
/// What a store's rows mean, as a number in one row of it. Changes are additive: a new property, a new kind of row, which older
/// versions pass by. The number grows only when an older version would do harm; that one then refuses to start.
/// </summary>
internal sealed class StoreSchema(RowStore rows)
{
    /// <summary>What this program writes, and the newest that it reads.</summary>
    public const long Current = 1;

    public static readonly RowKey Row = new("Settings", "store", "schema");

    public async Task<StoreMark> ReadAsync(CancellationToken cancellationToken) =>
        await rows.GetAsync(Row, cancellationToken) is not { Properties: var properties } row ? new(1, null, null)
            : new(properties.GetInt64("Version") ?? 1, PlaceOf(properties), row.ETag);

    /// <summary>Why this program must not work on the store; null when it may. One read.</summary>
    public async Task<string?> RefusalAsync(CancellationToken cancellationToken) => Refusal(await ReadAsync(cancellationToken));

    /// <summary>The same, and where the store has no mark it gets one: a write, once in its life.</summary>
    public async Task<string?> ClaimAsync(CancellationToken cancellationToken)
    {
        var mark = await ReadAsync(cancellationToken);
        if (Refusal(mark) is { } refusal)
        {
            return refusal;
        }

        if (mark.ETag is null || mark.Schema < Current)
        {
            // Another instance may be first: it wrote the same, or what the next start reads.
            var condition = mark.ETag is { } etag ? PutCondition.IfMatch(etag) : PutCondition.IfAbsent;
            await rows.PutAsync(Row, new() { ["Version"] = Current }, condition, cancellationToken);
        }

        return null;
    }

    /// <summary>Writes the mark over the version that was read.</summary>
    /// <exception cref="BackupException">Somebody else has written it meanwhile.</exception>
    public async Task<StoreMark> WriteAsync(StoreMark over, long schema, RestorePlace? restore, CancellationToken cancellationToken)
    {
        var properties = new RowProperties
        {
            ["Version"] = schema,
            ["Restore"] = restore?.Backup,
            ["RestoreTable"] = restore?.Table,
            ["RestoreRows"] = restore?.Rows,
            ["RestoreBlobs"] = restore?.Blobs,
        };
        var condition = over.ETag is { } etag ? PutCondition.IfMatch(etag) : PutCondition.IfAbsent;
        return await rows.PutAsync(Row, properties, condition, cancellationToken) is PutOutcome.Stored stored ? new(schema, restore, stored.ETag)
            : throw new BackupException("Another restore, or a site, works on this store at the same time. Stop it, then run restore again: it goes on where it was.");
    }

    private static string? Refusal(StoreMark mark) => mark switch
    {
        { Schema: > Current } =>
            $"The store was written by a newer version of this program (schema {mark.Schema}, this one reads {Current} at most). Nothing was changed: start the newer version, or use another store.",
        { Restore: not null } =>
            "A restore into this store was interrupted, so a part of its content is missing. Run restore with the same backup again: it goes on where it was.",
        _ => null,
    };

    private static RestorePlace? PlaceOf(RowProperties properties) => properties.GetText("Restore") is { } backup
        ? new(backup, properties.GetText("RestoreTable") ?? "", properties.GetInt64("RestoreRows") ?? 0, properties.GetInt64("RestoreBlobs") ?? 0)
        : null;
}
