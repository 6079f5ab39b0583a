using OpenWebUi.Tests.Platform.Azure;

namespace OpenWebUi.Tests.Platform.Storage;

/// <summary>The contract on Azurite behind a proxy that throttles, cuts pages short, empties them, and loses the answers of writes that were done.</summary>
public sealed class AzureTablesFaultyRowStoreTests : AzureTablesRowStoreTests
{
    private const int Seed = 20261121;

    private FaultProxy? proxy;

    private protected override async Task<string> ConnectionStringAsync()
    {
        var azurite = await AzuriteServer.GetAsync();
        proxy = await FaultProxy.StartAsync(azurite.TableEndpoint, Seed);
        return AzuriteServer.ConnectionStringOf(proxy.Address, azurite.BlobEndpoint);
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
