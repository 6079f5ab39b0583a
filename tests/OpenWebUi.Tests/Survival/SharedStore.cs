using OpenWebUi.Platform.Azure;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Platform.Storage.AzureTables;
using OpenWebUi.Platform.Storage.PostgreSql;
using OpenWebUi.Platform.Storage.Sqlite;
using OpenWebUi.Services.Conversations;
using OpenWebUi.Tests.Platform.Azure;
using OpenWebUi.Tests.Platform.Storage;

namespace OpenWebUi.Tests.Survival;

/// <summary>A store that outlives the processes on it, and what a test reads there itself.</summary>
internal sealed class SharedStore : IAsyncDisposable
{
    public const string Sqlite = "SQLite";
    public const string Azurite = "Azurite";
    public const string PostgreSql = "PostgreSQL";

    private readonly string _folder;
    private readonly RowStore _rows;
    private readonly StoragePipeline? _pipeline;

    private SharedStore(string folder, RowStore rows, StoragePipeline? pipeline, params (string Name, string Value)[] store) =>
        (_folder, _rows, _pipeline, Environment) = (folder, rows, pipeline, [("DATA_DIR", folder), .. store]);

    /// <summary>Where a process finds it.</summary>
    public IReadOnlyList<(string Name, string Value)> Environment { get; }

    public static async Task<SharedStore> OpenAsync(string kind) => kind switch
    {
        Sqlite => OpenSqlite(),
        PostgreSql => await OpenPostgreSqlAsync(),
        _ => Open(await AzuriteServer.GetAsync()),
    };

    /// <summary>Rows in a new database, blobs in a folder.</summary>
    public static async Task<SharedStore> OpenPostgreSqlAsync()
    {
        var server = await PostgresServer.GetAsync();
        var database = await server.NewDatabaseAsync();
        return new(NewFolder(), new(new PostgreSqlRowBackEnd(server.OptionsOf(database), TimeProvider.System)), null, ("DATABASE_URL", server.UrlOf(database)));
    }

    public static SharedStore Open(AzuriteServer azurite)
    {
        var pipeline = new StoragePipeline(AzuriteServer.AccountOf(azurite.ConnectionString));
        return new(NewFolder(), new(new AzureTablesBackEnd(pipeline, new("openwebui"))), pipeline,
            ("STORAGE_PROVIDER", "azure"), ("AzureWebJobsStorage", azurite.ConnectionString));
    }

    /// <summary>Everything that is stored of a chat.</summary>
    public async Task<StoredChat> ReadAsync(string owner, string chat)
    {
        var id = new ChatId(chat);
        var rows = await RowsAsync(owner, ChatRows.Everything(id));
        var lines = (await RowsAsync(owner, "l.")).Where(row => row.Key.Row.EndsWith("." + chat, StringComparison.Ordinal));
        return new(
            rows.Count(row => row.Key.Row.EndsWith(".c", StringComparison.Ordinal)),
            lines.Count(),
            [.. rows.Where(row => row.Key.Row.StartsWith(ChatRows.Messages(id), StringComparison.Ordinal)).Select(Message.Of).OrderBy(m => m.Depth)],
            [.. rows.Where(row => row.Key.Row.StartsWith(ChatRows.Runs(id), StringComparison.Ordinal)).Select(row => row.Key.Row)]);
    }

    /// <summary>The chats of an owner whose title begins so.</summary>
    public async Task<int> CountAsync(string owner, string title) =>
        (await RowsAsync(owner, "l.")).Count(row => row.Properties.GetText("Title")?.StartsWith(title, StringComparison.Ordinal) == true);

    public ValueTask DisposeAsync()
    {
        _rows.Dispose();
        _pipeline?.Dispose();
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    private static SharedStore OpenSqlite()
    {
        var folder = NewFolder();
        return new(folder, new(new SqliteRowBackEnd(new(Path.Combine(folder, "openwebui.db")))), null);
    }

    private static string NewFolder() => Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), "openwebui-tests", Guid.NewGuid().ToString("N"))).FullName;

    private async Task<List<StoredRow>> RowsAsync(string owner, string prefix)
    {
        var found = new List<StoredRow>();
        await foreach (var row in _rows.QueryAllAsync(ChatRows.Table, owner, RowRange.Prefix(prefix), CancellationToken.None))
        {
            found.Add(row);
        }

        return found;
    }
}

/// <param name="Chats">Rows of the chat itself.</param>
/// <param name="Lines">Its lines in lists.</param>
/// <param name="Messages">From the first one down.</param>
/// <param name="Runs">Keys of what a running answer keeps on its way: leases and checkpoints.</param>
internal sealed record StoredChat(int Chats, int Lines, IReadOnlyList<Message> Messages, IReadOnlyList<string> Runs)
{
    public Message Answer => Assert.Single(Messages, m => !m.IsUser);
}
