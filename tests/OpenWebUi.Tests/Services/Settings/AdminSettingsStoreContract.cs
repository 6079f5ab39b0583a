using System.Diagnostics.CodeAnalysis;
using OpenWebUi.Platform.Configuration;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Services.Settings;
using OpenWebUi.Tests.Platform.Storage;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Services.Settings;

/// <summary>What the settings ask of a store, on every store.</summary>
[SuppressMessage("Design", "CA1001", Justification = "xunit calls DisposeAsync of IAsyncLifetime.")]
public abstract class AdminSettingsStoreContract : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly ManualTime _time = new();
    private SlowRows _slow = null!;
    private CountingRows _counts = null!;
    private FaultyRows _faults = null!;
    private RowStore _rows = null!;

    private protected abstract Task<IRowBackEnd> CreateBackEndAsync();

    protected abstract Task CleanUpAsync();

    public async Task InitializeAsync()
    {
        _slow = new(await CreateBackEndAsync());
        _counts = new(_slow);
        _faults = new(_counts);
        _rows = new(_faults);
    }

    public async Task DisposeAsync()
    {
        _rows.Dispose();
        await CleanUpAsync();
    }

    [Fact]
    public async Task Current_NothingSaved_IsTheDefault()
    {
        using var store = Store();
        var current = await store.CurrentAsync(None);
        Assert.Equal(("OpenWebUi", true, "pending", TimeSpan.FromDays(28), false), (
            current.Name, current.EnableSignup, current.DefaultUserRole, current.SessionLifetime, current.EnableApiKeys));
        Assert.Equal(PermissionSet.Default, current.Permissions);
        Assert.Equal("none", (await store.ReadAsync(None)).Version);
    }

    [Fact]
    public async Task Save_OfEverySettingAtItsLongest_IsReadByAnotherInstance()
    {
        using var store = Store();
        using var other = Store();
        var values = new Dictionary<string, string?>
        {
            ["name"] = "\"Ünser Chat 🙂\"",
            ["pending_user_overlay_content"] = "\"" + new string('ö', 8_000) + "\"",
            ["banners"] = "[" + string.Join(',', Enumerable.Range(0, 7).Select(n =>
                $$"""{"id":"{{n}}","type":"info","title":null,"content":"{{new string('語', 4_000)}}","dismissible":true,"timestamp":1}""")) + "]",
            ["model_order_list"] = "[" + string.Join(',', Enumerable.Range(0, 1_000).Select(n => $"\"{n:D28}\"")) + "]",
            ["permissions"] = """{"chat":{"delete":false}}""",
        };
        var saved = await store.SaveAsync(await store.ReadAsync(None), values, None);
        Assert.Equal(values.OrderBy(v => v.Key), (await other.ReadAsync(None)).Values.Select(v => KeyValuePair.Create(v.Key, (string?)v.Value)).OrderBy(v => v.Key));
        Assert.Equal(saved!.Version, (await other.ReadAsync(None)).Version);
        var current = await other.CurrentAsync(None);
        Assert.Equal(("Ünser Chat 🙂", 7, 1_000, false), (current.Name, current.Banners.Count, current.ModelOrder.Count, current.Permissions["chat.delete"]));
    }

    [Fact]
    public async Task Save_SomebodyElseSavedFirst_ChangesNothing()
    {
        using var store = Store();
        using var other = Store();
        var (mine, theirs) = (await store.ReadAsync(None), await other.ReadAsync(None));
        var first = await store.SaveAsync(mine, Name("first"), None);
        Assert.Null(await other.SaveAsync(theirs, Name("second"), None));
        Assert.Null(await other.SaveAsync(mine, Name("third"), None));
        Assert.Equal("first", (await other.CurrentAsync(None)).Name);

        // Taking the last value away leaves a row, whose version goes on.
        var empty = await other.SaveAsync(first!, new Dictionary<string, string?> { ["name"] = null }, None);
        Assert.Null(await store.SaveAsync(first!, Name("fourth"), None));
        Assert.NotEqual("none", empty!.Version);
        Assert.Empty((await store.ReadAsync(None)).Values);
    }

    [Fact]
    public async Task Save_ByManyAtOnce_OneWinsEachTime()
    {
        using var store = Store();
        for (var round = 0; round < 5; round++)
        {
            var before = await store.ReadAsync(None);
            var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(n => store.SaveAsync(before, Name($"{round}-{n}"), None)));
            var winner = Assert.Single(outcomes, o => o is not null)!;
            Assert.Equal(winner.Values["name"], $"\"{(await store.CurrentAsync(None)).Name}\"");
        }
    }

    [Fact]
    public async Task Change_OnAnotherInstance_IsInForceWithinFiveSeconds_ForOneReadEach()
    {
        using var here = Store();
        using var there = Store();
        Assert.Equal("OpenWebUi", (await there.CurrentAsync(None)).Name);
        await here.SaveAsync(await here.ReadAsync(None), Name("Changed"), None);
        Assert.Equal("Changed", (await here.CurrentAsync(None)).Name);

        _counts.Reset();
        _time.Advance(AdminSettingsStore.FreshFor - TimeSpan.FromMilliseconds(1));
        Assert.Equal("OpenWebUi", (await there.CurrentAsync(None)).Name);
        Assert.Equal(0, _counts.Traffic.Verbs);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        var all = await Task.WhenAll(Enumerable.Range(0, 1_000).Select(_ => Task.Run(async () => await there.CurrentAsync(None))));
        Assert.All(all, current => Assert.Equal("Changed", current.Name));
        Assert.Equal(1, _counts.Traffic.Verbs);
    }

    [Fact]
    public async Task Current_ACallerGoesAway_TheReadServesTheOthers()
    {
        using var store = Store();
        using var cancellation = new CancellationTokenSource();
        var leaving = store.CurrentAsync(cancellation.Token).AsTask();
        var staying = store.CurrentAsync(None).AsTask();
        await cancellation.CancelAsync();
        await Task.WhenAny(leaving);
        Assert.Equal("OpenWebUi", (await staying).Name);
        Assert.Equal(1, _counts.Traffic.Verbs);
    }

    [Fact]
    public async Task Current_SavedWhileAReadIsUnderWay_IsWhatWasSaved()
    {
        using var store = Store();
        var before = await store.ReadAsync(None);
        _slow.Hold = new();
        var reading = store.CurrentAsync(None).AsTask();
        await _slow.Hold.HasRead.Task;
        await store.SaveAsync(before, Name("Newer"), None);
        Assert.Equal("Newer", (await store.CurrentAsync(None)).Name);
        _slow.Hold.MayAnswer.SetResult();
        Assert.Equal("Newer", (await reading).Name);
        Assert.Equal("Newer", (await store.CurrentAsync(None)).Name);
    }

    [Fact]
    public async Task Current_StoreCannotBeReached_TheLastKnownStandInForAMinute()
    {
        using var store = Store(("DEFAULT_LOCALE", "de-DE"));
        await store.SaveAsync(await store.ReadAsync(None), Name("Known"), None);
        var asked = 0;
        _faults.Plan = (_, _) =>
        {
            asked++;
            return RowFault.Unavailable;
        };
        for (var second = 0; second < 60; second++)
        {
            Assert.Equal("Known", (await store.CurrentAsync(None)).Name);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(11, asked);
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.CurrentAsync(None));
        Assert.Equal("Known", (await store.ForDisplayAsync(None)).Name);

        _faults.Plan = null;
        Assert.Equal("Known", (await store.CurrentAsync(None)).Name);
    }

    [Fact]
    public async Task ForDisplay_NothingIsKnown_IsWhatTheEnvironmentSays_WithoutWaitingAgain()
    {
        var asked = 0;
        _faults.Plan = (_, _) =>
        {
            asked++;
            return RowFault.Unavailable;
        };
        using var store = Store(("WEBUI_NAME", "Ours"));
        Assert.Equal("Ours", (await store.ForDisplayAsync(None)).Name);
        Assert.Equal("Ours", (await store.ForDisplayAsync(None)).Name);
        Assert.Equal(1, asked);
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.CurrentAsync(None));
        _faults.Plan = null;
        Assert.Equal("Ours", (await store.CurrentAsync(None)).Name);
    }

    [Fact]
    public async Task Current_AnotherVersionSavedWhatThisOneCannotRead_IsTheDefault()
    {
        using var store = Store();
        await store.SaveAsync(await store.ReadAsync(None), new Dictionary<string, string?>
        {
            ["jwt_expires_in"] = "\"1y\"", ["banners"] = "{}", ["default_user_role"] = "\"owner\"", ["of_the_future"] = "1", ["name"] = "\"Kept\"",
        }, None);
        using var other = Store();
        var current = await other.CurrentAsync(None);
        Assert.Equal((TimeSpan.FromDays(28), 0, "pending", "Kept"), (current.SessionLifetime, current.Banners.Count, current.DefaultUserRole, current.Name));
    }

    private AdminSettingsStore Store(params (string Name, string Value)[] environment)
    {
        var faults = new FaultList();
        var options = AdminSettingsOptions.Read(new VariableReader(new Variables(environment.ToDictionary(e => e.Name, e => e.Value)), faults));
        Assert.Empty(faults.All);
        return new(_rows, options, _time);
    }

    private static Dictionary<string, string?> Name(string name) => new() { ["name"] = $"\"{name}\"" };

    /// <summary>Lets a read be answered late, after others have written.</summary>
    private sealed class SlowRows(IRowBackEnd inner) : IRowBackEnd
    {
        public HeldRead? Hold { get; set; }

        public async Task<StoredRow?> GetAsync(RowKey key, CancellationToken cancellationToken)
        {
            var row = await inner.GetAsync(key, cancellationToken);
            if (Hold is { } hold)
            {
                hold.HasRead.TrySetResult();
                await hold.MayAnswer.Task;
            }

            return row;
        }

        public Task<PutOutcome> PutAsync(RowKey key, RowProperties properties, PutCondition condition, CancellationToken cancellationToken) =>
            inner.PutAsync(key, properties, condition, cancellationToken);

        public Task<DeleteOutcome> DeleteAsync(RowKey key, DeleteCondition condition, CancellationToken cancellationToken) =>
            inner.DeleteAsync(key, condition, cancellationToken);

        public Task<RowPage> QueryAsync(string table, string partition, RowRange range, int pageSize, string? continuation, CancellationToken cancellationToken) =>
            inner.QueryAsync(table, partition, range, pageSize, continuation, cancellationToken);

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
