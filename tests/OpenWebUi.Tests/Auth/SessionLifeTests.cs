using OpenWebUi.Services.Identity;
using OpenWebUi.Tests.Access;
using OpenWebUi.Tests.Site;
using static OpenWebUi.Tests.Auth.AuthCalls;

namespace OpenWebUi.Tests.Auth;

/// <summary>When a session ends: here at once, on other instances within five seconds, and no other one with it.</summary>
public sealed class SessionLifeTests
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task SignOut_OnOneInstance_IsRefusedThereAtOnceAndElsewhereWithinFiveSeconds()
    {
        var time = new ManualTime();
        await using var people = await AccountSite.StartAsync(time, null);
        await using var other = await people.Site.StartTwinAsync();
        await using var third = await people.Site.StartTwinAsync();
        var ended = people.User.Token;
        var kept = (await people.SignInAgainAsync(people.User)).Token;
        foreach (var token in (string[])[ended, kept])
        {
            Assert.Equal(["200", "200", "200"], await EverywhereAsync(token, people.Site, other, third));
        }

        Assert.Equal("200", await people.User.Bearer.OutcomeAsync("POST", Root + "/signout"));
        Assert.Equal("401 invalid_token", await people.User.Bearer.OutcomeAsync("GET", ForUsers));
        Assert.Equal("401 not_authenticated", await people.User.Browser.OutcomeAsync("GET", ForUsers));
        time.Advance(Period);
        Assert.Equal(["401 invalid_token", "401 invalid_token", "401 invalid_token"], await EverywhereAsync(ended, people.Site, other, third));
        Assert.Equal(["200", "200", "200"], await EverywhereAsync(kept, people.Site, other, third));
    }

    [Fact]
    public async Task SignOutEverywhere_LeavesTheCallersSessionAlone()
    {
        var time = new ManualTime();
        await using var people = await AccountSite.StartAsync(time, null);
        await using var other = await people.Site.StartTwinAsync();
        string[] others = [(await people.SignInAgainAsync(people.User)).Token, (await people.SignInAgainAsync(people.User)).Token];
        var answer = await people.User.Browser.CallAsync("POST", Root + "/signout/all", "{}").OkAsync();
        Assert.Equal(2, answer.GetProperty("ended").GetInt32());
        time.Advance(Period);
        foreach (var token in others)
        {
            Assert.Equal(["401 invalid_token", "401 invalid_token"], await EverywhereAsync(token, people.Site, other));
        }

        Assert.Equal(["200", "200"], await EverywhereAsync(people.User.Token, people.Site, other));
        Assert.Equal(["200", "200"], await EverywhereAsync(people.Other.Token, people.Site, other));
    }

    [Fact]
    public async Task Session_EndedFromTheList_IsThatOneAlone()
    {
        await using var people = await AccountSite.StartAsync();
        var lost = await people.SignInAgainAsync(people.User);
        var list = await people.User.Bearer.GetAsync(Root + "/sessions", []).OkAsync();
        var id = list.EnumerateArray().Single(session => !session.GetProperty("current").GetBoolean()).GetProperty("id").GetString();
        // Whoever holds the list holds no session.
        Assert.DoesNotContain(lost.Token, list.GetRawText(), StringComparison.Ordinal);
        Assert.Equal("404 not_found", await people.Other.Bearer.OutcomeAsync("DELETE", $"{Root}/sessions/{id}"));
        Assert.Equal("200", await people.User.Bearer.OutcomeAsync("DELETE", $"{Root}/sessions/{id}"));
        Assert.Equal(("401 invalid_token", "200"), (await lost.Bearer.OutcomeAsync("GET", ForUsers), await people.User.Bearer.OutcomeAsync("GET", ForUsers)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task PasswordChange_EndsEverySessionAndGivesANewOne(bool isCookie)
    {
        var time = new ManualTime();
        await using var people = await AccountSite.StartAsync(time, null);
        await using var other = await people.Site.StartTwinAsync();
        var second = (await people.SignInAgainAsync(people.User)).Token;
        Assert.Equal(["200", "200"], await EverywhereAsync(second, people.Site, other));
        time.Advance(TimeSpan.FromSeconds(1));
        var body = $$"""{"password":"{{AccountSite.Password}}","new_password":"another good one"}""";
        using var answer = await (isCookie ? people.User.Browser : people.User.Bearer).CallAsync("POST", Root + "/update/password", body);
        Assert.Equal(200, (int)answer.StatusCode);
        var text = await answer.Content.ReadAsStringAsync();
        var token = isCookie ? answer.CookieOf("token") : (await answer.JsonAsync()).GetProperty("token").GetString()!;
        // A cookie caller's token is in no body, and a program is given no cookie.
        Assert.Equal((isCookie, isCookie), (text == "true", answer.SetCookieOf("token") is not null));

        foreach (var old in (string[])[people.User.Token, second])
        {
            Assert.Equal("401 invalid_token", await people.Stranger.OutcomeAsync("GET", ForUsers, Bearer(old)));
        }

        Assert.Equal(["200", "200"], await EverywhereAsync(token, people.Site, other));
        time.Advance(Period);
        Assert.Equal(["401 invalid_token"], await EverywhereAsync(second, other));
        Assert.Equal("400 wrong_credentials", await people.Stranger.SignInAsync(people.User.Email, AccountSite.Password).OutcomeAsync());
        Assert.Equal("200", await people.Stranger.SignInAsync(people.User.Email, "another good one").OutcomeAsync());
    }

    [Fact]
    public async Task Role_ChangedOrAccountDeleted_CountsElsewhereWithinFiveSeconds()
    {
        var time = new ManualTime();
        await using var people = await AccountSite.StartAsync(time, null, ("ENABLE_API_KEYS", "true"), ("USER_PERMISSIONS_FEATURES_API_KEYS", "true"));
        await using var other = await people.Site.StartTwinAsync();
        var key = (await people.Get<ApiKeys>().CreateAsync(people.Other.Id, "k", null, [], null, default))!.Value.Text;
        Assert.Equal(["200", "200"], await EverywhereAsync(people.User.Token, people.Site, other));
        Assert.Equal(["200", "200"], await EverywhereAsync(key, people.Site, other));
        Assert.Equal(["403 account_pending", "403 account_pending"], await EverywhereAsync(people.Pending.Token, people.Site, other));

        await people.Get<AccountStore>().ChangeAsync(people.User.Id, account => account with { Role = AccountRole.Pending }, default);
        await people.Get<AccountStore>().ChangeAsync(people.Pending.Id, account => account with { Role = AccountRole.User }, default);
        Assert.True(await people.Get<AccountStore>().DeleteAsync(people.Other.Id, default));
        Assert.Equal(["403 account_pending"], await EverywhereAsync(people.User.Token, people.Site));
        Assert.Equal(["200"], await EverywhereAsync(people.Pending.Token, people.Site));
        Assert.Equal(["401 invalid_token"], await EverywhereAsync(people.Other.Token, people.Site));
        Assert.Equal(["401 invalid_api_key"], await EverywhereAsync(key, people.Site));

        time.Advance(Period);
        Assert.Equal(["403 account_pending"], await EverywhereAsync(people.User.Token, other));
        // Who waited is let in with the session that it had.
        Assert.Equal(["200"], await EverywhereAsync(people.Pending.Token, other));
        Assert.Equal(["401 invalid_token"], await EverywhereAsync(people.Other.Token, other));
        Assert.Equal(["401 invalid_api_key"], await EverywhereAsync(key, other));
    }

    [Fact]
    public async Task Token_MadeOnOneInstance_CountsAtOnceOnAnotherThatKnowsTheAccountFromBefore()
    {
        var time = new ManualTime();
        await using var people = await AccountSite.StartAsync(time, null);
        await using var other = await people.Site.StartTwinAsync();
        Assert.Equal(["200"], await EverywhereAsync(people.User.Token, other));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["200"], await EverywhereAsync((await people.SignInAgainAsync(people.User)).Token, other));
    }

    [Theory]
    [InlineData("1h", 3600)]
    [InlineData("90s", 90)]
    [InlineData("-1", null)]
    public async Task Session_LastsAsLongAsTheSiteSays(string lifetime, int? seconds)
    {
        var time = new ManualTime();
        await using var people = await AccountSite.StartAsync(time, null, ("JWT_EXPIRES_IN", lifetime));
        var end = seconds is { } s ? time.GetUtcNow() + TimeSpan.FromSeconds(s) : (DateTimeOffset?)null;
        using var answer = await people.Stranger.SignInAsync(people.User.Email, AccountSite.Password);
        var told = (await answer.JsonAsync()).GetProperty("expires_at");
        Assert.Equal(end?.ToUnixTimeSeconds(), told.ValueKind == System.Text.Json.JsonValueKind.Null ? null : told.GetInt64());
        var cookie = answer.SetCookieOf("token")!;
        Assert.Contains("httponly", cookie, StringComparison.Ordinal);
        Assert.Contains("samesite=lax", cookie, StringComparison.Ordinal);
        Assert.Equal(seconds is null, cookie.Contains("max-age=", StringComparison.Ordinal));
        Assert.Equal(seconds is not null, cookie.Contains("expires=", StringComparison.Ordinal));

        time.Advance((seconds is null ? TimeSpan.FromDays(3000) : TimeSpan.FromSeconds(seconds.Value)) - TimeSpan.FromSeconds(1));
        Assert.Equal("200", await people.Stranger.OutcomeAsync("GET", ForUsers, Bearer(answer.CookieOf("token"))));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(seconds is null ? "200" : "401 invalid_token", await people.Stranger.OutcomeAsync("GET", ForUsers, Bearer(answer.CookieOf("token"))));
        Assert.Equal(seconds is null ? "200" : "401 not_authenticated", await people.Stranger.OutcomeAsync("GET", ForUsers, Cookie(answer.CookieOf("token"))));
    }

    [Fact]
    public async Task Sessions_OneMoreThanAnAccountMayHave_DropTheOldestAlone()
    {
        await using var people = await AccountSite.StartAsync();
        var tokens = new List<string> { people.User.Token };
        while (tokens.Count <= Account.MaxSessions)
        {
            var grant = await people.Get<Sessions>().BeginAsync(people.User.Id, "Test", "password", null, null, default);
            tokens.Add(grant!.Token);
        }

        Assert.Equal("401 invalid_token", await people.Stranger.OutcomeAsync("GET", ForUsers, Bearer(tokens[0])));
        Assert.Equal(("200", "200"), (await people.Stranger.OutcomeAsync("GET", ForUsers, Bearer(tokens[1])), await people.Stranger.OutcomeAsync("GET", ForUsers, Bearer(tokens[^1]))));
        Assert.Equal(Account.MaxSessions, (await people.ReadAsync(people.User))!.Sessions.Count);
    }

    private static async Task<string[]> EverywhereAsync(string token, params TestSite[] sites)
    {
        var outcomes = new List<string>();
        foreach (var site in sites)
        {
            outcomes.Add(await site.Client.OutcomeAsync("GET", ForUsers, Bearer(token)));
        }

        return [.. outcomes];
    }
}
