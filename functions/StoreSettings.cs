using OpenWebUi.Platform.Azure;
using OpenWebUi.Platform.Blobs;
using OpenWebUi.Platform.Blobs.AzureBlobs;
using OpenWebUi.Platform.Blobs.LocalDisk;
using OpenWebUi.Platform.Blobs.S3;
using OpenWebUi.Platform.Configuration;
using OpenWebUi.Platform.Hosting;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Platform.Storage.AzureTables;
using OpenWebUi.Platform.Storage.Sqlite;

namespace OpenWebUi;

/// <summary>
/// Where everything is kept, by the first of these that is set: <c>DATABASE_URL</c>; <c>DATABASE_TYPE</c>;
/// <c>AzureWebJobsStorage*</c>, under the Functions host or with <c>STORAGE_PROVIDER=azure</c>; else SQLite and plain files in
/// <c>DATA_DIR</c>, which is refused in Azure, where the disk does not last. <c>STORAGE_PROVIDER=s3</c> puts the blobs into a
/// bucket, wherever the rows are.
/// </summary>
/// <param name="Account">Tables and blobs of a storage account; null: SQLite and the local disk.</param>
/// <param name="DatabasePath">The SQLite file, where there is no account.</param>
/// <param name="BlobFolder">The folder of the blobs, where there is no account and no bucket.</param>
/// <param name="Bucket">Where the blobs are, before all others; null: beside the rows.</param>
internal sealed record StoreSettings(StorageAccount? Account, string DatabasePath, string BlobFolder, S3Bucket? Bucket)
{
    public const string DatabaseFile = "openwebui.db";

    /// <summary>An account is shared with the Functions host and perhaps with others: our tables and our container say whose they are.</summary>
    public const string TablePrefix = "openwebui";

    private const string Container = "openwebui";

    /// <summary>A bucket is often shared, too.</summary>
    private const string KeyPrefix = "openwebui";

    /// <summary>The rows are in a SQLite file: <see cref="DatabasePath"/>.</summary>
    public bool IsSqlite => Account is null;

    /// <summary>The rows are in the storage account.</summary>
    public bool IsAccount => Account is not null;

    /// <summary>For the start: which store it is. Never a key.</summary>
    public string Shown => (Account is null ? $"SQLite {DatabasePath}" : $"Azure Storage, account {Account.Name} ({Account.TableEndpoint.Host})")
        + (Bucket is null ? "" : $"; blobs: {Bucket.Shown}");

    public static StoreSettings Read(VariableReader reader, HostingOptions hosting)
    {
        var path = ReadDatabaseUrl(reader) ?? Path.Combine(hosting.DataFolder, DatabaseFile);
        var isNamed = reader.Text("DATABASE_URL") is not null || IsSqliteNamed(reader);
        var provider = reader.Text("STORAGE_PROVIDER");
        if (provider is not (null or "azure" or "local" or "s3"))
        {
            reader.Fault("STORAGE_PROVIDER", provider, "azure, local, s3 or nothing; other stores are not part of this version");
        }

        var account = !isNamed && (provider == "azure" || (hosting.UnderFunctionsHost && provider is null or "s3")) ? StorageAccount.Read(reader) : null;
        if (provider == "azure" && account is null && !isNamed && reader.Text(StorageAccount.Variable) is null)
        {
            reader.Fault(StorageAccount.Variable, "nothing", "the connection string of a storage account, because STORAGE_PROVIDER is azure", secret: false);
        }

        if (hosting.InAzure && account is null)
        {
            reader.Fault(StorageAccount.Variable, isNamed || provider == "local" ? "not used" : "nothing",
                "a storage account: in Azure the local disk does not last, so chats cannot be kept on it. The deployment sets AzureWebJobsStorage; remove DATABASE_URL, DATABASE_TYPE and STORAGE_PROVIDER=local");
        }

        return new(account, path, Path.Combine(hosting.DataFolder, "blobs"), provider == "s3" ? S3Variables.Read(reader, KeyPrefix) : null);
    }

    public void AddTo(IServiceCollection services)
    {
        if (Account is { } account)
        {
            services.AddSingleton(_ => new StoragePipeline(account));
            services.AddSingleton<IRowBackEnd>(provider => new AzureTablesBackEnd(provider.GetRequiredService<StoragePipeline>(), new(TablePrefix)));
            services.AddSingleton<IBlobBackEnd>(provider => new AzureBlobsBackEnd(provider.GetRequiredService<StoragePipeline>(), new(Container)));
        }
        else
        {
            services.AddSingleton<IRowBackEnd>(_ => new SqliteRowBackEnd(new SqliteRowOptions(DatabasePath)));
            services.AddSingleton<IBlobBackEnd>(provider => new LocalDiskBackEnd(new(BlobFolder), provider.GetRequiredService<TimeProvider>()));
        }

        if (Bucket is { } bucket)
        {
            // The last one that is registered counts, and the other is never made.
            services.AddSingleton<IBlobBackEnd>(provider => new S3BackEnd(bucket, new() { Proxy = provider.GetRequiredService<SiteSettings>().Proxy }));
        }

        services.AddSingleton<RowStore>();
        services.AddSingleton(provider => new BlobStore(provider.GetRequiredService<IBlobBackEnd>()));
    }

    /// <summary>SQLAlchemy's form, as Open WebUI has it: three slashes before a relative path, four before an absolute one.</summary>
    private static string? ReadDatabaseUrl(VariableReader reader)
    {
        const string sqlite = "sqlite:///";
        if (reader.Text("DATABASE_URL") is not { } url)
        {
            return null;
        }

        if (url.StartsWith(sqlite, StringComparison.Ordinal) && url.Length > sqlite.Length)
        {
            return Path.GetFullPath(url[sqlite.Length..]);
        }

        reader.Fault("DATABASE_URL", url, "sqlite:///<path>; PostgreSQL is not part of this version yet", secret: true);
        return null;
    }

    private static bool IsSqliteNamed(VariableReader reader)
    {
        if (reader.Text("DATABASE_TYPE") is not { } type)
        {
            return false;
        }

        if (!type.Equals("sqlite", StringComparison.OrdinalIgnoreCase))
        {
            reader.Fault("DATABASE_TYPE", type, "sqlite or nothing; PostgreSQL is not part of this version yet");
        }

        return true;
    }
}
