using System.Net;
using OpenWebUi.Services.Identity;
using OpenWebUi.Tests.Access;
using OpenWebUi.Tests.Auth;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Users;

public sealed class UpdateUserTests
{
    [Theory]
    [InlineData("/{id}/update", """{"role":"user"}""")]
    [InlineData("/{id}/update/role", """{"role":"user"}""")]
    [InlineData("/update/role", """{"id":"{id}","role":"user"}""")]
    [InlineData("/update/roles", """{"ids":["{id}"],"role":"admin"}""")]
    public async Task Pending_LetIn_GoesOnWithTheSessionThatItHas(string path, string body)
    {
        await using var site = await AccountSite.StartAsync();
        var (waiting, id) = (site.Pending, site.Pending.Id.Text);
        Assert.Equal(403, await waiting.Browser.CodeAsync("GET", "/api/v1/chats/"));
        await site.Admin.Bearer.DoAsync("POST", UserCalls.Root + path.Replace("{id}", id, StringComparison.Ordinal), body.Replace("{id}", id, StringComparison.Ordinal));
        Assert.Equal(200, await waiting.Browser.CodeAsync("GET", "/api/v1/chats/"));
        Assert.NotEqual("pending", await waiting.Bearer.StandingAsync());
    }

    [Theory]
    [InlineData("pending")]
    [InlineData("admin")]
    public async Task User_WhoseRoleChanges_IsSignedOutEverywhere(string role)
    {
        await using var site = await AccountSite.StartAsync();
        var again = await site.SignInAgainAsync(site.User);
        Assert.Equal(role, (await site.Admin.Bearer.UpdateAsync(site.User, $$"""{"role":"{{role}}"}""")).GetProperty("role").GetString());
        Assert.Equal(("401", "401"), (await site.User.Bearer.StandingAsync(), await again.Bearer.StandingAsync()));
        Assert.Equal("user", await site.Other.Bearer.StandingAsync());

        // The same role once more ends nothing.
        var back = await site.SignInAgainAsync(site.User);
        await site.Admin.Bearer.UpdateAsync(site.User, $$"""{"role":"{{role}}"}""");
        Assert.Equal(role, await back.Bearer.StandingAsync());
    }

    [Fact]
    public async Task User_LoweredToPending_CannotUseItsApiKeyUntilLetInAgain()
    {
        await using var site = await AccountSite.StartAsync(("ENABLE_API_KEYS", "true"), ("USER_PERMISSIONS_FEATURES_API_KEYS", "true"));
        var key = (await site.User.Bearer.DoAsync("POST", "/api/v1/auths/api_keys", """{"name":"script"}""")).GetProperty("api_key").GetString()!;
        Task<int> UseAsync() => StatusAsync(site, key);
        Assert.Equal(200, await UseAsync());
        await site.Admin.Bearer.UpdateAsync(site.User, """{"role":"pending"}""");
        Assert.Equal(403, await UseAsync());
        await site.Admin.Bearer.UpdateAsync(site.User, """{"role":"user"}""");
        Assert.Equal(200, await UseAsync());
        await site.Admin.Bearer.DoAsync("DELETE", $"{UserCalls.Root}/{site.User.Id}");
        Assert.Equal(401, await UseAsync());
    }

    [Fact]
    public async Task FirstAdmin_CanBeChangedByNobodyElseAndStaysOne()
    {
        await using var site = await AccountSite.StartAsync();
        var second = await site.AddAsync("Berta Boss", AccountRole.Admin);
        var first = $"{UserCalls.Root}/{site.Admin.Id}";
        var before = await site.ReadAsync(site.Admin);
        foreach (var body in (string[])["""{"name":"Mallory"}""", """{"role":"user"}""", """{"password":"correct horse 2"}""", """{"profile_image_url":""}""", "{}"])
        {
            Assert.Equal("first_admin", await second.Bearer.RefusalAsync("POST", first + "/update", body, 403));
        }

        Assert.Equal("first_admin", await second.Bearer.RefusalAsync("POST", first + "/update/role", """{"role":"pending"}""", 403));
        Assert.Equal("first_admin", await second.Bearer.RefusalAsync("DELETE", first, null, 403));
        Assert.Equal("first_admin", await site.Admin.Bearer.RefusalAsync("POST", first + "/update", """{"role":"user"}""", 403));
        Assert.Equal("own_account", await site.Admin.Bearer.RefusalAsync("DELETE", first, null, 403));
        Assert.Equal(before!.Version, (await site.ReadAsync(site.Admin))!.Version);

        Assert.Equal("Ada Anchor", (await site.Admin.Bearer.UpdateAsync(site.Admin, """{"name":"Ada Anchor","role":"admin"}""")).GetProperty("name").GetString());
        Assert.Equal("admin", await site.Admin.Bearer.StandingAsync());
    }

    [Fact]
    public async Task Admin_CanNeitherLowerNorDeleteItselfButAnotherCan()
    {
        await using var site = await AccountSite.StartAsync();
        var second = await site.AddAsync("Berta Boss", AccountRole.Admin);
        Assert.Equal("own_role", await second.Bearer.RefusalAsync("POST", $"{UserCalls.Root}/{second.Id}/update/role", """{"role":"user"}""", 403));
        Assert.Equal("own_account", await second.Bearer.RefusalAsync("DELETE", $"{UserCalls.Root}/{second.Id}", null, 403));
        Assert.Equal("own_password", await second.Bearer.RefusalAsync("POST", $"{UserCalls.Root}/{second.Id}/update", """{"password":"correct horse 2"}""", 403));
        await site.Admin.Bearer.UpdateAsync(second, """{"role":"user"}""");
        Assert.Equal("401", await second.Bearer.StandingAsync());
    }

    [Fact]
    public async Task Password_SetByAnAdministrator_EndsEverySessionAndOpensTheAccount()
    {
        await using var site = await AccountSite.StartAsync();
        var admin = site.Admin.Bearer;
        Assert.Equal("invalid_password", await admin.RefusalAsync("POST", $"{UserCalls.Root}/{site.User.Id}/update", """{"password":"short"}""", 400));
        await admin.UpdateAsync(site.User, """{"password":"","name":"Uwe"}""");
        Assert.Equal("user", await site.User.Bearer.StandingAsync());

        await admin.UpdateAsync(site.User, """{"password":"a brand new one"}""");
        Assert.Equal("401", await site.User.Bearer.StandingAsync());
        Assert.Equal(400, await site.Stranger.CodeAsync("POST", "/api/v1/auths/signin", $$"""{"email":"uwe@example.com","password":"{{AccountSite.Password}}"}"""));
        Assert.Equal(200, await site.Stranger.CodeAsync("POST", "/api/v1/auths/signin", """{"email":"uwe@example.com","password":"a brand new one"}"""));
    }

    [Fact]
    public async Task Fields_ThatAreSent_ChangeAndTheOthersStay()
    {
        await using var site = await AccountSite.StartAsync();
        var admin = site.Admin.Bearer;
        var group = (await admin.DoAsync("POST", "/api/v1/groups/create", """{"name":"Team"}""")).GetProperty("id").GetString();
        var changed = await admin.UpdateAsync(site.User, $$"""{"email":" UWE@New.example ","group_ids":["{{group}}"]}""");
        Assert.Equal(("Uwe User", "uwe@new.example", "user"), (
            changed.GetProperty("name").GetString(), changed.GetProperty("email").GetString(), changed.GetProperty("role").GetString()));
        Assert.Equal(group, changed.GetProperty("group_ids")[0].GetString());
        Assert.Equal("user", await site.User.Bearer.StandingAsync());
        Assert.Equal(0, (await admin.UpdateAsync(site.User, """{"group_ids":[]}""")).GetProperty("group_ids").GetArrayLength());

        var path = $"{UserCalls.Root}/{site.User.Id}/update";
        Assert.Equal("email_taken", await admin.RefusalAsync("POST", path, """{"email":"olga@example.com"}""", 400));
        Assert.Equal("invalid_email", await admin.RefusalAsync("POST", path, """{"email":"nobody"}""", 400));
        Assert.Equal("invalid_body", await admin.RefusalAsync("POST", path, """{"group_ids":["nothing"]}""", 422));
        Assert.Equal("invalid_body", await admin.RefusalAsync("POST", path, """{"role":"god"}""", 422));
        Assert.Equal("not_found", await admin.RefusalAsync("POST", $"{UserCalls.Root}/{UserId.New()}/update", """{"name":"x"}""", 404));
    }

    [Fact]
    public async Task Roles_OfMany_ChangeEachByItself()
    {
        await using var site = await AccountSite.StartAsync();
        var nobody = UserId.New().Text;
        var body = $$"""{"role":"user","ids":["{{site.Pending.Id}}","{{site.Admin.Id}}","{{nobody}}","what","{{site.Other.Id}}","{{site.Other.Id}}"]}""";
        var answer = await site.Admin.Bearer.DoAsync("POST", UserCalls.Root + "/update/roles", body);
        Assert.Equal(2, answer.GetProperty("updated").GetInt32());
        Assert.Equal([site.Admin.Id.Text, nobody, "what"], answer.GetProperty("refused").Texts("id"));
        Assert.Equal("The first administrator stays one.", answer.GetProperty("refused")[0].GetProperty("reason").GetString());
        Assert.Equal(("user", "user", "admin"), (
            await site.Pending.Bearer.StandingAsync(), await site.Other.Bearer.StandingAsync(), await site.Admin.Bearer.StandingAsync()));
        var many = string.Join(",", Enumerable.Repeat("\"x\"", 501));
        Assert.Equal("invalid_body", await site.Admin.Bearer.RefusalAsync("POST", UserCalls.Root + "/update/roles", $$"""{"role":"user","ids":[{{many}}]}""", 422));
    }

    [Fact]
    public async Task Roles_TakenAway_AreSeenOnAnotherInstanceWithinFiveSeconds()
    {
        var time = new ManualTime();
        await using var site = await AccountSite.StartAsync(time, null);
        await using var twin = await site.Site.StartTwinAsync();
        using var client = twin.NewClient();
        client.DefaultRequestHeaders.Authorization = new("Bearer", site.User.Token);
        Assert.Equal("user", await client.StandingAsync());
        await site.Admin.Bearer.UpdateAsync(site.User, """{"role":"pending"}""");
        time.Advance(AccountCache.MaxAge);
        Assert.Equal("401", await client.StandingAsync());
    }

    [Fact]
    public async Task Picture_OfAnAccount_LeavesInASandboxAndFallsBackToThePlaceholder()
    {
        await using var site = await AccountSite.StartAsync();
        const string pixel = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";
        var address = (await site.Admin.Bearer.UpdateAsync(site.User, $$"""{"profile_image_url":"{{pixel}}"}""")).GetProperty("profile_image_url").GetString()!;
        Assert.StartsWith($"/api/v1/users/{site.User.Id}/profile/image?v=", address, StringComparison.Ordinal);
        using var picture = await site.Other.Browser.GetAsync(address, []);
        Assert.Equal((HttpStatusCode.OK, "image/gif", 42L), (picture.StatusCode, picture.Content.Headers.ContentType?.MediaType, picture.Content.Headers.ContentLength));
        Assert.Equal(("nosniff", "inline", "default-src 'none'; sandbox", "max-age=604800, private, immutable"), (
            picture.Header("X-Content-Type-Options"), picture.Header("Content-Disposition"), picture.Header("Content-Security-Policy"), picture.Header("Cache-Control")));

        // A client that sends what it was given keeps the picture.
        Assert.Equal(address, (await site.Admin.Bearer.UpdateAsync(site.User, $$"""{"profile_image_url":"{{address}}"}""")).GetProperty("profile_image_url").GetString());
        Assert.Equal("invalid_body", await site.Admin.Bearer.RefusalAsync("POST", $"{UserCalls.Root}/{site.User.Id}/update", """{"profile_image_url":"https://elsewhere.example/x.png"}""", 422));

        await site.Admin.Bearer.UpdateAsync(site.User, """{"profile_image_url":""}""");
        using var none = await site.Other.Browser.GetAsync(address, []);
        Assert.Equal((HttpStatusCode.Redirect, "/user.png"), (none.StatusCode, none.Headers.Location?.OriginalString));
        using var placeholder = await site.Stranger.GetAsync("/user.png", []);
        Assert.Equal((HttpStatusCode.OK, "image/svg+xml"), (placeholder.StatusCode, placeholder.Content.Headers.ContentType?.MediaType));
    }

    private static async Task<int> StatusAsync(AccountSite site, string key)
    {
        using var answer = await site.Stranger.GetAsync("/api/v1/chats/", ("Authorization", "Bearer " + key));
        return (int)answer.StatusCode;
    }
}
