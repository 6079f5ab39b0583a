using OpenWebUi.Services.Doctor;
using OpenWebUi.Services.Upstreams;
using OpenWebUi.StubProvider;

namespace OpenWebUi.Tests.Services.Doctor;

/// <summary>A server that answers HTTP, but not with the API at this path.</summary>
public sealed class RouteCheckTests
{
    private const string List = """{"object":"list","data":[{"id":"llama3","object":"model"}]}""";
    private const string Tags = """{"models":[{"name":"llama3:latest","model":"llama3:latest"}]}""";
    private const string Page = "<!doctype html><html><head><title>Welcome</title></head><body>Our server</body></html>";
    private const string Login = "<html><head><title>Sign in to the lab</title></head><body><form><input type=\"password\"></form></body></html>";

    [Theory]
    [InlineData("/gateway", "/gateway/v1", "missing_v1")]
    [InlineData("/chat", "/v1", "wrong_path")]
    [InlineData("/v1", "/api", "wrong_path")]
    [InlineData("/v1", "/openai/v1", "wrong_path")]
    [InlineData("/v1", "/v1beta/openai", "wrong_path")]
    [InlineData("/v1", "/api/v1", "wrong_path")]
    public async Task Api_AtAnotherPath_IsFoundAndOffered(string typed, string right, string code)
    {
        await using var stub = await StubServer.StartAsync();
        foreach (var elsewhere in (string?[])[null, Page, Login, """{"error":{"message":"no route"}}"""])
        {
            stub.Behavior = DoctorWorld.Routes([($"GET {right}/models", 200, List), .. elsewhere is null ? [] : new[] { ("*", elsewhere == Page ? 200 : 404, elsewhere) }]);
            var diagnosis = await new DoctorWorld().ExamineAsync(stub.OllamaUrl + typed);
            DoctorWorld.Fails(diagnosis, StepName.Route, code);
            Assert.Equal(stub.OllamaUrl + right, diagnosis.Finding.Fix!["base_url"]);
        }
    }

    [Fact]
    public async Task Api_AtAnotherPathThatWantsAKey_IsFoundToo()
    {
        await using var stub = await StubServer.StartAsync();
        stub.Behavior = DoctorWorld.Routes(("GET /api/models", 401, """{"detail":"Not authenticated"}"""), ("*", 200, Page));
        var diagnosis = await new DoctorWorld().ExamineAsync(stub.OllamaUrl + "/v1");
        DoctorWorld.Fails(diagnosis, StepName.Route, "wrong_path");
        Assert.Equal(stub.OllamaUrl + "/api", diagnosis.Finding.Fix!["base_url"]);
    }

    [Theory]
    [InlineData(200, Login, "login_page")]
    [InlineData(200, Page, "web_page")]
    [InlineData(404, Page, "web_page")]
    [InlineData(404, "no", "not_found")]
    [InlineData(404, """{"detail":"Not Found"}""", "not_found")]
    [InlineData(502, "<html><body>502 Bad Gateway</body></html>", "gateway_error")]
    [InlineData(503, "", "gateway_error")]
    [InlineData(522, "<html>cloudflare</html>", "gateway_error")]
    [InlineData(500, """{"error":"cuda went away"}""", "server_error")]
    [InlineData(503, """{"object":"error","message":"The model is starting.","type":"ServiceUnavailableError","code":503}""", "server_loading")]
    [InlineData(503, """{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}""", "server_loading")]
    [InlineData(529, """{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}""", "overloaded")]
    [InlineData(403, "<html><title>Attention Required</title></html>", "gateway_refuses")]
    [InlineData(401, "<html><title>401</title></html>", "gateway_login")]
    public async Task Server_WithoutTheApi_IsNamedByItsAnswer(int status, string body, string code)
    {
        await using var stub = await StubServer.StartAsync();
        stub.Behavior = DoctorWorld.Routes(("*", status, body));
        var diagnosis = await new DoctorWorld().ExamineAsync(stub.BaseUrl, DoctorWorld.Key);
        DoctorWorld.Fails(diagnosis, StepName.Route, code);
        // The text of a page is nobody's business.
        Assert.DoesNotContain(diagnosis.Steps, step => step.Detail.Contains("lab", StringComparison.Ordinal) || step.Detail.Contains("Our server", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Gateway_ThatAsksForAPassword_IsToldFromAProvider()
    {
        await using var stub = await StubServer.StartAsync();
        stub.Behavior = StubBehavior.Custom((context, _) =>
        {
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"lab\"";
            return DoctorWorld.SendAsync(context, 401, "who?");
        });
        DoctorWorld.Fails(await new DoctorWorld().ExamineAsync(stub.BaseUrl), StepName.Route, "gateway_login");
    }

    [Theory]
    [InlineData("https://{host}/v1/models", "redirect_https", "https://{host}/v1")]
    [InlineData("https://llm.example.com/v1/models", "redirect", "https://llm.example.com/v1")]
    [InlineData("/inner/v1/models", "redirect", "http://{host}/inner/v1")]
    [InlineData("/v1/models/", "redirect_slash", null)]
    [InlineData("https://id.example.com/login?next=%2Fv1", "redirect_login", null)]
    [InlineData("https://www.example.com/home?token=secret", "redirect", null)]
    [InlineData("http://169.254.169.254/v1/models", "redirect", null)]
    [InlineData("ftp://files.example.com/", "redirect", null)]
    public async Task Redirect_IsNotFollowed_ButExplained(string location, string code, string? fix)
    {
        await using var stub = await StubServer.StartAsync();
        var host = $"127.0.0.1:{stub.Port}";
        stub.Behavior = StubBehavior.Redirect(location.Replace("{host}", host, StringComparison.Ordinal));
        var diagnosis = await new DoctorWorld().ExamineAsync(stub.BaseUrl, DoctorWorld.Key);
        DoctorWorld.Fails(diagnosis, StepName.Route, code);
        Assert.Equal(fix?.Replace("{host}", host, StringComparison.Ordinal), diagnosis.Finding.Fix?["base_url"]);
        Assert.DoesNotContain("secret", diagnosis.Finding.Sentence, StringComparison.Ordinal);
        Assert.Single(stub.Requests);
    }

    [Theory]
    [InlineData("openai", "/chat", "GET /api/tags", Tags, "ollama", "")]
    [InlineData("ollama", "", "GET /v1/models", List, "openai", "/v1")]
    [InlineData("anthropic", "/x", "GET /v1/models", List, "anthropic", "")]
    [InlineData("azure", "", "GET /v1/models", List, "openai", "/v1")]
    public async Task Server_OfAnotherKind_IsRecognised(string kind, string typed, string route, string answer, string right, string rightPath)
    {
        await using var stub = await StubServer.StartAsync();
        stub.Behavior = DoctorWorld.Routes((route, 200, answer));
        var diagnosis = await new DoctorWorld().ExamineAsync(DoctorWorld.Connect(ConnectionWords.Kind(kind)!.Value, stub.OllamaUrl + typed));
        DoctorWorld.Fails(diagnosis, StepName.Route, right == kind ? "wrong_path" : "wrong_kind");
        Assert.Equal(stub.OllamaUrl + rightPath, diagnosis.Finding.Fix!["base_url"]);
        Assert.Equal(right == kind ? null : right, diagnosis.Finding.Fix.GetValueOrDefault("kind"));
    }

    [Fact]
    public async Task Server_WithoutAList_WorksWithNamedModels()
    {
        await using var stub = await StubServer.StartAsync();
        stub.Behavior = DoctorWorld.Routes(("POST /v1/chat/completions", 400, """{"error":{"message":"messages is too short"}}"""));
        var connection = DoctorWorld.Connect(ConnectionKind.OpenAi, stub.BaseUrl, DoctorWorld.Key);
        var without = await new DoctorWorld().ExamineAsync(connection);
        DoctorWorld.Fails(without, StepName.Models, "no_model_list");
        Assert.Contains("name its models", without.Finding.Sentence, StringComparison.Ordinal);
        var with = await new DoctorWorld().ExamineAsync(connection with { ModelIds = ["mine"] });
        DoctorWorld.Warns(with, StepName.Route, "no_model_list");
        Assert.Equal(["mine"], with.Models);
        // Nothing is computed or billed for it.
        Assert.All(stub.Requests.Where(r => r.Method == "POST"), request => Assert.Empty(request.Json!["messages"]!.AsArray()));

        stub.Behavior = DoctorWorld.Routes(("POST /v1/chat/completions", 401, """{"error":{"message":"bad key"}}"""));
        DoctorWorld.Fails(await new DoctorWorld().ExamineAsync(connection with { ModelIds = ["mine"] }), StepName.Auth, "key_refused");
    }
}
