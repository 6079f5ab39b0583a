using System.Buffers.Text;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using OpenWebUi.Platform.Security;
using OpenWebUi.Services.Access;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Access;

public sealed class PassTests
{
    private const string Secret = "a secret of the tests that is long enough";

    [Fact]
    public async Task Pass_TwoBrowsersWithOneCode_HaveDifferentIds()
    {
        await using var site = await TestSite.StartAsync(("CODE", "right"));
        var (first, second) = (await ReadAsync(site, await site.Client.PassAsync("right")), await ReadAsync(site, await site.Client.PassAsync("right")));
        Assert.NotEqual(first.Id, second.Id);
        Assert.Equal(16, Base64Url.DecodeFromChars(first.Id).Length);
        Assert.Equal(first.Fingerprint, second.Fingerprint);
    }

    [Fact]
    public async Task Pass_AnyBitFlipped_OpensNothing()
    {
        await using var site = await TestSite.StartAsync(("CODE", "right"));
        var pass = Base64Url.DecodeFromChars(await site.Client.PassAsync("right"));
        for (var i = 0; i < pass.Length; i++)
        {
            var forged = (byte[])pass.Clone();
            forged[i] ^= 1;
            Assert.Equal(HttpStatusCode.Unauthorized, await site.Client.StatusAsync("/v1/models", AccessCalls.Cookie(Base64Url.EncodeToString(forged))));
        }

        Assert.Equal(HttpStatusCode.OK, await site.Client.StatusAsync("/v1/models", AccessCalls.Cookie(Base64Url.EncodeToString(pass))));
    }

    [Fact]
    public async Task Pass_BrokenCookie_IsAStranger()
    {
        await using var site = await TestSite.StartAsync(("CODE", "right"));
        var pass = await site.Client.PassAsync("right");
        string[] broken =
        [
            "", "x", pass[..^1], pass[1..], pass + "A", pass[..^1] + "=", new string('!', pass.Length), new string('A', pass.Length),
            new string(',', pass.Length), pass[..^2] + "%%", new string('/', pass.Length), "right", new string('A', 8_000),
        ];
        foreach (var cookie in broken)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await site.Client.StatusAsync("/v1/models", AccessCalls.Cookie(cookie)));
            using var config = await site.Client.GetAsync("/api/config", AccessCalls.Cookie(cookie));
            Assert.False((await config.JsonAsync()).GetProperty("access").GetProperty("granted").GetBoolean());
        }
    }

    [Fact]
    public async Task Pass_MadeWithAnotherSitesSecret_OpensNothing()
    {
        await using var other = await TestSite.StartAsync(("CODE", "right"), ("WEBUI_SECRET_KEY", "another secret that is long enough"));
        await using var site = await TestSite.StartAsync(("CODE", "right"), ("WEBUI_SECRET_KEY", Secret));
        Assert.Equal(HttpStatusCode.Unauthorized, await site.Client.StatusAsync("/v1/models", AccessCalls.Cookie(await other.Client.PassAsync("right"))));
    }

    [Fact]
    public async Task Pass_AfterFourWeeks_IsOver()
    {
        var time = new ManualTime();
        await using var site = await TestSite.StartAsync(time, ("CODE", "right"));
        var pass = AccessCalls.Cookie(await site.Client.PassAsync("right"));
        time.Advance(TimeSpan.FromDays(28) - TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.OK, await site.Client.StatusAsync("/v1/models", pass));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.Unauthorized, await site.Client.StatusAsync("/v1/models", pass));
    }

    [Fact]
    public async Task Pass_ItsCodeRemoved_IsClosedAndTheOthersStay()
    {
        await using var before = await TestSite.StartAsync(("CODE", "stays,goes"), ("WEBUI_SECRET_KEY", Secret));
        var (stays, goes) = (AccessCalls.Cookie(await before.Client.PassAsync("stays")), AccessCalls.Cookie(await before.Client.PassAsync("goes")));
        await using var after = await TestSite.StartAsync(("CODE", "new,stays"), ("WEBUI_SECRET_KEY", Secret));
        Assert.Equal(HttpStatusCode.OK, await after.Client.StatusAsync("/v1/models", stays));
        Assert.Equal(HttpStatusCode.Unauthorized, await after.Client.StatusAsync("/v1/models", goes));
    }

    [Fact]
    public async Task Pass_SecretKeyGenerated_OutlivesARestart()
    {
        var data = Path.Combine(Path.GetTempPath(), "openwebui-tests", Guid.NewGuid().ToString("N"));
        try
        {
            (string, string) pass;
            await using (var before = await TestSite.StartAsync(("CODE", "right"), ("DATA_DIR", data)))
            {
                pass = AccessCalls.Cookie(await before.Client.PassAsync("right"));
            }

            await using var after = await TestSite.StartAsync(("CODE", "right"), ("DATA_DIR", data));
            Assert.Equal(HttpStatusCode.OK, await after.Client.StatusAsync("/v1/models", pass));
            await using var elsewhere = await TestSite.StartAsync(("CODE", "right"));
            Assert.Equal(HttpStatusCode.Unauthorized, await elsewhere.Client.StatusAsync("/v1/models", pass));
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    [Fact]
    public async Task Pass_TwoInstancesOnOneNewStore_ShareTheKey()
    {
        var data = Path.Combine(Path.GetTempPath(), "openwebui-tests", Guid.NewGuid().ToString("N"));
        try
        {
            await using var one = await TestSite.StartAsync(("CODE", "right"), ("DATA_DIR", data));
            await using var two = await TestSite.StartAsync(("CODE", "right"), ("DATA_DIR", data));
            var passes = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => (i % 2 == 0 ? one : two).Client.PassAsync("right")));
            foreach (var pass in passes)
            {
                Assert.Equal(HttpStatusCode.OK, await one.Client.StatusAsync("/v1/models", AccessCalls.Cookie(pass)));
                Assert.Equal(HttpStatusCode.OK, await two.Client.StatusAsync("/v1/models", AccessCalls.Cookie(pass)));
            }
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site", 401)]
    [InlineData("Sec-Fetch-Site", "same-site", 401)]
    [InlineData("Origin", "https://evil.example", 401)]
    [InlineData("Origin", "null", 401)]
    [InlineData("Sec-Fetch-Site", "same-origin", 200)]
    [InlineData("Sec-Fetch-Site", "none", 200)]
    public async Task PassCookie_OnARequestOfAnotherSitesPage_IsIgnored(string header, string value, int status)
    {
        await using var site = await TestSite.StartAsync(("CODE", "right"));
        var pass = AccessCalls.Cookie(await site.Client.PassAsync("right"));
        foreach (var path in (string[])["/v1/models", "/api/models", "/ollama/api/tags", "/api/openai/v1/models"])
        {
            Assert.Equal(status, (int)await site.Client.StatusAsync(path, pass, (header, value)));
        }

        using var config = await site.Client.GetAsync("/api/config", pass, (header, value));
        Assert.Equal(status == 200, (await config.JsonAsync()).GetProperty("access").GetProperty("granted").GetBoolean());
    }

    private static async Task<AccessPass> ReadAsync(TestSite site, string pass)
    {
        var key = await site.Services.GetRequiredService<SigningKey>().ForAsync(AccessPass.KeyPurpose, default);
        return Assert.IsType<AccessPass>(AccessPass.Read(pass, key, DateTimeOffset.UtcNow));
    }
}
