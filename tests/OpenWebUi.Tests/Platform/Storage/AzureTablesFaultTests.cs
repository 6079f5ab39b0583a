using System.Diagnostics.CodeAnalysis;
using OpenWebUi.Platform.Azure;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Platform.Storage.AzureTables;
using OpenWebUi.Tests.Platform.Azure;

namespace OpenWebUi.Tests.Platform.Storage;

/// <summary>What becomes of a verb when its answer is lost; in the other part: when the service is busy, breaks off, has no table yet, or nobody answers.</summary>
[SuppressMessage("Design", "CA1001", Justification = "xunit calls DisposeAsync of IAsyncLifetime.")]
public sealed partial class AzureTablesFaultTests : IAsyncLifetime
{
    private const string Table = "faults";
    private static readonly StoragePipelineOptions Hasty = new() { FirstRetryDelay = TimeSpan.FromMilliseconds(1) };

    private readonly string partition = Guid.NewGuid().ToString("N");
    private FaultProxy? proxy;
    private StoragePipeline? pipeline;
    private RowStore? store;

    private static CancellationToken None => CancellationToken.None;

    private FaultProxy Proxy => proxy!;

    private RowStore Store => store!;

    public async Task InitializeAsync()
    {
        var azurite = await AzuriteServer.GetAsync();
        proxy = await FaultProxy.StartAsync(azurite.TableEndpoint);
        (pipeline, store) = Open(Hasty);
    }

    public async Task DisposeAsync()
    {
        store?.Dispose();
        pipeline?.Dispose();
        await Proxy.DisposeAsync();
    }

    private (StoragePipeline Pipeline, RowStore Store) Open(StoragePipelineOptions options, string prefix = "tests")
    {
        var made = new StoragePipeline(AzuriteServer.AccountOf(AzuriteServer.ConnectionStringOf(Proxy.Address, Proxy.Address)), options);
        return (made, new RowStore(new AzureTablesBackEnd(made, new AzureTablesOptions(prefix))));
    }

    private RowKey Key(string row) => new(Table, partition, row);

    private static RowProperties Text(string text) => new() { ["Text"] = text };

    private Task<PutOutcome> PutAsync(string row, string text, PutCondition condition) => Store.PutAsync(Key(row), Text(text), condition, None);

    private async Task<ETag> PutAsync(string row, string text = "x") =>
        Assert.IsType<PutOutcome.Stored>(await PutAsync(row, text, PutCondition.Always)).ETag;

    private async Task AssertHoldsAsync(string row, string? text, ETag? etag = null)
    {
        var read = await Store.GetAsync(Key(row), None);
        Assert.Equal(text, read?.Properties.GetText("Text"));
        Assert.Equal(etag ?? read?.ETag, read?.ETag);
    }

    [Fact]
    public async Task PutIfAbsent_DoneButAnswerLost_StoredWithTheRowsTag()
    {
        await PutAsync("other");
        Proxy.Order(Fault.CutAfter, "POST");

        var stored = Assert.IsType<PutOutcome.Stored>(await PutAsync("a", "mine", PutCondition.IfAbsent));

        await AssertHoldsAsync("a", "mine", stored.ETag);
        Assert.Equal(2, Proxy.Count("POST"));
    }

    [Fact]
    public async Task PutIfAbsent_RefusedButAnswerLost_ConflictThoughTheContentIsTheSame()
    {
        Assert.IsType<PutOutcome.Stored>(await PutAsync("a", "same", PutCondition.IfAbsent));
        Proxy.Order(Fault.ErrorAfter, "POST");

        Assert.IsType<PutOutcome.Conflict>(await PutAsync("a", "same", PutCondition.IfAbsent));
    }

    [Fact]
    public async Task PutIfMatch_DoneButAnswerLost_StoredWithTheRowsTag()
    {
        var etag = await PutAsync("a", "old");
        Proxy.Order(Fault.CutAfter, "PUT");

        var stored = Assert.IsType<PutOutcome.Stored>(await PutAsync("a", "new", PutCondition.IfMatch(etag)));

        await AssertHoldsAsync("a", "new", stored.ETag);
    }

    [Fact]
    public async Task PutIfMatch_LostTheRaceAndItsAnswerToTheSameContent_Conflict()
    {
        var etag = await PutAsync("a", "7");
        Assert.IsType<PutOutcome.Stored>(await PutAsync("a", "8", PutCondition.IfMatch(etag)));
        Proxy.Order(Fault.ErrorAfter, "PUT");

        Assert.IsType<PutOutcome.Conflict>(await PutAsync("a", "8", PutCondition.IfMatch(etag)));
    }

    [Fact]
    public async Task PutIfAbsent_RowWithoutRoomForAMark_IsKnownByItsContent()
    {
        await PutAsync("other");
        var full = new RowProperties();
        for (var n = 0; n < RowLimits.MaxProperties; n++)
        {
            full[$"P{n}"] = n;
        }

        Proxy.Order(Fault.CutAfter, "POST");
        Assert.IsType<PutOutcome.Stored>(await Store.PutAsync(Key("a"), full, PutCondition.IfAbsent, None));
        Proxy.Order(Fault.ErrorAfter, "POST");
        full["P0"] = 1;
        Assert.IsType<PutOutcome.Conflict>(await Store.PutAsync(Key("a"), full, PutCondition.IfAbsent, None));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Delete_DoneButAnswerLost_Deleted(bool ifMatch)
    {
        var etag = await PutAsync("a");
        Proxy.Order(Fault.CutAfter, "DELETE");

        Assert.Equal(DeleteOutcome.Deleted, await Store.DeleteAsync(Key("a"), ifMatch ? DeleteCondition.IfMatch(etag) : DeleteCondition.Always, None));

        Assert.Equal(2, Proxy.Count("DELETE"));
        Assert.Equal(DeleteOutcome.Missing, await Store.DeleteAsync(Key("a"), DeleteCondition.Always, None));
    }

    [Fact]
    public async Task Batch_DoneButAnswerLost_CommittedWithTheRowsTags()
    {
        var old = await PutAsync("matched", "old");
        await PutAsync("gone");
        Proxy.Order(Fault.CutAfter, "POST");

        var committed = Assert.IsType<BatchOutcome.Committed>(await Store.BatchAsync(Table, partition, [
            new RowOperation.Delete("gone", DeleteCondition.Always),
            new RowOperation.Put("made", Text("new"), PutCondition.IfAbsent),
            new RowOperation.Put("matched", Text("new"), PutCondition.IfMatch(old)),
        ], None));

        Assert.Null(committed.ETags[0]);
        await AssertHoldsAsync("made", "new", committed.ETags[1]);
        await AssertHoldsAsync("matched", "new", committed.ETags[2]);
        await AssertHoldsAsync("gone", null);
    }

    [Fact]
    public async Task Batch_OfDeletesDoneButAnswerLost_Committed()
    {
        await PutAsync("a");
        await PutAsync("b");
        Proxy.Order(Fault.CutAfter, "POST");

        var committed = Assert.IsType<BatchOutcome.Committed>(await Store.BatchAsync(
            Table, partition, [new RowOperation.Delete("a", DeleteCondition.Always), new RowOperation.Delete("b", DeleteCondition.Always)], None));

        Assert.Equal([null, null], committed.ETags);
    }

    [Fact]
    public async Task Batch_RefusedAndAnswerLost_FailedAtItsIndex()
    {
        Assert.IsType<PutOutcome.Stored>(await PutAsync("index", "taken", PutCondition.IfAbsent));
        Proxy.Order(Fault.CutBefore, "POST");

        var outcome = await Store.BatchAsync(Table, partition, [
            new RowOperation.Put("record", Text("new"), PutCondition.IfAbsent),
            new RowOperation.Put("index", Text("taken"), PutCondition.IfAbsent),
        ], None);

        Assert.Equal(new BatchOutcome.Failed(1, RowFailure.Conflict), outcome);
        await AssertHoldsAsync("record", null);
    }
}
