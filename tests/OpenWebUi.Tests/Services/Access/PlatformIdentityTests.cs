using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Identity;
using OpenWebUi.Tests.Access;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Services.Access;

/// <summary>App Service Authentication: its header counts where Azure says that it takes a caller's own away, and nowhere else.</summary>
public sealed class PlatformIdentityTests
{
    private const string Me = "/api/v1/auths/";

    [Fact]
    public async Task Principal_UnderTheHostWithAuthentication_IsThePerson()
    {
        await using var site = await StartAsync(("WEBSITE_AUTH_ENABLED", "True"));
        using var answer = await site.Client.GetAsync(Me, Header("aad", ("name", "Ada"), ("preferred_username", "Ada@Example.com"), ("oid", "1")));
        var person = await answer.JsonAsync();
        Assert.Equal(("ada@example.com", "Ada", "admin"), (person.GetProperty("email").GetString(), person.GetProperty("name").GetString(), person.GetProperty("role").GetString()));
        using var config = await site.Client.GetAsync("/api/config", Header("aad", ("oid", "1")));
        Assert.Equal("admin", (await config.JsonAsync()).GetProperty("access").GetProperty("standing").GetString());
        Assert.Equal(HttpStatusCode.Unauthorized, await site.Client.StatusAsync(Me));
    }

    [Theory]
    [InlineData("true", null)]
    [InlineData("true", "False")]
    [InlineData("true", "0")]
    public async Task Principal_WithoutAuthentication_IsASpoof(string auth, string? enabled)
    {
        await using var site = await StartAsync(("WEBUI_AUTH", auth), ("WEBSITE_AUTH_ENABLED", enabled ?? ""));
        await SpoofAsync(site);
    }

    [Fact]
    public async Task Principal_OutsideTheHost_IsASpoof()
    {
        await using var site = await TestSite.StartAsync(("WEBUI_AUTH", "true"), ("WEBSITE_AUTH_ENABLED", "True"), ("FORWARDED_ALLOW_IPS", "127.0.0.1"));
        await SpoofAsync(site);
    }

    [Fact]
    public async Task Principal_WithoutAnAddress_HasAnAccountOfItsOwn_ThatNobodyElsesIs()
    {
        await using var site = await StartAsync(("WEBSITE_AUTH_ENABLED", "True"), ("OAUTH_MERGE_ACCOUNTS_BY_EMAIL", "true"));
        using var answer = await site.Client.GetAsync(Me, Header("github", ("sub", "17")));
        Assert.Equal("17.github@localhost", (await answer.JsonAsync()).GetProperty("email").GetString());

        // Whoever took that address before them does not get them into an account whose password he knows.
        var trap = await site.Services.GetRequiredService<AccountEnrolment>().EnrolAsync(new("18.github@localhost", "Trap", "password"), default);
        Assert.IsType<CreateOutcome.Created>(trap);
        Assert.Equal(HttpStatusCode.Forbidden, await site.Client.StatusAsync(Me, Header("github", ("sub", "18"))));
    }

    [Fact]
    public async Task Address_OfAnotherAccount_IsTaken_UnlessAccountsAreMerged()
    {
        await using var site = await StartAsync(("WEBSITE_AUTH_ENABLED", "True"));
        await site.Services.GetRequiredService<AccountEnrolment>().EnrolAsync(new("ada@example.com", "Ada", "password"), default);
        Assert.Equal(HttpStatusCode.Forbidden, await site.Client.StatusAsync(Me, Header("aad", ("email", "ada@example.com"), ("oid", "1"))));
    }

    [Fact]
    public async Task Principal_Giant_IsRefusedAndHarmsNobody()
    {
        await using var site = await StartAsync(("WEBSITE_AUTH_ENABLED", "True"));
        var claims = Enumerable.Range(0, 400).Select(i => ("groups", $"{i:D40}")).Append(("oid", "1")).ToArray();
        var status = await site.Client.StatusAsync(Me, Header("aad", claims));
        Assert.True(status is HttpStatusCode.Unauthorized or HttpStatusCode.RequestHeaderFieldsTooLarge, $"{status}");
        Assert.Equal(HttpStatusCode.OK, await site.Client.StatusAsync(Me, Header("aad", ("oid", "1"))));
    }

    [Fact]
    public async Task UnsafeMethod_OfAnotherOriginsPage_IsRefused()
    {
        await using var site = await StartAsync(("WEBSITE_AUTH_ENABLED", "True"));
        foreach (var headers in new (string, string)[][] { [("Sec-Fetch-Site", "cross-site")], [("Origin", "https://evil.example")], [] })
        {
            using var answer = await site.Client.CallAsync("POST", "/api/v1/auths/signout/all", "{}", [.. headers, Header("aad", ("oid", "1"))]);
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        }
    }

    [Fact]
    public async Task SignOut_GoesOnToThePlatforms()
    {
        await using var site = await StartAsync(("WEBSITE_AUTH_ENABLED", "True"));
        using var answer = await site.Client.CallAsync("POST", "/api/v1/auths/signout", "{}", Header("aad", ("oid", "1")), ("Sec-Fetch-Site", "same-origin"));
        Assert.Equal("/.auth/logout", (await answer.JsonAsync()).GetProperty("redirect_url").GetString());
        await using var other = await StartAsync(("WEBSITE_AUTH_ENABLED", "True"), ("WEBUI_AUTH_SIGNOUT_REDIRECT_URL", "https://example.com/bye"));
        using var elsewhere = await other.Client.CallAsync("POST", "/api/v1/auths/signout", "{}", Header("aad", ("oid", "1")), ("Sec-Fetch-Site", "same-origin"));
        Assert.Equal("https://example.com/bye", (await elsewhere.JsonAsync()).GetProperty("redirect_url").GetString());
    }

    [Theory]
    [InlineData("!")]
    [InlineData("e30=")]
    [InlineData("[]")]
    [InlineData("""{"claims":[]}""")]
    [InlineData("""{"auth_typ":"aad"}""")]
    [InlineData("""{"auth_typ":"aad","claims":{}}""")]
    [InlineData("""{"auth_typ":"aad","claims":[]}""")]
    [InlineData("""{"auth_typ":"aad","claims":[{"typ":"oid"}]}""")]
    [InlineData("""{"auth_typ":"aad","claims":[{"typ":"oid","val":7}]}""")]
    [InlineData("""{"auth_typ":"aad","claims":[{"typ":"oid","val":""}]}""")]
    [InlineData("""{"auth_typ":"","claims":[{"typ":"oid","val":"1"}]}""")]
    [InlineData("""{"auth_typ":null,"claims":[{"typ":"oid","val":"1"}]}""")]
    [InlineData("""{"auth_typ":"aad","claims":[{"typ":"email","val":"ada@example.com"}]}""")]
    [InlineData("""{"auth_typ":"aad","claims":[{"typ":"oid","val":"\ud800"}]}""")]
    [InlineData("""{"auth_typ":"aad","claims":[1]}""")]
    [InlineData("""{"auth_typ":"aad","claims":[{"typ":"oid","val":"1"}]""")]
    public void Principal_ThatNamesNobody_IsNobody(string json)
    {
        Assert.Null(Read(json[0] is '{' or '[' ? Convert.ToBase64String(Encoding.UTF8.GetBytes(json)) : json));
        Assert.Null(Read(json));
    }

    [Fact]
    public void Principal_TwiceOrMissing_IsNobody()
    {
        var (_, value) = Header("aad", ("oid", "1"));
        Assert.NotNull(Read(value));
        Assert.Null(Read(value, value));
        Assert.Null(Read());
        Assert.Null(Read(""));
    }

    [Fact]
    public void Claims_OfEachKindOfProvider_AreUnderstood()
    {
        const string soap = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/";
        var person = Read(Header("aad", (soap + "emailaddress", "a@example.com"), ("name", "A"), ("http://schemas.microsoft.com/identity/claims/objectidentifier", "o")).Value)!;
        Assert.Equal((new LinkedIdentity("platform:aad", "o"), "a@example.com", "A"), (person.Link, person.Email, person.Name));
        Assert.Equal(new("platform:google", "n"), Read(Header("google", (soap + "nameidentifier", "n")).Value)!.Link);
    }

    private static Outsider? Read(params string[] values)
    {
        var context = new DefaultHttpContext();
        context.Request.Headers[PlatformPrincipal.Header] = values;
        return PlatformPrincipal.Read(context.Request);
    }

    private static async Task SpoofAsync(TestSite site)
    {
        Assert.Equal(HttpStatusCode.Unauthorized, await site.Client.StatusAsync(Me, Header("aad", ("oid", "1"), ("email", "ada@example.com")), ("x-ms-client-principal-name", "ada@example.com"), ("x-ms-client-principal-id", "1")));
        Assert.Null(await site.Services.GetRequiredService<AccountStore>().FindByEmailAsync("ada@example.com", default));
    }

    private static (string Name, string Value) Header(string provider, params (string Type, string Value)[] claims) => (
        PlatformPrincipal.Header,
        Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(new { auth_typ = provider, claims = claims.Select(claim => new { typ = claim.Type, val = claim.Value }) })));

    /// <summary>As the Functions host starts it, without the host.</summary>
    private static async Task<TestSite> StartAsync(params (string Name, string Value)[] environment)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        return await TestSite.StartAsync([("WEBUI_AUTH", "true"), ("FUNCTIONS_CUSTOMHANDLER_PORT", $"{port}"), .. environment]);
    }
}
