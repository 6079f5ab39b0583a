using Npgsql;

namespace OpenWebUi.Platform.Storage.PostgreSql;

/// <summary>The statements that read.</summary>
internal static class PostgreSqlQueries
{
    /// <summary>A page ends here, so that a thousand rows of 1 MiB are neither sent nor held at once.</summary>
    private const int MaxPageBytes = 4 * 1024 * 1024;

    private const string One = $"SELECT tag, content FROM {PostgreSqlSchema.SqlTable} WHERE table_name = $1 AND partition_key = $2 AND row_key = $3";

    private const string Partition =
        $"SELECT partition_key, row_key, tag, content FROM {PostgreSqlSchema.SqlTable} WHERE table_name = $1 AND partition_key = $2 AND row_key >= $3 AND row_key < $4 ORDER BY partition_key, row_key LIMIT $5";

    private const string Everything =
        $"SELECT partition_key, row_key, tag, content FROM {PostgreSqlSchema.SqlTable} WHERE table_name = $1 AND (partition_key, row_key) > ($2, $3) ORDER BY partition_key, row_key LIMIT $4";

    // Hops from name to name over the key, where SELECT DISTINCT would read every row.
    private const string Tables = $"""
        WITH RECURSIVE names AS (
            (SELECT table_name FROM {PostgreSqlSchema.SqlTable} ORDER BY table_name LIMIT 1)
            UNION ALL
            SELECT (SELECT r.table_name FROM {PostgreSqlSchema.SqlTable} r WHERE r.table_name > names.table_name ORDER BY r.table_name LIMIT 1) FROM names WHERE names.table_name IS NOT NULL)
        SELECT table_name FROM names WHERE table_name IS NOT NULL
        """;

    public static async Task<StoredRow?> GetAsync(NpgsqlConnection connection, RowKey key, CancellationToken cancellationToken)
    {
        await using var command = Command(connection, One, key.Table, key.Partition, key.Row);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new StoredRow(key, RowCodec.Decode(reader.GetFieldValue<byte[]>(1)), new ETag(reader.GetString(0)))
            : null;
    }

    public static async Task<RowPage> QueryAsync(
        NpgsqlConnection connection, string table, string partition, RowRange range, int pageSize, string? continuation, CancellationToken cancellationToken)
    {
        var first = range.From ?? "";
        if (continuation is not null && string.CompareOrdinal(continuation + RowKey.FirstChar, first) > 0)
        {
            first = continuation + RowKey.FirstChar;
        }

        await using var command = Command(connection, Bounded(Partition), table, partition, first, range.Before ?? "\u007F");
        return await PageAsync(command, table, pageSize, row => row.Row, cancellationToken);
    }

    public static async Task<RowPage> ScanAsync(NpgsqlConnection connection, string table, int pageSize, string? continuation, CancellationToken cancellationToken)
    {
        // Behind every row of the partition, where it has come as a whole.
        var (partition, row) = continuation is null ? default : ScanPlace.Parse(continuation);
        await using var command = Command(connection, Bounded(Everything), table, partition ?? "", row is "" ? "\u007F" : row ?? "");
        return await PageAsync(command, table, pageSize, key => ScanPlace.Of(key).ToString(), cancellationToken);
    }

    public static async Task<IReadOnlyList<string>> TablesAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Tables, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var names = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
        {
            names.Add(reader.GetString(0));
        }

        return names;
    }

    /// <summary>A command whose parameters are texts.</summary>
    public static NpgsqlCommand Command(NpgsqlConnection connection, string sql, params ReadOnlySpan<string> texts)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var text in texts)
        {
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = text });
        }

        return command;
    }

    /// <summary>
    /// The server leaves away what is too much: a reader that stops early would still have it sent. The lengths are known without reading
    /// the contents.
    /// </summary>
    private static string Bounded(string rows) => $"""
        SELECT partition_key, row_key, tag, content FROM (
            SELECT *, sum(octet_length(content)) OVER (ORDER BY partition_key, row_key ROWS UNBOUNDED PRECEDING) - octet_length(content) AS bytes_before
            FROM ({rows}) AS page) AS counted
        WHERE bytes_before < {MaxPageBytes} ORDER BY partition_key, row_key
        """;

    /// <summary>Asks for one row more than the page has: it says whether more follow, and so do four megabytes.</summary>
    private static async Task<RowPage> PageAsync(
        NpgsqlCommand command, string table, int pageSize, Func<RowKey, string> continuation, CancellationToken cancellationToken)
    {
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = pageSize + 1L });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<StoredRow>();
        var bytes = 0L;
        while (await reader.ReadAsync(cancellationToken))
        {
            if (rows.Count == pageSize)
            {
                return new RowPage(rows, continuation(rows[^1].Key));
            }

            var content = reader.GetFieldValue<byte[]>(3);
            bytes += content.Length;
            rows.Add(new StoredRow(new RowKey(table, reader.GetString(0), reader.GetString(1)), RowCodec.Decode(content), new ETag(reader.GetString(2))));
        }

        return new RowPage(rows, bytes >= MaxPageBytes ? continuation(rows[^1].Key) : null);
    }
}
