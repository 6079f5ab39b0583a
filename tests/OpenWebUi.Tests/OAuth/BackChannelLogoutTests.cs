using System.Net;
using OpenWebUi.Services.OpenId;
using OpenWebUi.Tests.Services.OpenId;

namespace OpenWebUi.Tests.OAuth;

public sealed class BackChannelLogoutTests
{
    private static readonly (string, string) SignUp = ("ENABLE_OAUTH_SIGNUP", "true");

    [Theory]
    [InlineData(null)]
    [InlineData("email")]
    public async Task SignOut_AtTheProvider_EndsTheSessionThatBeganThere_AndNoOther(string? subjectClaim)
    {
        using var server = await OidcServer.StartAsync();
        await using var site = await OAuthSite.StartAsync(
            TimeProvider.System, server, SignUp, ("OAUTH_SUB_CLAIM", subjectClaim ?? ""));
        await server.SendLogoutToAsync("rsa", new Uri(site.Site.Address, "/oauth/backchannel-logout"));
        var (laptop, phone, other) = (new CookieContainer(), new CookieContainer(), new CookieContainer());
        var (onLaptop, _) = await site.SignInAsync("alice", laptop);
        var (onPhone, _) = await site.SignInAsync("alice", phone);
        var (bob, _) = await site.SignInAsync("bob", other);
        var password = await site.SessionAsync(await site.ReadAsync("alice@example.com"));
        Assert.NotNull(await onLaptop.WhoAsync());

        var client = site.Get<SignInClient>();
        var end = await client.EndSessionUrlAsync(site.Get<SignInProviderOptions>().Providers[0], idTokenHint: null, "http://127.0.0.1/auth", default);
        await OidcServer.SignOutAsync(end!, laptop);
        await SoonAsync(async () => await onLaptop.WhoAsync() is null);
        Assert.NotNull(await onPhone.WhoAsync());
        Assert.NotNull(await bob.WhoAsync());
        Assert.Equal(HttpStatusCode.OK, await site.StatusAsync(password));
    }

    [Theory]
    [InlineData("")]
    [InlineData("logout_token=")]
    [InlineData("logout_token=x")]
    [InlineData("logout_token=eyJhbGciOiJub25lIn0.e30.")]
    [InlineData("logout_token=a&logout_token=b")]
    [InlineData("token=x")]
    public async Task LogoutToken_MadeUp_IsRefused(string body)
    {
        await using var site = await OAuthSite.StartAsync(SignUp);
        var (visitor, _) = await site.SignInAsync("alice");
        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync(site, body));
        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync(site, body, "text/plain"));
        Assert.NotNull(await visitor.WhoAsync());
    }

    [Fact]
    public async Task Form_ThatIsNone_IsTheCallersFault()
    {
        await using var site = await OAuthSite.StartAsync(SignUp);
        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync(site, string.Join('&', Enumerable.Range(0, 2_000).Select(i => $"k{i}=v"))));
        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync(site, new string('k', 5_000) + "=v"));
        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync(site, "no parts", "multipart/form-data; boundary=x"));
        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync(site, "no parts", "multipart/form-data"));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await PostAsync(site, "logout_token=" + new string('x', 40_000)));
    }

    private static async Task<HttpStatusCode> PostAsync(OAuthSite site, string body, string type = "application/x-www-form-urlencoded")
    {
        using var content = new StringContent(body);
        content.Headers.Remove("Content-Type");
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        using var answer = await site.Site.Client.PostAsync("/oauth/backchannel-logout", content);
        return answer.StatusCode;
    }

    /// <summary>The provider calls here while it answers there.</summary>
    private static async Task SoonAsync(Func<Task<bool>> isSo)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!await isSo())
        {
            await Task.Delay(25, limit.Token);
        }
    }
}
