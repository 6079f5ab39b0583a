using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace OpenWebUi.Platform.Storage.Sqlite;

/// <summary>Makes, opens and describes the database file.</summary>
internal static class SqliteFile
{
    private const int SchemaVersion = 1;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    // The key's columns are compared by memcmp of UTF-8, which for ASCII is the order of the seam. The tag stands
    // before the properties, so that checking it reads no overflow pages.
    private const string Schema = """
        CREATE TABLE rows (
            table_name TEXT COLLATE BINARY NOT NULL,
            partition_key TEXT COLLATE BINARY NOT NULL,
            row_key TEXT COLLATE BINARY NOT NULL,
            etag TEXT NOT NULL,
            properties BLOB NOT NULL,
            PRIMARY KEY (table_name, partition_key, row_key)
        ) WITHOUT ROWID
        """;

    /// <summary>An open connection to a file of this schema; the file and the schema are made where there is none.</summary>
    public static SqliteConnection Open(SqliteRowOptions options)
    {
        SqliteLibrary.Bind();
        MakeFile(options.Path);
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = options.Path,
            Mode = SqliteOpenMode.ReadWrite,
            Pooling = false,
            // The client repeats a busy statement until its own timeout; SQLite's wait below has used it up by then.
            DefaultTimeout = Math.Max(1, (int)Math.Ceiling(options.BusyTimeout.TotalSeconds)),
        }.ConnectionString);
        try
        {
            connection.Open();
            Execute(connection, $"PRAGMA busy_timeout = {(int)options.BusyTimeout.TotalMilliseconds}");
            // NORMAL is safe in WAL only: a file system without shared memory keeps its rollback journal and FULL.
            var isWal = Scalar(connection, "PRAGMA journal_mode = WAL") is "wal";
            Execute(connection, isWal ? "PRAGMA synchronous = NORMAL" : "PRAGMA synchronous = FULL");
            PrepareSchema(connection, options.Path);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>The failure of a call as one sentence for an operator.</summary>
    public static StoreUnavailableException Describe(string path, Exception exception)
    {
        var reason = exception switch
        {
            SqliteException sqlite => Reason(sqlite),
            InvalidDataException => $"holds a damaged row ({exception.Message}); restore a backup",
            _ => $"cannot be made or opened ({exception.Message.TrimEnd('.')}); check the path and its permissions",
        };
        return new StoreUnavailableException($"The SQLite database {path} {reason}.", exception);
    }

    /// <summary>Whether the exception is the file's or the system's fault, not a bug.</summary>
    public static bool IsFailure(Exception exception) =>
        exception is SqliteException or IOException or UnauthorizedAccessException or InvalidDataException;

    private static string Reason(SqliteException exception) => exception.SqliteErrorCode switch
    {
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED => "stayed locked by another process; see who else has it open",
        raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB => "is damaged or no database; restore a backup or move the file away",
        raw.SQLITE_CANTOPEN or raw.SQLITE_PERM => "cannot be opened; check the path and its permissions",
        raw.SQLITE_READONLY => "cannot be written; check the permissions of the file and its directory",
        raw.SQLITE_FULL => "cannot grow because the disk is full; free some space",
        raw.SQLITE_IOERR => "met an input/output error; check the disk",
        _ => $"failed ({exception.Message.TrimEnd('.')})",
    };

    /// <summary>
    /// Makes the empty file itself, because SQLite would give it the mode of the umask; -wal and -shm follow the file's.
    /// An existing file is never opened here: closing it would drop the locks that SQLite holds in this process.
    /// </summary>
    private static void MakeFile(string path)
    {
        if (File.Exists(path))
        {
            return;
        }

        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        var directory = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(directory);
        }
        else
        {
            Directory.CreateDirectory(directory, OwnerOnly | UnixFileMode.UserExecute);
            options.UnixCreateMode = OwnerOnly;
        }

        try
        {
            using var made = new FileStream(path, options);
        }
        catch (IOException) when (File.Exists(path))
        {
            // Another process was first.
        }
    }

    private static void PrepareSchema(SqliteConnection connection, string path)
    {
        if (Version(connection) == SchemaVersion)
        {
            return;
        }

        // Asked again under the write lock: another process may have made the schema meanwhile.
        Execute(connection, "BEGIN IMMEDIATE");
        var version = Version(connection);
        if (version != SchemaVersion)
        {
            if (version != 0 || Scalar(connection, "SELECT count(*) FROM sqlite_master") is not 0L)
            {
                throw new StoreUnavailableException(
                    $"The SQLite database {path} is another program's or a newer version's (schema {version}, this one reads {SchemaVersion}); configure another path or update.");
            }

            Execute(connection, Schema);
            Execute(connection, $"PRAGMA user_version = {SchemaVersion}");
        }

        Execute(connection, "COMMIT");
    }

    private static long Version(SqliteConnection connection) => Scalar(connection, "PRAGMA user_version") is long version ? version : 0;

    private static object? Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
