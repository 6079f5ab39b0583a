using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;
using OpenWebUi.Platform.Azure;
using OpenWebUi.Platform.Blobs;
using OpenWebUi.Platform.Blobs.AzureBlobs;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Tests.Platform.Azure;

namespace OpenWebUi.Tests.Platform.Blobs;

/// <summary>What goes over the wire to the Blob service, and what is made of answers that go wrong at one exact place.</summary>
[SuppressMessage("Design", "CA1001", Justification = "xunit calls DisposeAsync of IAsyncLifetime.")]
public sealed class AzureBlobsWireTests : IAsyncLifetime
{
    private const int BlockBytes = 1_000;

    private static readonly BlobPath Path = new("Files/a-._B");

    private readonly string container = $"wire-{Guid.NewGuid():N}";
    private FaultProxy? proxy;
    private StoragePipeline? pipeline;
    private BlobStore? store;

    private BlobStore Store => store!;

    private FaultProxy Proxy => proxy!;

    private static CancellationToken None => CancellationToken.None;

    public async Task InitializeAsync()
    {
        var azurite = await AzuriteServer.GetAsync();
        proxy = await FaultProxy.StartAsync(azurite.BlobEndpoint);
        pipeline = new StoragePipeline(
            AzuriteServer.AccountOf(AzuriteServer.ConnectionStringOf(azurite.TableEndpoint, proxy.Address)),
            new StoragePipelineOptions { FirstRetryDelay = TimeSpan.FromMilliseconds(1) });
        store = new BlobStore(new AzureBlobsBackEnd(pipeline, new AzureBlobsOptions(container) { BlockBytes = BlockBytes }));
    }

    public async Task DisposeAsync()
    {
        store?.Dispose();
        pipeline?.Dispose();
        await Proxy.DisposeAsync();
    }

    private Task<BlobPutOutcome> PutAsync(byte[] content, BlobPutMode mode = BlobPutMode.Always) => Store.PutAsync(Path, content, "text/plain", mode, None);

    private async Task<byte[]?> BytesAsync()
    {
        await using var read = await Store.OpenReadAsync(Path, null, None);
        using var bytes = new MemoryStream();
        await (read?.Content.CopyToAsync(bytes) ?? Task.CompletedTask);
        return read is null ? null : bytes.ToArray();
    }

    private static byte[] Content(int length, byte seed = 1) => [.. Enumerable.Range(0, length).Select(n => (byte)((n * 7) + (n / 251) + seed))];

    private static bool IsCommit(HttpRequest request) => request.Method == "PUT" && request.Query["comp"] != "block";

    /// <summary>The requests of one call; the container is there already.</summary>
    private string Verbs(int from) => string.Join(' ', Proxy.Seen.Skip(from).Select(seen =>
        seen.Method + (seen.Target.Contains("comp=blocklist", StringComparison.Ordinal) ? ":list" : seen.Target.Contains("comp=block", StringComparison.Ordinal) ? ":block" : "")));

    [Theory]
    [InlineData(0, "PUT")]
    [InlineData(BlockBytes - 1, "PUT")]
    [InlineData(BlockBytes, "PUT:block PUT:list")]
    [InlineData(BlockBytes + 1, "PUT:block PUT:block PUT:list")]
    [InlineData(BlockBytes * 3, "PUT:block PUT:block PUT:block PUT:list")]
    public async Task Put_AroundTheBlockSize_TheRequestsThatItNeeds(int length, string expected)
    {
        await PutAsync([1]);
        var from = Proxy.Seen.Count;

        Assert.Equal(BlobPutOutcome.Stored, await PutAsync(Content(length)));

        Assert.Equal(expected, Verbs(from));
        Assert.Equal(Content(length), await BytesAsync());
    }

    [Fact]
    public async Task FirstWrite_MakesTheContainerAndLaterOnesDoNot()
    {
        Assert.Null(await BytesAsync());
        Assert.Equal(BlobDeleteOutcome.Missing, await Store.DeleteAsync(Path, None));
        Assert.Empty((await Store.ListAsync(BlobPrefix.All, 10, null, None)).Blobs);
        Assert.DoesNotContain(Proxy.Seen, seen => seen.Method == "PUT");

        await PutAsync([1]);
        await PutAsync([2]);

        Assert.Single(Proxy.Seen, seen => seen.Target.EndsWith($"/{container}?restype=container", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(BlockBytes * 2)]
    public async Task FirstWrites_ManyAtOnce_AllStored(int length)
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(n =>
            Store.PutAsync(new BlobPath($"{n}"), Content(length), "text/plain", BlobPutMode.IfAbsent, None)));

        Assert.All(outcomes, outcome => Assert.Equal(BlobPutOutcome.Stored, outcome));
    }

    [Fact]
    public async Task Names_StandInTheAddressAsTheyAre()
    {
        await PutAsync([1]);
        await Store.ListAsync(BlobPrefix.StartingWith("Files/a-._"), 7, null, None);

        Assert.EndsWith($"/{container}/Files/a-._B", Proxy.Seen[^2].Target, StringComparison.Ordinal);
        Assert.EndsWith("&maxresults=7&prefix=Files%2Fa-._", Proxy.Seen[^1].Target, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(10, nameof(Fault.CutAfter))]
    [InlineData(10, nameof(Fault.ErrorAfter))]
    [InlineData(BlockBytes * 2, nameof(Fault.CutAfter))]
    [InlineData(BlockBytes * 2, nameof(Fault.ErrorAfter))]
    public async Task PutIfAbsent_DoneButItsAnswerLost_Stored(int length, string fault)
    {
        await Store.PutAsync(new BlobPath("other"), new byte[] { 1 }, "text/plain", BlobPutMode.Always, None);
        Proxy.Order(Enum.Parse<Fault>(fault), request => IsCommit(request));

        Assert.Equal(BlobPutOutcome.Stored, await PutAsync(Content(length), BlobPutMode.IfAbsent));

        Assert.Equal("HEAD", Proxy.Seen[^1].Method);
        Assert.Equal(Proxy.Seen[^2].Id, Proxy.Seen[^1].Id);
        Assert.Equal(Content(length), await BytesAsync());
    }

    [Theory]
    [InlineData(10)]
    [InlineData(BlockBytes * 2)]
    public async Task PutIfAbsent_NotDoneAndAnotherIsThere_Conflict(int length)
    {
        await PutAsync(Content(length, seed: 9), BlobPutMode.IfAbsent);
        Proxy.Order(Fault.CutBefore, request => IsCommit(request));

        Assert.Equal(BlobPutOutcome.Conflict, await PutAsync(Content(length), BlobPutMode.IfAbsent));
        Assert.Equal(Content(length, seed: 9), await BytesAsync());
    }

    [Fact]
    public async Task PutIfAbsent_RefusedAtTheFirstTry_AsksNothingMore()
    {
        await PutAsync([1]);
        var from = Proxy.Seen.Count;

        Assert.Equal(BlobPutOutcome.Conflict, await PutAsync([2], BlobPutMode.IfAbsent));
        Assert.Equal("PUT", Verbs(from));
    }

    [Theory]
    [InlineData(nameof(BlobPutMode.Always), 10, nameof(BlobPutOutcome.Stored))]
    [InlineData(nameof(BlobPutMode.Always), BlockBytes * 4, nameof(BlobPutOutcome.Stored))]
    [InlineData(nameof(BlobPutMode.IfAbsent), 10, nameof(BlobPutOutcome.Conflict))]
    [InlineData(nameof(BlobPutMode.IfAbsent), BlockBytes * 4, nameof(BlobPutOutcome.Conflict))]
    public async Task PutOfBlocks_OvertakenByAnotherPut_IsAsIfItHadComeBeforeOrNotAtAll(string mode, int otherLength, string expected)
    {
        var hasOvertaken = false;
        var content = new SourceStream(Content(BlockBytes * 4), onRead: async position =>
        {
            if (position >= BlockBytes * 2 && !hasOvertaken)
            {
                hasOvertaken = true;
                Assert.Equal(BlobPutOutcome.Stored, await PutAsync(Content(otherLength, seed: 9)));
            }
        });

        var outcome = await Store.PutAsync(Path, content, "text/plain", Enum.Parse<BlobPutMode>(mode), None);

        Assert.Equal(Enum.Parse<BlobPutOutcome>(expected), outcome);
        Assert.Contains(await BytesAsync(), outcome == BlobPutOutcome.Conflict ? [Content(otherLength, seed: 9)] : new[] { Content(otherLength, seed: 9), Content(BlockBytes * 4) });
    }

    [Theory]
    [InlineData(nameof(Fault.Busy))]
    [InlineData(nameof(Fault.TooMany))]
    [InlineData(nameof(Fault.CutBefore))]
    public async Task EveryVerb_RefusedOnce_IsTriedAgain(string fault)
    {
        await PutAsync(Content(BlockBytes * 2));
        foreach (var call in new Func<Task>[]
        {
            async () => Assert.Equal(BlobPutOutcome.Stored, await PutAsync(Content(BlockBytes * 2))),
            async () => Assert.Equal(Content(BlockBytes * 2), await BytesAsync()),
            async () => Assert.Single((await Store.ListAsync(BlobPrefix.All, 10, null, None)).Blobs),
            async () => Assert.Equal(BlobDeleteOutcome.Deleted, await Store.DeleteAsync(Path, None)),
        })
        {
            var from = Proxy.Seen.Count;
            Proxy.Order(Enum.Parse<Fault>(fault), _ => true);
            await call();
            Assert.Equal(Proxy.Seen[from].Id, Proxy.Seen[from + 1].Id);
        }
    }

    [Fact]
    public async Task Service_BusyForAnHour_OneSentenceAtOnce()
    {
        Proxy.Order(Fault.LongBusy, _ => true);

        var failure = await Assert.ThrowsAsync<StoreUnavailableException>(() => PutAsync([1]));

        Assert.Matches(@"^The Blob service of the storage account devstoreaccount1 at 127\.0\.0\.1:\d+ stayed too busy; .*\(503.*\)\.$", failure.Message);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(200_000)]
    public async Task Download_CutInTheMiddle_TheReaderSeesAnErrorAndNeverTheEnd(int length)
    {
        await PutAsync(Content(length));
        Proxy.Order(Fault.CutMiddle, request => request.Method == "GET");
        await using var read = await Store.OpenReadAsync(Path, null, None);
        Assert.Equal(length, read!.ContentLength);

        using var bytes = new MemoryStream();
        var failure = await Assert.ThrowsAsync<StoreUnavailableException>(() => read.Content.CopyToAsync(bytes));

        Assert.True(bytes.Length < length);
        Assert.StartsWith("The Blob service of the storage account", failure.Message, StringComparison.Ordinal);
        Assert.Equal(Content(length), await BytesAsync());
    }

    [Fact]
    public async Task Delete_DoneButItsAnswerLost_Deleted()
    {
        await PutAsync([1]);
        Proxy.Order(Fault.CutAfter, request => request.Method == "DELETE");

        Assert.Equal(BlobDeleteOutcome.Deleted, await Store.DeleteAsync(Path, None));
    }
}
