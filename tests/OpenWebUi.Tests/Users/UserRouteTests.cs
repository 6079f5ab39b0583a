using OpenWebUi.Tests.Auth;

namespace OpenWebUi.Tests.Users;

/// <summary>Each route of accounts and groups as each kind of caller.</summary>
public sealed class UserRouteTests(AccountSiteFixture fixture) : IClassFixture<AccountSiteFixture>
{
    private const string Users = "/api/v1/users";
    private const string Groups = "/api/v1/groups";

    /// <summary>What an administrator is answered; nothing here changes the people of the site.</summary>
    public static TheoryData<string, string, string?, int> AdminRoutes => new()
    {
        { "GET", Users, null, 200 },
        { "GET", Users + "/", null, 200 },
        { "GET", Users + "/all", null, 200 },
        { "GET", Users + "/default/permissions", null, 200 },
        { "POST", Users + "/default/permissions", "{}", 200 },
        { "POST", Users + "/{other}/update", "{}", 200 },
        { "POST", Users + "/{other}/update/role", """{"role":"user"}""", 200 },
        { "POST", Users + "/update/role", """{"id":"{other}","role":"user"}""", 200 },
        { "POST", Users + "/update/roles", """{"ids":["{other}"],"role":"user"}""", 200 },
        { "POST", Users + "/import", "Name,Email,Password,Role", 422 },
        { "DELETE", Users + "/00000000-0000-0000-0000-000000000000", null, 404 },
        { "POST", Groups + "/create", """{"name":" "}""", 422 },
        { "GET", Groups + "/id/nothing", null, 404 },
        { "POST", Groups + "/id/nothing/update", "{}", 404 },
        { "DELETE", Groups + "/id/nothing/delete", null, 404 },
        { "POST", Groups + "/id/nothing/users", null, 404 },
        { "POST", Groups + "/id/nothing/users/add", "{}", 404 },
        { "POST", Groups + "/id/nothing/users/remove", "{}", 404 },
    };

    public static TheoryData<string, string, string?, int> UserRoutes => new()
    {
        { "GET", Users + "/search", null, 200 },
        { "GET", Users + "/{other}", null, 200 },
        { "GET", Users + "/{other}/", null, 200 },
        { "GET", Users + "/{other}/profile/image", null, 302 },
        { "GET", Users + "/permissions", null, 200 },
        { "GET", Users + "/groups", null, 200 },
        { "GET", Users + "/user/settings", null, 200 },
        { "POST", Users + "/user/settings/update", "{}", 200 },
        { "GET", Users + "/user/info", null, 200 },
        { "POST", Users + "/user/info/update", "{}", 200 },
        { "GET", Groups, null, 200 },
    };

    [Theory]
    [MemberData(nameof(AdminRoutes))]
    public async Task AdminRoute_AskedByEachKindOfCaller_IsTheAdministratorsAlone(string method, string path, string? body, int status)
    {
        foreach (var (who, expected) in (IEnumerable<(string, int)>)[("stranger", 401), ("pending", 403), ("user", 403), ("other", 403), ("admin", status)])
        {
            Assert.Equal((who, expected), (who, await AskAsync(who, method, path, body)));
        }
    }

    [Theory]
    [MemberData(nameof(UserRoutes))]
    public async Task UserRoute_AskedByEachKindOfCaller_IsForThoseWhoAreIn(string method, string path, string? body, int status)
    {
        foreach (var (who, expected) in (IEnumerable<(string, int)>)[("stranger", 401), ("pending", 403), ("user", status), ("other", status), ("admin", status)])
        {
            Assert.Equal((who, expected), (who, await AskAsync(who, method, path, body)));
        }
    }

    [Fact]
    public async Task UnsafeRoute_CalledWithACookieFromAnotherSite_IsRefused()
    {
        using var client = fixture.Site.Site.NewClient();
        client.DefaultRequestHeaders.Add("Cookie", "token=" + fixture.Site.Admin.Token);
        client.DefaultRequestHeaders.Add("Sec-Fetch-Site", "cross-site");
        Assert.Equal("cross_site", await client.RefusalAsync("DELETE", $"{Users}/{fixture.Site.Other.Id}", null, 403));
        Assert.Equal(200, await fixture.Site.Admin.Browser.CodeAsync("GET", Users));
    }

    private Task<int> AskAsync(string who, string method, string path, string? body)
    {
        var other = fixture.Site.Other.Id.Text;
        return fixture.Site.ClientOf(who).CodeAsync(method, path.Replace("{other}", other, StringComparison.Ordinal), body?.Replace("{other}", other, StringComparison.Ordinal));
    }
}
