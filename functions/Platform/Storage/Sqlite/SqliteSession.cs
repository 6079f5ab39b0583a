using Microsoft.Data.Sqlite;

namespace OpenWebUi.Platform.Storage.Sqlite;

/// <summary>A change that is ready to be written: the properties are encoded, or null where the row goes.</summary>
internal sealed record SqliteChange(string Row, ConditionKind Condition, ETag Expected, byte[]? Properties)
{
    public static SqliteChange Of(RowOperation operation) => operation switch
    {
        RowOperation.Put put => new(put.Row, put.Condition.Kind, put.Condition.ETag, RowCodec.Encode(put.Properties)),
        RowOperation.Delete delete => new(delete.Row, delete.Condition.Kind, delete.Condition.ETag, Properties: null),
        _ => throw new InvalidOperationException($"Unknown operation {operation.GetType().Name}."),
    };
}

/// <summary>One open connection with its prepared statements. Synchronous, and for one thread at a time.</summary>
internal sealed class SqliteSession(SqliteConnection connection) : IDisposable
{
    /// <summary>A page ends here, so that a thousand rows of 1 MiB never stand in memory at once.</summary>
    private const int MaxPageBytes = 4 * 1024 * 1024;

    private const string OneRow = "table_name = $table AND partition_key = $partition AND row_key = $row";

    private readonly Dictionary<string, SqliteCommand> prepared = new(StringComparer.Ordinal);

    public StoredRow? Get(RowKey key)
    {
        using var reader = Statement(
            $"SELECT etag, properties FROM rows WHERE {OneRow}", ("$table", key.Table), ("$partition", key.Partition), ("$row", key.Row)).ExecuteReader();
        return reader.Read() ? new StoredRow(key, RowCodec.Decode(Bytes(reader, 1)), new ETag(reader.GetString(0))) : null;
    }

    public RowPage Query(string table, string partition, RowRange range, int pageSize, string? continuation)
    {
        var first = range.From ?? "";
        if (continuation is not null && string.CompareOrdinal(continuation + RowKey.FirstChar, first) > 0)
        {
            first = continuation + RowKey.FirstChar;
        }

        var rows = new List<StoredRow>();
        var bytes = 0;
        using var reader = Statement(
            "SELECT row_key, etag, properties FROM rows WHERE table_name = $table AND partition_key = $partition AND row_key >= $first AND row_key < $before ORDER BY row_key LIMIT $limit",
            ("$table", table), ("$partition", partition), ("$first", first), ("$before", range.Before ?? "\u007F"), ("$limit", pageSize + 1L)).ExecuteReader();
        while (reader.Read())
        {
            if (rows.Count == pageSize || bytes >= MaxPageBytes)
            {
                return new RowPage(rows, rows[^1].Key.Row);
            }

            var properties = Bytes(reader, 2);
            bytes += properties.Length;
            rows.Add(new StoredRow(new RowKey(table, partition, reader.GetString(0)), RowCodec.Decode(properties), new ETag(reader.GetString(1))));
        }

        return new RowPage(rows, Continuation: null);
    }

    /// <summary>Jumps from name to name: a plain DISTINCT would read every key.</summary>
    public IReadOnlyList<string> Tables()
    {
        var tables = new List<string>();
        using var reader = Statement("""
            WITH RECURSIVE names(name) AS (
                SELECT min(table_name) FROM rows
                UNION ALL SELECT (SELECT min(table_name) FROM rows WHERE table_name > name) FROM names WHERE name IS NOT NULL)
            SELECT name FROM names WHERE name IS NOT NULL
            """).ExecuteReader();
        while (reader.Read())
        {
            tables.Add(reader.GetString(0));
        }

        return tables;
    }

    public RowPage Scan(string table, int pageSize, string? continuation)
    {
        // Behind every row of the partition, where it has come as a whole.
        var (partition, row) = continuation is null ? default : ScanPlace.Parse(continuation);
        var rows = new List<StoredRow>();
        var bytes = 0;
        using var reader = Statement(
            "SELECT partition_key, row_key, etag, properties FROM rows WHERE table_name = $table AND (partition_key, row_key) > ($partition, $row) ORDER BY partition_key, row_key LIMIT $limit",
            ("$table", table), ("$partition", partition ?? ""), ("$row", row is "" ? "\u007F" : row ?? ""), ("$limit", pageSize + 1L)).ExecuteReader();
        while (reader.Read())
        {
            if (rows.Count == pageSize || bytes >= MaxPageBytes)
            {
                return new RowPage(rows, ScanPlace.Of(rows[^1].Key).ToString());
            }

            var properties = Bytes(reader, 3);
            bytes += properties.Length;
            rows.Add(new StoredRow(new RowKey(table, reader.GetString(0), reader.GetString(1)), RowCodec.Decode(properties), new ETag(reader.GetString(2))));
        }

        return new RowPage(rows, Continuation: null);
    }

    /// <summary>Does all changes in one transaction, or none.</summary>
    public BatchOutcome Write(string table, string partition, IReadOnlyList<SqliteChange> changes)
    {
        // 1. Take the write lock first: a lock that is taken late could fail in the middle. 2. Compare and change row by
        // row. 3. The first that fails undoes everything. An exception leaves the transaction open; the caller then
        // closes the connection, which rolls back.
        Statement("BEGIN IMMEDIATE").ExecuteNonQuery();
        var etags = new ETag?[changes.Count];
        for (var index = 0; index < changes.Count; index++)
        {
            var change = changes[index];
            if (Refusal(change, CurrentTag(table, partition, change.Row)) is { } failure)
            {
                Statement("ROLLBACK").ExecuteNonQuery();
                return new BatchOutcome.Failed(index, failure);
            }

            etags[index] = Apply(table, partition, change);
        }

        Statement("COMMIT").ExecuteNonQuery();
        return new BatchOutcome.Committed(etags);
    }

    public void Dispose()
    {
        foreach (var command in prepared.Values)
        {
            command.Dispose();
        }

        connection.Dispose();
    }

    private static RowFailure? Refusal(SqliteChange change, string? current) => change.Condition switch
    {
        ConditionKind.IfAbsent => current is null ? null : RowFailure.Conflict,
        ConditionKind.IfMatch when current is null => RowFailure.Missing,
        ConditionKind.IfMatch => current == change.Expected.Value ? null : RowFailure.Conflict,
        _ => current is null && change.Properties is null ? RowFailure.Missing : null,
    };

    private static byte[] Bytes(SqliteDataReader reader, int column) =>
        reader.GetValue(column) as byte[] ?? throw new InvalidDataException("The properties are not bytes.");

    private string? CurrentTag(string table, string partition, string row) =>
        (string?)Statement($"SELECT etag FROM rows WHERE {OneRow}", ("$table", table), ("$partition", partition), ("$row", row)).ExecuteScalar();

    private ETag? Apply(string table, string partition, SqliteChange change)
    {
        if (change.Properties is null)
        {
            Statement($"DELETE FROM rows WHERE {OneRow}", ("$table", table), ("$partition", partition), ("$row", change.Row)).ExecuteNonQuery();
            return null;
        }

        // Random, so that neither a recreated row nor a restored backup ever meets a tag that was given out before.
        var etag = new ETag(Guid.NewGuid().ToString("N"));
        Statement(
            "INSERT INTO rows VALUES ($table, $partition, $row, $etag, $properties) ON CONFLICT (table_name, partition_key, row_key) DO UPDATE SET etag = excluded.etag, properties = excluded.properties",
            ("$table", table), ("$partition", partition), ("$row", change.Row), ("$etag", etag.Value), ("$properties", change.Properties)).ExecuteNonQuery();
        return etag;
    }

    private SqliteCommand Statement(string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        if (!prepared.TryGetValue(sql, out var command))
        {
            command = connection.CreateCommand();
            command.CommandText = sql;
            prepared.Add(sql, command);
        }

        command.Parameters.Clear();
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }

        return command;
    }
}
