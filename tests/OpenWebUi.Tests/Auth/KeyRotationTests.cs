using OpenWebUi.Platform.Security;
using OpenWebUi.Tests.Access;
using OpenWebUi.Tests.Chats;
using OpenWebUi.Tests.Site;
using Microsoft.Extensions.DependencyInjection;
using static OpenWebUi.Tests.Auth.AuthCalls;

namespace OpenWebUi.Tests.Auth;

/// <summary>A secret is replaced, and nobody is signed out, unless that is what was meant.</summary>
public sealed class KeyRotationTests
{
    private const string Before = "a secret of before, long enough";
    private const string Now = "a secret of now, long enough";

    [Fact]
    public async Task Secret_ReplacedWithTheOldOneKept_KeepsSessions()
    {
        await using var people = await AccountSite.StartAsync(("WEBUI_SECRET_KEY", Before));
        await using var after = await people.Site.StartAnewAsync(("WEBUI_AUTH", "true"), ("WEBUI_SECRET_KEY", Now), ("WEBUI_SECRET_KEY_PREVIOUS", "yet another secret of 1999;" + Before));
        Assert.Equal("200", await after.Client.OutcomeAsync("GET", ForUsers, Bearer(people.User.Token)));
        using var answer = await after.Client.SignInAsync(people.User.Email, AccountSite.Password);
        var token = answer.CookieOf("token");
        Assert.Equal("200", await after.Client.OutcomeAsync("GET", ForUsers, Bearer(token)));
        // The old secret signs nothing new.
        Assert.Equal("401 invalid_token", await people.Stranger.OutcomeAsync("GET", ForUsers, Bearer(token)));
    }

    [Fact]
    public async Task Secret_ReplacedWithoutTheOldOne_EndsEverySession()
    {
        await using var people = await AccountSite.StartAsync(("WEBUI_SECRET_KEY", Before));
        await using var after = await people.Site.StartAnewAsync(("WEBUI_AUTH", "true"), ("WEBUI_SECRET_KEY", Now));
        Assert.Equal("401 invalid_token", await after.Client.OutcomeAsync("GET", ForUsers, Bearer(people.User.Token)));
        Assert.Equal("401 not_authenticated", await after.Client.OutcomeAsync("GET", ForUsers, Cookie(people.User.Token)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Secret_Replaced_PassesCountWhereTheOldOneIsKept(bool isKept)
    {
        var time = new ManualTime();
        await using var before = await TestSite.StartAsync(time, ("CODE", "right"), ("ADMIN_CODE", "admins"), ("WEBUI_SECRET_KEY", Before));
        var (pass, admins) = (await before.Client.PassAsync("right"), await before.Client.PassAsync("admins"));
        var chat = await before.Client.NewAsync(ChatCalls.Blob, AccessCalls.Cookie(pass));
        await using var after = await before.StartAnewAsync(("CODE", "right"), ("ADMIN_CODE", "admins"), ("WEBUI_SECRET_KEY", Now), ("WEBUI_SECRET_KEY_PREVIOUS", isKept ? Before : ""));
        var mayEnter = isKept ? "200" : "401 access_code_required";
        Assert.Equal(mayEnter, await after.Client.OutcomeAsync("GET", "/api/v1/chats/" + chat, AccessCalls.Cookie(pass)));
        Assert.Equal(mayEnter, await after.Client.OutcomeAsync("GET", "/api/v1/configs/settings", AccessCalls.Cookie(admins)));
        Assert.Equal(isKept ? "403 forbidden" : "401 access_code_required", await after.Client.OutcomeAsync("GET", "/api/v1/configs/settings", AccessCalls.Cookie(pass)));

        // A renewal, or the code once more, makes it a pass of the new secret; its chats stay.
        time.Advance(TimeSpan.FromDays(8));
        using var renewal = await after.Client.GetAsync("/api/config", AccessCalls.Cookie(pass));
        using var again = await after.Client.RedeemAsync("right", AccessCalls.Cookie(pass));
        Assert.Equal(isKept, renewal.SetCookieOf(AccessCalls.CookieName) is not null);
        await using var later = await before.StartAnewAsync(("CODE", "right"), ("WEBUI_SECRET_KEY", Now));
        foreach (var made in isKept ? (HttpResponseMessage[])[renewal, again] : [again])
        {
            var outcome = await later.Client.OutcomeAsync("GET", "/api/v1/chats/" + chat, AccessCalls.Cookie(made.CookieOf(AccessCalls.CookieName)));
            Assert.Equal(isKept ? "200" : "404 not_found", outcome);
        }
    }

    [Fact]
    public async Task Code_TakenAway_ClosesAPassOfAnOldSecretToo()
    {
        await using var before = await TestSite.StartAsync(("CODE", "right,wrong"), ("WEBUI_SECRET_KEY", Before));
        var pass = await before.Client.PassAsync("wrong");
        await using var after = await before.StartAnewAsync(("CODE", "right"), ("WEBUI_SECRET_KEY", Now), ("WEBUI_SECRET_KEY_PREVIOUS", Before));
        Assert.Equal("401 access_code_required", await after.Client.OutcomeAsync("GET", ForUsers, AccessCalls.Cookie(pass)));
    }

    [Fact]
    public async Task Rotate_OfTheStoredSecret_KeepsSessionsOnEveryInstance()
    {
        var time = new ManualTime();
        await using var people = await AccountSite.StartAsync(time, null);
        await using var other = await people.Site.StartTwinAsync();
        Assert.Equal("200", await other.Client.OutcomeAsync("GET", ForUsers, Bearer(people.User.Token)));
        time.Advance(TimeSpan.FromMinutes(1));
        await people.Get<SigningKey>().RotateAsync(default);

        var made = (await people.SignInAgainAsync(people.User)).Token;
        foreach (var site in (TestSite[])[people.Site, other])
        {
            Assert.Equal("200", await site.Client.OutcomeAsync("GET", ForUsers, Bearer(people.User.Token)));
            Assert.Equal("200", await site.Client.OutcomeAsync("GET", ForUsers, Bearer(made)));
        }

        time.Advance(TimeSpan.FromSeconds(1));
        // A session of the instance that heard of it last, and one of an instance that starts now.
        using var late = await other.Client.SignInAsync(people.User.Email, AccountSite.Password);
        await using var fresh = await people.Site.StartTwinAsync();
        Assert.Equal("200", await people.Stranger.OutcomeAsync("GET", ForUsers, Bearer(late.CookieOf("token"))));
        Assert.Equal("200", await fresh.Client.OutcomeAsync("GET", ForUsers, Bearer(people.User.Token)));

        // Twice: the first secret is gone.
        await people.Get<SigningKey>().RotateAsync(default);
        Assert.Equal("401 invalid_token", await people.Stranger.OutcomeAsync("GET", ForUsers, Bearer(people.User.Token)));
    }

    [Fact]
    public async Task Rotate_OfTheStoredSecret_PassesOfTheNewOneCountOnAnInstanceThatHasNotHeardOfIt()
    {
        var time = new ManualTime();
        await using var site = await TestSite.StartAsync(time, ("CODE", "right"));
        await using var other = await site.StartTwinAsync();
        var old = await other.Client.PassAsync("right");
        time.Advance(TimeSpan.FromMinutes(1));
        await site.Services.GetRequiredService<SigningKey>().RotateAsync(default);
        var made = await site.Client.PassAsync("right");
        foreach (var pass in (string[])[old, made])
        {
            Assert.Equal("200", await other.Client.OutcomeAsync("GET", ForUsers, AccessCalls.Cookie(pass)));
            Assert.Equal("200", await site.Client.OutcomeAsync("GET", ForUsers, AccessCalls.Cookie(pass)));
        }
    }
}
