using System.Text.Json.Nodes;
using OpenWebUi.StubProvider;
using OpenWebUi.Tests.Access;
using OpenWebUi.Tests.Auth;
using OpenWebUi.Tests.Site;
using OpenWebUi.Tests.Turns;

namespace OpenWebUi.Tests.Models;

/// <summary>What a call to a preset really asks of the provider, on every surface.</summary>
public sealed class PresetCallTests
{
    private const string Form = """
        {"id":"tutor","base_model_id":"big","name":"Tutor","params":{"system":"You teach.","temperature":0.5,"max_tokens":100,"stop":["END"]}}
        """;

    [Theory]
    [InlineData("/v1/chat/completions", """{"messages":[{"role":"user","content":"hi"}]}""",
        """{"messages":[{"role":"system","content":"You teach."},{"role":"user","content":"hi"}],"temperature":0.5,"max_tokens":100,"stop":["END"]}""")]
    [InlineData("/api/chat/completions", """{"messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"hi"}],"temperature":0,"max_completion_tokens":7,"tools":[{"type":"x"}]}""",
        """{"messages":[{"role":"system","content":"You teach.\n\nBe brief."},{"role":"user","content":"hi"}],"temperature":0,"max_completion_tokens":7,"tools":[{"type":"x"}],"stop":["END"]}""")]
    [InlineData("/openai/chat/completions", """{"messages":[{"role":"developer","content":[{"type":"text","text":"Be brief."}]}]}""",
        """{"messages":[{"role":"developer","content":[{"type":"text","text":"You teach."},{"type":"text","text":"Be brief."}]}],"temperature":0.5,"max_tokens":100,"stop":["END"]}""")]
    [InlineData("/v1/responses", """{"input":"hi","instructions":"Be brief."}""",
        """{"input":"hi","instructions":"You teach.\n\nBe brief.","temperature":0.5,"max_output_tokens":100}""")]
    [InlineData("/v1/completions", """{"prompt":"hi"}""", """{"prompt":"hi","temperature":0.5,"max_tokens":100,"stop":["END"]}""")]
    [InlineData("/v1/embeddings", """{"input":"hi"}""", """{"input":"hi"}""")]
    public async Task Call_ReachesTheBaseModel_WithThePresetsWords(string path, string sent, string expected)
    {
        await using var stub = await StubServer.StartAsync();
        stub.Models = ["big", "small"];
        await using var site = await TestSite.StartAsync(("OPENAI_API_BASE_URL", stub.BaseUrl));
        await site.Client.DoAsync("POST", ModelCalls.Path + "/create", Form);
        var body = JsonNode.Parse(sent)!.AsObject();
        body["model"] = "tutor";
        using var answer = await site.Client.CallAsync("POST", path, body.ToJsonString());
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        var asked = stub.Requests.Single(request => request.Method == "POST").Json!;
        Assert.Equal("big", asked["model"]!.GetValue<string>());
        asked.Remove("model");
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), asked), asked.ToJsonString());
    }

    [Fact]
    public async Task OllamasClients_GetTheWordsInOllamasPlaces()
    {
        await using var stub = await StubServer.StartAsync();
        stub.Models = ["big"];
        await using var site = await TestSite.StartAsync(("OLLAMA_BASE_URL", stub.OllamaUrl));
        await site.Client.DoAsync("POST", ModelCalls.Path + "/create", Form);
        Assert.Contains("tutor", await site.Client.ModelsAsync("/ollama/api/tags"));
        using var chat = await site.Client.CallAsync("POST", "/ollama/api/chat", """{"model":"tutor","messages":[{"role":"user","content":"hi"}],"options":{"temperature":1},"stream":false}""");
        using var generate = await site.Client.CallAsync("POST", "/ollama/api/generate", """{"model":"tutor","prompt":"hi","system":"Be brief.","stream":false}""");
        Assert.Equal((true, true), (chat.IsSuccessStatusCode, generate.IsSuccessStatusCode));
        var asked = stub.Requests.Where(request => request.Method == "POST").ToDictionary(request => request.Path, request => request.Json!);
        Assert.Equal(("big", "You teach."), ((string?)asked["/api/chat"]["model"], (string?)asked["/api/chat"]["messages"]![0]!["content"]));
        Assert.Equal("""{"temperature":1,"num_predict":100,"stop":["END"]}""", asked["/api/chat"]["options"]!.ToJsonString());
        Assert.Equal(("big", "You teach.\n\nBe brief."), ((string?)asked["/api/generate"]["model"], (string?)asked["/api/generate"]["system"]));
        Assert.Equal("""{"temperature":0.5,"num_predict":100,"stop":["END"]}""", asked["/api/generate"]["options"]!.ToJsonString());
    }

    [Fact]
    public async Task AnthropicsClients_GetTheSystemPromptFirst()
    {
        await using var stub = await StubServer.StartAsync();
        stub.Models = ["big"];
        await using var site = await TestSite.StartAsync(("OPENAI_API_BASE_URL", stub.BaseUrl));
        await site.Client.DoAsync("POST", ModelCalls.Path + "/create", Form);
        using var answer = await site.Client.CallAsync("POST", "/v1/messages", """{"model":"tutor","max_tokens":9,"system":"Be brief.","messages":[{"role":"user","content":"hi"}]}""");
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        var asked = stub.Requests.Single(request => request.Method == "POST");
        Assert.Equal(("big", 0.5), (asked.Model, (double)asked.Json!["temperature"]!));
        Assert.StartsWith("""[{"role":"system","content":"You teach.\n\nBe brief."}""", asked.Json!["messages"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain("tutor", asked.BodyText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Turn_IsTheBaseModels_AndItsTitleKnowsNothingOfThePreset()
    {
        var time = new ManualTime();
        await using var site = await TurnSite.StartAsync(time);
        await site.Client.DoAsync("POST", ModelCalls.Path + "/create", Form.Replace("big", "echo", StringComparison.Ordinal).Replace("You teach.", "Today is {{CURRENT_DATE}}. {{OTHER}}", StringComparison.Ordinal));
        site.Counts.Reset();
        await using var turn = await (await site.TurnAsync(
            """{"model":"tutor","parent_id":null,"user_message":{"id":"u1","content":"hi"},"temperature":0.1,"background_tasks":{"title_generation":true}}""")).ReadToEndAsync();
        Assert.Equal("done", turn.State);
        var requests = site.Stub.Requests.Where(request => request.Method == "POST").ToList();
        Assert.Equal(
            [$"system: Today is {time.GetUtcNow():yyyy-MM-dd}. {{{{OTHER}}}}", "user: hi"],
            requests[0].Json!["messages"]!.AsArray().Select(message => $"{message!["role"]}: {message["content"]}"));
        Assert.Equal(("echo", 0.1, 100), (requests[0].Model, (double)requests[0].Json!["temperature"]!, (int)requests[0].Json!["max_tokens"]!));
        Assert.Equal("tutor", (await site.MessageAsync(turn)).Model);
        var title = Assert.Single(requests.Skip(1));
        Assert.Equal(("echo", null), (title.Model, title.Json!["temperature"]));
        Assert.DoesNotContain("Today is", title.BodyText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Turn_OfAPreset_CostsNoOperationMore()
    {
        await using var site = await TurnSite.StartAsync(new ManualTime());
        await site.Client.DoAsync("POST", ModelCalls.Path + "/create", Form.Replace("big", "echo", StringComparison.Ordinal));
        var costs = new List<int>();
        foreach (var (model, message) in new[] { ("tutor", "u0"), ("echo", "u1"), ("tutor", "u2") })
        {
            site.Counts.Reset();
            await using var turn = await (await site.TurnAsync($$"""{"model":"{{model}}","parent_id":null,"user_message":{"id":"{{message}}","content":"hi"},"background_tasks":{"title_generation":false} }""")).ReadToEndAsync();
            Assert.Equal("done", turn.State);
            costs.Add(site.Counts.Traffic.Verbs);
        }

        Assert.Equal(costs[1], costs[2]);
    }

    [Fact]
    public async Task BaseModel_ThatIsGoneOrClosed_IsNamedInTheRefusal()
    {
        await using var stub = await StubServer.StartAsync();
        await using var second = await StubServer.StartAsync();
        (stub.Models, second.Models) = (["big"], ["small"]);
        await using var people = await AccountSite.StartAsync(("OPENAI_API_BASE_URLS", $"{stub.BaseUrl};{second.BaseUrl}"));
        var admin = people.Admin.Bearer;
        await admin.DoAsync("POST", ModelCalls.Path + "/create", Form);
        await admin.DoAsync("POST", ModelCalls.Path + "/create", """{"id":"big","access_control":{}}""");
        Assert.Equal(["small"], await people.User.Bearer.ModelsAsync("/api/models"));
        Assert.Contains("tutor", await admin.ModelsAsync("/api/models"));
        foreach (var path in (string[])["/v1/chat/completions", "/ollama/api/chat", "/v1/messages"])
        {
            Assert.Equal("404", await people.User.Bearer.AskAsync(path, "tutor"));
        }

        using var answer = await people.User.Bearer.CallAsync("POST", "/v1/chat/completions", """{"model":"tutor","messages":[]}""");
        var error = (await answer.JsonAsync()).GetProperty("error");
        Assert.Equal("base_model_not_found", error.GetProperty("code").GetString());
        Assert.Contains("'Tutor' stands on the model 'big'", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain(stub.Requests.Concat(second.Requests), request => request.Method == "POST");
    }

    [Fact]
    public async Task Preset_WithAProvidersOwnId_IsRefused_AndYieldsWhereOneCameLater()
    {
        await using var stub = await StubServer.StartAsync();
        stub.Models = ["big", "small"];
        await using var site = await TestSite.StartAsync(("OPENAI_API_BASE_URL", stub.BaseUrl), ("MODELS_CACHE_TTL", "0"));
        Assert.Equal("model_exists", await site.Client.RefusalAsync("POST", ModelCalls.Path + "/create", """{"id":"BIG","base_model_id":"small","name":"Mine"}""", 409));
        await site.Client.DoAsync("POST", ModelCalls.Path + "/create", Form);
        stub.Models = ["big", "small", "tutor"];
        await TurnSite.EventuallyAsync(async () => (await site.Client.ModelsAsync("/api/models")).Count(id => id == "tutor") == 1
            && (await site.Client.ModelAsync("tutor")).TryGetProperty("openai", out _), "The provider's model does not come first.");
    }
}
