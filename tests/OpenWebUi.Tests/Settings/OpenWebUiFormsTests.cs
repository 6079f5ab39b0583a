using System.Net;
using System.Text.Json;
using OpenWebUi.StubProvider;
using OpenWebUi.Tests.Access;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Settings;

/// <summary>Open WebUI's forms of the same settings, and where the values act.</summary>
public sealed class OpenWebUiFormsTests
{
    private const string Admin = "/api/v1/auths/admin/config";
    private const string Models = "/api/v1/configs/models";

    [Fact]
    public async Task AdminConfig_SentBackWithAChange_ChangesThatOnly()
    {
        await using var site = await TestSite.StartAsync();
        var before = await site.Client.ReadAsync(Admin);
        Assert.Equal(
            [
                "ADMIN_EMAIL", "API_KEYS_ALLOWED_ENDPOINTS", "DEFAULT_GROUP_ID", "DEFAULT_USER_ROLE", "ENABLE_API_KEYS", "ENABLE_API_KEYS_ENDPOINT_RESTRICTIONS",
                "ENABLE_CHANNELS", "ENABLE_COMMUNITY_SHARING", "ENABLE_FOLDERS", "ENABLE_MESSAGE_RATING", "ENABLE_NOTES", "ENABLE_SIGNUP", "ENABLE_USER_WEBHOOKS",
                "JWT_EXPIRES_IN", "PENDING_USER_OVERLAY_CONTENT", "PENDING_USER_OVERLAY_TITLE", "RESPONSE_WATERMARK", "SHOW_ADMIN_DETAILS", "WEBUI_URL",
            ],
            before.EnumerateObject().Select(p => p.Name).Order(StringComparer.Ordinal));
        Assert.Equal(site.Address, new Uri(before.GetProperty("WEBUI_URL").GetString()!));

        var body = before.GetRawText().Replace("\"DEFAULT_USER_ROLE\":\"pending\"", "\"DEFAULT_USER_ROLE\":\"user\"", StringComparison.Ordinal);
        var after = await site.Client.PostAsync(Admin, body);
        Assert.Equal(body, after.GetRawText());
        var saved = (await site.Client.ReadAsync("/api/v1/configs/export")).EnumerateObject().Where(p => p.Value.ValueKind != JsonValueKind.Null);
        Assert.Equal(["default_user_role"], saved.Select(p => p.Name));
    }

    [Theory]
    [InlineData("DEFAULT_USER_ROLE", "\"owner\"")]
    [InlineData("JWT_EXPIRES_IN", "\"3 weeks\"")]
    [InlineData("ENABLE_SIGNUP", "\"yes\"")]
    public async Task AdminConfig_WithAWrongValue_Is422AndNotIgnored(string field, string value)
    {
        await using var site = await TestSite.StartAsync();
        var refused = await site.Client.RefusedAsync(Admin, $$"""{"SHOW_ADMIN_DETAILS":false,"{{field}}":{{value}}}""", HttpStatusCode.UnprocessableEntity);
        Assert.Equal([field], refused.GetProperty("errors").EnumerateObject().Select(e => e.Name));
        Assert.True((await site.Client.ReadAsync(Admin)).GetProperty("SHOW_ADMIN_DETAILS").GetBoolean());
    }

    [Fact]
    public async Task AdminConfig_LockedField_IsTakenAsItIsAndRefusedOtherwise()
    {
        await using var site = await TestSite.StartAsync(("JWT_EXPIRES_IN", "1h"));
        var after = await site.Client.PostAsync(Admin, """{"JWT_EXPIRES_IN":"1h","ENABLE_API_KEYS":true}""");
        Assert.True(after.GetProperty("ENABLE_API_KEYS").GetBoolean());
        var refused = await site.Client.RefusedAsync(Admin, """{"JWT_EXPIRES_IN":"2h"}""", HttpStatusCode.Conflict);
        Assert.Contains("JWT_EXPIRES_IN", refused.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Models_OrderAndDefaults_AreInForceAtOnce()
    {
        await using var first = await StubServer.StartAsync();
        await using var second = await StubServer.StartAsync();
        first.Models = ["a", "b", "c"];
        second.Models = ["d", "e"];
        await using var site = await TestSite.StartAsync(("OPENAI_API_BASE_URLS", $"{first.BaseUrl};{second.BaseUrl}"));
        Assert.Equal("a,b,c,d,e", await IdsAsync(site));
        var set = await site.Client.PostAsync(Models, """{"DEFAULT_MODELS":"e, a","DEFAULT_PINNED_MODELS":"b","MODEL_ORDER_LIST":["e","gone","c"]}""");
        Assert.Equal("""{"DEFAULT_MODELS":"e, a","DEFAULT_PINNED_MODELS":"b","MODEL_ORDER_LIST":["e","gone","c"]}""", set.GetRawText());
        Assert.Equal(set.GetRawText(), (await site.Client.ReadAsync(Models)).GetRawText());
        Assert.Equal("e,c,a,b,d", await IdsAsync(site));
        var config = await site.Client.ReadAsync("/api/config");
        Assert.Equal(("e", "e,a", "b"), (
            config.GetProperty("defaultModel").GetString(), config.GetProperty("default_models").GetString(), config.GetProperty("default_pinned_models").GetString()));

        await site.Client.PostAsync(Models, """{"DEFAULT_MODELS":null,"MODEL_ORDER_LIST":null}""");
        Assert.Equal("a,b,c,d,e", await IdsAsync(site));
        Assert.Equal(JsonValueKind.Null, (await site.Client.ReadAsync("/api/config")).GetProperty("default_models").ValueKind);
    }

    [Fact]
    public async Task BannersAndSuggestions_Set_AreInTheConfigOfWhoWasLetIn()
    {
        await using var site = await TestSite.StartAsync();
        const string banner = """{"id":"b1","type":"warning","title":"Tonight","content":"**Down** <script>alert(1)</script>","dismissible":false,"timestamp":1700000000}""";
        Assert.Equal($"[{banner}]", (await site.Client.PostAsync("/api/v1/configs/banners", $$"""{"banners":[{{banner}}]}""")).GetRawText());
        Assert.Equal($"[{banner}]", (await site.Client.ReadAsync("/api/v1/configs/banners")).GetRawText());
        const string suggestion = """{"title":["Help me","study"],"content":"Help me study"}""";
        Assert.Equal($"[{suggestion}]", (await site.Client.PostAsync("/api/v1/configs/suggestions", $$"""{"suggestions":[{{suggestion}}]}""")).GetRawText());
        var config = await site.Client.ReadAsync("/api/config");
        Assert.Equal($"[{banner}]", config.GetProperty("banners").GetRawText());
        Assert.Equal($"[{suggestion}]", config.GetProperty("default_prompt_suggestions").GetRawText());
        await site.Client.RefusedAsync("/api/v1/configs/banners", """{"banners":null}""", HttpStatusCode.UnprocessableEntity);
        await site.Client.RefusedAsync("/api/v1/configs/suggestions", """{}""", HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task CodeMode_StrangersSeeNoBanner_GuestsSeeThemAndChangeNothing()
    {
        await using var site = await TestSite.StartAsync(("CODE", "right"), ("WEBUI_BANNERS", """[{"id":"b","content":"For us"}]"""));
        Assert.False((await site.Client.ReadAsync("/api/config")).TryGetProperty("banners", out _));
        var pass = AccessCalls.Cookie(await site.Client.PassAsync("right"));
        using var config = await site.Client.GetAsync("/api/config", pass);
        Assert.Equal("For us", (await config.JsonAsync()).GetProperty("banners")[0].GetProperty("content").GetString());
        Assert.Equal(HttpStatusCode.OK, await site.Client.StatusAsync("/api/v1/configs/banners", pass));
        foreach (var path in (string[])[Admin, Models, SettingsCalls.Path, "/api/v1/configs/export"])
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await site.Client.StatusAsync(path));
            Assert.Equal(HttpStatusCode.Forbidden, await site.Client.StatusAsync(path, pass));
        }

        foreach (var path in (string[])[Admin, Models, SettingsCalls.Path, "/api/v1/configs/import", "/api/v1/configs/banners", "/api/v1/configs/suggestions"])
        {
            using var stranger = await site.Client.CallAsync("POST", path, "{}");
            using var guest = await site.Client.CallAsync("POST", path, "{}", pass, ("Sec-Fetch-Site", "same-origin"));
            Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden), (stranger.StatusCode, guest.StatusCode));
        }
    }

    [Fact]
    public async Task EveryAddress_WithASlashAtItsEnd_IsTheSame()
    {
        await using var site = await TestSite.StartAsync();
        foreach (var path in (string[])[Admin, Models, SettingsCalls.Path, "/api/v1/configs/export", "/api/v1/configs/banners"])
        {
            Assert.Equal((await site.Client.ReadAsync(path)).GetRawText(), (await site.Client.ReadAsync(path + "/")).GetRawText());
        }
    }

    private static async Task<string> IdsAsync(TestSite site) =>
        string.Join(',', (await site.Client.ReadAsync("/api/models")).GetProperty("data").EnumerateArray().Select(m => m.GetProperty("id").GetString()));
}
