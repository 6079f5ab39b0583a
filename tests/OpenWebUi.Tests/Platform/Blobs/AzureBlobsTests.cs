using OpenWebUi.Platform.Azure;
using OpenWebUi.Platform.Blobs;
using OpenWebUi.Platform.Blobs.AzureBlobs;
using OpenWebUi.Tests.Platform.Azure;

namespace OpenWebUi.Tests.Platform.Blobs;

/// <summary>The contract on Azurite, with blocks so small that the big contents of the contract have several.</summary>
public class AzureBlobsTests : BlobStoreContract
{
    protected const int BlockBytes = 150_000;

    private StoragePipeline? pipeline;

    private protected override async Task<IBlobBackEnd> CreateBackEndAsync()
    {
        pipeline ??= new StoragePipeline(
            AzuriteServer.AccountOf(await ConnectionStringAsync()), new StoragePipelineOptions { FirstRetryDelay = TimeSpan.FromMilliseconds(1) });
        return new AzureBlobsBackEnd(pipeline, new AzureBlobsOptions("contract") { BlockBytes = BlockBytes });
    }

    private protected virtual async Task<string> ConnectionStringAsync() => (await AzuriteServer.GetAsync()).ConnectionString;

    protected override Task CleanUpAsync()
    {
        pipeline?.Dispose();
        return Task.CompletedTask;
    }
}

/// <summary>The contract on Azurite behind a proxy that throttles, breaks connections, and loses the answers of writes that were done.</summary>
public sealed class AzureBlobsFaultyTests : AzureBlobsTests
{
    private const int Seed = 20261121;

    private FaultProxy? proxy;

    private protected override async Task<string> ConnectionStringAsync()
    {
        var azurite = await AzuriteServer.GetAsync();
        proxy = await FaultProxy.StartAsync(azurite.BlobEndpoint, Seed);
        return AzuriteServer.ConnectionStringOf(azurite.TableEndpoint, proxy.Address);
    }

    protected override async Task CleanUpAsync()
    {
        await base.CleanUpAsync();
        if (proxy is not null)
        {
            await proxy.DisposeAsync();
        }
    }
}
