using System.Text.Json;
using Microsoft.AspNetCore.Http;
using OpenWebUi.StubProvider;
using OpenWebUi.Tests.Relay;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Models;

public sealed class ListModelsTests
{
    [Fact]
    public async Task NothingConnected_TheListHoldsTheGuide_LabelledAsBuiltIn()
    {
        await using var site = await TestSite.StartAsync();
        using var json = await GetAsync(site, "/api/models");
        var model = Assert.Single(json.RootElement.GetProperty("data").EnumerateArray().ToList());
        Assert.Equal("guide", model.GetProperty("id").GetString());
        Assert.Contains("Built in", model.GetProperty("info").GetProperty("meta").GetProperty("description").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AConnectionConfigured_TheGuideIsGone_UnlessAskedFor()
    {
        await using var stub = await StubServer.StartAsync();
        await using var without = await TestSite.StartAsync(("BASE_URL", stub.BaseUrl));
        Assert.Equal(["echo", "echo-large", "embed"], await IdsAsync(without, "/v1/models"));
        await using var with = await TestSite.StartAsync(("BASE_URL", stub.BaseUrl), ("ENABLE_GUIDE_MODEL", "true"));
        Assert.Equal(["echo", "echo-large", "embed", "guide"], await IdsAsync(with, "/v1/models"));
    }

    [Theory]
    [InlineData("/v1/models", "echo,local")]
    [InlineData("/openai/models", "echo,local")]
    [InlineData("/openai/v1/models", "echo,local")]
    [InlineData("/api/openai/v1/models", "echo,local")]
    [InlineData("/api/models", "echo,local")]
    [InlineData("/api/v1/models", "echo,local")]
    [InlineData("/ollama/v1/models", "local,echo")]
    public async Task EverySurface_ListsTheSameModels_OllamasOwnFirst(string path, string expected)
    {
        await using var cloud = await StubServer.StartAsync();
        await using var ollama = await StubServer.StartAsync();
        cloud.Models = ["echo"];
        ollama.Models = ["local"];
        await using var site = await TestSite.StartAsync(("BASE_URL", cloud.BaseUrl), ("OLLAMA_BASE_URL", ollama.OllamaUrl));
        Assert.Equal(expected.Split(','), await IdsAsync(site, path));
    }

    [Fact]
    public async Task OllamaTags_AreThoseOfTheOllamaServers_AsTheyDescribeThem()
    {
        await using var ollama = await StubServer.StartAsync();
        await using var site = await TestSite.StartAsync(("OLLAMA_BASE_URL", ollama.OllamaUrl));
        using var direct = JsonDocument.Parse(await site.Client.GetStringAsync(ollama.OllamaUrl + "/api/tags"));
        using var relayed = await GetAsync(site, "/ollama/api/tags");
        Assert.Equal(
            direct.RootElement.GetProperty("models").EnumerateArray().Select(m => m.GetProperty("name").GetString()),
            relayed.RootElement.GetProperty("models").EnumerateArray().Select(m => m.GetProperty("name").GetString()));
    }

    [Fact]
    public async Task SameModelOnTwoConnections_IsListedOnce_AndEveryModelIsRoutedToWhereItIs()
    {
        await using var first = await StubServer.StartAsync();
        await using var second = await StubServer.StartAsync();
        first.Models = ["shared", "only-first"];
        second.Models = ["shared", "only-second"];
        await using var site = await TestSite.StartAsync(("OPENAI_API_BASE_URLS", $"{first.BaseUrl};{second.BaseUrl}"), ("OPENAI_API_KEYS", "sk-one;sk-two"));
        Assert.Equal(["shared", "only-first", "only-second"], await IdsAsync(site, "/v1/models"));
        foreach (var (model, stub, key) in new[] { ("only-first", first, "sk-one"), ("only-second", second, "sk-two"), ("unlisted", first, "sk-one") })
        {
            using var answer = await site.Client.SendAsync(RelayCalls.Chat("/v1/chat/completions", model, stream: false));
            answer.EnsureSuccessStatusCode();
            var request = await stub.WaitForRequestAsync("/v1/chat/completions");
            Assert.Equal(model, request.Model);
            Assert.Equal("Bearer " + key, request.Headers["Authorization"]);
        }
    }

    [Fact]
    public async Task OneConnectionDead_OthersAnswer_AndTheListSaysWhy()
    {
        await using var stub = await StubServer.StartAsync();
        await using var dead = RawTcpStub.Start(RawTcpMode.Refuse);
        await using var site = await TestSite.StartAsync(("OPENAI_API_BASE_URLS", $"{dead.BaseUrl};{stub.BaseUrl}"));
        using var json = await GetAsync(site, "/api/models");
        var states = json.RootElement.GetProperty("connections").EnumerateArray().ToList();
        Assert.Equal("down", states[0].GetProperty("status").GetString());
        Assert.Contains("nothing accepts connections", states[0].GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Equal("ok", states[1].GetProperty("status").GetString());
        using var answer = await site.Client.SendAsync(RelayCalls.Chat("/v1/chat/completions", "echo", stream: false));
        Assert.True(answer.IsSuccessStatusCode);
    }

    [Fact]
    public async Task OneConnectionNeverAnswers_TheListComesAfterItsDeadline_AndThenAtOnce()
    {
        var time = new ManualTime();
        await using var stub = await StubServer.StartAsync();
        await using var hole = RawTcpStub.Start(RawTcpMode.Blackhole);
        await using var site = await TestSite.StartAsync(time, ("OPENAI_API_BASE_URLS", $"{hole.BaseUrl};{stub.BaseUrl}"));
        var first = GetAsync(site, "/api/models");
        await hole.Connected;
        await time.AdvanceUntilAsync(first, TimeSpan.FromSeconds(1));
        using (var json = await first)
        {
            Assert.Equal(["pending", "ok"], json.RootElement.GetProperty("connections").EnumerateArray().Select(c => c.GetProperty("status").GetString()!));
        }

        // The clock stands: a list that waited once more would never come.
        using var second = await GetAsync(site, "/api/models").WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal("pending", second.RootElement.GetProperty("connections")[0].GetProperty("status").GetString());
    }

    [Fact]
    public async Task ListOlderThanItsFreshness_IsServedAtOnce_AndRenewedBehind()
    {
        var time = new ManualTime();
        await using var stub = await StubServer.StartAsync();
        stub.Models = ["before"];
        await using var site = await TestSite.StartAsync(time, ("BASE_URL", stub.BaseUrl));
        Assert.Equal(["before"], await IdsAsync(site, "/v1/models"));
        var hold = new TaskCompletionSource();
        stub.Behavior = StubBehavior.Custom(async (context, request) =>
        {
            await hold.Task;
            await context.Response.WriteAsync("""{"data":[{"id":"after"}]}""");
        });
        time.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal(["before"], await IdsAsync(site, "/v1/models"));
        hold.SetResult();
        string[] ids = [];
        for (var i = 0; i < 1000 && ids is not ["after"]; i++)
        {
            ids = await IdsAsync(site, "/v1/models");
        }

        Assert.Equal(["after"], ids);
    }

    [Theory]
    [InlineData("<html>", "could not be read")]
    [InlineData("{}", "could not be read")]
    [InlineData("{\"data\":7}", "could not be read")]
    public async Task ListThatIsNone_IsAReason_NotAnError(string body, string reason)
    {
        await using var stub = await StubServer.StartAsync();
        stub.Behavior = StubBehavior.Custom((context, _) => context.Response.WriteAsync(body));
        await using var site = await TestSite.StartAsync(("BASE_URL", stub.BaseUrl));
        using var json = await GetAsync(site, "/api/models");
        Assert.Contains(reason, json.RootElement.GetProperty("connections")[0].GetProperty("reason").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OneModel_IsFoundByItsId_AlsoWithASlash()
    {
        await using var stub = await StubServer.StartAsync();
        stub.Models = ["org/model"];
        await using var site = await TestSite.StartAsync(("BASE_URL", stub.BaseUrl));
        foreach (var path in (string[])["/v1/models/org/model", "/v1/models/org%2Fmodel"])
        {
            using var json = await GetAsync(site, path);
            Assert.Equal("org/model", json.RootElement.GetProperty("id").GetString());
        }

        using var missing = await site.Client.GetAsync("/v1/models/nope");
        Assert.Equal(404, (int)missing.StatusCode);
        Assert.Contains("model_not_found", await missing.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OllamaOnThisMachine_IsFoundByItself_AndTheGuideStepsBack()
    {
        await using var ollama = await StubServer.StartAsync(new StubOptions { Port = 11434 });
        ollama.Models = ["found"];
        await using var site = await TestSite.StartAsync(("ENABLE_OLLAMA_API", "true"));
        string[] ids = [];
        for (var i = 0; i < 2000 && ids is not ["found"]; i++)
        {
            ids = await IdsAsync(site, "/v1/models");
        }

        Assert.Equal(["found"], ids);
        using var answer = await site.Client.SendAsync(RelayCalls.Chat("/ollama/api/chat", "found"));
        Assert.True(answer.IsSuccessStatusCode);
    }

    private static async Task<string[]> IdsAsync(TestSite site, string path)
    {
        using var json = await GetAsync(site, path);
        return [.. json.RootElement.GetProperty("data").EnumerateArray().Select(m => m.GetProperty("id").GetString()!)];
    }

    private static async Task<JsonDocument> GetAsync(TestSite site, string path)
    {
        using var answer = await site.Client.GetAsync(path);
        answer.EnsureSuccessStatusCode();
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
    }
}
