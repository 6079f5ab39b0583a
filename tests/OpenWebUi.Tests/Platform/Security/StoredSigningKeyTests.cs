using Microsoft.Extensions.DependencyInjection;
using OpenWebUi.Platform.Security;
using OpenWebUi.Tests.Platform.Storage;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Platform.Security;

public sealed class StoredSigningKeyTests
{
    /// <summary>A row without a key before it once read as one with an empty key, which anybody can derive from.</summary>
    [Fact]
    public async Task Ring_OfAnInstanceThatReadTheKey_IsThatOfTheInstanceThatMadeIt()
    {
        await using var site = await TestSite.StartAsync();
        var made = await site.Services.GetRequiredService<SigningKey>().RingAsync("purpose", default);
        await using var twin = await site.StartTwinAsync();
        var read = await twin.Services.GetRequiredService<SigningKey>().RingAsync("purpose", default);
        Assert.Equal((Assert.Single(made).Id, Convert.ToHexString(made[0].Bytes)), (Assert.Single(read).Id, Convert.ToHexString(read[0].Bytes)));
    }

    /// <summary>Nobody shows an instance that is alone anything of the new secret, and it must not sign with the old one for ever.</summary>
    [Fact]
    public async Task Secret_Replaced_IsTakenUpWithinFiveMinutes_AndTheOneBeforeTheLastIsForgotten()
    {
        var time = new ManualTime();
        await using var site = await TestSite.StartAsync(time);
        var key = site.Services.GetRequiredService<SigningKey>();
        var first = (await key.RingAsync("purpose", default))[0];
        await using var rotating = await site.StartTwinAsync();
        await rotating.Services.GetRequiredService<SigningKey>().RotateAsync(default);

        time.Advance(TimeSpan.FromSeconds(301));
        var ring = await key.RingAsync("purpose", default);
        Assert.Equal(2, ring.Count);
        Assert.NotEqual(first.Id, ring[0].Id);
        Assert.Equal(first.Id, ring[1].Id);

        await rotating.Services.GetRequiredService<SigningKey>().RotateAsync(default);
        time.Advance(TimeSpan.FromSeconds(301));
        Assert.Null(await key.FindAsync("purpose", first.Id, default));
        Assert.NotNull(await key.FindAsync("purpose", ring[0].Id, default));
    }

    /// <summary>Made-up things make an instance look for a new secret; while the store is away, that must not cost it the ones that it knows.</summary>
    [Fact]
    public async Task Store_Away_LeavesTheSecretsThatAreKnown()
    {
        var time = new ManualTime();
        FaultyRows? rows = null;
        await using var site = await TestSite.StartAsync(time, inner => rows = new FaultyRows(inner));
        var key = site.Services.GetRequiredService<SigningKey>();
        var known = (await key.RingAsync("purpose", default))[0];
        rows!.IsCutOff = true;
        time.Advance(TimeSpan.FromMinutes(10));
        Assert.Null(await key.FindAsync("purpose", "made up", default));
        Assert.Equal(known.Id, (await key.RingAsync("another purpose", default))[0].Id);
    }

    [Fact]
    public async Task ThingsMadeUp_MakeAnInstanceLookAgainOnceInHalfAMinute()
    {
        var time = new ManualTime();
        CountingRows? rows = null;
        await using var site = await TestSite.StartAsync(time, inner => rows = new CountingRows(inner));
        var key = site.Services.GetRequiredService<SigningKey>();
        await key.RingAsync("purpose", default);
        rows!.Reset();
        for (var second = 0; second < 62; second++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAll(Enumerable.Range(0, 5).Select(i => key.FindAsync("purpose", $"made up {i}", default).AsTask()));
        }

        // Housekeeping wakes within the minute and reads other rows.
        Assert.Equal(2, rows.Log.Split(", ").Count(call => call == "get signing-key"));
    }
}
