using System.Text.Json;
using OpenWebUi.Platform.Configuration;
using OpenWebUi.Services.Settings;
using OpenWebUi.Tests.Access;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Config;

public sealed class SiteConfigTests
{
    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    public async Task Config_AskedByNextChatOrOpenWebUi_HasTheKeysOfBoth(string method)
    {
        await using var site = await TestSite.StartAsync(("CODE", "hush-code"), ("OPENAI_API_KEY", "sk-hush"), ("WEBUI_NAME", "Our chat"),
            ("DEFAULT_LOCALE", "de-DE"), ("DEFAULT_MODELS", "gpt-x, gpt-y"), ("WEBUI_SECRET_KEY", "hush-0123456789abcdef"));
        using var answer = await site.Client.CallAsync(method, "/api/config", null);
        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Equal("no-store", answer.Header("Cache-Control"));
        var config = await answer.JsonAsync();
        Assert.DoesNotContain("hush", config.GetRawText(), StringComparison.Ordinal);

        // NextChat: DangerConfig of app/api/config/route.ts
        Assert.True(config.GetProperty("needCode").GetBoolean());
        Assert.False(config.GetProperty("hideUserApiKey").GetBoolean());
        Assert.Equal("gpt-x", config.GetProperty("defaultModel").GetString());
        foreach (var (name, kind) in ((string, JsonValueKind)[])[("disableGPT4", JsonValueKind.False), ("hideBalanceQuery", JsonValueKind.True),
            ("disableFastLink", JsonValueKind.True), ("customModels", JsonValueKind.String), ("visionModels", JsonValueKind.String)])
        {
            Assert.Equal(kind, config.GetProperty(name).ValueKind);
        }

        // Open WebUI: get_app_config of backend/open_webui/main.py
        Assert.True(config.GetProperty("status").GetBoolean());
        Assert.Equal("Our chat", config.GetProperty("name").GetString());
        Assert.Equal("de-DE", config.GetProperty("default_locale").GetString());
        Assert.NotEmpty(config.GetProperty("version").GetString()!);
        Assert.Empty(config.GetProperty("oauth").GetProperty("providers").EnumerateObject());
        var features = config.GetProperty("features");
        Assert.True(features.GetProperty("auth").GetBoolean());
        Assert.True(features.GetProperty("enable_title_generation").GetBoolean());
        Assert.All(features.EnumerateObject().Where(f => f.Name is not ("auth" or "enable_title_generation" or "enable_folders")), feature => Assert.Equal(JsonValueKind.False, feature.Value.ValueKind));
        Assert.Equal(("code", false, "stranger", null), AccessOf(config));
        Assert.Equal(JsonValueKind.Null, config.GetProperty("user").ValueKind);
    }

    [Theory]
    [InlineData("sk-server", "", false)]
    [InlineData("sk-server", "true", true)]
    [InlineData("", "", true)]
    public async Task HideUserApiKey_NobodyCouldTakeTheKey_IsTrue(string key, string hide, bool isHidden)
    {
        await using var site = await TestSite.StartAsync(("OPENAI_API_KEY", key), ("HIDE_USER_API_KEY", hide));
        using var answer = await site.Client.GetAsync("/api/config", []);
        Assert.Equal(isHidden, (await answer.JsonAsync()).GetProperty("hideUserApiKey").GetBoolean());
    }

    [Theory]
    [InlineData("127.0.0.1", "", "open", true, "admin", null)]
    [InlineData("0.0.0.0", "", "open", true, "user", "open_to_network")]
    [InlineData("0.0.0.0", "right", "code", false, "stranger", null)]
    public async Task Access_OpenToTheNetwork_IsAStandingWarning(string host, string code, string mode, bool isGranted, string standing, string? warning)
    {
        await using var site = await TestSite.StartAsync(("HOST", host), ("CODE", code));
        using var client = new HttpClient();
        using var answer = await client.GetAsync($"http://127.0.0.1:{site.Address.Port}/api/config", []);
        Assert.Equal((mode, isGranted, standing, warning), AccessOf(await answer.JsonAsync()));
    }

    [Fact]
    public async Task Access_WithAPass_IsGranted()
    {
        await using var site = await TestSite.StartAsync(("CODE", "right"));
        using var answer = await site.Client.GetAsync("/api/config", AccessCalls.Cookie(await site.Client.PassAsync("right")));
        Assert.True((await answer.JsonAsync()).GetProperty("access").GetProperty("granted").GetBoolean());
    }

    [Fact]
    public void IgnoredVariables_Set_EachHaveAReason()
    {
        string[] ignored = ["HF_ENDPOINT", "REDIS_URL", "WEBSOCKET_MANAGER", "USE_CUDA_DOCKER", "GTM_ID", "BAIDU_API_KEY", "UVICORN_WORKERS"];
        string[] used = ["CODE", "ADMIN_CODE", "OPENAI_API_KEY", "WEBUI_NAME", "PATH", "UVICORN_WORKERS_OTHER", "REDIS"];
        var values = ignored.Concat(used).ToDictionary(name => name, _ => "set");
        values["GA_ID"] = "";
        var among = IgnoredVariables.Among(new Variables(values)).ToList();
        Assert.Equal(ignored.Order(StringComparer.Ordinal), among.Select(i => i.Name));
        Assert.All(among, i => Assert.NotEmpty(i.Reason));
    }

    private static (string? Mode, bool IsGranted, string? Standing, string? Warning) AccessOf(JsonElement config)
    {
        var access = config.GetProperty("access");
        return (access.GetProperty("mode").GetString(), access.GetProperty("granted").GetBoolean(), access.GetProperty("standing").GetString(), access.GetProperty("warning").GetString());
    }
}
