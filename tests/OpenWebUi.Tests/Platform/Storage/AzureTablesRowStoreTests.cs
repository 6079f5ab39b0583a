using OpenWebUi.Platform.Azure;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Platform.Storage.AzureTables;
using OpenWebUi.Tests.Platform.Azure;

namespace OpenWebUi.Tests.Platform.Storage;

/// <summary>The contract on Azurite.</summary>
public class AzureTablesRowStoreTests : RowStoreContract
{
    private StoragePipeline? pipeline;

    /// <summary>Azurite keeps names in a JavaScript object, so it drops this one; the service does not.</summary>
    private protected override IEnumerable<string> OddNames => base.OddNames.Except(["__proto__"]);

    private protected override async Task<IRowBackEnd> CreateBackEndAsync()
    {
        pipeline = new StoragePipeline(
            AzuriteServer.AccountOf(await ConnectionStringAsync()), new StoragePipelineOptions { FirstRetryDelay = TimeSpan.FromMilliseconds(1) });
        return new AzureTablesBackEnd(pipeline, new AzureTablesOptions("tests"));
    }

    private protected virtual async Task<string> ConnectionStringAsync() => (await AzuriteServer.GetAsync()).ConnectionString;

    protected override Task CleanUpAsync()
    {
        pipeline?.Dispose();
        return Task.CompletedTask;
    }
}
