using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging.Abstractions;
using OpenWebUi.Platform.Security;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Services.Upstreams;
using OpenWebUi.Tests.Platform.Storage;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Services.Upstreams;

/// <summary>What connections ask of a store, on every store.</summary>
[SuppressMessage("Design", "CA1001", Justification = "xunit calls DisposeAsync of IAsyncLifetime.")]
public abstract class ConnectionStoreContract : IAsyncLifetime
{
    private const string Secret = "the secret of this site";
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

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
    public async Task Change_OfFiftyAtTheirLongest_IsOneReadAndOneWrite_AndReadElsewhereAsItWas()
    {
        using var here = Store();
        using var there = Store();
        _counts.Reset();
        var stored = await AddAsync(here, [.. Enumerable.Range(0, ConnectionStore.MaxConnections).Select(n => Longest($"c-{n:D10}"))]);
        Assert.Equal($"query 0, batch {ConnectionStore.MaxConnections + 1}", _counts.Log);
        await there.RefreshAsync(None);
        Assert.Equal(stored.Rows.Select(Shown), there.Current.Rows.Select(Shown));
        Assert.Equal(stored.Version, there.Current.Version);
    }

    [Fact]
    public async Task Refresh_ByManyAtOnce_IsOneRead_AlsoForWhoComesAsItEnds()
    {
        const int rounds = 200;
        using var store = Store();
        await store.RefreshAsync(None);
        _counts.Reset();
        for (var round = 0; round < rounds; round++)
        {
            _time.Advance(ConnectionStore.FreshFor);
            await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(async () => await store.RefreshAsync(None))));
        }

        Assert.Equal(rounds, _counts.Traffic.Verbs);
    }

    [Fact]
    public async Task Change_OnAnotherInstance_IsInForceWithinFiveSeconds_ForOneReadHoweverManyAsk()
    {
        using var here = Store();
        using var there = Store();
        await there.RefreshAsync(None);
        await AddAsync(here, Made("c-1"));
        Assert.Single(here.Current.Rows);

        _counts.Reset();
        _time.Advance(ConnectionStore.RenewAfter - TimeSpan.FromMilliseconds(1));
        await there.RefreshAsync(None);
        Assert.Empty(there.Current.Rows);
        Assert.Equal(0, _counts.Traffic.Verbs);

        _time.Advance(ConnectionStore.FreshFor - ConnectionStore.RenewAfter + TimeSpan.FromMilliseconds(1));
        await Task.WhenAll(Enumerable.Range(0, 1_000).Select(_ => Task.Run(async () =>
        {
            await there.RefreshAsync(None);
            Assert.Single(there.Current.Rows);
        })));
        Assert.Equal(1, _counts.Traffic.Verbs);
    }

    [Fact]
    public async Task Refresh_AfterThreeSeconds_BeginsBehindWhoeverAsks()
    {
        using var here = Store();
        using var there = Store();
        await there.RefreshAsync(None);
        await AddAsync(here, Made("c-1"));
        _time.Advance(ConnectionStore.RenewAfter);
        _held.Hold();
        Assert.True(there.RefreshAsync(None).AsTask().IsCompletedSuccessfully);
        Assert.Empty(there.Current.Rows);
        _held.Release();
        await UntilAsync(() => there.Current.Rows.Count == 1);
    }

    [Fact]
    public async Task Refresh_OfASlowStore_WaitsASecondAndGoesOnWithWhatIsKnown()
    {
        using var store = Store();
        _held.Hold();
        var first = store.RefreshAsync(None).AsTask();
        await _time.AdvanceUntilAsync(first, TimeSpan.FromMilliseconds(100));
        await first.WaitAsync(Limit);

        // The read still runs: nobody else waits for it.
        Assert.True(store.RefreshAsync(None).AsTask().IsCompletedSuccessfully);
        Assert.Empty(store.Current.Rows);
        _held.Release();
        await UntilAsync(() => _counts.Traffic.Verbs == 1);
    }

    [Fact]
    public async Task Refresh_StoreCannotBeReached_LeavesTheLastKnownAndAsksAgainAfterFiveSeconds()
    {
        using var store = Store();
        await AddAsync(store, Made("c-1"));
        var asked = 0;
        _faults.Plan = (_, _) =>
        {
            asked++;
            return RowFault.Unavailable;
        };
        _time.Advance(ConnectionStore.FreshFor);
        for (var second = 0; second < 10; second++)
        {
            await store.RefreshAsync(None).AsTask().WaitAsync(Limit);
            Assert.Single(store.Current.Rows);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(2, asked);
        _faults.Plan = null;
        await AddAsync(Store(), Made("c-2"));
        _time.Advance(ConnectionStore.FreshFor);
        await store.RefreshAsync(None);
        Assert.Equal(2, store.Current.Rows.Count);
    }

    [Fact]
    public async Task Refresh_ACallerGoesAway_TheReadServesTheOthers()
    {
        using var store = Store();
        _held.Hold();
        using var cancellation = new CancellationTokenSource();
        var leaving = store.RefreshAsync(cancellation.Token).AsTask();
        var staying = store.RefreshAsync(None).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving);
        _held.Release();
        await staying.WaitAsync(Limit);
        Assert.Equal(1, _counts.Traffic.Verbs);
    }

    [Fact]
    public async Task Change_WhileAReadIsUnderWay_IsWhatIsKnownAfterwards()
    {
        using var store = Store();
        _held.Hold();
        var hasRead = _held.HasReadAsync();
        var reading = store.RefreshAsync(None).AsTask();
        await hasRead.WaitAsync(Limit);
        await AddAsync(store, Made("c-1"));
        _held.Release();
        await reading.WaitAsync(Limit);
        Assert.Single(store.Current.Rows);
    }

    [Fact]
    public async Task Change_AgainstAnother_IsMadeOverWhatThatOneStored()
    {
        using var here = Store();
        using var there = Store();
        var raced = false;
        var runs = 0;
        await here.ChangeAsync(before =>
        {
            runs++;
            if (!raced)
            {
                raced = true;
                AddAsync(there, Made("c-theirs")).GetAwaiter().GetResult();
            }

            return before.With([.. before.Rows, Made("c-ours")]);
        }, None);
        Assert.Equal(2, runs);
        Assert.Equal(["c-theirs", "c-ours"], here.Current.Rows.Select(row => row.Connection.Id));
        await there.ReadAsync(None);
        Assert.Equal(here.Current.Rows.Select(Shown), there.Current.Rows.Select(Shown));
    }

    [Fact]
    public async Task Change_WhoseAnswerIsLost_IsReadBeforeItCounts()
    {
        using var store = Store();
        await store.RefreshAsync(None);
        _faults.Plan = (verb, _) => verb == "batch" ? RowFault.AcknowledgmentLost : RowFault.None;
        await Assert.ThrowsAsync<StoreUnavailableException>(() => AddAsync(store, Made("c-1")));
        _faults.Plan = null;
        await store.RefreshAsync(None);
        Assert.Single(store.Current.Rows);
    }

    [Fact]
    public async Task Change_OfNothing_WritesNothing()
    {
        using var store = Store();
        await AddAsync(store, Made("c-1"));
        var before = store.Current;
        _counts.Reset();
        await store.ChangeAsync(set => set.With([.. set.Rows]), None);
        Assert.Equal("query 2", _counts.Log);
        await store.ReadAsync(None);
        Assert.Same(before.Rows[0], store.Current.Rows[0]);
        Assert.Equal(before.Version, store.Current.Version);
    }

    [Fact]
    public async Task Row_OfAFutureVersion_IsLeftOutAndLeftAlone()
    {
        using var store = Store();
        await AddAsync(store, Made("c-1"));
        foreach (var (id, fields) in ((string, string)[])[("c-future", """{"kind":"telepathy","name":"x"}"""), ("c-broken", "{"), ("c-none", "{}")])
        {
            await _rows.PutAsync(new(ConnectionRows.Table, ConnectionRows.Partition, ConnectionRows.RowOf(id)), new RowProperties { ["Fields"] = fields }, PutCondition.Always, None);
        }

        await AddAsync(store, Made("c-2"));
        Assert.Equal(["c-1", "c-2"], store.Current.Rows.Select(row => row.Connection.Id));
        Assert.NotNull(await _rows.GetAsync(new(ConnectionRows.Table, ConnectionRows.Partition, ConnectionRows.RowOf("c-future")), None));
    }

    private ConnectionStore Store() => new(_rows, new SigningKey(Secret, [], _rows, _time), _time, NullLogger<ConnectionStore>.Instance);

    private static async Task<StoredConnections> AddAsync(ConnectionStore store, params StoredConnection[] more) =>
        (await store.ChangeAsync(before => before.With([.. before.Rows, .. more]), None))!;

    private static StoredConnection Made(string id) => new(new Connection(id, "name of " + id, ConnectionKind.OpenAi, "http://a.invalid/v1", ["k-" + id]));

    /// <summary>As much as the form lets through, in characters that take most.</summary>
    private static StoredConnection Longest(string id)
    {
        var connection = new Connection(id, new string('語', 60), ConnectionKind.AzureOpenAi, "http://a.invalid/v1", [.. Enumerable.Range(0, 3).Select(n => $"{n}{new string('k', 4_000)}")])
        {
            Headers = new Dictionary<string, string> { ["X-Long"] = new('v', 3_500) },
            ModelIds = [.. Enumerable.Range(0, 15).Select(n => $"{n}{new string('語', 240)}")],
            GroupIds = ["g"],
            SaysLocal = true,
        };
        Assert.InRange(ConnectionRows.Fields(connection).Length, ConnectionRows.MaxFieldCharacters * 9 / 10, ConnectionRows.MaxFieldCharacters);
        Assert.InRange(ConnectionRows.Secrets(connection).Length, ConnectionRows.MaxSecretBytes * 9 / 10, ConnectionRows.MaxSecretBytes);
        return new(connection);
    }

    private static string Shown(StoredConnection row) =>
        System.Text.Encoding.UTF8.GetString([.. ConnectionRows.Fields(row.Connection), .. ConnectionRows.Secrets(row.Connection)]) + row.Version.Value;

    private static async Task UntilAsync(Func<bool> isSo)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!isSo())
        {
            await Task.Delay(10, limit.Token);
        }
    }

    /// <summary>Lets a query be answered late: what it read may be old by then.</summary>
    private sealed class HeldRows(IRowBackEnd inner) : IRowBackEnd
    {
        private TaskCompletionSource? _mayAnswer;
        private TaskCompletionSource? _hasRead;

        public void Hold() => (_hasRead, _mayAnswer) = (new(TaskCreationOptions.RunContinuationsAsynchronously), new(TaskCreationOptions.RunContinuationsAsynchronously));

        public void Release() => _mayAnswer!.SetResult();

        public Task HasReadAsync() => _hasRead!.Task;

        public Task<StoredRow?> GetAsync(RowKey key, CancellationToken cancellationToken) => inner.GetAsync(key, cancellationToken);

        public Task<PutOutcome> PutAsync(RowKey key, RowProperties properties, PutCondition condition, CancellationToken cancellationToken) =>
            inner.PutAsync(key, properties, condition, cancellationToken);

        public Task<DeleteOutcome> DeleteAsync(RowKey key, DeleteCondition condition, CancellationToken cancellationToken) =>
            inner.DeleteAsync(key, condition, cancellationToken);

        public async Task<RowPage> QueryAsync(string table, string partition, RowRange range, int pageSize, string? continuation, CancellationToken cancellationToken)
        {
            var page = await inner.QueryAsync(table, partition, range, pageSize, continuation, cancellationToken);
            // Only the first is held: a change reads for itself.
            if (Interlocked.Exchange(ref _hasRead, null) is { } hasRead)
            {
                var mayAnswer = _mayAnswer!.Task;
                hasRead.SetResult();
                await mayAnswer;
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
}
