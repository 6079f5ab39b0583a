using OpenWebUi.Platform.Azure;
using OpenWebUi.Platform.Blobs;
using OpenWebUi.Platform.Blobs.AzureBlobs;
using OpenWebUi.Platform.Blobs.LocalDisk;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Platform.Storage.AzureTables;
using OpenWebUi.Platform.Storage.PostgreSql;
using OpenWebUi.Platform.Storage.Sqlite;
using OpenWebUi.Services.Backup;
using OpenWebUi.Tests.Platform.Azure;
using OpenWebUi.Tests.Platform.Storage;

using FaultPoint = OpenWebUi.Tests.Services.Conversations.FaultPoint;
using FaultyBlobs = OpenWebUi.Tests.Services.Conversations.FaultyBlobs;
using FaultyRows = OpenWebUi.Tests.Services.Conversations.FaultyRows;

namespace OpenWebUi.Tests.Services.Backup;

/// <summary>An empty store of a kind, for one test.</summary>
internal sealed class BackupStore : IAsyncDisposable
{
    public const string Sqlite = "SQLite";
    public const string Azurite = "Azurite";
    public const string PostgreSql = "PostgreSQL";

    private readonly IRowBackEnd _rows;
    private readonly IBlobBackEnd _blobs;
    private readonly Func<Task> _cleanUp;

    private BackupStore(string kind, IRowBackEnd rows, IBlobBackEnd blobs, Func<Task> cleanUp) => (Kind, _rows, _blobs, _cleanUp) = (kind, rows, blobs, cleanUp);

    public static IReadOnlyList<string> Kinds { get; } = [Sqlite, Azurite, PostgreSql];

    public string Kind { get; }

    public RowStore Rows => new(_rows);

    public BlobStore Blobs => new(_blobs);

    public StoreContent Content => new(Rows, Blobs);

    public StoreSchema Schema => new(Rows);

    public static async Task<BackupStore> OpenAsync(string kind) => kind switch
    {
        Sqlite => OpenSqlite(),
        PostgreSql => await OpenPostgreSqlAsync(),
        _ => await OpenAzuriteAsync(),
    };

    /// <summary>Copies the store into a folder, up to a fault.</summary>
    public Task<BackupManifest> BackUpAsync(string folder, FaultPoint? fault = null)
    {
        var (rows, blobs) = Behind(fault);
        return new FolderBackup(new StoreContent(rows, blobs), Kind, TimeProvider.System, Silent).RunAsync(folder, CancellationToken.None);
    }

    /// <summary>Puts a backup into the store, up to a fault.</summary>
    public async Task<BackupManifest> RestoreAsync(string path, FaultPoint? fault = null)
    {
        var (rows, blobs) = Behind(fault);
        await using var source = await BackupSources.OpenAsync(path, CancellationToken.None);
        return await new StoreRestore(rows, blobs, new StoreContent(rows, blobs), new StoreSchema(rows), Kind, Silent).RunAsync(source, CancellationToken.None);
    }

    public async Task PutRowsAsync(string table, string partition, IEnumerable<(string Row, RowProperties Properties)> rows)
    {
        foreach (var chunk in rows.Chunk(RowLimits.MaxBatchOperations))
        {
            var puts = chunk.Select(RowOperation (row) => new RowOperation.Put(row.Row, row.Properties, PutCondition.IfAbsent)).ToArray();
            Assert.IsType<BatchOutcome.Committed>(await Rows.BatchAsync(table, partition, puts, CancellationToken.None));
        }
    }

    public async Task PutBlobAsync(string path, byte[] bytes, string type) =>
        Assert.Equal(BlobPutOutcome.Stored, await Blobs.PutAsync(new(path), bytes, type, BlobPutMode.IfAbsent, CancellationToken.None));

    /// <summary>Rows of every kind, more of a table than two pages, blobs of more than one page, and what stays behind.</summary>
    public async Task FillAsync(int rows = 1_205, int blobs = 105)
    {
        await PutRowsAsync("Accounts", "accounts", [("everything", Everything), ("u-1", new() { ["Email"] = "ann@example.com" })]);
        foreach (var (owner, count) in new[] { ("u-b", rows), ("U-b", 3), ("u-b.2", 7) })
        {
            await PutRowsAsync("Chats", owner, Enumerable.Range(0, count).Select(n => ($"x.{n:D5}.c", new RowProperties { ["Title"] = $"Gespräch {n} 😀", ["Turns"] = n })));
        }

        await PutRowsAsync("Secrets", "site", [("signing-key", new() { ["Value"] = new byte[] { 1, 2, 3 } })]);
        await PutRowsAsync("Attempts", "2026-11-22", [("somebody", new() { ["Count"] = 3.5 })]);
        for (var n = 0; n < blobs; n++)
        {
            await PutBlobAsync($"files/{n % 7}/Blob-{n}", [.. Enumerable.Range(0, n * 11).Select(at => (byte)(at * n))], n % 2 == 0 ? "image/png" : "text/plain; charset=utf-8");
        }

        await PutBlobAsync("long/text", [.. Enumerable.Range(0, 300_000).Select(at => (byte)at)], "application/octet-stream");
        Assert.Null(await Schema.ClaimAsync(CancellationToken.None));
    }

    public async ValueTask DisposeAsync()
    {
        _rows.Dispose();
        _blobs.Dispose();
        await _cleanUp();
    }

    /// <summary>A value of each kind, and the odd ones of each.</summary>
    public static RowProperties Everything => new()
    {
        ["Text"] = "\0\u0001\t\"\\/<é€\u2028😀", ["Empty"] = "", ["Yes"] = true, ["No"] = false, ["Least"] = long.MinValue, ["Most"] = long.MaxValue,
        ["Tiny"] = double.Epsilon, ["Third"] = 1 / 3d, ["Whole"] = 3d, ["NaN"] = double.NaN, ["Infinite"] = double.NegativeInfinity,
        ["At"] = new DateTimeOffset(2026, 11, 22, 3, 4, 5, TimeSpan.Zero).AddTicks(1_234_567), ["Early"] = RowLimits.MinTime,
        ["Bytes"] = new byte[] { 0, 1, 254, 255 }, ["None"] = Array.Empty<byte>(),
    };

    public static BackupProgress Silent => new(TimeProvider.System, null);

    public static string NewPath() => Path.Combine(Path.GetTempPath(), "openwebui-tests", Guid.NewGuid().ToString("N"));

    private (RowStore Rows, BlobStore Blobs) Behind(FaultPoint? fault) =>
        fault is null ? (Rows, Blobs) : (new(new FaultyRows(_rows, fault)), new(new FaultyBlobs(_blobs, fault)));

    private static BackupStore OpenSqlite()
    {
        var folder = NewPath();
        return OnDisk(Sqlite, folder, new SqliteRowBackEnd(new(Path.Combine(folder, "openwebui.db"))));
    }

    /// <summary>Rows in a new database, blobs in a folder.</summary>
    private static async Task<BackupStore> OpenPostgreSqlAsync()
    {
        var server = await PostgresServer.GetAsync();
        return OnDisk(PostgreSql, NewPath(), new PostgreSqlRowBackEnd(server.OptionsOf(await server.NewDatabaseAsync()), TimeProvider.System));
    }

    private static BackupStore OnDisk(string kind, string folder, IRowBackEnd rows) =>
        new(kind, rows, new LocalDiskBackEnd(new(Path.Combine(folder, "blobs")), TimeProvider.System), () =>
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }

            return Task.CompletedTask;
        });

    private static async Task<BackupStore> OpenAzuriteAsync()
    {
        var pipeline = new StoragePipeline(AzuriteServer.AccountOf((await AzuriteServer.GetAsync()).ConnectionString));
        var name = "b" + Guid.NewGuid().ToString("N")[..12];
        return new(Azurite, new AzureTablesBackEnd(pipeline, new(name)), new AzureBlobsBackEnd(pipeline, new(name)), () =>
        {
            pipeline.Dispose();
            return Task.CompletedTask;
        });
    }
}
