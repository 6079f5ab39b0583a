using System.Text;
using System.Text.Json.Nodes;
using OpenWebUi.StubProvider;

namespace OpenWebUi.FunctionsHostDouble.Tests.StubProvider;

public class StubDialectTests
{
    [Theory]
    [InlineData("/v1/chat/completions", """{"model":"echo","messages":[{"role":"user","content":[{"type":"text","text":"hi"}]}]}""", "You said: hi")]
    [InlineData("/openai/deployments/x/chat/completions?api-version=1", """{"messages":[{"role":"user","content":"hi"}]}""", "You said: hi")]
    [InlineData("/v1/completions", """{"model":"echo","prompt":"hi"}""", "\"text\":\"You said: hi\"")]
    [InlineData("/v1/completions", """{"model":"echo","prompt":"hi","stream":true}""", "data: [DONE]")]
    [InlineData("/v1/embeddings", """{"model":"embed","input":"hi","dimensions":3}""", "\"embedding\":[")]
    [InlineData("/v1/responses", """{"model":"echo","input":"hi"}""", "\"text\":\"You said: hi\"")]
    [InlineData("/v1/responses", """{"model":"echo","input":[{"role":"user","content":"hi"}],"stream":true}""", "event: response.completed")]
    [InlineData("/v1/responses", """{"model":"error-midstream","input":"hi","stream":true}""", "event: error")]
    [InlineData("/v1/audio/speech", """{"model":"tts","input":"hi"}""", "ID3")]
    [InlineData("/v1/images/generations", """{"model":"paint","prompt":"hi","n":2}""", "b64_json")]
    [InlineData("/api/chat", """{"model":"echo:latest","messages":[{"role":"user","content":"hi"}],"stream":false}""", "\"content\":\"You said: hi\"")]
    [InlineData("/api/chat", """{"model":"echo","messages":[{"role":"user","content":"hi"}]}""", "\"done\":true")]
    [InlineData("/api/chat", """{"model":"error-midstream","messages":[]}""", """{"error":"The stub failed in mid-stream."}""")]
    [InlineData("/api/chat", """{"model":"status-404:latest","messages":[]}""", """{"error":"The stub has no such model."}""")]
    [InlineData("/api/generate", """{"model":"echo","prompt":"hi","stream":false}""", "\"response\":\"You said: hi\"")]
    [InlineData("/api/embed", """{"model":"embed","input":["a","b"]}""", "\"embeddings\":[[")]
    [InlineData("/api/embeddings", """{"model":"embed","prompt":"a"}""", "\"embedding\":[")]
    [InlineData("/api/show", """{"model":"echo"}""", "context_length")]
    [InlineData("/api/v1/chat/completions", """{"model":"status-401"}""", "invalid_api_key")]
    [InlineData("/v1/unknown", "{}", "The stub has no POST /v1/unknown.")]
    public async Task Post_AnswersInTheDialectOfItsRoute(string path, string body, string expected)
    {
        await using var stub = await StubServer.StartAsync();
        using var client = new HttpClient();
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await client.PostAsync(new Uri(stub.OllamaUrl + path), content);
        Assert.Contains(expected, await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/v1/models", "\"object\":\"list\"")]
    [InlineData("/v1/models/mine", "\"id\":\"mine\"")]
    [InlineData("/api/tags", "\"name\":\"mine\"")]
    [InlineData("/api/ps", "\"size_vram\"")]
    [InlineData("/api/version", "stub")]
    public async Task Get_AnswersInTheDialectOfItsRoute(string path, string expected)
    {
        await using var stub = await StubServer.StartAsync();
        stub.Models = ["mine"];
        using var client = new HttpClient();
        Assert.Contains(expected, await client.GetStringAsync(stub.OllamaUrl + path), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Behavior_OfTheStub_WinsOverTheModelsName()
    {
        await using var stub = await StubServer.StartAsync();
        stub.Behavior = StubBehavior.Custom((context, request) =>
        {
            context.Response.StatusCode = 418;
            context.Response.Headers["seen"] = request.Model;
            return Task.CompletedTask;
        });
        using var client = new HttpClient();
        using var content = new StringContent(new JsonObject { ["model"] = "status-401" }.ToJsonString());
        using var response = await client.PostAsync(new Uri(stub.BaseUrl + "/chat/completions"), content);
        Assert.Equal(418, (int)response.StatusCode);
        Assert.Equal(["status-401"], response.Headers.GetValues("seen"));
    }
}
