using OpenWebUi.Tests.Auth;

namespace OpenWebUi.Tests.Users;

public sealed class OwnObjectTests(AccountSiteFixture fixture) : IClassFixture<AccountSiteFixture>
{
    [Fact]
    public async Task Settings_SentPieceByPiece_AreKeptForTheirAccountAlone()
    {
        var (user, other) = (fixture.Site.User.Browser, fixture.Site.Other.Browser);
        const string path = "/api/v1/users/user/settings";
        Assert.Equal("{}", (await user.DoAsync("GET", path)).GetRawText());
        await user.DoAsync("POST", path + "/update", """{"ui":{"theme":"dark","n":1.50,"é":"🙂 <b>"},"b":1}""");
        Assert.Equal("""{"ui":{"x":[]},"c":true,"b":null}""", (await user.DoAsync("POST", path + "/update", """{"ui":0,"c":true,"b":null,"ui":{"x":[]}}""")).GetRawText());
        await user.DoAsync("POST", path + "/update", """{"ui":{"theme":"dark","n":1.50,"é":"🙂 <b>"}}""");
        var ui = (await user.DoAsync("GET", path)).GetProperty("ui");
        Assert.Equal(("dark", "1.50", "🙂 <b>"), (ui.GetProperty("theme").GetString(), ui.GetProperty("n").GetRawText(), ui.GetProperty("é").GetString()));
        Assert.Equal("{}", (await other.DoAsync("GET", path)).GetRawText());
        Assert.Equal("{}", (await user.DoAsync("GET", "/api/v1/users/user/info")).GetRawText());
    }

    [Theory]
    [InlineData("settings", 48)]
    [InlineData("info", 8)]
    public async Task Object_LargerThanItMayBe_IsRefusedAndNothingChanges(string which, int kilobytes)
    {
        var (client, path) = (fixture.Site.Other.Bearer, $"/api/v1/users/user/{which}");
        var most = new string('x', (kilobytes * 1024) - """{"k":""}""".Length);
        var kept = await client.DoAsync("POST", path + "/update", $$"""{"k":"{{most}}"}""");
        Assert.Equal("too_large", await client.RefusalAsync("POST", path + "/update", """{"l":1}""", 413));
        Assert.Equal(kept.GetRawText(), (await client.DoAsync("GET", path)).GetRawText());
    }

    [Theory]
    [InlineData("[]", 422)]
    [InlineData("{", 400)]
    [InlineData("""{"\ud800":1}""", 400)]
    [InlineData("""{"a":"\ud800"}""", 400)]
    public async Task Object_ThatIsNone_IsRefused(string body, int status) =>
        Assert.Equal(status, await fixture.Site.User.Bearer.CodeAsync("POST", "/api/v1/users/user/info/update", body));

    [Fact]
    public async Task Settings_ChangedByManyAtOnce_KeepEveryPiece()
    {
        var client = fixture.Site.Admin.Bearer;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => client.DoAsync("POST", "/api/v1/users/user/settings/update", $$"""{"k{{i}}":{{i}}}""")));
        Assert.Equal(8, (await client.DoAsync("GET", "/api/v1/users/user/settings")).EnumerateObject().Count());
    }
}
