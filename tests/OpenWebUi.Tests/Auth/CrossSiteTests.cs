using Microsoft.AspNetCore.Routing;
using OpenWebUi.Services.Access;
using OpenWebUi.Tests.Access;
using OpenWebUi.Tests.Platform.Storage;
using static OpenWebUi.Tests.Auth.AuthCalls;

namespace OpenWebUi.Tests.Auth;

/// <summary>What other web pages can do with a session of their reader: nothing.</summary>
public sealed class CrossSiteTests
{
    /// <summary>What a browser says when the page is not ours, or what it never leaves out.</summary>
    public static TheoryData<string, string> Foreign => new()
    {
        { "", "" },
        { "Sec-Fetch-Site", "cross-site" },
        // A sibling such as evil.example.com beside chat.example.com is not us.
        { "Sec-Fetch-Site", "same-site" },
        { "Sec-Fetch-Site", "Same-Origin, cross-site" },
        { "Origin", "https://evil.example" },
        { "Origin", "null" },
        { "Origin", "http://evil.127.0.0.1.nip.io" },
        { "Origin", "http://127.0.0.1.evil.example" },
        { "Origin", "http://127.0.0.1:1" },
        { "Origin", "http://127.0.0.1" },
        { "Referer", "SITE" },
    };

    [Theory]
    [MemberData(nameof(Foreign))]
    public async Task UnsafeMethods_WithTheCookieFromElsewhere_AreRefusedEverywhereAndChangeNothing(string header, string value)
    {
        CountingRows? counts = null;
        await using var people = await AccountSite.StartAsync(TimeProvider.System, inner => counts = new(inner));
        (string, string)[] from = header.Length == 0 ? [] : [(header, value.Replace("SITE", people.Site.Address.ToString(), StringComparison.Ordinal))];
        Assert.Equal("200", await people.Stranger.OutcomeAsync("GET", Root + "/", Cookie(people.Admin.Token)));
        counts!.Reset();
        var asked = 0;
        foreach (var endpoint in people.Get<EndpointDataSource>().Endpoints.Cast<RouteEndpoint>().Where(e => e.Metadata.GetMetadata<Gate>() != Gate.Public))
        {
            var path = "/" + endpoint.RoutePattern.RawText!.TrimStart('/').Replace("{**path}", "chat/completions", StringComparison.Ordinal).Replace("{", "", StringComparison.Ordinal).Replace("}", "", StringComparison.Ordinal);
            foreach (var method in endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods is { Count: > 0 } some ? some : ["POST", "PUT", "PATCH", "DELETE"])
            {
                if (method is not ("GET" or "HEAD" or "OPTIONS"))
                {
                    asked++;
                    var outcome = await people.Stranger.OutcomeAsync(method, path, [Cookie(people.Admin.Token), .. from]);
                    // Of the other forms NextChat's has no code, and Anthropic's says "error".
                    Assert.True(outcome is "403 cross_site" or "403" or "403 error", $"{method} {path}: {outcome}");
                }
            }
        }

        Assert.True(asked > 40, $"{asked}");
        Assert.Equal(0, counts.Traffic.Written);
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "same-origin")]
    [InlineData("Sec-Fetch-Site", "none")]
    [InlineData("Origin", "SITE")]
    public async Task UnsafeMethod_WithTheCookieFromOurPage_IsTaken(string header, string value)
    {
        await using var people = await AccountSite.StartAsync();
        var origin = value.Replace("SITE", people.Site.Address.GetLeftPart(UriPartial.Authority), StringComparison.Ordinal);
        Assert.Equal("200", await people.Stranger.OutcomeAsync("POST", Root + "/update/profile", Cookie(people.User.Token), (header, origin)));
    }

    [Fact]
    public async Task Reading_WithTheCookieFromElsewhere_IsAStrangers()
    {
        await using var people = await AccountSite.StartAsync();
        foreach (var (header, value) in ((string, string)[])[("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Site", "same-site"), ("Origin", "https://evil.example"), ("Origin", "null")])
        {
            using var answer = await people.Stranger.GetAsync(ForUsers, Cookie(people.User.Token), (header, value));
            Assert.Equal(401, (int)answer.StatusCode);
            Assert.Null(answer.Header("Access-Control-Allow-Credentials"));
            using var config = await people.Stranger.GetAsync("/api/config", Cookie(people.User.Token), (header, value));
            Assert.DoesNotContain(people.User.Email, await config.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    /// <summary>Login CSRF: a page elsewhere would have its reader chat, and keep keys, in an account of its own.</summary>
    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Origin", "null")]
    public async Task SigningInOrUp_FromElsewhere_IsRefusedAndSetsNoCookie(string header, string value)
    {
        await using var people = await AccountSite.StartAsync();
        foreach (var send in (Func<Task<HttpResponseMessage>>[])[
            () => people.Stranger.SignInAsync(people.User.Email, AccountSite.Password, (header, value)),
            () => people.Stranger.SignUpAsync("new@example.com", (header, value)),
            () => people.Stranger.CallAsync("POST", Root + "/signout", "{}", (header, value), Cookie(people.User.Token))])
        {
            using var answer = await send();
            Assert.Equal((403, (string?)null), ((int)answer.StatusCode, answer.Header("Set-Cookie")));
        }

        Assert.Equal("200", await people.User.Bearer.OutcomeAsync("GET", ForUsers));
        Assert.Equal("400 wrong_credentials", await people.Stranger.SignInAsync("new@example.com", AccountSite.Password).OutcomeAsync());
    }

    [Fact]
    public async Task SignOut_AsAnImageOfAnyPage_EndsNothing()
    {
        await using var people = await AccountSite.StartAsync();
        foreach (var headers in ((string, string)[][])[[], [("Sec-Fetch-Site", "cross-site")], [("Sec-Fetch-Site", "same-origin")], [("Sec-Fetch-Site", "none"), ("Sec-Fetch-Mode", "navigate")]])
        {
            Assert.Equal("403 cross_site", await people.Stranger.OutcomeAsync("GET", Root + "/signout", [Cookie(people.User.Token), .. headers]));
        }

        Assert.Equal("200", await people.User.Bearer.OutcomeAsync("GET", ForUsers));
        // A program's is no image.
        Assert.Equal("200", await people.User.Bearer.OutcomeAsync("GET", Root + "/signout"));
        Assert.Equal("401 invalid_token", await people.User.Bearer.OutcomeAsync("GET", ForUsers));
    }

    /// <summary>Session fixation: what a browser held before it signed in is never what it holds afterwards.</summary>
    [Fact]
    public async Task SignIn_WithACookieThatSomebodyElsePlanted_BeginsASessionOfItsOwn()
    {
        await using var people = await AccountSite.StartAsync();
        foreach (var planted in (string[])[people.Other.Token, people.Pending.Token, "planted", ForgedTokens.OfSecret([], people.User.Id, "planted")])
        {
            using var answer = await people.Stranger.SignInAsync(people.User.Email, AccountSite.Password, Cookie(planted), ("Sec-Fetch-Site", "same-origin"));
            var token = answer.CookieOf("token");
            Assert.NotEqual(planted, token);
            Assert.Equal(people.User.Email, (await people.Stranger.GetAsync(Root + "/", Bearer(token)).OkAsync()).GetProperty("email").GetString());
        }

        Assert.DoesNotContain((await people.ReadAsync(people.User))!.Sessions, session => session.Id == "planted");
        Assert.Equal(people.Other.Email, (await people.Stranger.GetAsync(Root + "/", Bearer(people.Other.Token)).OkAsync()).GetProperty("email").GetString());
        Assert.Single((await people.ReadAsync(people.Other))!.Sessions);
    }

    [Fact]
    public async Task SignUp_WithASessionOrAPassOfSomebodyElse_TakesNothingOver()
    {
        await using var people = await AccountSite.StartAsync(("CODE", "right"));
        var pass = await people.Stranger.PassAsync("right");
        using var answer = await people.Stranger.SignUpAsync("new@example.com", ("Cookie", $"token={people.Admin.Token}; {AccessCalls.CookieName}={pass}"));
        Assert.Equal("pending", (await answer.JsonAsync()).GetProperty("role").GetString());
        Assert.NotEqual(people.Admin.Token, answer.CookieOf("token"));
        // The pass is an invitation and no caller.
        Assert.Equal("401 not_authenticated", await people.Stranger.OutcomeAsync("GET", ForUsers, AccessCalls.Cookie(pass)));
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("https://bye.example/out", "https://bye.example/out")]
    public async Task SignOut_LeadsWhereTheEnvironmentSaysAndNowhereElse(string configured, string? expected)
    {
        await using var people = await AccountSite.StartAsync(("WEBUI_AUTH_SIGNOUT_REDIRECT_URL", configured));
        using var answer = await people.User.Bearer.CallAsync("POST", Root + "/signout?redirect=https://evil.example&redirect_url=https://evil.example&next=//evil.example",
            """{"redirect_url":"https://evil.example","redirect":"//evil.example"}""", ("Referer", "https://evil.example/"), ("X-Forwarded-Host", "evil.example"));
        var text = await answer.Content.ReadAsStringAsync();
        Assert.Equal((200, (string?)null), ((int)answer.StatusCode, answer.Header("Location")));
        Assert.DoesNotContain("evil", text, StringComparison.Ordinal);
        Assert.Equal(expected, (await answer.JsonAsync()).TryGetProperty("redirect_url", out var next) ? next.GetString() : null);
    }
}
