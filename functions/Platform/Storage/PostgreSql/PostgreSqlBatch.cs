using System.Data;
using Npgsql;

namespace OpenWebUi.Platform.Storage.PostgreSql;

/// <summary>Changes of several rows of one partition in one transaction: all or nothing. Three trips to the server.</summary>
/// <remarks>
/// 1. Lock the rows that are there, in the order of their keys, and read their tags: no other can change them now, and two batches never
/// wait for each other crosswise. 2. Compare. 3. Write. A row that was not there in (1) has no lock: where it is there in (3), although
/// it must not be, everything is rolled back and begins anew. 4. Commit.
/// </remarks>
internal sealed class PostgreSqlBatch(PostgreSqlOptions options, string table, string partition, PostgreSqlChange[] changes)
{
    /// <summary>Each new beginning means that another's write came first; more than a few in a row do not happen.</summary>
    private const int MaxBeginnings = 10;

    // Locks of an instance that stands still or was cut off in the middle are let go after five seconds; others wait that long and no longer.
    private const string Bound = "SET LOCAL idle_in_transaction_session_timeout = 5000";

    private const string Lock =
        $"SELECT row_key, tag FROM {PostgreSqlSchema.SqlTable} WHERE table_name = $1 AND partition_key = $2 AND row_key = ANY($3) ORDER BY row_key FOR UPDATE";

    private const string Insert =
        $"INSERT INTO {PostgreSqlSchema.SqlTable} (table_name, partition_key, row_key, tag, content) SELECT $1, $2, n.row_key, n.tag, n.content FROM unnest($3, $4, $5) AS n(row_key, tag, content) ORDER BY n.row_key COLLATE \"C\" ON CONFLICT (table_name, partition_key, row_key) ";

    private const string Delete = $"DELETE FROM {PostgreSqlSchema.SqlTable} WHERE table_name = $1 AND partition_key = $2 AND row_key = ANY($3)";

    /// <param name="connection">Without a transaction.</param>
    /// <param name="isAgain">A try before may have been done.</param>
    /// <param name="cancellationToken">Ends it; the batch was done or not.</param>
    public async Task<BatchOutcome> RunAsync(NpgsqlConnection connection, bool isAgain, CancellationToken cancellationToken)
    {
        for (var beginning = 0; beginning < MaxBeginnings; beginning++)
        {
            if (await TryAsync(connection, isAgain, cancellationToken) is { } outcome)
            {
                return outcome;
            }
        }

        throw new StoreUnavailableException($"The PostgreSQL database {options.Shown} met others that make and remove the same rows of {table}/{partition}, again and again; try again.");
    }

    /// <returns>Null where another's write came in between: nothing is changed.</returns>
    private async Task<BatchOutcome?> TryAsync(NpgsqlConnection connection, bool isAgain, CancellationToken cancellationToken)
    {
        // Left without a commit, it rolls back.
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);
        var tags = await LockAsync(connection, cancellationToken);
        if (isAgain && IsDone(tags))
        {
            return Committed();
        }

        for (var index = 0; index < changes.Length; index++)
        {
            if (changes[index].Refusal(tags.GetValueOrDefault(changes[index].Row)) is { } failure)
            {
                return new BatchOutcome.Failed(index, failure);
            }
        }

        if (!await WriteAsync(connection, cancellationToken))
        {
            return null;
        }

        await transaction.CommitAsync(cancellationToken);
        return Committed();
    }

    /// <summary>One row of ours proves that all was done; without puts the rows' absence has to do.</summary>
    private bool IsDone(Dictionary<string, string> tags) => changes.All(change => change.Content is null)
        ? tags.Count == 0
        : changes.Any(change => change.Content is not null && tags.GetValueOrDefault(change.Row) == change.Tag);

    private BatchOutcome.Committed Committed() => new([.. changes.Select(change => change.Content is null ? (ETag?)null : new ETag(change.Tag))]);

    private async Task<Dictionary<string, string>> LockAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Bound));
        batch.BatchCommands.Add(Command(Lock, [.. changes.Select(change => change.Row)]));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var tags = new Dictionary<string, string>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
        {
            tags.Add(reader.GetString(0), reader.GetString(1));
        }

        return tags;
    }

    /// <returns>False where a row that must not be there has come.</returns>
    private async Task<bool> WriteAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        var inserts = changes.Where(change => change is { Content: not null, Condition: ConditionKind.IfAbsent }).ToArray();
        var replaces = changes.Where(change => change is { Content: not null, Condition: not ConditionKind.IfAbsent }).ToArray();
        var deletes = changes.Where(change => change.Content is null).ToArray();
        var insert = Put(inserts, "DO NOTHING");
        Add(batch, inserts, insert);
        Add(batch, replaces, Put(replaces, "DO UPDATE SET tag = excluded.tag, content = excluded.content"));
        Add(batch, deletes, Command(Delete, [.. deletes.Select(change => change.Row)]));
        await batch.ExecuteNonQueryAsync(cancellationToken);
        return inserts.Length == 0 || insert.RecordsAffected == inserts.Length;
    }

    private static void Add(NpgsqlBatch batch, PostgreSqlChange[] some, NpgsqlBatchCommand command)
    {
        if (some.Length > 0)
        {
            batch.BatchCommands.Add(command);
        }
    }

    private NpgsqlBatchCommand Put(PostgreSqlChange[] some, string onConflict)
    {
        var command = Command(Insert + onConflict, [.. some.Select(change => change.Row)]);
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. some.Select(change => change.Tag)] });
        command.Parameters.Add(new NpgsqlParameter<byte[][]> { TypedValue = [.. some.Select(change => change.Content!)] });
        return command;
    }

    private NpgsqlBatchCommand Command(string sql, string[] rows)
    {
        var command = new NpgsqlBatchCommand(sql);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = table });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = partition });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = rows });
        return command;
    }
}
