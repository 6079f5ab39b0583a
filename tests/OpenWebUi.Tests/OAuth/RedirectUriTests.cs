using System.Net;
using OpenWebUi.Tests.Access;
using OpenWebUi.Tests.Services.OpenId;

namespace OpenWebUi.Tests.OAuth;

/// <summary>Where the provider is told to send browsers back to, and what the administrator is told to register there.</summary>
public sealed class RedirectUriTests
{
    private static readonly (string, string)[] Forwarded = [("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "chat.example.org")];

    [Fact]
    public async Task Address_OfWebuiUrl_Wins()
    {
        await using var site = await OAuthSite.StartAsync(("WEBUI_URL", "https://chat.example.com/"), ("FORWARDED_ALLOW_IPS", "127.0.0.1"));
        Assert.Equal("https://chat.example.com/oauth/oidc/login/callback", await RedirectUriAsync(site, Forwarded));
    }

    [Fact]
    public async Task Address_ThatIsConfigured_WinsOverThat()
    {
        await using var site = await OAuthSite.StartAsync(("WEBUI_URL", "https://chat.example.com/"), ("OPENID_REDIRECT_URI", "https://old.example.com/oauth/oidc/callback"));
        Assert.Equal("https://old.example.com/oauth/oidc/callback", await RedirectUriAsync(site));
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.0/8")]
    public async Task Address_BehindATrustedProxy_IsThePublicOne(string trusted)
    {
        await using var site = await OAuthSite.StartAsync(("FORWARDED_ALLOW_IPS", trusted));
        Assert.Equal("https://chat.example.org/oauth/oidc/login/callback", await RedirectUriAsync(site, Forwarded));
    }

    [Theory]
    [InlineData("")]
    [InlineData("10.0.0.0/8")]
    public async Task Address_FromAnybodyElse_IsNotChangedByHeaders(string trusted)
    {
        await using var site = await OAuthSite.StartAsync(("FORWARDED_ALLOW_IPS", trusted));
        Assert.Equal($"{site.Site.Address.GetLeftPart(UriPartial.Authority)}/oauth/oidc/login/callback", await RedirectUriAsync(site, Forwarded));
    }

    [Fact]
    public async Task Cookies_OfAnHttpsSite_AreSecure()
    {
        await using var site = await OAuthSite.StartAsync(("FORWARDED_ALLOW_IPS", "127.0.0.1"));
        using var answer = await site.Site.Client.GetAsync("/oauth/oidc/login", Forwarded);
        Assert.Contains("; secure", AccessCalls.SetCookieOf(answer), StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>What the provider is told, which is what the administrator is shown.</summary>
    private static async Task<string> RedirectUriAsync(OAuthSite site, params (string, string)[] headers)
    {
        var told = SignInWorld.QueryOf(await site.NewVisitor().BeginAsync(headers: headers))["redirect_uri"];
        var token = await site.SessionAsync(await site.EnrolAsync("ada@example.com"));
        using var shown = await site.Site.Client.GetAsync("/api/v1/auths/admin/oauth", [.. headers, ("Authorization", "Bearer " + token)]);
        var provider = Assert.Single((await shown.JsonAsync()).GetProperty("providers").EnumerateArray());
        Assert.Equal(("oidc", "Test provider", told), (provider.GetProperty("id").GetString(), provider.GetProperty("name").GetString(), provider.GetProperty("redirect_uri").GetString()));

        var user = await site.SessionAsync(await site.EnrolAsync("uwe@example.com"));
        Assert.Equal(HttpStatusCode.Forbidden, await site.Site.Client.StatusAsync("/api/v1/auths/admin/oauth", ("Authorization", "Bearer " + user)));
        Assert.Equal(HttpStatusCode.Unauthorized, await site.Site.Client.StatusAsync("/api/v1/auths/admin/oauth"));
        return told;
    }
}
