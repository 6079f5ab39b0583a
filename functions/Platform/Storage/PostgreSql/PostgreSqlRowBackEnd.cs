using Npgsql;

namespace OpenWebUi.Platform.Storage.PostgreSql;

/// <summary>Rows in one table of a PostgreSQL database, which any number of instances share. Start-up touches nothing; the first call makes the table.</summary>
/// <remarks>
/// A single row is changed by one statement, several by <see cref="PostgreSqlBatch"/>. What failed on the way is tried again
/// (<see cref="PostgreSqlPool"/>); the tag of the change tells whether a try before was done.
/// </remarks>
internal sealed class PostgreSqlRowBackEnd(PostgreSqlOptions options, TimeProvider time) : IRowBackEnd
{
    private const string OneRow = "table_name = $1 AND partition_key = $2 AND row_key = $3";
    private const string Insert = $"INSERT INTO {PostgreSqlSchema.SqlTable} (table_name, partition_key, row_key, tag, content) VALUES ($1, $2, $3, $4, $5)";
    private const string InsertOrReplace = Insert + " ON CONFLICT (table_name, partition_key, row_key) DO UPDATE SET tag = excluded.tag, content = excluded.content";
    private const string InsertOrNothing = Insert + " ON CONFLICT (table_name, partition_key, row_key) DO NOTHING";
    private const string Replace = $"UPDATE {PostgreSqlSchema.SqlTable} SET tag = $4, content = $5 WHERE {OneRow} AND tag = $6";
    private const string Remove = $"DELETE FROM {PostgreSqlSchema.SqlTable} WHERE {OneRow}";
    private const string RemoveVersion = Remove + " AND tag = $4";
    private const string CurrentTag = $"SELECT tag FROM {PostgreSqlSchema.SqlTable} WHERE {OneRow}";

    private readonly PostgreSqlPool _pool = new(options, time);

    public Task<StoredRow?> GetAsync(RowKey key, CancellationToken cancellationToken) =>
        _pool.RunAsync((connection, _, cancellation) => PostgreSqlQueries.GetAsync(connection, key, cancellation), cancellationToken);

    public Task<RowPage> QueryAsync(
        string table, string partition, RowRange range, int pageSize, string? continuation, CancellationToken cancellationToken) =>
        _pool.RunAsync((connection, _, cancellation) => PostgreSqlQueries.QueryAsync(connection, table, partition, range, pageSize, continuation, cancellation), cancellationToken);

    /// <summary>Names of the tables that hold rows, by bytes.</summary>
    public Task<IReadOnlyList<string>> TablesAsync(CancellationToken cancellationToken) =>
        _pool.RunAsync((connection, _, cancellation) => PostgreSqlQueries.TablesAsync(connection, cancellation), cancellationToken);

    /// <summary>One page of all rows of a table, by the bytes of partition and row. The continuation is this back end's own and lasts.</summary>
    public Task<RowPage> ScanAsync(string table, int pageSize, string? continuation, CancellationToken cancellationToken) =>
        _pool.RunAsync((connection, _, cancellation) => PostgreSqlQueries.ScanAsync(connection, table, pageSize, continuation, cancellation), cancellationToken);

    public Task<PutOutcome> PutAsync(RowKey key, RowProperties properties, PutCondition condition, CancellationToken cancellationToken)
    {
        // Encoded before the first await, so that the caller's properties are not read later.
        var change = PostgreSqlChange.Of(new RowOperation.Put(key.Row, properties, condition));
        return _pool.RunAsync((connection, isAgain, cancellation) => PutAsync(connection, key, change, isAgain, cancellation), cancellationToken);
    }

    public Task<DeleteOutcome> DeleteAsync(RowKey key, DeleteCondition condition, CancellationToken cancellationToken) =>
        _pool.RunAsync((connection, isAgain, cancellation) => DeleteAsync(connection, key, condition, isAgain, cancellation), cancellationToken);

    public Task<BatchOutcome> BatchAsync(
        string table, string partition, IReadOnlyList<RowOperation> operations, CancellationToken cancellationToken)
    {
        var batch = new PostgreSqlBatch(options, table, partition, [.. operations.Select(PostgreSqlChange.Of)]);
        return _pool.RunAsync(batch.RunAsync, cancellationToken);
    }

    public void Dispose() => _pool.Dispose();

    private static async Task<PutOutcome> PutAsync(NpgsqlConnection connection, RowKey key, PostgreSqlChange change, bool isAgain, CancellationToken cancellationToken)
    {
        var sql = change.Condition switch
        {
            ConditionKind.Always => InsertOrReplace,
            ConditionKind.IfAbsent => InsertOrNothing,
            _ => Replace,
        };
        await using var command = PostgreSqlQueries.Command(connection, sql, key.Table, key.Partition, key.Row, change.Tag);
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = change.Content });
        if (change.Condition == ConditionKind.IfMatch)
        {
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = change.Expected });
        }

        if (await command.ExecuteNonQueryAsync(cancellationToken) == 1)
        {
            return new PutOutcome.Stored(new ETag(change.Tag));
        }

        if (change.Condition == ConditionKind.IfAbsent && !isAgain)
        {
            return new PutOutcome.Conflict();
        }

        var current = await TagAsync(connection, key, cancellationToken);
        return current == change.Tag ? new PutOutcome.Stored(new ETag(change.Tag))
            : current is null && change.Condition == ConditionKind.IfMatch ? new PutOutcome.Missing()
            : new PutOutcome.Conflict();
    }

    private static async Task<DeleteOutcome> DeleteAsync(NpgsqlConnection connection, RowKey key, DeleteCondition condition, bool isAgain, CancellationToken cancellationToken)
    {
        var isAny = condition.Kind == ConditionKind.Always;
        await using var command = isAny
            ? PostgreSqlQueries.Command(connection, Remove, key.Table, key.Partition, key.Row)
            : PostgreSqlQueries.Command(connection, RemoveVersion, key.Table, key.Partition, key.Row, condition.ETag.Value);
        if (await command.ExecuteNonQueryAsync(cancellationToken) == 1)
        {
            return DeleteOutcome.Deleted;
        }

        return !isAny && await TagAsync(connection, key, cancellationToken) is not null ? DeleteOutcome.Conflict
            // Nothing of a deleted row is left to tell who deleted it: what was asked for has happened.
            : isAgain ? DeleteOutcome.Deleted
            : DeleteOutcome.Missing;
    }

    private static async Task<string?> TagAsync(NpgsqlConnection connection, RowKey key, CancellationToken cancellationToken)
    {
        await using var command = PostgreSqlQueries.Command(connection, CurrentTag, key.Table, key.Partition, key.Row);
        return (string?)await command.ExecuteScalarAsync(cancellationToken);
    }
}
