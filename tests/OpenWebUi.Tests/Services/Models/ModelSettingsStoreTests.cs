using System.Diagnostics.CodeAnalysis;
using OpenWebUi.Platform.Azure;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Platform.Storage.AzureTables;
using OpenWebUi.Platform.Storage.Sqlite;
using OpenWebUi.Tests.Platform.Azure;

namespace OpenWebUi.Tests.Services.Models;

public sealed class SqliteModelSettingsTests : ModelSettingsStoreContract
{
    private readonly string _directory = Path.Combine(Path.GetTempPath(), $"openwebui-{Guid.NewGuid():N}");

    private protected override Task<IRowBackEnd> CreateBackEndAsync() =>
        Task.FromResult<IRowBackEnd>(new SqliteRowBackEnd(new SqliteRowOptions(Path.Combine(_directory, "openwebui.db"))));

    protected override Task CleanUpAsync()
    {
        if (Directory.Exists(_directory))
        {
            Directory.Delete(_directory, recursive: true);
        }

        return Task.CompletedTask;
    }
}

[SuppressMessage("Design", "CA1001", Justification = "xunit calls CleanUpAsync through DisposeAsync of IAsyncLifetime.")]
public sealed class AzureModelSettingsTests : ModelSettingsStoreContract
{
    private StoragePipeline? _pipeline;

    private protected override async Task<IRowBackEnd> CreateBackEndAsync()
    {
        _pipeline = new StoragePipeline(AzuriteServer.AccountOf((await AzuriteServer.GetAsync()).ConnectionString), new StoragePipelineOptions());

        // All rows are in one partition: each test has tables of its own.
        return new AzureTablesBackEnd(_pipeline, new AzureTablesOptions("m" + Guid.NewGuid().ToString("N")));
    }

    protected override Task CleanUpAsync()
    {
        _pipeline?.Dispose();
        return Task.CompletedTask;
    }
}
