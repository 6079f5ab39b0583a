using System.Diagnostics.CodeAnalysis;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Services.Models;
using OpenWebUi.Tests.Platform.Storage;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Services.Models;

/// <summary>What the settings of models ask of a store, on every store.</summary>
[SuppressMessage("Design", "CA1001", Justification = "xunit calls DisposeAsync of IAsyncLifetime.")]
public abstract class ModelSettingsStoreContract : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly ManualTime _time = new();
    private HeldRows _held = null!;
    private CountingRows _counts = null!;
    private FaultyRows _faults = null!;
    private RowStore _rows = null!;

    private protected abstract Task<IRowBackEnd> CreateBackEndAsync();

    protected abstract Task CleanUpAsync();

    public async Task InitializeAsync()
    {
        _held = new(await CreateBackEndAsync());
        _counts = new(_held);
        _faults = new(_counts);
        _rows = new(_faults);
    }

    public async Task DisposeAsync()
    {
        _rows.Dispose();
        await CleanUpAsync();
    }

    [Fact]
    public async Task Put_EverythingAtItsLongest_IsReadByAnotherInstance()
    {
        var (here, there) = (Store(), Store());
        var meta = new ModelMeta(
            new string('語', 2_000), "data:image/png;base64," + new string('A', 7_976), Enumerable.Range(0, 40).ToDictionary(i => $"{i:D60}", i => i % 2 == 0),
            [.. Enumerable.Range(0, 20).Select(i => $"{i:D60}")]);
        var settings = Of(new string('ü', 250) + "/#?\\:", meta) with
        {
            Name = new string('"', 200), Readers = new([.. Enumerable.Range(0, 200).Select(i => $"{i:D40}")], [.. Enumerable.Range(0, 400).Select(i => $"{i:D40}")]),
            IsActive = false, UserId = "me",
        };
        Assert.True(await here.PutAsync(settings, None));
        var read = (await there.CurrentAsync(None))!.Settings[settings.Id];
        Assert.Equal((settings.Name, settings.IsActive, settings.UserId, settings.CreatedAt), (read.Name, read.IsActive, read.UserId, read.CreatedAt));
        Assert.Equal((meta.Description, meta.PictureUrl), (read.Meta.Description, read.Meta.PictureUrl));
        Assert.Equal(meta.Capabilities, read.Meta.Capabilities);
        Assert.Equal(meta.Tags, read.Meta.Tags);
        Assert.Equal(settings.Readers.GroupIds, read.Readers!.GroupIds);
        Assert.Equal(settings.Readers.UserIds, read.Readers.UserIds);
    }

    [Fact]
    public async Task Put_SomebodyElseWasFirst_ChangesNothing()
    {
        var store = Store();
        Assert.True(await store.PutAsync(Of("m") with { Name = "first" }, None));
        Assert.False(await store.PutAsync(Of("m") with { Name = "second" }, None));
        var (mine, theirs) = ((await store.GetAsync("m", None))!, (await store.GetAsync("m", None))!);
        Assert.True(await store.PutAsync(mine with { Name = "mine" }, None));
        Assert.False(await store.PutAsync(theirs with { Name = "theirs" }, None));
        Assert.Equal("mine", (await store.GetAsync("m", None))!.Name);
        await store.DeleteAsync("m", None);
        await store.DeleteAsync("m", None);
        Assert.Null(await store.GetAsync("m", None));
        Assert.Empty((await store.CurrentAsync(None))!.Settings);
    }

    [Fact]
    public async Task Change_OnAnotherInstance_IsInForceWithinFiveSeconds_ForOneReadEach()
    {
        var (here, there) = (Store(), Store());
        Assert.Empty((await there.CurrentAsync(None))!.Settings);
        await here.PutAsync(Of("m"), None);
        Assert.Single((await here.CurrentAsync(None))!.Settings);

        _counts.Reset();
        _time.Advance(TimeSpan.FromSeconds(2.9));
        Assert.Empty((await there.CurrentAsync(None))!.Settings);
        Assert.Equal(0, _counts.Traffic.Verbs);
        _time.Advance(TimeSpan.FromSeconds(2.1));
        var all = await Task.WhenAll(Enumerable.Range(0, 1_000).Select(_ => Task.Run(async () => await there.CurrentAsync(None))));
        Assert.All(all, current => Assert.Single(current!.Settings));
        Assert.Equal(1, _counts.Traffic.Verbs);
    }

    [Fact]
    public async Task Change_Here_IsNotUndoneByAReadThatBeganBefore()
    {
        var store = Store();
        await store.CurrentAsync(None);
        _time.Advance(TimeSpan.FromSeconds(6));
        var held = _held.Hold = new();
        var reading = store.CurrentAsync(None).AsTask();
        await held.HasRead.Task;
        _held.Hold = null;
        await store.PutAsync(Of("m"), None);
        Assert.Single((await store.CurrentAsync(None))!.Settings);
        held.MayAnswer.SetResult();
        await reading;
        Assert.Single((await store.CurrentAsync(None))!.Settings);
    }

    [Fact]
    public async Task Current_StoreCannotBeReached_TheLastKnownStandIn_AndNobodyWaitsAgain()
    {
        var store = Store();
        await store.PutAsync(Of("m") with { IsActive = false }, None);
        await store.CurrentAsync(None);
        var asked = 0;
        _faults.Plan = (_, _) =>
        {
            asked++;
            return RowFault.Unavailable;
        };
        for (var minute = 0; minute < 60; minute++)
        {
            _time.Advance(TimeSpan.FromMinutes(1));
            Assert.False((await store.CurrentAsync(None))!.Settings["m"].IsActive);
            Assert.False((await store.CurrentAsync(None))!.Settings["m"].IsActive);
        }

        Assert.Equal(60, asked);
        _faults.Plan = null;
        _time.Advance(ModelSettingsStore.FreshFor);
        Assert.Single((await store.CurrentAsync(None))!.Settings);
    }

    [Fact]
    public async Task Current_NothingWasEverRead_IsUnknown_UntilTheStoreIsThere()
    {
        _faults.Plan = (_, _) => RowFault.Unavailable;
        var store = Store();
        Assert.Null(await store.CurrentAsync(None));
        _faults.Plan = null;
        Assert.Null(await store.CurrentAsync(None));
        _time.Advance(ModelSettingsStore.FreshFor);
        Assert.Empty((await store.CurrentAsync(None))!.Settings);
    }

    [Fact]
    public async Task Row_WhoseReadersCannotBeRead_IsNobodys()
    {
        var store = Store();
        await store.PutAsync(Of("m") with { Readers = new(["g"], []) }, None);
        var row = Assert.Single((await _rows.QueryAsync("ModelSettings", "site", RowRange.All, 10, null, None)).Rows);
        row.Properties["Readers"] = """{"read":"everybody"}""";
        row.Properties["Meta"] = "{}";
        await _rows.PutAsync(row.Key, row.Properties, PutCondition.Always, None);
        var read = (await Store().CurrentAsync(None))!.Settings["m"];
        Assert.Empty(read.Readers!.GroupIds);
        Assert.Empty(read.Readers.UserIds);
    }

    private ModelSettingsStore Store() => new(_rows, _time);

    private ModelSettings Of(string id, ModelMeta? meta = null) => new(id, null, meta ?? ModelMeta.Empty, null, IsActive: true, "", _time.GetUtcNow(), _time.GetUtcNow());

    /// <summary>Lets a query be answered late, after others have written.</summary>
    private sealed class HeldRows(IRowBackEnd inner) : IRowBackEnd
    {
        public HeldRead? Hold { get; set; }

        public Task<StoredRow?> GetAsync(RowKey key, CancellationToken cancellationToken) => inner.GetAsync(key, cancellationToken);

        public Task<PutOutcome> PutAsync(RowKey key, RowProperties properties, PutCondition condition, CancellationToken cancellationToken) =>
            inner.PutAsync(key, properties, condition, cancellationToken);

        public Task<DeleteOutcome> DeleteAsync(RowKey key, DeleteCondition condition, CancellationToken cancellationToken) =>
            inner.DeleteAsync(key, condition, cancellationToken);

        public async Task<RowPage> QueryAsync(string table, string partition, RowRange range, int pageSize, string? continuation, CancellationToken cancellationToken)
        {
            var page = await inner.QueryAsync(table, partition, range, pageSize, continuation, cancellationToken);
            if (Hold is { } hold)
            {
                hold.HasRead.TrySetResult();
                await hold.MayAnswer.Task;
            }

            return page;
        }

        public Task<BatchOutcome> BatchAsync(string table, string partition, IReadOnlyList<RowOperation> operations, CancellationToken cancellationToken) =>
            inner.BatchAsync(table, partition, operations, cancellationToken);

        public Task<IReadOnlyList<string>> TablesAsync(CancellationToken cancellationToken) => inner.TablesAsync(cancellationToken);

        public Task<RowPage> ScanAsync(string table, int pageSize, string? continuation, CancellationToken cancellationToken) =>
            inner.ScanAsync(table, pageSize, continuation, cancellationToken);

        public void Dispose() => inner.Dispose();
    }

    private sealed record HeldRead
    {
        public TaskCompletionSource HasRead { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource MayAnswer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
