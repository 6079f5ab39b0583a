using System.Text.Json;
using Azure.Core;
using OpenWebUi.Platform.Azure;

namespace OpenWebUi.Platform.Storage.AzureTables;

/// <summary>Rows in the Table service of a storage account, over its REST interface. Tables are made at their first write.</summary>
/// <remarks>
/// A verb is one request. The pipeline repeats what failed on the way; where a try may have been done without its answer
/// having come, the next one's refusal proves nothing, and one more read settles what happened: <see cref="WriteId"/>.
/// The pipeline belongs to who made it and outlives this object.
/// </remarks>
internal sealed class AzureTablesBackEnd(StoragePipeline pipeline, AzureTablesOptions options) : IRowBackEnd
{
    /// <summary>The service may answer a query with nothing but "go on" when it crosses a boundary of its own.</summary>
    private const int MaxEmptyPages = 100;

    /// <summary>A tag that matches no version.</summary>
    private static readonly ETag LostTag = new("lost");

    private readonly TableClient client = new(pipeline, options);

    public async Task<StoredRow?> GetAsync(RowKey key, CancellationToken cancellationToken) =>
        (await ReadAsync(key, about: null, cancellationToken))?.Row;

    public async Task<PutOutcome> PutAsync(RowKey key, RowProperties properties, PutCondition condition, CancellationToken cancellationToken)
    {
        var writeId = condition.Kind == ConditionKind.Always ? null : WriteId.For(key, properties);
        var change = new EntityChange(key, new RowOperation.Put(key.Row, properties, condition), EntityJson.Write(key, properties, writeId));
        var answer = await client.ChangeAsync(change, makesTable: condition.Kind != ConditionKind.IfMatch, cancellationToken);
        if (answer is { IsSuccess: true, ETag: { } etag })
        {
            return new PutOutcome.Stored(new ETag(etag));
        }

        if (condition.Kind != ConditionKind.Always && (answer.IsRowThere || answer.IsOtherVersion || answer.IsRowMissing))
        {
            return await OwnAsync(change, answer, cancellationToken) is { } own ? new PutOutcome.Stored(own)
                : answer.IsRowMissing ? new PutOutcome.Missing()
                : new PutOutcome.Conflict();
        }

        throw client.Failure(key.Table, answer);
    }

    public async Task<DeleteOutcome> DeleteAsync(RowKey key, DeleteCondition condition, CancellationToken cancellationToken)
    {
        var change = new EntityChange(key, new RowOperation.Delete(key.Row, condition), Body: null);
        var answer = await client.ChangeAsync(change, makesTable: false, cancellationToken);
        return answer switch
        {
            { IsSuccess: true } => DeleteOutcome.Deleted,
            // Nothing of a deleted row is left to tell who deleted it: what was asked for has happened.
            { IsRowMissing: true, MayHaveBeenDone: true } => DeleteOutcome.Deleted,
            { IsRowMissing: true } => DeleteOutcome.Missing,
            { IsOtherVersion: true } => DeleteOutcome.Conflict,
            _ => throw client.Failure(key.Table, answer),
        };
    }

    public async Task<RowPage> QueryAsync(
        string table, string partition, RowRange range, int pageSize, string? continuation, CancellationToken cancellationToken)
    {
        if (TableRequests.FilterOf(partition, range, continuation) is not { } filter)
        {
            return new RowPage([], Continuation: null);
        }

        // The continuation of the seam is a row key, because the service's own says nothing to anyone else; the service's
        // is followed only from one empty page to the next.
        (string? Partition, string? Row) next = default;
        for (var page = 0; page < MaxEmptyPages; page++)
        {
            var answer = await client.GetAsync(client.Requests.AddressOfQuery(table, filter, pageSize, next), about: null, cancellationToken);
            if (answer.IsTableMissing)
            {
                return new RowPage([], Continuation: null);
            }

            var rows = answer.IsSuccess ? client.Understand(table, () => Rows(table, answer)) : throw client.Failure(table, answer);
            next = (answer.NextPartition, answer.NextRow);
            if (rows.Count > 0 || next == default)
            {
                return new RowPage(rows, next == default ? null : rows[^1].Key.Row);
            }
        }

        throw EmptyPages(table);
    }

    public async Task<IReadOnlyList<string>> TablesAsync(CancellationToken cancellationToken)
    {
        var tables = new List<string>();
        string? next = null;
        do
        {
            var answer = await client.GetAsync(client.Requests.AddressOfTableNames(next), about: null, cancellationToken);
            var names = answer.IsSuccess ? client.Understand("Tables", () => Names(answer)) : throw client.Failure("Tables", answer);
            // Azure knows no case in names: another program's may come between ours.
            tables.AddRange(names.Where(name => name.StartsWith(options.TablePrefix, StringComparison.Ordinal) && name.Length > options.TablePrefix.Length)
                .Select(name => name[options.TablePrefix.Length..]));
            next = answer.NextTable;
        }
        while (next is not null);
        return tables;
    }

    public async Task<RowPage> ScanAsync(string table, int pageSize, string? continuation, CancellationToken cancellationToken)
    {
        ScanPlace? place = continuation is null ? null : ScanPlace.Parse(continuation);
        (string? Partition, string? Row) next = default;
        for (var page = 0; page < MaxEmptyPages; page++)
        {
            var answer = await client.GetAsync(client.Requests.AddressOfQuery(table, TableRequests.FilterOf(place), pageSize, next), about: null, cancellationToken);
            if (answer.IsTableMissing)
            {
                return new RowPage([], Continuation: null);
            }

            var rows = answer.IsSuccess ? client.Understand(table, () => Rows(table, answer)) : throw client.Failure(table, answer);
            next = (answer.NextPartition, answer.NextRow);
            ScanPlace? rest = place is { Row.Length: > 0 } inside ? new(inside.Partition, "") : null;
            if (rows.Count > 0)
            {
                return new RowPage(rows, (next == default ? rest : ScanPlace.Of(rows[^1].Key))?.ToString());
            }

            if (next == default && rest is null)
            {
                return new RowPage([], Continuation: null);
            }

            place = next == default ? rest : place;
        }

        throw EmptyPages(table);
    }

    public async Task<BatchOutcome> BatchAsync(
        string table, string partition, IReadOnlyList<RowOperation> operations, CancellationToken cancellationToken)
    {
        var changes = operations.Select(operation => Change(new RowKey(table, partition, operation.Row), operation)).ToArray();
        var (answer, parts) = await client.BatchAsync(table, changes, cancellationToken);
        if (parts.Count == changes.Length && parts.All(part => part.Status is >= 200 and < 300))
        {
            return new BatchOutcome.Committed([.. parts.Select((part, index) => Tag(changes[index], part.ETag))]);
        }

        var failed = parts[^1];
        RowFailure? failure = failed switch
        {
            { Status: 409, Error.Code: "EntityAlreadyExists" } or { Status: 412 } => RowFailure.Conflict,
            { Status: 404, Error.Code: not "TableNotFound" } => RowFailure.Missing,
            _ => null,
        };
        if (failure is not { } reason || failed.Error?.Index is not { } index || index >= changes.Length)
        {
            throw TableFailure.Of(pipeline.Account, table, failed.Status, failed.Error);
        }

        return answer.MayHaveBeenDone && await CommittedAsync(changes, answer, cancellationToken) is { } committed
            ? committed
            : new BatchOutcome.Failed(index, reason);
    }

    /// <summary>Nothing is held here: the connections are the pipeline's.</summary>
    public void Dispose()
    {
    }

    private static EntityChange Change(RowKey key, RowOperation operation) => new(
        key, operation, operation is RowOperation.Put put ? EntityJson.Write(key, put.Properties, WriteId.For(key, put.Properties)) : null);

    private static ETag? Tag(EntityChange change, string? etag) => change.Body is null || etag is null ? null : new ETag(etag);

    private static List<StoredRow> Rows(string table, TableAnswer answer)
    {
        using var document = JsonDocument.Parse(answer.Body);
        return [.. document.RootElement.GetProperty("value").EnumerateArray().Select(entity => EntityJson.Read(table, entity, etag: null).Row)];
    }

    private static List<string> Names(TableAnswer answer)
    {
        using var document = JsonDocument.Parse(answer.Body);
        return [.. document.RootElement.GetProperty("value").EnumerateArray().Select(table => table.GetProperty("TableName").GetString()!)];
    }

    private StoreUnavailableException EmptyPages(string table) =>
        new($"The Table service of the storage account {pipeline.Account.Name} answered {MaxEmptyPages} times with an empty page of the table {table}; try again.");

    private async Task<Entity?> ReadAsync(RowKey key, TableAnswer? about, CancellationToken cancellationToken)
    {
        var answer = await client.GetAsync(client.Requests.AddressOf(key), about, cancellationToken);
        if (answer.IsRowMissing)
        {
            return null;
        }

        return !answer.IsSuccess ? throw client.Failure(key.Table, answer) : client.Understand(key.Table, () =>
        {
            using var document = JsonDocument.Parse(answer.Body);
            return EntityJson.Read(key.Table, document.RootElement, answer.ETag);
        });
    }

    /// <summary>The tag of the row where a try of this very write was done before the one that was refused; else null.</summary>
    private async Task<ETag?> OwnAsync(EntityChange change, TableAnswer answer, CancellationToken cancellationToken) =>
        answer.MayHaveBeenDone && await ReadAsync(change.Key, answer, cancellationToken) is { } entity && entity.IsOf(change.Body!) ? entity.Row.ETag : null;

    /// <summary>
    /// The outcome of a batch that was done by a try whose answer was lost, or null. A single row that is ours proves it;
    /// without puts the rows' absence has to do. A row of ours that another has replaced since has a tag that nobody knows.
    /// </summary>
    private async Task<BatchOutcome.Committed?> CommittedAsync(EntityChange[] changes, TableAnswer answer, CancellationToken cancellationToken)
    {
        var etags = new ETag?[changes.Length];
        var onlyDeletes = changes.All(change => change.Body is null);
        var isOurs = onlyDeletes;
        for (var index = 0; index < changes.Length; index++)
        {
            var (key, body) = (changes[index].Key, changes[index].Body);
            if (body is null && !onlyDeletes)
            {
                continue;
            }

            var entity = await ReadAsync(key, answer, cancellationToken);
            if (body is null && entity is not null)
            {
                return null;
            }

            var isOwn = body is not null && entity?.IsOf(body) == true;
            isOurs |= isOwn;
            etags[index] = isOwn ? entity!.Row.ETag : body is null ? null : LostTag;
        }

        return isOurs ? new BatchOutcome.Committed(etags) : null;
    }
}
