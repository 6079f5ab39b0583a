using System.Security.Cryptography;
using OpenWebUi.Platform.Azure;
using OpenWebUi.Platform.Security;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Platform.Storage.AzureTables;
using OpenWebUi.Platform.Storage.PostgreSql;
using OpenWebUi.Platform.Storage.Sqlite;
using OpenWebUi.Services.Access;
using OpenWebUi.Tests.Platform.Azure;
using OpenWebUi.Tests.Platform.Storage;

namespace OpenWebUi.Tests.Services.Access;

/// <summary>A limiter as an instance has it, and what it asks of the store.</summary>
internal sealed record LimitedInstance(AttemptLimiter Limiter, RowStore Rows, FaultyRows Faults, CountingRows Counts);

/// <summary>One empty database, and instances on it.</summary>
internal sealed class AttemptStores : IDisposable
{
    public const string Sqlite = "SQLite";
    public const string Azurite = "Azurite";
    public const string PostgreSql = "PostgreSQL";

    private readonly string _folder = Path.Combine(Path.GetTempPath(), "openwebui-tests", Guid.NewGuid().ToString("N"));
    private readonly string _secret = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
    private readonly AzureTablesOptions _tables = new("t" + Guid.NewGuid().ToString("N"));
    private readonly string? _azurite;
    private readonly PostgreSqlOptions? _postgreSql;
    private readonly List<IDisposable> _open = [];

    private AttemptStores(string? azurite = null, PostgreSqlOptions? postgreSql = null) => (_azurite, _postgreSql) = (azurite, postgreSql);

    public static async Task<AttemptStores> OpenAsync(string kind) => kind switch
    {
        Azurite => new((await AzuriteServer.GetAsync()).ConnectionString),
        PostgreSql => new(postgreSql: (await PostgresServer.GetAsync()).OptionsOf(await (await PostgresServer.GetAsync()).NewDatabaseAsync())),
        _ => OpenSqlite(),
    };

    public static AttemptStores OpenSqlite() => new();

    public LimitedInstance Instance(TimeProvider time)
    {
        var counts = new CountingRows(BackEnd());
        var faults = new FaultyRows(counts);
        var rows = new RowStore(faults);
        _open.Add(rows);
        return new(new(rows, new SigningKey(_secret, [], rows, TimeProvider.System), time), rows, faults, counts);
    }

    public void Dispose()
    {
        _open.Reverse();
        _open.ForEach(o => o.Dispose());
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private IRowBackEnd BackEnd()
    {
        if (_postgreSql is not null)
        {
            return new PostgreSqlRowBackEnd(_postgreSql, TimeProvider.System);
        }

        if (_azurite is null)
        {
            return new SqliteRowBackEnd(new SqliteRowOptions(Path.Combine(_folder, "openwebui.db")));
        }

        var pipeline = new StoragePipeline(AzuriteServer.AccountOf(_azurite));
        _open.Add(pipeline);
        return new AzureTablesBackEnd(pipeline, _tables);
    }
}
