using System.Net;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Services.Access;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Services.Access;

/// <summary>The limits of three instances on one store: what <see cref="AttemptLimiter"/> promises, with N = 3.</summary>
public sealed class AttemptsTogetherTests
{
    private const int Instances = 3;
    private static readonly IPAddress Address = IPAddress.Parse("203.0.113.7");
    private readonly ManualTime _time = new();

    public AttemptsTogetherTests() => _time.Advance(TimeSpan.FromHours(12));

    [Theory]
    [InlineData(AttemptStores.Sqlite)]
    [InlineData(AttemptStores.Azurite)]
    [InlineData(AttemptStores.PostgreSql)]
    public async Task Address_TwoHundredWrongAtOnceEverywhere_FiveAndOneForEachOtherInstanceAreLookedAtThenOneForEachLock(string kind)
    {
        using var stores = await AttemptStores.OpenAsync(kind);
        var instances = Enumerable.Range(0, Instances).Select(_ => stores.Instance(_time)).ToArray();
        Assert.InRange(await LooksAsync(instances, 200, _ => Address), 5, 5 + Instances - 1);
        for (var i = 0; i < 12; i++)
        {
            // Until the longest lock that there can be now has passed.
            var wait = await WaitAsync(instances);
            _time.Advance(wait - TimeSpan.FromTicks(1));
            Assert.Equal(0, await LooksAsync(instances, 30, _ => Address));
            _time.Advance(TimeSpan.FromTicks(1));
            Assert.Equal(1, await LooksAsync(instances, 60, _ => Address));
        }

        Assert.Equal(TimeSpan.FromMinutes(15), await WaitAsync(instances));
    }

    [Theory]
    [InlineData(AttemptStores.Sqlite)]
    [InlineData(AttemptStores.Azurite)]
    [InlineData(AttemptStores.PostgreSql)]
    public async Task UnknownAddresses_WrongAtOnceEverywhere_ShareOneLane(string kind)
    {
        using var stores = await AttemptStores.OpenAsync(kind);
        var instances = Enumerable.Range(0, Instances).Select(_ => stores.Instance(_time)).ToArray();
        var looks = await LooksAsync(instances, 200, _ => null);
        Assert.InRange(looks, 10, 10 + Instances - 1);
        for (var i = 0; i < 20; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            looks += await LooksAsync(instances, 30, _ => null);
            Assert.InRange(looks, 10 + (3 * (i + 1)), 10 + (3 * (i + 1)) + Instances - 1);
        }
    }

    [Theory]
    [InlineData(AttemptStores.Sqlite)]
    [InlineData(AttemptStores.Azurite)]
    [InlineData(AttemptStores.PostgreSql)]
    public async Task Account_WrongFromManyAddressesEverywhere_IsOneCount(string kind)
    {
        using var stores = await AttemptStores.OpenAsync(kind);
        var instances = Enumerable.Range(0, Instances).Select(_ => stores.Instance(_time)).ToArray();
        Assert.InRange(await LooksAsync(instances, 60, i => IPAddress.Parse($"198.51.100.{i}"), "a@example.com"), 15, 15 + Instances - 1);
    }

    [Theory]
    [InlineData(AttemptStores.Sqlite)]
    [InlineData(AttemptStores.Azurite)]
    [InlineData(AttemptStores.PostgreSql)]
    public async Task SignUps_AtOnceEverywhere_AreCountedExactly(string kind)
    {
        using var stores = await AttemptStores.OpenAsync(kind);
        var instances = Enumerable.Range(0, Instances).Select(_ => stores.Instance(_time)).ToArray();
        var allowed = 0;
        await Task.WhenAll(Enumerable.Range(0, 90).Select(i => Task.Run(async () =>
        {
            if (await instances[i % Instances].Limiter.CountSignUpAsync(Address, default) is AttemptDecision.Allowed)
            {
                Interlocked.Increment(ref allowed);
            }
        })));
        Assert.Equal(30, allowed);
    }

    [Theory]
    [InlineData(AttemptStores.Sqlite)]
    [InlineData(AttemptStores.Azurite)]
    [InlineData(AttemptStores.PostgreSql)]
    public async Task Lock_OfOneInstance_IsTheOthersWithinFiveSeconds(string kind)
    {
        using var stores = await AttemptStores.OpenAsync(kind);
        var (one, other) = (stores.Instance(_time), stores.Instance(_time));
        Assert.Equal(1, await LooksAsync([other], 1, _ => Address, isRight: true));
        for (var i = 0; i < 8; i++)
        {
            _time.Advance(TimeSpan.FromMinutes(i));
            await LooksAsync([one], 1, _ => Address);
        }

        _time.Advance(AttemptCount.Fresh + TimeSpan.FromTicks(1));
        Assert.Equal(0, await LooksAsync([other], 1, _ => Address, isRight: true));
    }

    /// <summary>Attempts spread over the instances, all at once.</summary>
    /// <returns>How many were looked at.</returns>
    private static async Task<int> LooksAsync(LimitedInstance[] instances, int attempts, Func<int, IPAddress?> address, string? account = null, bool isRight = false)
    {
        var looks = 0;
        await Task.WhenAll(Enumerable.Range(0, attempts).Select(i => Task.Run(async () =>
        {
            await instances[i % instances.Length].Limiter.TryAsync(AttemptKind.SignIn, account, address(i), async _ =>
            {
                await Task.Yield();
                Interlocked.Increment(ref looks);
                return isRight;
            }, default);
        })));
        return looks;
    }

    private async Task<TimeSpan> WaitAsync(LimitedInstance[] instances)
    {
        await foreach (var row in instances[0].Rows.QueryAllAsync(AttemptStore.Table, AttemptStore.DayOf(_time.GetUtcNow()), RowRange.All, default))
        {
            return row.Properties.GetTime("Until")!.Value - _time.GetUtcNow();
        }

        throw new InvalidOperationException("Nothing was counted.");
    }
}
