using OpenWebUi.Services.Doctor;
using OpenWebUi.Services.Upstreams;
using OpenWebUi.StubProvider;

namespace OpenWebUi.Tests.Services.Doctor;

/// <summary>A server that has the API, and minds who asks.</summary>
public sealed class AuthCheckTests
{
    private const string List = """{"object":"list","data":[{"id":"gpt","object":"model"}]}""";

    [Theory]
    [InlineData("openai", 401, """{"error":{"message":"Incorrect API key","type":"invalid_request_error","code":"invalid_api_key"}}""", "key_refused")]
    [InlineData("openai", 401, """{"error":"Unauthorized"}""", "key_refused")]
    [InlineData("openai", 401, "nope", "key_refused")]
    [InlineData("openai", 403, """{"error":{"message":"Not for you","code":"forbidden"}}""", "key_forbidden")]
    [InlineData("openai", 403, """{"error":{"message":"You have insufficient permissions for this operation. Missing scopes: api.model.read"}}""", "key_scope")]
    [InlineData("openai", 401, """{"error":{"message":"No such organization: org-x.","code":"invalid_organization"}}""", "wrong_organization")]
    [InlineData("openai", 401, """{"error":{"message":"header should match organization for API key","code":"mismatched_organization"}}""", "wrong_organization")]
    [InlineData("openai", 401, """{"error":{"message":"You must be a member of an organization","code":"no_organization"}}""", "wrong_organization")]
    [InlineData("openai", 401, """{"error":{"message":"header should match project for API key","code":"mismatched_project"}}""", "wrong_project")]
    [InlineData("openai", 429, """{"error":{"message":"You exceeded your current quota","type":"insufficient_quota","code":"insufficient_quota"}}""", "quota_used_up")]
    [InlineData("openai", 402, """{"error":{"message":"Insufficient Balance"}}""", "quota_used_up")]
    [InlineData("openai", 429, """{"error":{"message":"Your account is not active","code":"billing_not_active"}}""", "quota_used_up")]
    [InlineData("openai", 429, """{"error":{"message":"Rate limit reached","code":"rate_limit_exceeded"}}""", "rate_limited")]
    [InlineData("openai", 401, """{"error":{"message":"The account has been deactivated","code":"account_deactivated"}}""", "account_inactive")]
    [InlineData("openai", 403, """{"error":{"message":"Country, region, or territory not supported","code":"unsupported_country_region_territory"}}""", "region_refused")]
    [InlineData("openai", 401, """{"error":{"message":"Your IP address is not authorized","code":"ip_not_authorized"}}""", "address_refused")]
    [InlineData("anthropic", 401, """{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}""", "key_refused")]
    [InlineData("anthropic", 403, """{"type":"error","error":{"type":"permission_error","message":"not allowed"}}""", "key_forbidden")]
    [InlineData("anthropic", 400, """{"type":"error","error":{"type":"invalid_request_error","message":"anthropic-version: invalid"}}""", "anthropic_version")]
    [InlineData("anthropic", 400, """{"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low"}}""", "quota_used_up")]
    [InlineData("azure", 401, """{"error":{"code":"401","message":"Access denied due to invalid subscription key or wrong API endpoint."}}""", "azure_key_refused")]
    [InlineData("azure", 403, """{"error":{"code":"AuthenticationTypeDisabled","message":"Key based authentication is disabled for this resource."}}""", "azure_keys_off")]
    [InlineData("azure", 403, """{"error":{"code":"403","message":"Access denied due to Virtual Network/Firewall rules."}}""", "azure_network")]
    [InlineData("ollama", 401, """{"error":"unauthorized"}""", "key_refused")]
    public async Task Refusal_IsNamedByWhatTheProviderMeans(string kind, int status, string body, string code)
    {
        await using var stub = await StubServer.StartAsync();
        stub.Behavior = DoctorWorld.Routes(("*", status, body));
        var diagnosis = await new DoctorWorld().ExamineAsync(DoctorWorld.Connect(ConnectionWords.Kind(kind)!.Value, stub.OllamaUrl, DoctorWorld.Key));
        DoctorWorld.Fails(diagnosis, StepName.Auth, code);
        Assert.Single(stub.Requests);
    }

    [Theory]
    [InlineData("openai")]
    [InlineData("azure")]
    [InlineData("anthropic")]
    [InlineData("ollama")]
    public async Task Key_ThatIsMissing_IsAskedFor(string kind)
    {
        await using var stub = await StubServer.StartAsync();
        stub.RequiredKey = DoctorWorld.Key;
        var connection = DoctorWorld.Connect(ConnectionWords.Kind(kind)!.Value, stub.OllamaUrl);
        DoctorWorld.Fails(await new DoctorWorld().ExamineAsync(connection), StepName.Auth, "key_missing");
        var unused = await new DoctorWorld().ExamineAsync(connection with { Keys = [DoctorWorld.Key], Auth = ConnectionAuth.None });
        DoctorWorld.Fails(unused, StepName.Auth, "key_missing");
        Assert.Contains("set to use none", unused.Finding.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RateLimit_SaysHowLongToWait()
    {
        await using var stub = await StubServer.StartAsync();
        stub.Behavior = StubBehavior.Status(429, TimeSpan.FromSeconds(7));
        var diagnosis = await new DoctorWorld().ExamineAsync(stub.BaseUrl, DoctorWorld.Key);
        DoctorWorld.Fails(diagnosis, StepName.Auth, "rate_limited");
        Assert.Contains("in 7 s", diagnosis.Finding.Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sk-a b", "key_blanks")]
    [InlineData("Bearer sk-ab", "key_blanks")]
    [InlineData("\"sk-ab\"", "key_quotes")]
    [InlineData("\u201Csk-ab\u201D", "key_quotes")]
    [InlineData("sk\u2013ab", "key_characters")]
    public async Task Key_ThatCannotBeOne_IsNeverSent(string key, string code)
    {
        await using var stub = await StubServer.StartAsync();
        DoctorWorld.Fails(await new DoctorWorld().ExamineAsync(stub.BaseUrl, key), StepName.Auth, code);
        Assert.All(stub.Requests, request => Assert.False(request.Headers.ContainsKey("Authorization")));
    }

    [Fact]
    public async Task Key_WithBlanksAround_IsSentWithoutThem_AndWarnedOf()
    {
        await using var stub = await StubServer.StartAsync();
        stub.RequiredKey = DoctorWorld.Key;
        DoctorWorld.Warns(await new DoctorWorld().ExamineAsync(stub.BaseUrl, $" {DoctorWorld.Key}\n"), StepName.Auth, "key_blanks");
    }

    [Fact]
    public async Task Keys_Several_AreAllTried()
    {
        await using var stub = await StubServer.StartAsync();
        stub.RequiredKey = DoctorWorld.Key;
        var second = await new DoctorWorld().ExamineAsync(stub.BaseUrl, DoctorWorld.Key, "sk-other-0123456789");
        DoctorWorld.Warns(second, StepName.Auth, "key_refused_some");
        Assert.Contains("Key 2 of 2", second.Finding.Sentence, StringComparison.Ordinal);
        DoctorWorld.Fails(await new DoctorWorld().ExamineAsync(stub.BaseUrl, "sk-other-0123456789", DoctorWorld.Key), StepName.Auth, "key_refused");
    }

    [Fact]
    public async Task Key_OfAnotherProvider_IsRecognisedByHowItBegins()
    {
        await using var stub = await StubServer.StartAsync();
        stub.RequiredKey = DoctorWorld.Key;
        var diagnosis = await new DoctorWorld().ExamineAsync(stub.BaseUrl, "sk-ant-0123456789");
        Assert.Contains("one of Anthropic", diagnosis.Finding.Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(401, """{"error":{"message":"No auth credentials found","code":401}}""", "key_refused")]
    [InlineData(404, """{"error":{"message":"no such model"}}""", "ok")]
    [InlineData(400, """{"error":{"message":"messages is empty"}}""", "ok")]
    [InlineData(500, """{"error":{"message":"I did not expect that"}}""", "ok")]
    public async Task List_ThatEverybodyGets_ProvesNoKey(int status, string body, string code)
    {
        await using var stub = await StubServer.StartAsync();
        stub.Behavior = DoctorWorld.Routes(("GET /v1/models", 200, List), ("POST /v1/chat/completions", status, body));
        var diagnosis = await new DoctorWorld().ExamineAsync(stub.BaseUrl, DoctorWorld.Key);
        Assert.Equal(code, diagnosis.Finding.Code);
    }

    [Fact]
    public async Task Headers_OfTheConnection_GoAlong_AndAreNotShown()
    {
        await using var stub = await StubServer.StartAsync();
        stub.Behavior = StubBehavior.Custom((context, request) => DoctorWorld.SendAsync(context, 401,
            $$"""{"error":{"message":"I got {{request.Headers["X-Team"]}} and {{request.Headers["Authorization"]}} {{new string('x', 2_000)}}"} }"""));
        var diagnosis = await new DoctorWorld().ExamineAsync(DoctorWorld.Connect(ConnectionKind.OpenAi, stub.BaseUrl, DoctorWorld.Key) with
        {
            Headers = new Dictionary<string, string> { ["X-Team"] = "team-secret" },
            Organization = "org-1",
        });
        DoctorWorld.Fails(diagnosis, StepName.Auth, "key_refused");
        Assert.Contains("I got *** and Bearer ***", diagnosis.Steps.Single(s => s.Name == StepName.Auth).Detail, StringComparison.Ordinal);
        Assert.Equal("org-1", stub.Requests[0].Headers["OpenAI-Organization"]);
    }

    [Fact]
    public async Task Proxy_InFront_IsUsed_AndNamedWhereItFails()
    {
        await using var stub = await StubServer.StartAsync();
        await using var proxy = ProxyStub.Start(stub);
        var world = new DoctorWorld { Proxy = DoctorWorld.ProxyAt(proxy.Url) };
        var diagnosis = await world.ExamineAsync("http://llm.example.com/v1", DoctorWorld.Key);
        DoctorWorld.Works(diagnosis);
        Assert.Contains("llm.example.com", proxy.Targets);
        Assert.Contains("proxy", diagnosis.Steps[1].Detail, StringComparison.Ordinal);

        await using var nobody = RawTcpStub.Start(RawTcpMode.Refuse);
        world.Proxy = DoctorWorld.ProxyAt($"http://127.0.0.1:{nobody.Port}");
        DoctorWorld.Fails(await world.ExamineAsync("http://llm.example.com/v1"), StepName.Tcp, "proxy_unreachable");
        world.Proxy = DoctorWorld.ProxyAt("http://proxy.example.com:3128");
        DoctorWorld.Fails(await world.ExamineAsync("http://llm.example.com/v1"), StepName.Dns, "proxy_not_found");
    }

    [Fact]
    public async Task Proxy_ThatWantsAPassword_IsNamed()
    {
        await using var proxy = await StubServer.StartAsync();
        proxy.Behavior = DoctorWorld.Routes(("*", 407, ""));
        var world = new DoctorWorld { Proxy = DoctorWorld.ProxyAt(proxy.OllamaUrl) };
        DoctorWorld.Fails(await world.ExamineAsync("http://llm.example.com/v1"), StepName.Http, "proxy_login");
        DoctorWorld.Fails(await world.ExamineAsync("https://llm.example.com/v1"), StepName.Http, "proxy_login");
    }

    [Fact]
    public async Task Certificate_BehindAProxy_IsNamedAsWithout()
    {
        await using var stub = await StubServer.StartTlsAsync(expired: true);
        await using var proxy = ProxyStub.Start(stub);
        var world = new DoctorWorld { Proxy = DoctorWorld.ProxyAt(proxy.Url) };
        DoctorWorld.Fails(await world.ExamineAsync("https://llm.example.com/v1", DoctorWorld.Key), StepName.Http, "tls_expired");
        Assert.Empty(stub.Requests);
    }
}
