using System.Diagnostics.CodeAnalysis;
using OpenWebUi.Platform.Storage;

namespace OpenWebUi.Tests.Platform.Storage;

/// <summary>
/// What every back end must do, whichever database it is. A back end's test class derives from this one and gives
/// <see cref="CreateBackEndAsync"/>; every test has a partition of its own, so that one database serves all.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "xunit calls DisposeAsync of IAsyncLifetime.")]
public abstract partial class RowStoreContract : IAsyncLifetime
{
    private protected const string Table = "contract";

    private RowStore? store;

    private protected RowStore Store => store!;

    private protected string Partition { get; } = Guid.NewGuid().ToString("N");

    private protected static CancellationToken None => CancellationToken.None;

    public async Task InitializeAsync() => store = new RowStore(await CreateBackEndAsync());

    public Task DisposeAsync()
    {
        store?.Dispose();
        return CleanUpAsync();
    }

    /// <summary>A back end on a database where the table <see cref="Table"/> can be used.</summary>
    private protected abstract Task<IRowBackEnd> CreateBackEndAsync();

    protected virtual Task CleanUpAsync() => Task.CompletedTask;

    private protected RowKey Key(string row) => new(Table, Partition, row);

    private protected static RowProperties Text(string text) => new() { ["Text"] = text };

    private protected async Task<ETag> PutAsync(string row, string text = "x") =>
        Assert.IsType<PutOutcome.Stored>(await Store.PutAsync(Key(row), Text(text), PutCondition.Always, None)).ETag;

    private protected async Task<string?> ReadAsync(string row) =>
        (await Store.GetAsync(Key(row), None))?.Properties.GetText("Text");

    [Fact]
    public async Task Get_NoRow_Null() => Assert.Null(await Store.GetAsync(Key("a"), None));

    [Fact]
    public async Task Get_StoredRow_KeyPropertiesAndTagOfThePut()
    {
        var etag = await PutAsync("a", "hello");

        var row = await Store.GetAsync(Key("a"), None);

        Assert.Equal(Key("a"), row!.Key);
        Assert.Equal("hello", row.Properties.GetText("Text"));
        Assert.Equal(etag, row.ETag);
    }

    [Fact]
    public async Task Get_SameRowKeyInOtherTablePartitionOrCase_IsAnotherRow()
    {
        await PutAsync("a", "mine");

        Assert.Null(await Store.GetAsync(new RowKey(Table, Partition + "2", "a"), None));
        Assert.Null(await Store.GetAsync(new RowKey(Table, Partition, "A"), None));
    }

    [Fact]
    public async Task PutAlways_NoRow_Stored()
    {
        await PutAsync("a", "first");

        Assert.Equal("first", await ReadAsync("a"));
    }

    [Fact]
    public async Task PutAlways_ExistingRow_ReplacesItWholeUnderANewTag()
    {
        var properties = new RowProperties { ["Text"] = "old", ["Gone"] = 1 };
        var first = Assert.IsType<PutOutcome.Stored>(await Store.PutAsync(Key("a"), properties, PutCondition.Always, None)).ETag;

        var second = await PutAsync("a", "new");

        var row = await Store.GetAsync(Key("a"), None);
        Assert.NotEqual(first, second);
        Assert.Equal(second, row!.ETag);
        Assert.Equal("Text", Assert.Single(row.Properties).Key);
    }

    [Fact]
    public async Task PutAlways_SameContent_StillANewTag() => Assert.NotEqual(await PutAsync("a"), await PutAsync("a"));

    [Fact]
    public async Task PutIfAbsent_NoRow_Stored()
    {
        Assert.IsType<PutOutcome.Stored>(await Store.PutAsync(Key("a"), Text("x"), PutCondition.IfAbsent, None));
        Assert.Equal("x", await ReadAsync("a"));
    }

    [Fact]
    public async Task PutIfAbsent_ExistingRow_ConflictAndUnchanged()
    {
        var etag = await PutAsync("a", "first");

        Assert.IsType<PutOutcome.Conflict>(await Store.PutAsync(Key("a"), Text("second"), PutCondition.IfAbsent, None));

        var row = await Store.GetAsync(Key("a"), None);
        Assert.Equal("first", row!.Properties.GetText("Text"));
        Assert.Equal(etag, row.ETag);
    }

    [Fact]
    public async Task PutIfAbsent_DeletedRow_Stored()
    {
        await PutAsync("a");
        await Store.DeleteAsync(Key("a"), DeleteCondition.Always, None);

        Assert.IsType<PutOutcome.Stored>(await Store.PutAsync(Key("a"), Text("again"), PutCondition.IfAbsent, None));
    }

    [Fact]
    public async Task PutIfMatch_CurrentTag_Stored()
    {
        var etag = await PutAsync("a", "first");

        var stored = Assert.IsType<PutOutcome.Stored>(await Store.PutAsync(Key("a"), Text("second"), PutCondition.IfMatch(etag), None));

        Assert.NotEqual(etag, stored.ETag);
        Assert.Equal("second", await ReadAsync("a"));
    }

    [Fact]
    public async Task PutIfMatch_OldTag_ConflictAndUnchanged()
    {
        var old = await PutAsync("a", "first");
        await PutAsync("a", "second");

        Assert.IsType<PutOutcome.Conflict>(await Store.PutAsync(Key("a"), Text("third"), PutCondition.IfMatch(old), None));
        Assert.Equal("second", await ReadAsync("a"));
    }

    [Fact]
    public async Task PutIfMatch_NoRow_MissingAndNothingMade()
    {
        var etag = await PutAsync("other");

        Assert.IsType<PutOutcome.Missing>(await Store.PutAsync(Key("a"), Text("x"), PutCondition.IfMatch(etag), None));
        Assert.Null(await ReadAsync("a"));
    }

    [Fact]
    public async Task PutIfMatch_TagThatNeverWas_Conflict()
    {
        await PutAsync("a", "first");

        Assert.IsType<PutOutcome.Conflict>(await Store.PutAsync(Key("a"), Text("x"), PutCondition.IfMatch(new ETag("no such tag")), None));
        Assert.Equal("first", await ReadAsync("a"));
    }

    [Fact]
    public async Task PutIfMatch_RowDeletedAndMadeAnewWithTheSameContent_Conflict()
    {
        var old = await PutAsync("a");
        await Store.DeleteAsync(Key("a"), DeleteCondition.Always, None);
        await PutAsync("a");

        Assert.IsType<PutOutcome.Conflict>(await Store.PutAsync(Key("a"), Text("late"), PutCondition.IfMatch(old), None));
        Assert.Equal(DeleteOutcome.Conflict, await Store.DeleteAsync(Key("a"), DeleteCondition.IfMatch(old), None));
        Assert.Equal("x", await ReadAsync("a"));
    }

    [Fact]
    public async Task Put_PropertiesChangedAfterTheCallBegan_StoresWhatTheyWere()
    {
        var properties = Text("before");
        var put = Store.PutAsync(Key("a"), properties, PutCondition.Always, None);
        properties["Text"] = "after";
        await put;

        Assert.Equal("before", await ReadAsync("a"));
    }

    [Fact]
    public async Task DeleteAlways_ExistingRow_DeletedThenMissing()
    {
        await PutAsync("a");

        Assert.Equal(DeleteOutcome.Deleted, await Store.DeleteAsync(Key("a"), DeleteCondition.Always, None));
        Assert.Equal(DeleteOutcome.Missing, await Store.DeleteAsync(Key("a"), DeleteCondition.Always, None));
        Assert.Null(await ReadAsync("a"));
    }

    [Fact]
    public async Task DeleteIfMatch_CurrentTag_Deleted()
    {
        var etag = await PutAsync("a");

        Assert.Equal(DeleteOutcome.Deleted, await Store.DeleteAsync(Key("a"), DeleteCondition.IfMatch(etag), None));
        Assert.Null(await ReadAsync("a"));
    }

    [Fact]
    public async Task DeleteIfMatch_OldTag_ConflictAndKept()
    {
        var old = await PutAsync("a", "first");
        await PutAsync("a", "second");

        Assert.Equal(DeleteOutcome.Conflict, await Store.DeleteAsync(Key("a"), DeleteCondition.IfMatch(old), None));
        Assert.Equal("second", await ReadAsync("a"));
    }

    [Fact]
    public async Task DeleteIfMatch_NoRow_Missing()
    {
        var etag = await PutAsync("other");

        Assert.Equal(DeleteOutcome.Missing, await Store.DeleteAsync(Key("a"), DeleteCondition.IfMatch(etag), None));
    }

    [Fact]
    public async Task PutIfAbsent_FiftyAtOnce_ExactlyOneWins()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 50).Select(n =>
            Task.Run(() => Store.PutAsync(Key("name"), Text($"{n}"), PutCondition.IfAbsent, None))));

        var winner = Assert.Single(Enumerable.Range(0, 50), n => outcomes[n] is PutOutcome.Stored);
        Assert.Equal(49, outcomes.Count(outcome => outcome is PutOutcome.Conflict));
        Assert.Equal($"{winner}", await ReadAsync("name"));
    }

    [Fact]
    public async Task PutIfMatch_TwentyIncrementsAtOnce_NoUpdateIsLost()
    {
        await Store.PutAsync(Key("count"), new RowProperties { ["Count"] = 0 }, PutCondition.Always, None);

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(IncrementAsync)));

        Assert.Equal(20, (await Store.GetAsync(Key("count"), None))!.Properties.GetInt64("Count"));

        async Task IncrementAsync()
        {
            PutOutcome outcome;
            do
            {
                var row = (await Store.GetAsync(Key("count"), None))!;
                row.Properties["Count"] = row.Properties.GetInt64("Count") + 1;
                outcome = await Store.PutAsync(row.Key, row.Properties, PutCondition.IfMatch(row.ETag), None);
            }
            while (outcome is PutOutcome.Conflict);
        }
    }

    [Fact]
    public async Task AnyVerb_CancelledToken_ThrowsAndChangesNothing()
    {
        await PutAsync("a", "kept");
        var cancelled = new CancellationToken(canceled: true);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.GetAsync(Key("a"), cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.PutAsync(Key("a"), Text("x"), PutCondition.Always, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.DeleteAsync(Key("a"), DeleteCondition.Always, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.QueryAsync(Table, Partition, RowRange.All, 10, null, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            Store.BatchAsync(Table, Partition, [new RowOperation.Delete("a", DeleteCondition.Always)], cancelled));
        Assert.Equal("kept", await ReadAsync("a"));
    }
}
