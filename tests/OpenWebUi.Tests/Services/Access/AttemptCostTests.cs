using System.Net;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Services.Access;
using OpenWebUi.Tests.Platform.Storage;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Services.Access;

/// <summary>What attempts cost, what happens without the store, at midnight, and to old counts.</summary>
public sealed class AttemptCostTests : IDisposable
{
    private static readonly IPAddress Address = IPAddress.Parse("203.0.113.7");
    private readonly ManualTime _time = new();
    private readonly AttemptStores _stores = AttemptStores.OpenSqlite();
    private readonly LimitedInstance _instance;

    public AttemptCostTests()
    {
        _time.Advance(TimeSpan.FromHours(12));
        _instance = _stores.Instance(_time);
    }

    public void Dispose() => _stores.Dispose();

    [Theory]
    [InlineData(false, null, 1)]
    [InlineData(true, null, 1)]
    [InlineData(false, "a@example.com", 2)]
    public async Task RightOnes_OfACleanAddress_CostNoWriteAndOneReadOfEachRecordInFiveSeconds(bool isUnknown, string? account, int reads)
    {
        for (var i = 0; i < 3; i++)
        {
            _instance.Counts.Reset();
            await Task.WhenAll(Enumerable.Range(0, 500).Select(_ => Task.Run(async () =>
                Assert.True((await _instance.Limiter.TryAsync(AttemptKind.ApiKey, account, isUnknown ? null : Address, _ => ValueTask.FromResult(true), default)).IsRight))));
            Assert.True(_instance.Counts.Traffic is { Written: 0 } traffic && traffic.Verbs == reads, _instance.Counts.Log);
            _time.Advance(AttemptCount.Fresh + TimeSpan.FromTicks(1));
        }
    }

    [Fact]
    public async Task WrongOnes_CostAWriteEach_AndLockedOnesAReadASecond()
    {
        // A read, the note of the day, the count.
        await WrongAsync(1);
        Assert.True(_instance.Counts.Traffic.Verbs == 3, _instance.Counts.Log);
        _instance.Counts.Reset();
        await WrongAsync(4);
        Assert.True(_instance.Counts.Traffic.Verbs == 4, _instance.Counts.Log);
        _instance.Counts.Reset();
        for (var i = 0; i < 1_000; i++)
        {
            Assert.IsType<AttemptDecision.Locked>((await TryAsync(right: true)).Decision);
        }

        _time.Advance(TimeSpan.FromSeconds(1) + TimeSpan.FromTicks(1));
        Assert.IsType<AttemptDecision.Locked>((await TryAsync(right: true)).Decision);
        Assert.True(_instance.Counts.Traffic is { Verbs: 1, Written: 0 }, _instance.Counts.Log);
    }

    [Fact]
    public async Task TwoLooksAtOnce_TheSecondIsCountedFirstAndGivenBack()
    {
        var (first, second) = (new Look(), new Look());
        var one = first.TryAsync(_instance.Limiter);
        await first.Begun;
        var two = second.TryAsync(_instance.Limiter);
        await _time.AdvanceUntilAsync(second.Begun, TimeSpan.FromMilliseconds(20));
        Assert.Equal(1, await CountAsync());
        first.End(isRight: true);
        second.End(isRight: true);
        Assert.True((await one).IsRight && (await two).IsRight);
        Assert.Equal(0, await CountAsync());
        await WrongAsync(LockRule.FreeAttempts);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task LastFreeAttempt_UnderWay_IsWaitedForByTheNext(bool isRight)
    {
        await WrongAsync(LockRule.FreeAttempts - 1);
        var (first, second, third) = (new Look(), new Look(), new Look());
        var one = first.TryAsync(_instance.Limiter);
        await first.Begun;
        // Who waits for a second is told to come back.
        var two = second.TryAsync(_instance.Limiter);
        await _time.AdvanceUntilAsync(two, TimeSpan.FromMilliseconds(20));
        Assert.Equal(new AttemptDecision.Busy(TimeSpan.FromSeconds(1)), (await two).Decision);
        Assert.False(second.Begun.IsCompleted);
        // Who waits less is let in or not by what comes of it.
        var three = third.TryAsync(_instance.Limiter);
        first.End(isRight);
        third.End(isRight: true);
        Assert.Equal(isRight, (await one).IsRight);
        await _time.AdvanceUntilAsync(three, TimeSpan.FromMilliseconds(20));
        Assert.Equal(isRight, (await three).IsRight);
        Assert.Equal(isRight, (await three).Decision is AttemptDecision.Allowed);
    }

    [Fact]
    public async Task Look_ThatFails_IsNoWrongOneAndOneThatItsCallerLeftIs()
    {
        for (var i = 0; i < 10; i++)
        {
            await Assert.ThrowsAsync<InvalidOperationException>(() => _instance.Limiter.TryAsync(AttemptKind.Ldap, "a", Address, _ => throw new InvalidOperationException(), default));
        }

        for (var i = 0; i < LockRule.FreeAttempts; i++)
        {
            await Assert.ThrowsAsync<OperationCanceledException>(() => _instance.Limiter.TryAsync(AttemptKind.Ldap, "a", Address, _ => throw new OperationCanceledException(), default));
        }

        Assert.IsType<AttemptDecision.Locked>((await TryAsync(right: true)).Decision);
    }

    [Fact]
    public async Task StoreGone_CodesAreLimitedInMemoryAndAreCountedWhenItIsBack()
    {
        await WrongAsync(2);
        _instance.Faults.IsCutOff = true;
        await WrongAsync(3);
        Assert.IsType<AttemptDecision.Locked>((await TryAsync(right: true)).Decision);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => _instance.Limiter.TryAsync(
            AttemptKind.SignIn, "a@example.com", IPAddress.Loopback, _ => throw new InvalidOperationException("This attempt may not be looked at."), default));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => _instance.Limiter.CountSignUpAsync(IPAddress.Loopback, default));
        _instance.Faults.IsCutOff = false;
        _time.Advance(TimeSpan.FromSeconds(6));
        Assert.True((await TryAsync(right: true)).IsRight);
        await WrongAsync(1);
        Assert.Equal(new AttemptDecision.Locked(TimeSpan.FromSeconds(4)), (await TryAsync(right: true, on: _stores.Instance(_time))).Decision);
    }

    [Fact]
    public async Task StoreThatTakesNoWrites_WrongPasswords_AreLockedInThisInstanceAllTheSame()
    {
        _instance.Faults.Plan = (verb, _) => verb == "put" ? RowFault.Unavailable : RowFault.None;
        var looks = 0;
        for (var i = 0; i < 50; i++)
        {
            try
            {
                var (decision, _) = await _instance.Limiter.TryAsync(AttemptKind.SignIn, null, Address, _ => ValueTask.FromResult(++looks < 0), default);
                Assert.IsType<AttemptDecision.Locked>(decision);
            }
            catch (StoreUnavailableException)
            {
                // 503: the count could not be kept.
            }
        }

        Assert.Equal(LockRule.FreeAttempts, looks);
    }

    [Fact]
    public async Task Midnight_CountsGoOnInTheNewDay()
    {
        _time.Advance(TimeSpan.FromHours(12) - TimeSpan.FromSeconds(1));
        await WrongAsync(LockRule.FreeAttempts);
        _time.Advance(TimeSpan.FromSeconds(1));
        foreach (var instance in new[] { _instance, _stores.Instance(_time) })
        {
            Assert.Equal(new AttemptDecision.Locked(TimeSpan.FromSeconds(1)), (await TryAsync(right: true, on: instance)).Decision);
        }

        _time.Advance(TimeSpan.FromSeconds(1));
        await WrongAsync(1);
        Assert.Equal(new AttemptDecision.Locked(TimeSpan.FromSeconds(4)), (await TryAsync(right: true, on: _stores.Instance(_time))).Decision);
        Assert.Equal(["2026-01-01", "2026-01-02"], await DaysAsync());
    }

    [Fact]
    public async Task Housekeeping_RemovesWholeDaysThatAreOver_ByTwoInstancesAtOnceToo()
    {
        await WrongAsync(1);
        for (var i = 0; i < 250; i++)
        {
            await _instance.Rows.PutAsync(new(AttemptStore.Table, "2026-01-01", $"row{i}"), [], PutCondition.Always, default);
        }

        _time.Advance(TimeSpan.FromDays(1));
        await WrongAsync(1);
        var sweep = new AttemptSweep(_instance.Rows, _time);
        _instance.Counts.Reset();
        Assert.Equal(0, await sweep.RunAsync(default));
        Assert.True(_instance.Counts.Traffic.Verbs == 1, _instance.Counts.Log);
        _time.Advance(TimeSpan.FromDays(1) - TimeSpan.FromHours(12));
        await Task.WhenAll(sweep.RunAsync(default), new AttemptSweep(_stores.Instance(_time).Rows, _time).RunAsync(default));
        await sweep.RunAsync(default);
        Assert.Equal(["2026-01-02"], await DaysAsync());
        Assert.Empty((await _instance.Rows.QueryAsync(AttemptStore.Table, "2026-01-01", RowRange.All, 10, null, default)).Rows);
        Assert.Single((await _instance.Rows.QueryAsync(AttemptStore.Table, "2026-01-02", RowRange.All, 10, null, default)).Rows);
    }

    [Fact]
    public async Task Rows_TellNeitherAddressNorAccount()
    {
        await TryAsync(right: false, AttemptKind.SignIn, "a@example.com");
        var rows = (await _instance.Rows.QueryAsync(AttemptStore.Table, AttemptStore.DayOf(_time.GetUtcNow()), RowRange.All, 10, null, default)).Rows;
        Assert.Equal(2, rows.Count);
        Assert.All(rows, row =>
        {
            Assert.Matches("^[0-9a-f]{32}$", row.Key.Row);
            Assert.Equal(["At", "Count", "Until"], row.Properties.Select(p => p.Key).Order(StringComparer.Ordinal));
        });
    }

    private async Task WrongAsync(int times)
    {
        for (var i = 0; i < times; i++)
        {
            Assert.Equal((AttemptDecision.Allow, false), await TryAsync(right: false));
        }
    }

    private Task<(AttemptDecision Decision, bool IsRight)> TryAsync(
        bool right, AttemptKind kind = AttemptKind.Code, string? account = null, LimitedInstance? on = null) =>
        (on ?? _instance).Limiter.TryAsync(kind, account, Address, _ => ValueTask.FromResult(right), default);

    private async Task<double?> CountAsync() => Assert.Single(
        (await _instance.Rows.QueryAsync(AttemptStore.Table, AttemptStore.DayOf(_time.GetUtcNow()), RowRange.All, 10, null, default)).Rows).Properties.GetDouble("Count");

    private async Task<IEnumerable<string>> DaysAsync() =>
        (await _instance.Rows.QueryAsync(AttemptStore.Table, AttemptStore.Days, RowRange.All, 10, null, default)).Rows.Select(row => row.Key.Row);

    /// <summary>A look that lasts until the test ends it.</summary>
    private sealed class Look
    {
        private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource<bool> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Begun => _begun.Task;

        public Task<(AttemptDecision Decision, bool IsRight)> TryAsync(AttemptLimiter limiter) => limiter.TryAsync(AttemptKind.Ldap, null, Address, async _ =>
        {
            _begun.SetResult();
            return await _end.Task;
        }, default);

        public void End(bool isRight) => _end.SetResult(isRight);
    }
}
