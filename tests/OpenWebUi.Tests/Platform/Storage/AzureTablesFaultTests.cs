using System.Diagnostics.CodeAnalysis;
using OpenWebUi.Platform.Azure;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Platform.Storage.AzureTables;
using OpenWebUi.Tests.Platform.Azure;

namespace OpenWebUi.Tests.Platform.Storage;

/// <summary>What becomes of a verb when its answer is lost, the service is busy, or nobody answers: each fault by itself.</summary>
[SuppressMessage("Design", "CA1001", Justification = "xunit calls DisposeAsync of IAsyncLifetime.")]
public sealed class AzureTablesFaultTests : IAsyncLifetime
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

    [Fact]
    public async Task Put_Throttled_IsRepeatedUntilItIsDone()
    {
        Proxy.Order(Fault.Busy, "PUT", 2);
        Proxy.Order(Fault.TooMany, "PUT", 2);

        await PutAsync("a");

        Assert.Equal([503, 503, 429, 429, 204], Proxy.Seen.Where(request => request.Method == "PUT").Select(request => request.Status));
        Assert.Single(Proxy.Seen.Select(request => request.Id).Distinct());
    }

    [Fact]
    public async Task Get_StaysBusy_UnavailableAfterFourRepetitions()
    {
        Proxy.Order(Fault.Busy, "GET", 5);

        var failure = await Assert.ThrowsAsync<StoreUnavailableException>(() => Store.GetAsync(Key("a"), None));

        Assert.Contains("stayed too busy", failure.Message, StringComparison.Ordinal);
        Assert.Equal(5, Proxy.Count("GET"));
    }

    [Fact]
    public async Task Get_BusyForAnHour_UnavailableAtOnce()
    {
        Proxy.Order(Fault.LongBusy, "GET");

        await Assert.ThrowsAsync<StoreUnavailableException>(() => Store.GetAsync(Key("a"), None));

        Assert.Equal(1, Proxy.Count("GET"));
    }

    [Fact]
    public async Task QueryAll_FailuresAndEmptyPagesInTheMiddle_EveryRowOnce()
    {
        var rows = Enumerable.Range(0, 30).Select(n => $"{n:D2}").ToArray();
        await Store.BatchAsync(Table, partition, [.. rows.Select(row => new RowOperation.Put(row, Text(row), PutCondition.Always))], None);
        foreach (var fault in new[] { Fault.ShortPage, Fault.CutBefore, Fault.ShortPage, Fault.EmptyPage, Fault.EmptyPage, Fault.Busy, Fault.ShortPage })
        {
            Proxy.Order(fault, "GET");
        }

        Assert.Equal(rows, await Store.QueryAllAsync(Table, partition, RowRange.All, None).Select(row => row.Key.Row).ToListAsync());
    }

    [Fact]
    public async Task Query_EmptyPagesWithoutEnd_Unavailable()
    {
        Proxy.Order(Fault.EmptyPage, "GET", 200);

        var failure = await Assert.ThrowsAsync<StoreUnavailableException>(() => Store.QueryAsync(Table, partition, RowRange.All, 10, null, None));

        Assert.Contains("empty page", failure.Message, StringComparison.Ordinal);
        Assert.Equal(100, Proxy.Count("GET"));
    }

    [Fact]
    public async Task EveryVerb_InTheNormalCase_IsOneRequest()
    {
        var etag = await PutAsync("warm");
        var before = Proxy.Seen.Count;

        await Store.GetAsync(Key("warm"), None);
        await PutAsync("warm", "y", PutCondition.IfMatch(etag));
        await PutAsync("a", "x", PutCondition.IfAbsent);
        await PutAsync("a", "x", PutCondition.IfAbsent);
        await Store.QueryAsync(Table, partition, RowRange.All, 10, null, None);
        await Store.BatchAsync(Table, partition, [new RowOperation.Delete("a", DeleteCondition.Always)], None);
        await Store.DeleteAsync(Key("warm"), DeleteCondition.Always, None);

        Assert.Equal(7, Proxy.Seen.Count - before);
    }

    [Fact]
    public async Task Table_NotThere_IsMadeByTheFirstWriteOnly()
    {
        var (fresh, rows) = Open(Hasty, $"t{Guid.NewGuid():N}");
        using var _ = fresh;

        Assert.Null(await rows.GetAsync(Key("a"), None));
        Assert.Empty((await rows.QueryAsync(Table, partition, RowRange.All, 10, null, None)).Rows);
        Assert.Equal(DeleteOutcome.Missing, await rows.DeleteAsync(Key("a"), DeleteCondition.Always, None));
        Assert.IsType<PutOutcome.Missing>(await rows.PutAsync(Key("a"), Text("x"), PutCondition.IfMatch(new ETag("none")), None));
        Assert.Equal(0, Proxy.Count("POST"));

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 10).Select(n => rows.PutAsync(Key("a"), Text($"{n}"), PutCondition.IfAbsent, None)));

        Assert.Single(outcomes, outcome => outcome is PutOutcome.Stored);
        Assert.Equal(9, outcomes.Count(outcome => outcome is PutOutcome.Conflict));
    }

    [Fact]
    public async Task Batch_TableNotThere_IsMade()
    {
        var (fresh, rows) = Open(Hasty, $"t{Guid.NewGuid():N}");
        using var _ = fresh;

        Assert.IsType<BatchOutcome.Committed>(await rows.BatchAsync(Table, partition, [new RowOperation.Put("a", Text("x"), PutCondition.IfAbsent)], None));
    }

    [Fact]
    public async Task Get_Cancelled_PassesThrough()
    {
        Proxy.Order(Fault.Hang, "GET");
        using var source = new CancellationTokenSource();

        var get = Store.GetAsync(Key("a"), source.Token);
        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => get);
    }

    [Fact]
    public async Task Get_NoAnswer_UnavailableAfterTheTimeout()
    {
        Proxy.Order(Fault.Hang, "GET", 2);
        var (patient, rows) = Open(Hasty with { MaxRetries = 1, NetworkTimeout = TimeSpan.FromMilliseconds(50) });
        using var _ = patient;

        var failure = await Assert.ThrowsAsync<StoreUnavailableException>(() => rows.GetAsync(Key("a"), None));

        Assert.Contains("did not answer in time", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_AnswerOfAnotherProgram_Unavailable()
    {
        Proxy.Order(Fault.EmptyPage, "GET");

        var failure = await Assert.ThrowsAsync<StoreUnavailableException>(() => Store.GetAsync(Key("a"), None));

        Assert.Contains("cannot be read", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://127.0.0.1:1/devstoreaccount1", "AAAA", "is Azurite running?")]
    [InlineData("http://no-such-account.invalid", "AAAA", "check the account's name")]
    [InlineData(null, "bm90IHRoZSBrZXk=", "check AccountKey in AzureWebJobsStorage")]
    public async Task Account_CannotBeUsed_IsOneSentenceThatSaysWhatToDo(string? endpoint, string key, string expected)
    {
        endpoint ??= (await AzuriteServer.GetAsync()).TableEndpoint.ToString();
        using var broken = new StoragePipeline(
            AzuriteServer.AccountOf($"AccountName=devstoreaccount1;AccountKey={key};TableEndpoint={endpoint}"), Hasty);
        using var rows = new RowStore(new AzureTablesBackEnd(broken, new AzureTablesOptions("tests")));

        var get = await Assert.ThrowsAsync<StoreUnavailableException>(() => rows.GetAsync(Key("a"), None));
        var put = await Assert.ThrowsAsync<StoreUnavailableException>(() => rows.PutAsync(Key("a"), Text("x"), PutCondition.Always, None));

        Assert.Contains(expected, get.Message, StringComparison.Ordinal);
        Assert.Contains(expected, put.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', get.Message);
        Assert.DoesNotContain(key, get.Message, StringComparison.Ordinal);
    }
}
