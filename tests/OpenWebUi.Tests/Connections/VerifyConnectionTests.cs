using System.Net;
using System.Text;
using System.Text.Json;
using OpenWebUi.StubProvider;
using OpenWebUi.Tests.Access;
using OpenWebUi.Tests.Settings;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Connections;

/// <summary>The doctor over HTTP: our own address, and Open WebUI's.</summary>
public sealed class VerifyConnectionTests
{
    private const string Verify = ConnectionCalls.Path + "verify";

    [Fact]
    public async Task Verify_OfAConnectionThatWorks_AnswersTheDocumentedForm()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await TestSite.StartAsync();
        var result = await site.Client.PostAsync(Verify, $$"""{"kind":"openai","base_url":"{{stub.BaseUrl}}"}""");
        Assert.Equal(["ok", "steps", "code", "sentence", "fix", "models", "model_count", "version"], result.EnumerateObject().Select(p => p.Name));
        Assert.Equal(("true", "\"ok\"", "null", "3", "null"), (result.Raw("ok"), result.Raw("code"), result.Raw("fix"), result.Raw("model_count"), result.Raw("version")));
        Assert.Equal("""["echo","echo-large","embed"]""", result.Raw("models"));
        var steps = result.GetProperty("steps").EnumerateArray().ToList();
        Assert.Equal(["url:ok", "dns:ok", "tcp:ok", "tls:skipped", "http:ok", "route:ok", "auth:ok", "models:ok"], steps.Select(s => $"{s.Text("name")}:{s.Text("status")}"));
        Assert.All(steps, step => Assert.Equal(["name", "status", "ms", "detail"], step.EnumerateObject().Select(p => p.Name)));
    }

    [Fact]
    public async Task Verify_AsAStream_SendsEachStepAndTheResultLast()
    {
        await using var site = await TestSite.StartAsync(("DOTNET_RUNNING_IN_CONTAINER", "true"));
        await using var nobody = RawTcpStub.Start(RawTcpMode.Refuse);
        using var request = new HttpRequestMessage(HttpMethod.Post, Verify) { Content = new StringContent($$"""{"kind":"openai","base_url":"{{nobody.BaseUrl}}"}""", Encoding.UTF8, "application/json") };
        request.Headers.Accept.ParseAdd("text/event-stream");
        using var answer = await site.Client.SendAsync(request);
        Assert.Equal((HttpStatusCode.OK, "text/event-stream"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        var events = (await answer.Content.ReadAsStringAsync()).Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(e => JsonDocument.Parse(e["data: ".Length..]).RootElement).ToList();
        Assert.Equal(9, events.Count);
        Assert.Equal(["ok", "ok", "failed", "skipped", "skipped", "skipped", "skipped", "skipped"], events.Take(8).Select(e => e.GetProperty("step").Text("status")));
        var result = events[^1].GetProperty("result");
        Assert.Equal("localhost_container", result.Text("code"));
        Assert.Equal($"http://host.docker.internal:{nobody.Port}/v1", result.GetProperty("fix").Text("base_url"));
    }

    [Fact]
    public async Task Verify_AsAStream_SendsAStepBeforeTheNextIsDone()
    {
        await using var stub = await StubServer.StartAsync();
        stub.Behavior = StubBehavior.SlowHeaders;
        await using var site = await TestSite.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, Verify) { Content = new StringContent($$"""{"kind":"openai","base_url":"{{stub.BaseUrl}}"}""", Encoding.UTF8, "application/json") };
        request.Headers.Accept.ParseAdd("text/event-stream");
        using var answer = await site.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        Assert.Contains("\"url\"", await reader.ReadLineAsync(), StringComparison.Ordinal);
        var held = await stub.WaitForRequestAsync();
        await held.Held;
        answer.Dispose();
        await held.Aborted.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Verify_OfASavedConnection_TakesItsKey_ButOnlyToItsHost()
    {
        await using var stub = await StubServer.StartAsync();
        await using var other = await StubServer.StartAsync();
        stub.RequiredKey = "k-saved-0123";
        await using var site = await TestSite.StartAsync();
        var id = await site.Client.MakeAsync($$"""{"kind":"openai","base_url":"{{stub.BaseUrl}}","keys":["k-saved-0123"],"headers":{"X-Team":"t-secret"} }""");
        Assert.Equal("ok", (await site.Client.PostAsync(Verify, $$"""{"id":"{{id}}"}""")).Text("code"));
        Assert.Equal("ok", (await site.Client.PostAsync(Verify, $$"""{"id":"{{id}}","keys":[""]}""")).Text("code"));
        Assert.Equal("key_refused", (await site.Client.PostAsync(Verify, $$"""{"id":"{{id}}","keys":["k-new"]}""")).Text("code"));
        Assert.Equal("key_missing", (await site.Client.PostAsync(Verify, $$"""{"id":"{{id}}","keys":[]}""")).Text("code"));
        _ = await site.Client.PostAsync(Verify, $$"""{"id":"{{id}}","base_url":"{{other.BaseUrl}}","keys":[""],"headers":{"X-Team":null} }""");
        _ = await site.Client.PostAsync(Verify, $$"""{"id":"{{id}}","base_url":"{{other.BaseUrl}}"}""");
        Assert.All(other.Requests, request => Assert.False(request.Headers.ContainsKey("Authorization") || request.Headers.ContainsKey("X-Team")));
        Assert.NotEmpty(other.Requests);
        // What was tried is not what is stored.
        Assert.Equal(stub.BaseUrl, (await site.Client.ReadAsync(ConnectionCalls.Path + id)).Text("base_url"));
    }

    [Fact]
    public async Task Verify_OfAConnectionOfTheEnvironment_IsPossible()
    {
        await using var stub = await StubServer.StartAsync();
        stub.RequiredKey = "k-env-0123";
        await using var site = await TestSite.StartAsync(("OPENAI_API_BASE_URL", stub.BaseUrl), ("OPENAI_API_KEY", "k-env-0123"));
        Assert.Equal("ok", (await site.Client.PostAsync(Verify, """{"id":"env-openai-1"}""")).Text("code"));
        using var unknown = await site.Client.CallAsync("POST", Verify, """{"id":"c-nothinghere"}""");
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    [Theory]
    [InlineData("""{"base_url":"http://127.0.0.1:1"}""", "kind")]
    [InlineData("""{"kind":"openai"}""", "base_url")]
    [InlineData("""{"kind":"openai","base_url":7}""", "base_url")]
    [InlineData("""{"kind":"other","base_url":"http://127.0.0.1:1"}""", "kind")]
    [InlineData("""{"kind":"openai","base_url":"http://127.0.0.1:1","keys":[1]}""", "keys")]
    [InlineData("""{"kind":"openai","base_url":"http://127.0.0.1:1","headers":{"Host":"x"}}""", "headers")]
    public async Task Verify_OfAFormThatCannotBeRead_NamesTheField(string form, string field)
    {
        await using var site = await TestSite.StartAsync();
        using var answer = await site.Client.CallAsync("POST", Verify, form);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        using var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        Assert.Contains(field, problem.RootElement.Faults());
    }

    [Theory]
    [InlineData("""{"kind":"openai","base_url":"sk-0123456789"}""", "key_as_url")]
    [InlineData("""{"kind":"openai","base_url":"http://169.254.169.254/"}""", "metadata_address")]
    [InlineData("""{"kind":"openai","base_url":""}""", "url_missing")]
    public async Task Verify_OfABaseUrlThatCannotBeUsed_IsTheDoctorsToSay(string form, string code)
    {
        await using var site = await TestSite.StartAsync();
        Assert.Equal(code, (await site.Client.PostAsync(Verify, form)).Text("code"));
    }

    [Fact]
    public async Task OpenWebUisVerify_AnswersTheList_OrTheSentence()
    {
        await using var stub = await StubServer.StartAsync();
        stub.RequiredKey = "k-right-0123";
        await using var site = await TestSite.StartAsync();
        var list = await site.Client.PostAsync("/openai/verify", $$"""{"url":"{{stub.BaseUrl}}","key":"k-right-0123","config":{} }""");
        Assert.Equal(["echo", "echo-large", "embed"], list.GetProperty("data").EnumerateArray().Select(m => m.Text("id")));
        using var refused = await site.Client.CallAsync("POST", "/openai/verify", $$"""{"url":"{{stub.BaseUrl}}","key":"k-wrong-0123"}""");
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        using var problem = JsonDocument.Parse(await refused.Content.ReadAsStringAsync());
        Assert.Contains("refuses the key", problem.RootElement.Text("detail"), StringComparison.Ordinal);

        var azure = await site.Client.PostAsync("/openai/verify", $$"""{"url":"{{stub.OllamaUrl}}","key":"k-right-0123","config":{"azure":true,"api_version":"2024-10-21","headers":{"X-A":"b"} } }""");
        Assert.NotEmpty(azure.GetProperty("data").EnumerateArray());
        Assert.Equal(("/openai/models", "k-right-0123", "b"), (stub.Requests[^1].Path, stub.Requests[^1].Headers["api-key"], stub.Requests[^1].Headers["X-A"]));
    }

    [Fact]
    public async Task OpenWebUisVerifyOfOllama_AnswersTheVersion_AlsoWithoutAModel()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await TestSite.StartAsync();
        Assert.Equal("0.99.0-stub", (await site.Client.PostAsync("/ollama/verify", $$"""{"url":"{{stub.OllamaUrl}}","key":""}""")).Text("version"));
        stub.Models = [];
        Assert.Equal("0.99.0-stub", (await site.Client.PostAsync("/ollama/verify", $$"""{"url":"{{stub.OllamaUrl}}"}""")).Text("version"));
        stub.Behavior = StubBehavior.HtmlBadGateway;
        using var refused = await site.Client.CallAsync("POST", "/ollama/verify", $$"""{"url":"{{stub.OllamaUrl}}"}""");
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
    }
}
