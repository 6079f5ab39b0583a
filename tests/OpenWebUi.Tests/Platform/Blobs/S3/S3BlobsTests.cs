using OpenWebUi.Platform.Blobs;
using OpenWebUi.Platform.Blobs.S3;

namespace OpenWebUi.Tests.Platform.Blobs.S3;

/// <summary>The contract on an S3 service, with parts so small that the big contents of the contract have several.</summary>
public class S3BlobsTests : BlobStoreContract
{
    protected const int PartBytes = 150_000;

    private S3ServiceDouble? service;

    protected virtual int? Seed => null;

    private protected S3ServiceDouble Service => service!;

    private protected override async Task<IBlobBackEnd> CreateBackEndAsync()
    {
        service ??= await S3ServiceDouble.StartAsync(Seed);
        return new S3BackEnd(service.Known(), new S3BlobsOptions { PartBytes = PartBytes, FirstRetryDelay = TimeSpan.FromMilliseconds(1) });
    }

    protected override async Task CleanUpAsync()
    {
        if (service is not null)
        {
            await service.DisposeAsync();
        }
    }
}

/// <summary>The contract where the service throttles, breaks connections, and loses the answers of writes that were done.</summary>
public sealed class S3BlobsFaultyTests : S3BlobsTests
{
    protected override int? Seed => 20261122;
}
