using System.Net;
using System.Text.Json;
using OpenWebUi.Services.OpenId;
using OpenWebUi.Tests.Access;
using OpenWebUi.Tests.Services.OpenId;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.OAuth;

/// <summary>Answers of a provider that were made up, stolen, kept too long or sent elsewhere; and providers that are not there.</summary>
public sealed class OAuthAttackTests
{
    private static readonly (string, string) SignUp = ("ENABLE_OAUTH_SIGNUP", "true");

    [Fact]
    public async Task Callback_InABrowserThatBeganNothing_SignsNobodyIn()
    {
        await using var site = await OAuthSite.StartAsync(SignUp);
        var (attacker, victim) = (site.NewVisitor(), site.NewVisitor());
        var callback = await site.Server.SignInAsync(await attacker.BeginAsync(), "alice");
        Assert.Equal("/auth?error=oauth_expired", await victim.FinishAsync(callback));
        Assert.Empty(victim.Cookies);

        // Nor when the victim has begun a sign-in of its own.
        await victim.BeginAsync();
        Assert.Equal("/auth?error=oauth_expired", await victim.FinishAsync(callback));
        Assert.False(victim.IsSignedIn);
        Assert.Equal("/auth", await attacker.FinishAsync(callback));
    }

    [Fact]
    public async Task Callback_WithTheCookieOfAnotherSignInUnderItsName_SignsNobodyIn()
    {
        await using var site = await OAuthSite.StartAsync(SignUp);
        var (mine, other) = (site.NewVisitor(), site.NewVisitor());
        var callback = await site.Server.SignInAsync(await mine.BeginAsync(), "alice");
        await other.BeginAsync();
        mine.Cookies[mine.PendingCookie] = other.Cookies[other.PendingCookie];
        Assert.StartsWith("oauth_", OAuthSite.ErrorOf(await mine.FinishAsync(callback)), StringComparison.Ordinal);
        Assert.False(mine.IsSignedIn);
    }

    [Fact]
    public async Task Callback_WithASpoiledCookie_SignsNobodyIn()
    {
        await using var site = await OAuthSite.StartAsync(SignUp);
        var visitor = site.NewVisitor();
        var callback = await site.Server.SignInAsync(await visitor.BeginAsync(), "alice");
        var (name, cookie) = (visitor.PendingCookie, visitor.Cookies[visitor.PendingCookie]);
        foreach (var spoiled in (string[])["x", cookie[..^4], cookie[4..], (cookie[0] == 'A' ? 'B' : 'A') + cookie[1..], new string('A', cookie.Length)])
        {
            visitor.Cookies[name] = spoiled;
            Assert.Equal("/auth?error=oauth_expired", await visitor.FinishAsync(callback));
            Assert.False(visitor.IsSignedIn);
        }
    }

    [Fact]
    public async Task Callback_ASecondTime_SignsNobodyIn()
    {
        await using var site = await OAuthSite.StartAsync(SignUp);
        var visitor = site.NewVisitor();
        var callback = await site.Server.SignInAsync(await visitor.BeginAsync(), "alice");
        var kept = (Name: visitor.PendingCookie, Value: visitor.Cookies[visitor.PendingCookie]);
        Assert.Equal("/auth", await visitor.FinishAsync(callback));
        visitor.Cookies.Clear();
        Assert.Equal("/auth?error=oauth_expired", await visitor.FinishAsync(callback));

        // Also for who has kept the cookie: the provider takes a code once.
        visitor.Cookies[kept.Name] = kept.Value;
        Assert.Equal("/auth?error=oauth_expired", await visitor.FinishAsync(callback));
        Assert.False(visitor.IsSignedIn);
    }

    [Fact]
    public async Task Callback_OnAnotherProvidersPath_SignsNobodyIn()
    {
        var server = await OidcServer.GetAsync();
        var other = JsonSerializer.Serialize(new Dictionary<string, object>
        {
            ["other"] = new { name = "Other", client_id = "public", provider_url = server.Issuer, token_endpoint_auth_method = "none" },
        });
        await using var site = await OAuthSite.StartAsync(SignUp, ("OAUTH_PROVIDERS", other));
        var visitor = site.NewVisitor();
        var callback = await site.Server.SignInAsync(await visitor.BeginAsync(), "alice");
        Assert.Equal("/auth?error=oauth_expired", await visitor.FinishAsync(new(callback.AbsoluteUri.Replace("/oidc/", "/other/", StringComparison.Ordinal))));
        Assert.False(visitor.IsSignedIn);

        var back = await site.Server.SignInAsync(await visitor.BeginAsync("other"), "alice");
        Assert.Equal("/oauth/other/login/callback", back.AbsolutePath);
        Assert.Equal("/auth", await visitor.FinishAsync(back));
    }

    [Fact]
    public async Task Callback_OnTheShorterPath_IsTheSame()
    {
        await using var site = await OAuthSite.StartAsync(SignUp);
        var visitor = site.NewVisitor();
        var callback = await site.Server.SignInAsync(await visitor.BeginAsync(), "alice");
        Assert.Equal("/auth", await visitor.FinishAsync(new(callback.AbsoluteUri.Replace("/login/callback", "/callback", StringComparison.Ordinal))));
    }

    [Fact]
    public async Task Callback_LaterThanAQuarterOfAnHour_IsExpired()
    {
        var time = new ManualTime();
        time.Advance(DateTimeOffset.UtcNow - time.GetUtcNow());
        await using var site = await OAuthSite.StartAsync(time, await OidcServer.GetAsync(), SignUp);
        var visitor = site.NewVisitor();
        var callback = await site.Server.SignInAsync(await visitor.BeginAsync(), "alice");
        time.Advance(PendingSignIn.Lifetime + TimeSpan.FromSeconds(1));
        Assert.Equal("/auth?error=oauth_expired", await visitor.FinishAsync(callback));
        Assert.False(visitor.IsSignedIn);
    }

    [Theory]
    [InlineData("state")]
    [InlineData("STATE")]
    [InlineData("code")]
    [InlineData("iss")]
    [InlineData("unknown=1&unknown")]
    public async Task Callback_WithAParameterTwice_SignsNobodyIn(string name)
    {
        await using var site = await OAuthSite.StartAsync(SignUp);
        var visitor = site.NewVisitor();
        var callback = await site.Server.SignInAsync(await visitor.BeginAsync(), "alice");
        Assert.Equal("/auth?error=oauth_failed", await visitor.FinishAsync(new($"{callback}&{name}=x")));
        Assert.False(visitor.IsSignedIn);
    }

    [Theory]
    [InlineData("")]
    [InlineData("?code=x")]
    [InlineData("?state=")]
    [InlineData("?state=x&code=y")]
    [InlineData("?error=access_denied")]
    [InlineData("?error=%3Cscript%3E&error_description=%0d%0aLocation:%20https://evil.example")]
    [InlineData("?state=x&next=//evil.example&redirect_uri=https://evil.example&return_to=https://evil.example&error_uri=https://evil.example")]
    public async Task Callback_MadeUp_EndsOnTheSignInPage(string query)
    {
        await using var site = await OAuthSite.StartAsync();
        foreach (var path in (string[])["/oauth/oidc/login/callback", "/oauth/oidc/callback", "/oauth/oidc/login/callback/"])
        {
            Assert.Equal("/auth?error=oauth_expired", await site.NewVisitor().FinishAsync(new(site.Site.Address, path + query)));
        }
    }

    [Fact]
    public async Task Query_OfAnyStep_LeadsNowhereElse()
    {
        await using var site = await OAuthSite.StartAsync(SignUp);
        const string evil = "next=//evil.example&redirect_uri=https://evil.example/&return_to=https://evil.example&RelayState=https://evil.example&issuer=https://evil.example";
        var visitor = site.NewVisitor();
        var url = await visitor.BeginAsync(query: "?" + evil);
        Assert.StartsWith(site.Server.Issuer + "/", url.AbsoluteUri, StringComparison.Ordinal);
        Assert.DoesNotContain("evil", url.AbsoluteUri, StringComparison.Ordinal);
        Assert.Equal("/auth", await visitor.FinishAsync(new($"{await site.Server.SignInAsync(url, "alice")}&{evil}")));
    }

    [Fact]
    public async Task Refusal_AtTheProvider_IsDenied()
    {
        await using var site = await OAuthSite.StartAsync(SignUp);
        Assert.Equal("oauth_denied", await site.ErrorAsync(person: null));
    }

    [Fact]
    public async Task Secret_ThatTheProviderDoesNotTake_IsAFailureAndNobodysRefusal()
    {
        await using var site = await OAuthSite.StartAsync(SignUp, ("OAUTH_CLIENT_SECRET", "wrong"));
        Assert.Equal("oauth_failed", await site.ErrorAsync("alice"));
    }

    [Fact]
    public async Task Provider_Down_IsUnavailableAtBothEnds()
    {
        var server = await OidcServer.StartAsync();
        await using var late = await OAuthSite.StartAsync(TimeProvider.System, server, SignUp);
        await using var early = await OAuthSite.StartAsync(TimeProvider.System, server, SignUp);
        var visitor = late.NewVisitor();
        var callback = await server.SignInAsync(await visitor.BeginAsync(), "alice");
        server.Dispose();
        Assert.Equal("oauth_unavailable", OAuthSite.ErrorOf(await visitor.FinishAsync(callback)));
        Assert.Equal("/auth?error=oauth_unavailable", (await early.NewVisitor().BeginAsync()).OriginalString);
    }

    [Fact]
    public async Task Provider_Unknown_IsNotFound()
    {
        await using var site = await OAuthSite.StartAsync();
        foreach (var path in (string[])["/oauth/google/login", "/oauth/google/login/callback?state=x", "/oauth/OIDC/login", "/oauth/..%2foidc/login"])
        {
            Assert.Equal(HttpStatusCode.NotFound, await site.Site.Client.StatusAsync(path));
        }
    }

    [Fact]
    public async Task Providers_WhereNobodyHasAnAccount_AreNotFound()
    {
        var server = await OidcServer.GetAsync();
        await using var site = await TestSite.StartAsync([("WEBUI_AUTH", "false"), .. server.Variables()]);
        Assert.Equal(HttpStatusCode.NotFound, await site.Client.StatusAsync("/oauth/oidc/login"));
        Assert.Equal(HttpStatusCode.NotFound, await site.Client.StatusAsync("/oauth/oidc/login/callback?state=x"));
    }
}
