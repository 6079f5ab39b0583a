using System.Buffers.Binary;
using System.Net;
using OpenWebUi.Services.Access;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Services.Access;

/// <summary>The limits, as one instance keeps them.</summary>
public sealed class AttemptLimiterTests : IDisposable
{
    private static readonly IPAddress Address = IPAddress.Parse("203.0.113.7");
    private readonly ManualTime _time = new();
    private readonly AttemptStores _stores = AttemptStores.OpenSqlite();
    private readonly LimitedInstance _instance;

    public AttemptLimiterTests()
    {
        // Not midnight: see AttemptStoreTests.
        _time.Advance(TimeSpan.FromHours(12));
        _instance = _stores.Instance(_time);
    }

    public void Dispose() => _stores.Dispose();

    [Fact]
    public async Task Address_WrongAgainAndAgain_IsLockedForTwiceAsLongEachTime()
    {
        await WrongAsync(Address, LockRule.FreeAttempts);
        var expected = TimeSpan.FromSeconds(2);
        for (var i = 0; i < 15; i++)
        {
            Assert.Equal(new AttemptDecision.Locked(expected), await RefusalAsync(Address));
            _time.Advance(expected - TimeSpan.FromTicks(1));
            Assert.Equal(new AttemptDecision.Locked(TimeSpan.FromTicks(1)), await RefusalAsync(Address));
            _time.Advance(TimeSpan.FromTicks(1));
            Assert.True(await IsAllowedAsync(Address, right: false));
            expected = expected * 2 < TimeSpan.FromMinutes(15) ? expected * 2 : TimeSpan.FromMinutes(15);
        }
    }

    [Fact]
    public async Task Address_RightBetweenWrongOnes_ClearsNothingAndCountsNothing()
    {
        for (var i = 0; i < LockRule.FreeAttempts; i++)
        {
            Assert.True(await IsAllowedAsync(Address, right: true));
            Assert.True(await IsAllowedAsync(Address, right: false));
        }

        Assert.IsType<AttemptDecision.Locked>(await RefusalAsync(Address));
    }

    [Fact]
    public async Task Address_RightAfterALock_IsCountedAndGivenBack()
    {
        await WrongAsync(Address, LockRule.FreeAttempts);
        for (var i = 0; i < 20; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(2));
            Assert.True(await IsAllowedAsync(Address, right: true));
        }

        Assert.True(await IsAllowedAsync(Address, right: false));
        Assert.Equal(new AttemptDecision.Locked(TimeSpan.FromSeconds(4)), await RefusalAsync(Address));
    }

    [Fact]
    public async Task Address_AnHourWithoutAWrongOne_IsForgottenThoughRightOnesCame()
    {
        await WrongAsync(Address, LockRule.FreeAttempts - 1);
        for (var i = 0; i < 4; i++)
        {
            _time.Advance(TimeSpan.FromMinutes(20));
            Assert.True(await IsAllowedAsync(Address, right: true));
        }

        await WrongAsync(Address, 2);
    }

    [Fact]
    public async Task Address_LockedAndAnHourLater_IsForgottenThoughRightOnesCame()
    {
        await WrongAsync(Address, LockRule.FreeAttempts);
        for (var i = 0; i < 4; i++)
        {
            _time.Advance(TimeSpan.FromMinutes(20));
            Assert.True(await IsAllowedAsync(Address, right: true));
        }

        await WrongAsync(Address, LockRule.FreeAttempts);
    }

    [Theory]
    [InlineData(LockRule.FreeAttempts - 1, 20_000)]
    [InlineData(LockRule.FreeAttempts, 100)]
    public async Task Address_ManyRightOnesTogetherAfterWrongOnes_AreAllAllowed(int wrong, int each)
    {
        await WrongAsync(Address, wrong);
        _time.Advance(TimeSpan.FromSeconds(2));
        var refused = 0;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < each; i++)
            {
                if (!await IsAllowedAsync(Address, right: true))
                {
                    Interlocked.Increment(ref refused);
                }
            }
        })));
        Assert.Equal(0, refused);
    }

    [Fact]
    public async Task Address_WrongByEveryKindOfSecret_IsOneCount()
    {
        AttemptKind[] kinds = [AttemptKind.Code, AttemptKind.SignIn, AttemptKind.Ldap, AttemptKind.ApiKey, AttemptKind.Code];
        for (var i = 0; i < kinds.Length; i++)
        {
            Assert.True(await IsAllowedAsync(Address, right: false, kinds[i], $"user{i}@example.com"));
        }

        foreach (var kind in kinds)
        {
            Assert.IsType<AttemptDecision.Locked>(await RefusalAsync(Address, kind));
        }
    }

    [Fact]
    public async Task UnknownAddress_WrongOnes_ShareTenAndThreeASecond()
    {
        await WrongAsync(null, 10);
        Assert.Equal(new AttemptDecision.Busy(TimeSpan.FromSeconds(1)), await RefusalAsync(null));
        _time.Advance(TimeSpan.FromSeconds(1));
        await WrongAsync(null, 3);
        Assert.False(await IsAllowedAsync(null, right: false));
        _time.Advance(TimeSpan.FromHours(1));
        await WrongAsync(null, 10);
        Assert.False(await IsAllowedAsync(null, right: false));
    }

    [Fact]
    public async Task UnknownAddress_RightOnes_TakeNothing()
    {
        for (var i = 0; i < 100; i++)
        {
            Assert.True(await IsAllowedAsync(null, right: true));
        }
    }

    [Fact]
    public async Task UnknownAddress_LaneFull_LocksNoKnownAddress()
    {
        await WrongAsync(null, 10);
        Assert.IsType<AttemptDecision.Busy>(await RefusalAsync(null));
        Assert.True(await IsAllowedAsync(Address, right: true));
    }

    [Fact]
    public async Task Account_WrongFromManyAddresses_WaitsForSecondsOnlyAndLocksNobodyElse()
    {
        for (var i = 0; i < 15; i++)
        {
            Assert.True(await IsAllowedAsync(Other(i), right: false, AttemptKind.SignIn, "a@example.com"));
        }

        Assert.Equal(new AttemptDecision.Locked(TimeSpan.FromSeconds(12)), await RefusalAsync(Address, AttemptKind.SignIn, "a@example.com"));
        Assert.True(await IsAllowedAsync(Address, right: true, AttemptKind.SignIn, "b@example.com"));
        Assert.True(await IsAllowedAsync(Address, right: true, AttemptKind.SignIn, account: null));
        _time.Advance(TimeSpan.FromSeconds(12));
        Assert.True(await IsAllowedAsync(Address, right: true, AttemptKind.SignIn, "a@example.com"));
        Assert.True(await IsAllowedAsync(Other(1), right: false, AttemptKind.Ldap, "a@example.com"));
        Assert.IsType<AttemptDecision.Locked>(await RefusalAsync(Address, AttemptKind.SignIn, "a@example.com"));
    }

    [Fact]
    public async Task Account_Waits_TheRefusedAddressIsNotCounted()
    {
        for (var i = 0; i < 15; i++)
        {
            await IsAllowedAsync(Other(i), right: false, AttemptKind.SignIn, "a@example.com");
        }

        for (var i = 0; i < 50; i++)
        {
            await RefusalAsync(Address, AttemptKind.SignIn, "a@example.com");
        }

        await WrongAsync(Address, LockRule.FreeAttempts);
    }

    [Fact]
    public async Task SignUp_EveryTry_IsCountedByAddressOrInALane()
    {
        foreach (var (address, other) in new[] { (Address, Other(1)), (null, Address) })
        {
            for (var i = 0; i < 30; i++)
            {
                Assert.Equal(AttemptDecision.Allow, await SignUpAsync(address));
            }

            Assert.Equal(address is null ? new AttemptDecision.Busy(TimeSpan.FromSeconds(1)) : new AttemptDecision.Locked(TimeSpan.FromMinutes(6)), await SignUpAsync(address));
            _time.Advance(address is null ? TimeSpan.FromSeconds(20) : TimeSpan.FromMinutes(6));
            Assert.Equal(AttemptDecision.Allow, await SignUpAsync(address));
            Assert.NotEqual(AttemptDecision.Allow, await SignUpAsync(address));
            Assert.Equal(AttemptDecision.Allow, await SignUpAsync(other));
            Assert.True(await IsAllowedAsync(address, right: true));
            _time.Advance(TimeSpan.FromHours(4));
        }
    }

    [Fact]
    public async Task Addresses_SixtyThousand_StayBoundedInMemoryAndTheStoreKnowsThem()
    {
        await WrongAsync(Address, LockRule.FreeAttempts - 1);
        var bytes = new byte[4];
        for (var i = 0; i < AttemptLimiter.MaxTracks + 10_000; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(bytes, 0x0B000000 + i);
            await IsAllowedAsync(new IPAddress(bytes), right: true);
            Assert.InRange(_instance.Limiter.TrackCount, 1, AttemptLimiter.MaxTracks);
        }

        _time.Advance(AttemptCount.Fresh + TimeSpan.FromTicks(1));
        Assert.True(await IsAllowedAsync(Address, right: false));
        Assert.IsType<AttemptDecision.Locked>(await RefusalAsync(Address));
    }

    private static IPAddress Other(int i) => IPAddress.Parse($"198.51.100.{i}");

    private Task<AttemptDecision> SignUpAsync(IPAddress? address) => _instance.Limiter.CountSignUpAsync(address, default);

    private async Task WrongAsync(IPAddress? address, int times)
    {
        for (var i = 0; i < times; i++)
        {
            Assert.True(await IsAllowedAsync(address, right: false));
        }
    }

    private async Task<bool> IsAllowedAsync(IPAddress? address, bool right, AttemptKind kind = AttemptKind.Code, string? account = null)
    {
        var (decision, isRight) = await _instance.Limiter.TryAsync(kind, account, address, _ => ValueTask.FromResult(right), default);
        Assert.Equal(decision is AttemptDecision.Allowed && right, isRight);
        return decision is AttemptDecision.Allowed;
    }

    private async Task<AttemptDecision> RefusalAsync(IPAddress? address, AttemptKind kind = AttemptKind.Code, string? account = null) =>
        (await _instance.Limiter.TryAsync(kind, account, address, _ => throw new InvalidOperationException("This attempt may not be looked at."), default)).Decision;
}
