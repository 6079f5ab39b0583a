using System.Diagnostics.CodeAnalysis;
using OpenWebUi.Platform.Azure;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Platform.Storage.AzureTables;
using OpenWebUi.Tests.Platform.Azure;

namespace OpenWebUi.Tests.Platform.Storage;

/// <summary>The contract on Azurite.</summary>
[SuppressMessage("Design", "CA1001", Justification = "xunit calls CleanUpAsync through DisposeAsync of IAsyncLifetime.")]
public class AzureTablesRowStoreTests : RowStoreContract
{
    private StoragePipeline? pipeline;

    /// <summary>Azurite keeps names in a JavaScript object, so it drops this one; the service does not.</summary>
    private protected override IEnumerable<string> OddNames => base.OddNames.Except(["__proto__"]);

    /// <summary>Azurite counts the JSON, in which bytes are a third longer; the service counts the row.</summary>
    private protected override int MaxRowBytes => 760 * 1024;

    /// <summary>Azurite cuts the address of such a row at the wrong comma when it reads a batch.</summary>
    private protected override bool TakesInBatch(string row) => row[0] != ',';

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
