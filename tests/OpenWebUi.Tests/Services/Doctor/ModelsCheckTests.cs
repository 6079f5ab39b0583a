using System.Text;
using OpenWebUi.Services.Doctor;
using OpenWebUi.Services.Upstreams;
using OpenWebUi.StubProvider;

namespace OpenWebUi.Tests.Services.Doctor;

/// <summary>The list of models, and what is particular to Ollama, Azure and Anthropic.</summary>
public sealed class ModelsCheckTests
{
    private static Task<Diagnosis> ExamineAsync(StubServer stub, ConnectionKind kind, Func<Connection, Connection>? with = null, DoctorWorld? world = null)
    {
        var connection = DoctorWorld.Connect(kind, kind == ConnectionKind.OpenAi ? stub.BaseUrl : stub.OllamaUrl, DoctorWorld.Key);
        return (world ?? new()).ExamineAsync(with is null ? connection : with(connection));
    }

    [Fact]
    public async Task List_OfAServerThatWorks_IsTheResult()
    {
        await using var stub = await StubServer.StartAsync();
        stub.RequiredKey = DoctorWorld.Key;
        foreach (var kind in (ConnectionKind[])[ConnectionKind.OpenAi, ConnectionKind.Ollama, ConnectionKind.Anthropic])
        {
            var diagnosis = await ExamineAsync(stub, kind);
            DoctorWorld.Works(diagnosis);
            Assert.Equal(["echo", "echo-large", "embed"], diagnosis.Models);
            Assert.Equal(3, diagnosis.ModelCount);
            Assert.Equal(kind == ConnectionKind.Ollama ? "0.99.0-stub" : null, diagnosis.Version);
            Assert.Equal(StepStatus.Ok, diagnosis.Steps.Single(s => s.Name == StepName.Http).Status);
        }

        Assert.Equal("2023-06-01", stub.Requests.Last(r => r.Headers.ContainsKey("x-api-key")).Headers["anthropic-version"]);
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("{\"choices\":[{", "no JSON")]
    [InlineData("{\"object\":\"list\"}", "no list")]
    [InlineData("{\"data\":[{\"name\":\"x\"}]}", "no list")]
    [InlineData("[1,2]", "no list")]
    [InlineData("{\"\\ud800\":1}", "no JSON")]
    [InlineData("plain", "no JSON")]
    public async Task List_ThatIsNone_IsUnreadable(string body, string says)
    {
        await using var stub = await StubServer.StartAsync();
        stub.Behavior = DoctorWorld.Routes(("GET /v1/models", 200, body));
        var diagnosis = await ExamineAsync(stub, ConnectionKind.OpenAi);
        DoctorWorld.Fails(diagnosis, StepName.Models, "list_unreadable");
        Assert.Contains(says, diagnosis.Finding.Sentence, StringComparison.Ordinal);
        Assert.DoesNotContain(diagnosis.Steps, step => step.Detail.Contains("plain;", StringComparison.Ordinal));
    }

    [Fact]
    public async Task List_CompressedOrEndless_IsUnreadable_WithinBounds()
    {
        await using var stub = await StubServer.StartAsync();
        stub.Behavior = StubBehavior.Gzip;
        DoctorWorld.Fails(await ExamineAsync(stub, ConnectionKind.OpenAi), StepName.Models, "list_unreadable");
        stub.Behavior = StubBehavior.EndlessLine;
        // A machine that does much else takes longer for these bytes than the doctor waits: it is their bound that is meant.
        DoctorWorld.Fails(await ExamineAsync(stub, ConnectionKind.OpenAi, world: new() { Time = new PatientTime() }), StepName.Models, "list_unreadable");
    }

    [Fact]
    public async Task List_ThatIsEmpty_SaysWhatToDo()
    {
        await using var stub = await StubServer.StartAsync();
        stub.Models = [];
        DoctorWorld.Fails(await ExamineAsync(stub, ConnectionKind.OpenAi), StepName.Models, "no_models");
        var ollama = await ExamineAsync(stub, ConnectionKind.Ollama);
        DoctorWorld.Fails(ollama, StepName.Models, "no_models");
        Assert.Contains("ollama pull llama3.2", ollama.Finding.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Models_ThatTheServerDoesNotList_AreNamed()
    {
        await using var stub = await StubServer.StartAsync();
        stub.Models = ["echo", "llama3.2:latest"];
        var openAi = await ExamineAsync(stub, ConnectionKind.OpenAi, c => c with { ModelIds = ["echo", "gpt-9"] });
        DoctorWorld.Warns(openAi, StepName.Models, "model_not_listed");
        Assert.Contains("gpt-9", openAi.Finding.Sentence, StringComparison.Ordinal);
        DoctorWorld.Works(await ExamineAsync(stub, ConnectionKind.Ollama, c => c with { ModelIds = ["llama3.2"] }));
    }

    [Fact]
    public async Task Vllm_SaysHowMuchAModelReads()
    {
        await using var stub = await StubServer.StartAsync();
        stub.Behavior = DoctorWorld.Routes(("GET /v1/models", 200, """{"object":"list","data":[{"id":"qwen","object":"model","owned_by":"vllm","max_model_len":32768}]}"""));
        var diagnosis = await ExamineAsync(stub, ConnectionKind.OpenAi);
        DoctorWorld.Works(diagnosis);
        Assert.Contains("qwen reads 32,768 tokens", diagnosis.Steps[^1].Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0.1.20", "Failed", "ollama_too_old")]
    [InlineData("0.1.48", "Warning", "ollama_old")]
    [InlineData("0.3.0", "Ok", "ok")]
    [InlineData("0.6.0-rc1", "Ok", "ok")]
    [InlineData("0.0.0", "Ok", "ok")]
    [InlineData("what", "Ok", "ok")]
    public async Task Ollama_ThatIsOld_IsNamedWithWhatItLacks(string version, string status, string code)
    {
        await using var stub = await StubServer.StartAsync();
        stub.OllamaVersion = version;
        var diagnosis = await ExamineAsync(stub, ConnectionKind.Ollama);
        Assert.Equal((code, status, version), (diagnosis.Finding.Code, diagnosis.Steps[^1].Status.ToString(), diagnosis.Version));
    }

    [Theory]
    [InlineData(4096, "small_context")]
    [InlineData(16384, "ok")]
    [InlineData(null, "ok")]
    public async Task Ollama_WithAShortContext_IsWarnedOf(int? context, string code)
    {
        await using var stub = await StubServer.StartAsync();
        stub.LoadedContext = context;
        var diagnosis = await ExamineAsync(stub, ConnectionKind.Ollama);
        Assert.Equal((code, true), (diagnosis.Finding.Code, diagnosis.IsOk));
        Assert.Equal(context != 16384, diagnosis.Finding.Sentence.Contains("OLLAMA_CONTEXT_LENGTH", StringComparison.Ordinal)
            || diagnosis.Steps[^1].Detail.Contains("OLLAMA_CONTEXT_LENGTH", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"object":"list","data":[{"id":"llama3","owned_by":"library"}]}""", "is_ollama")]
    [InlineData("""{"object":"list","data":[{"id":"llama3","owned_by":"vllm"}]}""", "ok")]
    public async Task Ollama_EnteredAsOpenAi_IsRecognised(string list, string code)
    {
        await using var stub = await StubServer.StartAsync();
        stub.Behavior = DoctorWorld.Routes(("GET /v1/models", 200, list), ("GET /api/version", 200, """{"version":"0.12.0"}"""));
        var diagnosis = await ExamineAsync(stub, ConnectionKind.OpenAi);
        Assert.Equal((code, true), (diagnosis.Finding.Code, diagnosis.IsOk));
        Assert.Equal(code == "ok" ? null : $"kind=ollama;base_url={stub.OllamaUrl}", diagnosis.Finding.Fix is { } fix ? string.Join(';', fix.Select(f => $"{f.Key}={f.Value}")) : null);
    }

    [Fact]
    public async Task Azure_WithItsDeployments_Works_AndWithoutNamesIsWarnedOf()
    {
        await using var stub = await StubServer.StartAsync();
        stub.RequiredKey = DoctorWorld.Key;
        DoctorWorld.Warns(await ExamineAsync(stub, ConnectionKind.AzureOpenAi), StepName.Models, "azure_no_deployments");
        foreach (var version in (string?[])[null, "2024-10-21"])
        {
            var diagnosis = await ExamineAsync(stub, ConnectionKind.AzureOpenAi, c => c with { ApiVersion = version, ModelIds = ["gpt"], Deployments = new Dictionary<string, string> { ["gpt"] = "team-gpt" } });
            DoctorWorld.Works(diagnosis);
            Assert.Equal(["gpt"], diagnosis.Models);
        }

        Assert.Contains(stub.Requests, r => r.Path == "/openai/deployments/team-gpt/chat/completions" && r.Headers["api-key"] == DoctorWorld.Key);
        Assert.Contains(stub.Requests, r => r.Path == "/openai/v1/chat/completions" && r.Json!["model"]!.GetValue<string>() == "team-gpt");
    }

    [Fact]
    public async Task Azure_WithoutTheDeployment_IsNamed()
    {
        const string missing = """{"error":{"code":"DeploymentNotFound","message":"The API deployment for this resource does not exist."}}""";
        await using var stub = await StubServer.StartAsync();
        stub.Behavior = DoctorWorld.Routes(("GET /openai/v1/models", 200, """{"data":[{"id":"gpt-4o"}]}"""), ("POST /openai/v1/chat/completions", 404, missing));
        var diagnosis = await ExamineAsync(stub, ConnectionKind.AzureOpenAi, c => c with { ModelIds = ["gpt-4o"] });
        DoctorWorld.Fails(diagnosis, StepName.Models, "deployment_not_found");
        Assert.Contains("gpt-4o", diagnosis.Finding.Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2031-01-01", "2024-10-21", 404, "azure_api_version")]
    [InlineData("2031-01-01", "2024-10-21", 400, "azure_api_version")]
    [InlineData("2031-01-01", null, 404, "azure_api_version")]
    [InlineData(null, "2024-10-21", 404, "azure_no_v1")]
    public async Task Azure_WithAnotherVersionOfTheApi_OffersIt(string? typed, string? right, int status, string code)
    {
        await using var stub = await StubServer.StartAsync();
        stub.Behavior = StubBehavior.Custom((context, request) =>
        {
            var isRight = right is null ? request.Path == "/openai/v1/models" : request.Path == "/openai/models" && context.Request.Query["api-version"] == right;
            return isRight ? DoctorWorld.SendAsync(context, 200, """{"data":[{"id":"gpt-4o"}]}""")
                : DoctorWorld.SendAsync(context, status, status == 400 ? """{"error":{"code":"BadRequest","message":"API version not supported"}}""" : """{"error":{"code":"404","message":"Resource not found"}}""");
        });
        var diagnosis = await ExamineAsync(stub, ConnectionKind.AzureOpenAi, c => c with { ApiVersion = typed });
        DoctorWorld.Fails(diagnosis, StepName.Route, code);
        Assert.Equal(right, Assert.Contains("api_version", diagnosis.Finding.Fix!));
    }

    [Fact]
    public async Task Azure_ByIdentity_SaysWhatIsMissing()
    {
        const string denied = """{"error":{"code":"PermissionDenied","message":"The principal lacks the required data action."}}""";
        await using var stub = await StubServer.StartAsync();
        Connection ByIdentity(Connection c) => c with { Keys = [], Auth = ConnectionAuth.ManagedIdentity, ModelIds = ["gpt"] };
        DoctorWorld.Fails(await ExamineAsync(stub, ConnectionKind.AzureOpenAi, ByIdentity), StepName.Auth, "identity_unavailable");
        var world = new DoctorWorld { Token = "token-of-the-site" };
        DoctorWorld.Works(await ExamineAsync(stub, ConnectionKind.AzureOpenAi, ByIdentity, world));
        Assert.Equal("Bearer token-of-the-site", stub.Requests[^1].Headers["Authorization"]);

        stub.Behavior = DoctorWorld.Routes(("*", 401, denied));
        var refused = await ExamineAsync(stub, ConnectionKind.AzureOpenAi, ByIdentity, world);
        DoctorWorld.Fails(refused, StepName.Auth, "identity_role");
        Assert.Contains("Cognitive Services OpenAI User", refused.Finding.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Names_ThatRepeatTheKey_AreMasked()
    {
        await using var stub = await StubServer.StartAsync();
        stub.Models = [$"m-{DoctorWorld.Key}", new string('n', 5_000)];
        var diagnosis = await ExamineAsync(stub, ConnectionKind.OpenAi);
        Assert.Equal("m-***", diagnosis.Models[0]);
        Assert.InRange(diagnosis.Models[1].Length, 1, ConnectionDoctor.MaxTextCharacters);
        Assert.DoesNotContain(DoctorWorld.Key, Encoding.UTF8.GetString(diagnosis.List!), StringComparison.Ordinal);
    }

    /// <summary>Ten times as patient.</summary>
    private sealed class PatientTime : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, dueTime > TimeSpan.Zero ? 10 * dueTime : dueTime, period);
    }
}
