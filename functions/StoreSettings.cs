using OpenWebUi.Platform.Azure;
using OpenWebUi.Platform.Blobs;
using OpenWebUi.Platform.Blobs.AzureBlobs;
using OpenWebUi.Platform.Blobs.LocalDisk;
using OpenWebUi.Platform.Blobs.S3;
using OpenWebUi.Platform.Configuration;
using OpenWebUi.Platform.Hosting;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Platform.Storage.AzureTables;
using OpenWebUi.Platform.Storage.PostgreSql;
using OpenWebUi.Platform.Storage.Sqlite;

namespace OpenWebUi;

/// <summary>
/// Where everything is kept. Rows, by the first of these that is set: <c>DATABASE_URL</c>; <c>DATABASE_TYPE</c>;
/// <c>AzureWebJobsStorage*</c>, under the Functions host or with <c>STORAGE_PROVIDER=azure</c>; else SQLite. Blobs: in a bucket with
/// <c>STORAGE_PROVIDER=s3</c>; else in that account, also where the rows are in PostgreSQL; else plain files in <c>DATA_DIR</c>. What is on the
/// disk is refused in Azure, where it does not last.
/// </summary>
/// <param name="Account">A storage account: of the blobs where there is no bucket, and of the rows where they are in no database; null: the local disk.</param>
/// <param name="PostgreSql">The database of the rows; null: they are in the account or in SQLite.</param>
/// <param name="DatabasePath">The SQLite file, where there is neither.</param>
/// <param name="BlobFolder">The folder of the blobs, where there is no account and no bucket.</param>
/// <param name="Bucket">Where the blobs are, before all others; null: in the account or on the disk.</param>
internal sealed record StoreSettings(StorageAccount? Account, PostgreSqlOptions? PostgreSql, string DatabasePath, string BlobFolder, S3Bucket? Bucket)
{
    public const string DatabaseFile = "openwebui.db";

    /// <summary>An account is shared with the Functions host and perhaps with others: our tables and our container say whose they are.</summary>
    public const string TablePrefix = "openwebui";

    private const string Container = "openwebui";

    /// <summary>A bucket is often shared, too.</summary>
    private const string KeyPrefix = "openwebui";

    /// <summary>The rows are in a SQLite file: <see cref="DatabasePath"/>.</summary>
    public bool IsSqlite => Account is null && PostgreSql is null;

    /// <summary>The rows are in the storage account.</summary>
    public bool IsAccount => Account is not null && PostgreSql is null;

    /// <summary>For the start: which store it is. Never a key, never a password.</summary>
    public string Shown => ((PostgreSql, Account) switch
    {
        (null, null) => $"SQLite {DatabasePath}",
        (null, { } account) => $"Azure Storage, account {account.Name} ({account.TableEndpoint.Host})",
        ({ } database, _) when Bucket is not null => $"PostgreSQL {database.Shown}",
        ({ } database, null) => $"PostgreSQL {database.Shown}, files in {BlobFolder}",
        ({ } database, { } account) => $"PostgreSQL {database.Shown}, files in Azure Storage, account {account.Name} ({account.BlobEndpoint.Host})",
    }) + (Bucket is null ? "" : $"; blobs: {Bucket.Shown}");

    public static StoreSettings Read(VariableReader reader, HostingOptions hosting)
    {
        var database = DatabaseSettings.Read(reader);
        var isOnDisk = database.IsNamed && database.PostgreSql is null;
        var provider = reader.Text("STORAGE_PROVIDER");
        if (provider is not (null or "azure" or "local" or "s3"))
        {
            reader.Fault("STORAGE_PROVIDER", provider, "azure, local, s3 or nothing; other stores are not part of this version");
        }

        var wantsAccount = provider switch
        {
            "azure" => true,
            null => hosting.UnderFunctionsHost,
            // For the rows alone.
            "s3" => hosting.UnderFunctionsHost && database.PostgreSql is null,
            _ => false,
        };
        var account = !isOnDisk && wantsAccount ? StorageAccount.Read(reader) : null;
        if (provider == "azure" && account is null && !isOnDisk && reader.Text(StorageAccount.Variable) is null)
        {
            reader.Fault(StorageAccount.Variable, "nothing", "the connection string of a storage account, because STORAGE_PROVIDER is azure", secret: false);
        }

        if (hosting.InAzure && account is null && !(provider == "s3" && database.PostgreSql is not null))
        {
            reader.Fault(StorageAccount.Variable, isOnDisk || provider == "local" ? "not used" : "nothing", database.PostgreSql is null
                ? "a storage account: in Azure the local disk does not last, so chats cannot be kept on it. The deployment sets AzureWebJobsStorage; remove STORAGE_PROVIDER=local and a DATABASE_URL or DATABASE_TYPE that is not PostgreSQL's"
                : "a storage account: in Azure the local disk does not last, so files cannot be kept on it beside PostgreSQL. The deployment sets AzureWebJobsStorage; remove STORAGE_PROVIDER=local");
        }

        return new(
            account, database.PostgreSql, database.SqlitePath ?? Path.Combine(hosting.DataFolder, DatabaseFile), Path.Combine(hosting.DataFolder, "blobs"),
            provider == "s3" ? S3Variables.Read(reader, KeyPrefix) : null);
    }

    public void AddTo(IServiceCollection services)
    {
        if (Account is { } account)
        {
            services.AddSingleton(_ => new StoragePipeline(account));
        }

        services.AddSingleton<IBlobBackEnd>(provider => (Bucket, Account) switch
        {
            ({ } bucket, _) => new S3BackEnd(bucket, new() { Proxy = provider.GetRequiredService<SiteSettings>().Proxy }),
            (null, not null) => new AzureBlobsBackEnd(provider.GetRequiredService<StoragePipeline>(), new(Container)),
            _ => new LocalDiskBackEnd(new(BlobFolder), provider.GetRequiredService<TimeProvider>()),
        });
        services.AddSingleton<IRowBackEnd>(provider => (PostgreSql, Account) switch
        {
            // Its timers bound calls over a network: real time, whatever clock the product is given.
            ({ } database, _) => new PostgreSqlRowBackEnd(database, TimeProvider.System),
            (null, not null) => new AzureTablesBackEnd(provider.GetRequiredService<StoragePipeline>(), new(TablePrefix)),
            _ => new SqliteRowBackEnd(new SqliteRowOptions(DatabasePath)),
        });

        services.AddSingleton<RowStore>();
        services.AddSingleton(provider => new BlobStore(provider.GetRequiredService<IBlobBackEnd>()));
    }
}
