using System.Collections.Concurrent;

namespace OpenWebUi.Platform.Storage.Sqlite;

/// <summary>
/// Rows in one SQLite file: the embedded default. Start-up does not touch the file; the first call makes and opens it.
/// </summary>
/// <remarks>
/// SQLite's calls block, so they run on pool threads and never on the thread of the request: one writer at a time waits
/// in an async queue, up to <see cref="MaxReaders"/> readers run beside it (WAL), so no more threads than that plus one
/// are ever blocked. Several processes may share the file; a writer waits for the other's lock up to
/// <see cref="SqliteRowOptions.BusyTimeout"/>. A connection that failed is closed, and the next call opens a new one.
/// A cancellation is heard until the call has begun to run; a call that runs ends by itself.
/// </remarks>
internal sealed class SqliteRowBackEnd(SqliteRowOptions options) : IRowBackEnd
{
    private const int MaxReaders = 4;

    private readonly SemaphoreSlim writeTurn = new(1, 1);
    private readonly SemaphoreSlim readTurns = new(MaxReaders, MaxReaders);
    private readonly ConcurrentBag<SqliteSession> idleWriter = [];
    private readonly ConcurrentBag<SqliteSession> idleReaders = [];
    private readonly Lock opening = new();
    private volatile bool disposed;

    public Task<StoredRow?> GetAsync(RowKey key, CancellationToken cancellationToken) =>
        RunAsync(readTurns, idleReaders, session => session.Get(key), cancellationToken);

    public Task<RowPage> QueryAsync(
        string table, string partition, RowRange range, int pageSize, string? continuation, CancellationToken cancellationToken) =>
        RunAsync(readTurns, idleReaders, session => session.Query(table, partition, range, pageSize, continuation), cancellationToken);

    public async Task<PutOutcome> PutAsync(RowKey key, RowProperties properties, PutCondition condition, CancellationToken cancellationToken) =>
        await WriteAsync(key.Table, key.Partition, [new RowOperation.Put(key.Row, properties, condition)], cancellationToken) switch
        {
            BatchOutcome.Committed { ETags: [{ } etag] } => new PutOutcome.Stored(etag),
            BatchOutcome.Failed { Failure: RowFailure.Conflict } => new PutOutcome.Conflict(),
            _ => new PutOutcome.Missing(),
        };

    public async Task<DeleteOutcome> DeleteAsync(RowKey key, DeleteCondition condition, CancellationToken cancellationToken) =>
        await WriteAsync(key.Table, key.Partition, [new RowOperation.Delete(key.Row, condition)], cancellationToken) switch
        {
            BatchOutcome.Committed => DeleteOutcome.Deleted,
            BatchOutcome.Failed { Failure: RowFailure.Conflict } => DeleteOutcome.Conflict,
            _ => DeleteOutcome.Missing,
        };

    public Task<BatchOutcome> BatchAsync(
        string table, string partition, IReadOnlyList<RowOperation> operations, CancellationToken cancellationToken) =>
        WriteAsync(table, partition, operations, cancellationToken);

    public Task<IReadOnlyList<string>> TablesAsync(CancellationToken cancellationToken) =>
        RunAsync(readTurns, idleReaders, session => session.Tables(), cancellationToken);

    public Task<RowPage> ScanAsync(string table, int pageSize, string? continuation, CancellationToken cancellationToken) =>
        RunAsync(readTurns, idleReaders, session => session.Scan(table, pageSize, continuation), cancellationToken);

    /// <summary>Closes the file after the calls that run; calls that come later throw <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose()
    {
        disposed = true;
        CloseIdle(idleReaders);
        CloseIdle(idleWriter);
    }

    private static void CloseIdle(ConcurrentBag<SqliteSession> idle)
    {
        while (idle.TryTake(out var session))
        {
            session.Dispose();
        }
    }

    private Task<BatchOutcome> WriteAsync(
        string table, string partition, IReadOnlyList<RowOperation> operations, CancellationToken cancellationToken)
    {
        // Encoded before the first await, so that the caller's properties are not read later.
        var changes = operations.Select(SqliteChange.Of).ToArray();
        return RunAsync(writeTurn, idleWriter, session => session.Write(table, partition, changes), cancellationToken);
    }

    private async Task<T> RunAsync<T>(
        SemaphoreSlim turns, ConcurrentBag<SqliteSession> idle, Func<SqliteSession, T> call, CancellationToken cancellationToken)
    {
        await turns.WaitAsync(cancellationToken);
        try
        {
            return await Task.Run(() => Run(idle, call), cancellationToken);
        }
        finally
        {
            turns.Release();
        }
    }

    private T Run<T>(ConcurrentBag<SqliteSession> idle, Func<SqliteSession, T> call)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        SqliteSession? session = null;
        try
        {
            session = idle.TryTake(out var open) ? open : Open();
            var result = call(session);
            idle.Add(session);
            session = null;
            return result;
        }
        catch (Exception exception) when (SqliteFile.IsFailure(exception))
        {
            throw SqliteFile.Describe(options.Path, exception);
        }
        finally
        {
            session?.Dispose();
            if (disposed)
            {
                CloseIdle(idle);
            }
        }
    }

    /// <summary>One at a time: the first makes the file, and changing to WAL wants it alone.</summary>
    private SqliteSession Open()
    {
        lock (opening)
        {
            return new SqliteSession(SqliteFile.Open(options));
        }
    }
}
