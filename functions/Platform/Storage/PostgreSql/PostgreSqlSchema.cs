using System.Data;
using Npgsql;

namespace OpenWebUi.Platform.Storage.PostgreSql;

/// <summary>The one table, made at first use.</summary>
/// <remarks>
/// Named after us, because a database may be shared with another program (Open WebUI's own, on the day that somebody moves). Its
/// version is its comment: one that we do not know is left alone.
/// </remarks>
internal static class PostgreSqlSchema
{
    public const string SqlTable = "openwebui_rows";

    private const string Version = "OpenWebUi rows, schema 1";

    /// <summary>Of the lock under which the table is made; a number of ours, "openwebu" in ASCII.</summary>
    private const long LockKey = 0x6F70_656E_7765_6275;

    // From pg_class, because only reading a table makes the server's process notice what others have made: to_regclass alone goes on
    // saying that it is not there.
    private const string Look = $"SELECT obj_description(oid, 'pg_class') FROM pg_catalog.pg_class WHERE oid = to_regclass('{SqlTable}')";

    // COLLATE "C" compares bytes, whatever the database's own collation: the order of the seam, and one that no update of the
    // system's locales changes under an index.
    private const string Create = $"""
        CREATE TABLE {SqlTable} (
            table_name text COLLATE "C" NOT NULL,
            partition_key text COLLATE "C" NOT NULL,
            row_key text COLLATE "C" NOT NULL,
            tag text COLLATE "C" NOT NULL,
            content bytea NOT NULL,
            PRIMARY KEY (table_name, partition_key, row_key)
        );
        COMMENT ON TABLE {SqlTable} IS '{Version}'
        """;

    /// <summary>Makes the table where it is not. Safe for any number of instances at once, and to repeat.</summary>
    /// <exception cref="StoreUnavailableException">A table of that name is another program's or a newer version's.</exception>
    public static async Task EnsureAsync(NpgsqlConnection connection, PostgreSqlOptions options, CancellationToken cancellationToken)
    {
        // 1. Mostly it is there, and nobody waits for anybody.
        if (await IsThereAsync(connection, options, cancellationToken))
        {
            return;
        }

        // 2. One at a time makes it: CREATE TABLE IF NOT EXISTS alone fails where two come at once. The lock ends with the transaction.
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);
        await ExecuteAsync(connection, $"SELECT pg_advisory_xact_lock({LockKey})", cancellationToken);
        if (!await IsThereAsync(connection, options, cancellationToken))
        {
            await ExecuteAsync(connection, Create, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }

    private static async Task<bool> IsThereAsync(NpgsqlConnection connection, PostgreSqlOptions options, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Look, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            return false;
        }

        var version = await reader.IsDBNullAsync(0, cancellationToken) ? "no version" : reader.GetString(0);
        return version == Version
            ? true
            : throw new StoreUnavailableException(
                $"The table {SqlTable} of the PostgreSQL database {options.Shown} is another program's or a newer version's ({version}, this one reads \"{Version}\"); configure another database or update.");
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
