using System.Net;
using Microsoft.Extensions.DependencyInjection;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Tests.Access;
using OpenWebUi.Tests.Platform.Storage;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Services.Access;

/// <summary>Guessing at codes through HTTP, with a clock that stands still.</summary>
public sealed class GuessingTests
{
    private readonly ManualTime _time = new();

    private Task<TestSite> BehindProxyAsync() => TestSite.StartAsync(_time, ("CODE", "right"), ("FORWARDED_ALLOW_IPS", "127.0.0.1"));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task KnownAddress_WrongFiveTimes_IsLockedForAGrowingTime(bool byHeader)
    {
        await using var site = await BehindProxyAsync();
        var pass = AccessCalls.Cookie(await site.Client.PassAsync("right", From("203.0.113.7")));
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal((401, null), await GuessAsync(site, "wrong" + i, "203.0.113.7", byHeader));
        }

        foreach (var seconds in (int[])[2, 4, 8, 16])
        {
            // The right code tells nothing during the lock.
            Assert.Equal((429, $"{seconds}"), await GuessAsync(site, "right", "203.0.113.7", byHeader));
            Assert.Equal((429, $"{seconds}"), await GuessAsync(site, "wrong", "203.0.113.7", byHeader));
            // Neither passes nor other addresses feel it.
            Assert.Equal(HttpStatusCode.OK, await site.Client.StatusAsync("/v1/models", pass, From("203.0.113.7")));
            Assert.Equal((200, null), await GuessAsync(site, "right", "203.0.113.8", byHeader));
            Assert.Equal((200, null), await GuessAsync(site, "right", "2001:db8::1", byHeader));
            _time.Advance(TimeSpan.FromSeconds(seconds));
            Assert.Equal((200, null), await GuessAsync(site, "right", "203.0.113.7", byHeader));
            Assert.Equal((401, null), await GuessAsync(site, "wrong", "203.0.113.7", byHeader));
        }
    }

    [Fact]
    public async Task KnownAddress_RightAHundredTimes_IsNeverLocked()
    {
        await using var site = await TestSite.StartAsync(_time, ("CODE", "right"));
        for (var i = 0; i < 50; i++)
        {
            Assert.Equal((200, null), await GuessAsync(site, "right", null, byHeader: true));
            Assert.Equal((200, null), await GuessAsync(site, "right", null, byHeader: false));
        }
    }

    [Fact]
    public async Task KnownAddress_GuessesOnBothWays_AreOneCount()
    {
        await using var site = await TestSite.StartAsync(_time, ("CODE", "right"));
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(401, (await GuessAsync(site, "wrong", null, byHeader: i % 2 == 0)).Status);
        }

        Assert.Equal(429, (await GuessAsync(site, "right", null, byHeader: true)).Status);
        Assert.Equal(429, (await GuessAsync(site, "right", null, byHeader: false)).Status);
    }

    [Fact]
    public async Task SpoofedAddress_ThroughATrustedProxy_IsNotTheFirstHop()
    {
        await using var site = await BehindProxyAsync();
        for (var i = 0; i < 5; i++)
        {
            // The caller made the first hop up; the proxy appended the real one.
            Assert.Equal(401, (await GuessAsync(site, "wrong", $"198.51.100.{i}, 203.0.113.7", byHeader: true)).Status);
        }

        Assert.Equal(429, (await GuessAsync(site, "right", "198.51.100.99, 203.0.113.7", byHeader: true)).Status);
        Assert.Equal(200, (await GuessAsync(site, "right", "203.0.113.7, 198.51.100.99", byHeader: true)).Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData("10.0.0.1")]
    [InlineData("*")]
    public async Task SpoofedAddress_PeerNotTrustedOrEverybodyTrusted_GoesToTheSlowLane(string trusted)
    {
        await using var site = await TestSite.StartAsync(_time, ("CODE", "right"), ("FORWARDED_ALLOW_IPS", trusted));
        var pass = AccessCalls.Cookie(await site.Client.PassAsync("right"));
        var statuses = new List<int>();
        for (var i = 0; i < 40; i++)
        {
            statuses.Add((await GuessAsync(site, "wrong", $"198.51.100.{i}", byHeader: i % 2 == 0)).Status);
        }

        Assert.Equal(10, statuses.Count(s => s == 401));
        Assert.Equal(30, statuses.Count(s => s == 429));
        Assert.Equal((429, "1"), await GuessAsync(site, "right", "198.51.100.200", byHeader: true));
        // A caller of known address and a pass holder feel nothing of it.
        Assert.Equal((200, null), await GuessAsync(site, "right", null, byHeader: true));
        Assert.Equal(HttpStatusCode.OK, await site.Client.StatusAsync("/v1/models", pass, From("198.51.100.200")));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((200, null), await GuessAsync(site, "right", "198.51.100.200", byHeader: true));
    }

    [Theory]
    [InlineData(true, 5)]
    [InlineData(false, 10)]
    public async Task TenThousandWrongCodes_FromOneAddressOrFromUnknownOnes_AreHardlyLookedAt(bool isKnown, int looked)
    {
        await using var site = await TestSite.StartAsync(_time, ("CODE", "right"), ("FORWARDED_ALLOW_IPS", isKnown ? "127.0.0.1" : ""));
        var pass = AccessCalls.Cookie(await site.Client.PassAsync("right"));
        var compared = 0;
        await Parallel.ForEachAsync(Enumerable.Range(0, 10_000), new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (i, _) =>
        {
            var (status, _) = await GuessAsync(site, $"wrong{i}", isKnown ? "203.0.113.7" : $"198.51.{i / 250}.{i % 250}", byHeader: true);
            if (status == 401)
            {
                Interlocked.Increment(ref compared);
            }
            else
            {
                Assert.Equal(429, status);
            }

            if (i % 1000 == 0)
            {
                Assert.Equal(HttpStatusCode.OK, await site.Client.StatusAsync("/api/models", pass));
            }
        });
        Assert.Equal(looked, compared);
        Assert.Equal(HttpStatusCode.OK, await site.Client.StatusAsync("/api/models", pass));
    }

    [Theory]
    [InlineData(true, 5)]
    [InlineData(false, 10)]
    public async Task AThousandWrongCodes_OverThreeInstances_AreLookedAtAsByOneAndByEachOfTheOthersOnce(bool isKnown, int looked)
    {
        await using var one = await TestSite.StartAsync(_time, ("CODE", "right"), ("FORWARDED_ALLOW_IPS", isKnown ? "127.0.0.1" : ""));
        await using var two = await one.StartTwinAsync();
        await using var three = await one.StartTwinAsync();
        TestSite[] sites = [one, two, three];
        var compared = 0;
        await Parallel.ForEachAsync(Enumerable.Range(0, 1_000), new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (i, _) =>
        {
            var (status, _) = await GuessAsync(sites[i % 3], $"wrong{i}", isKnown ? "203.0.113.7" : $"198.51.{i / 250}.{i % 250}", byHeader: i % 2 == 0);
            if (status == 401)
            {
                Interlocked.Increment(ref compared);
            }
            else
            {
                Assert.Equal(429, status);
            }
        });
        Assert.InRange(compared, looked, looked + 2);
    }

    [Fact]
    public async Task RightCodes_OnTheRelay_CostNoWriteAndOneReadOfEachKindInFiveSeconds()
    {
        // Not midnight: then yesterday's row is read too.
        _time.Advance(TimeSpan.FromHours(12));
        CountingRows? counts = null;
        await using var site = await TestSite.StartAsync(_time, inner => counts = new(inner), ("CODE", "right"), ("WEBUI_SECRET_KEY", "a-secret-of-this-test-with-32-characters"));
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal((200, null), await GuessAsync(site, "right", null, byHeader: true));
            counts!.Reset();
            await Parallel.ForEachAsync(Enumerable.Range(0, 300), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (_, _) =>
                Assert.Equal((200, null), await GuessAsync(site, "right", null, byHeader: true)));
            Assert.True(counts.Traffic.Verbs == 0, counts.Log);
            _time.Advance(TimeSpan.FromSeconds(6));
            Assert.Equal((200, null), await GuessAsync(site, "right", null, byHeader: true));
            // How often somebody guessed, the connections, what is closed of models.
            Assert.True(counts.Traffic is { Verbs: 3, Written: 0 }, counts.Log);
        }
    }

    [Fact]
    public async Task RightCodes_WithoutAStore_OpenTheRelayAndWrongOnesAreLimited()
    {
        FaultyRows? faults = null;
        await using var site = await TestSite.StartAsync(_time, inner => faults = new(inner), ("CODE", "right"));
        _ = site.Services.GetRequiredService<RowStore>();
        faults!.IsCutOff = true;
        Assert.Equal((200, null), await GuessAsync(site, "right", null, byHeader: true));
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal((401, null), await GuessAsync(site, "wrong", null, byHeader: true));
        }

        Assert.Equal((429, "2"), await GuessAsync(site, "right", null, byHeader: true));
    }

    private static (string, string) From(string address) => ("X-Forwarded-For", address);

    private static async Task<(int Status, string? RetryAfter)> GuessAsync(TestSite site, string code, string? address, bool byHeader)
    {
        (string, string)[] headers = address is null ? [] : [From(address)];
        using var answer = byHeader
            ? await site.Client.GetAsync("/v1/models", [("Authorization", "Bearer nk-" + code), .. headers])
            : await site.Client.RedeemAsync(code, headers);
        return ((int)answer.StatusCode, answer.Header("Retry-After"));
    }
}
