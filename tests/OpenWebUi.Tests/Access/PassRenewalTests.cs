using System.Net;
using Microsoft.Extensions.DependencyInjection;
using OpenWebUi.Platform.Security;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Conversations;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Access;

/// <summary>A browser's chats belong to the id of its pass: it stays the same as long as the browser comes back.</summary>
public sealed class PassRenewalTests
{
    private const string Secret = "a secret of the tests that is long enough";
    private static readonly TimeSpan Week = TimeSpan.FromDays(7);

    [Fact]
    public async Task Config_AskedWithAPassOfMoreThanAWeek_RenewsItUnderTheSameId()
    {
        var time = new ManualTime();
        await using var site = await TestSite.StartAsync(time, ("CODE", "right"));
        var pass = await site.Client.PassAsync("right");
        time.Advance(Week);
        Assert.Null(await RenewedAsync(site, pass));
        time.Advance(TimeSpan.FromSeconds(1));
        var renewed = await RenewedAsync(site, pass);
        Assert.NotNull(renewed);
        var (before, after) = (await ReadAsync(site, pass), await ReadAsync(site, renewed));
        Assert.Equal(before.Id, after.Id);
        Assert.Equal(before.Fingerprint, after.Fingerprint);
        Assert.Equal(time.GetUtcNow() + TimeSpan.FromDays(28), after.ExpiresAt);

        // A year of weekly visits.
        for (var week = 0; week < 52; week++)
        {
            time.Advance(Week + TimeSpan.FromHours(1));
            renewed = await RenewedAsync(site, renewed!);
            Assert.Equal(before.Id, (await ReadAsync(site, renewed!)).Id);
        }

        Assert.Equal(HttpStatusCode.OK, await site.Client.StatusAsync("/v1/models", AccessCalls.Cookie(renewed!)));
    }

    [Fact]
    public async Task Config_AskedWithAPassThatIsOverOrClosed_RenewsNothing()
    {
        var time = new ManualTime();
        await using var site = await TestSite.StartAsync(time, ("CODE", "right,goes"), ("WEBUI_SECRET_KEY", Secret));
        var (pass, closed) = (await site.Client.PassAsync("right"), await site.Client.PassAsync("goes"));
        await using var after = await TestSite.StartAsync(time, ("CODE", "right"), ("WEBUI_SECRET_KEY", Secret));
        time.Advance(Week * 2);
        Assert.Null(await RenewedAsync(after, closed));
        Assert.NotNull(await RenewedAsync(after, pass));
        Assert.Null(await RenewedAsync(after, pass[..^1]));
        Assert.Null(await RenewedAsync(after, pass, ("Sec-Fetch-Site", "cross-site")));
        Assert.Null(await RenewedAsync(after, pass, ("Origin", "https://evil.example")));
        time.Advance(Week * 2);
        Assert.Null(await RenewedAsync(after, pass));
        await using var open = await TestSite.StartAsync(time, ("WEBUI_SECRET_KEY", Secret));
        Assert.Null(await RenewedAsync(open, pass));
    }

    [Fact]
    public async Task Redeem_BrowserHoldsAPass_KeepsItsId()
    {
        var time = new ManualTime();
        await using var before = await TestSite.StartAsync(time, ("CODE", "old"), ("WEBUI_SECRET_KEY", Secret));
        var pass = await before.Client.PassAsync("old");
        await using var site = await TestSite.StartAsync(time, ("CODE", "new"), ("WEBUI_SECRET_KEY", Secret));

        // Of a code that is gone.
        var second = await site.Client.PassAsync("new", AccessCalls.Cookie(pass));
        Assert.Equal((await ReadAsync(site, pass)).Id, (await ReadAsync(site, second)).Id);
        Assert.NotEqual((await ReadAsync(site, pass)).Fingerprint, (await ReadAsync(site, second)).Fingerprint);

        // Over for long.
        time.Advance(TimeSpan.FromDays(400));
        Assert.Equal(HttpStatusCode.Unauthorized, await site.Client.StatusAsync("/v1/models", AccessCalls.Cookie(second)));
        var third = await site.Client.PassAsync("new", AccessCalls.Cookie(second));
        Assert.Equal((await ReadAsync(site, pass)).Id, (await ReadAsync(site, third)).Id);
        Assert.Equal(HttpStatusCode.OK, await site.Client.StatusAsync("/v1/models", AccessCalls.Cookie(third)));

        // Nobody's.
        foreach (var forged in (string[])[pass[..^1] + (pass[^1] == 'A' ? 'E' : 'A'), "x", new string('A', pass.Length)])
        {
            var fourth = await site.Client.PassAsync("new", AccessCalls.Cookie(forged));
            Assert.NotEqual((await ReadAsync(site, pass)).Id, (await ReadAsync(site, fourth)).Id);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(60)]
    public async Task Leave_WithAPass_NotesItsChatsForRemovalAndTheBrowserBeginsAnew(int daysLater)
    {
        var time = new ManualTime();
        await using var site = await TestSite.StartAsync(time, ("CODE", "right"));
        using var browser = site.NewClient(cookies: true);
        var pass = await ReadAsync(site, await browser.PassAsync("right"));
        var other = await ReadAsync(site, await site.Client.PassAsync("right"));
        var owner = OwnerId.OfPass(pass.Id);
        await CreateAsync(site, owner, time);
        await CreateAsync(site, OwnerId.OfPass(other.Id), time);
        time.Advance(TimeSpan.FromDays(daysLater));
        var cookie = AccessCalls.Cookie(pass.Sign(await KeyAsync(site)));
        using var left = await site.Client.CallAsync("POST", "/api/v1/access/leave", null, cookie);
        Assert.Equal(HttpStatusCode.OK, left.StatusCode);
        Assert.Contains("expires=Thu, 01 Jan 1970", AccessCalls.SetCookieOf(left), StringComparison.OrdinalIgnoreCase);
        time.Advance(Leftover.Grace);
        await site.Services.GetRequiredService<LeftoverSweep>().RunAsync(default);
        var chats = site.Services.GetRequiredService<ChatStore>();
        Assert.Empty((await chats.ListAsync(owner, Shelf.Normal, 10, null, default)).Lines);
        Assert.Single((await chats.ListAsync(OwnerId.OfPass(other.Id), Shelf.Normal, 10, null, default)).Lines);
    }

    [Fact]
    public async Task Leave_WithoutAPassOfOurs_NotesNothing()
    {
        await using var site = await TestSite.StartAsync(("CODE", "right"));
        var pass = await site.Client.PassAsync("right");
        foreach (var cookie in (string[])["x", new string('A', pass.Length)])
        {
            using var left = await site.Client.CallAsync("POST", "/api/v1/access/leave", null, AccessCalls.Cookie(cookie));
            Assert.Equal(HttpStatusCode.OK, left.StatusCode);
        }

        await using var open = await TestSite.StartAsync();
        using var nobody = await open.Client.CallAsync("POST", "/api/v1/access/leave", null);
        Assert.Equal(HttpStatusCode.OK, nobody.StatusCode);
        foreach (var one in (TestSite[])[site, open])
        {
            var notes = await one.Services.GetRequiredService<RowStore>().QueryAsync(Leftover.Table, Leftover.Partition, RowRange.All, 10, null, default);
            Assert.Empty(notes.Rows);
        }
    }

    private static Task<Chat> CreateAsync(TestSite site, OwnerId owner, TimeProvider time) => site.Services.GetRequiredService<ChatWriter>()
        .CreateAsync(owner, new(ChatId.New(), "x", time.GetUtcNow(), time.GetUtcNow()), [], default);

    private static Task<byte[]> KeyAsync(TestSite site) => site.Services.GetRequiredService<SigningKey>().ForAsync(AccessPass.KeyPurpose, default).AsTask();

    private static async Task<AccessPass> ReadAsync(TestSite site, string pass) => AccessPass.ReadEvenOver(pass, await KeyAsync(site))!;

    private static async Task<string?> RenewedAsync(TestSite site, string pass, params (string, string)[] headers)
    {
        using var config = await site.Client.GetAsync("/api/config", [AccessCalls.Cookie(pass), .. headers]);
        return config.Header("Set-Cookie") is null ? null : AccessCalls.PassOf(config);
    }
}
