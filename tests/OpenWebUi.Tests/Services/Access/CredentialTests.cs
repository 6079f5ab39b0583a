using System.Net;
using System.Text.Json;
using OpenWebUi.StubProvider;
using OpenWebUi.Tests.Access;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Services.Access;

/// <summary>Credentials in headers: <c>nk-</c> codes on every surface, in every header, refused in the route's dialect.</summary>
public sealed class CredentialTests
{
    private static readonly (string Path, string Dialect)[] Surfaces =
    [
        ("/v1/models", "openai"), ("/openai/v1/models", "openai"), ("/openai/models", "openai"), ("/api/openai/v1/models", "nextchat"),
        ("/ollama/v1/models", "openai"), ("/ollama/api/tags", "ollama"), ("/api/models", "problem"), ("/api/chat/completions", "openai"),
    ];

    [Theory]
    [InlineData("Authorization", "Bearer nk-right", 200)]
    [InlineData("Authorization", "bearer  nk-right ", 200)]
    [InlineData("Authorization", "nk-right", 200)]
    [InlineData("api-key", "nk-right", 200)]
    [InlineData("x-api-key", "nk-right", 200)]
    [InlineData("Authorization", "Bearer nk-two words", 200)]
    [InlineData("Authorization", "Bearer nk-wrong", 401)]
    [InlineData("Authorization", "nk-wrong", 401)]
    [InlineData("api-key", "nk-wrong", 401)]
    [InlineData("x-api-key", "nk-wrong", 401)]
    [InlineData("Authorization", "Bearer right", 401)]
    [InlineData("Authorization", "Bearer NK-right", 401)]
    [InlineData("Authorization", "Basic bmstcmlnaHQ=", 401)]
    [InlineData("Authorization", "Bearer", 401)]
    [InlineData("api-key", "Bearer nk-right", 401)]
    [InlineData("X-Access-Code", "nk-right", 401)]
    public async Task Code_InAHeader_OpensEverySurfaceOrNone(string header, string value, int status)
    {
        var time = new ManualTime();
        await using var site = await TestSite.StartAsync(time, ("CODE", "right,two words"));
        foreach (var (path, _) in Surfaces)
        {
            var isChat = path.EndsWith("completions", StringComparison.Ordinal);
            using var answer = await site.Client.CallAsync(
                isChat ? "POST" : "GET", path, isChat ? """{"model":"guide","messages":[{"role":"user","content":"x"}]}""" : null, (header, value));
            Assert.True(status == (int)answer.StatusCode, $"{path}: {(int)answer.StatusCode}");
            time.Advance(TimeSpan.FromMinutes(16));
        }
    }

    [Fact]
    public async Task Code_BesideAProxysBasicCredentials_IsFound()
    {
        await using var site = await TestSite.StartAsync(("CODE", "right"));
        Assert.Equal(HttpStatusCode.OK, await site.Client.StatusAsync("/v1/models", ("Authorization", "Basic dTpw"), ("x-api-key", "nk-right")));
    }

    [Theory]
    [InlineData("Bearer nk-wrong", "wrong access code", "wrong_access_code")]
    [InlineData("Bearer nk-", "empty access code", "empty_access_code")]
    public async Task Code_WrongOrEmpty_IsRefusedInTheDialectOfTheRoute(string authorization, string message, string code)
    {
        var time = new ManualTime();
        await using var site = await TestSite.StartAsync(time, ("CODE", "right"));
        foreach (var (path, dialect) in Surfaces)
        {
            using var answer = await site.Client.CallAsync(dialect == "openai" && path.Contains("chat", StringComparison.Ordinal) ? "POST" : "GET", path, null, ("Authorization", authorization));
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
            Assert.Equal(dialect == "problem" ? "application/problem+json" : "application/json", answer.Content.Headers.ContentType?.MediaType);
            var text = await answer.Content.ReadAsStringAsync();
            switch (dialect)
            {
                case "nextchat":
                    Assert.Equal($$"""{"error":true,"msg":"{{message}}"}""", text);
                    break;
                case "ollama":
                    Assert.Equal($$"""{"error":"{{message}}"}""", text);
                    break;
                case "openai":
                    Assert.Equal($$$"""{"error":{"message":"{{{message}}}","type":"authentication_error","param":null,"code":"{{{code}}}"}}""", text);
                    break;
                default:
                    Assert.Equal(message, JsonDocument.Parse(text).RootElement.GetProperty("detail").GetString());
                    break;
            }

            time.Advance(TimeSpan.FromMinutes(16));
        }
    }

    [Fact]
    public async Task Nothing_OnNextChatsSurface_IsAnEmptyAccessCode()
    {
        await using var site = await TestSite.StartAsync(("CODE", "right"));
        using var answer = await site.Client.GetAsync("/api/openai/v1/models", []);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("""{"error":true,"msg":"empty access code"}""", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Code_InAHeader_GrantsNothingBeyondTheRelay()
    {
        await using var site = await TestSite.StartAsync(("CODE", "right"));
        using var config = await site.Client.GetAsync("/api/config", ("Authorization", "Bearer nk-right"));
        Assert.False((await config.JsonAsync()).GetProperty("access").GetProperty("granted").GetBoolean());
        using var relay = await site.Client.GetAsync("/v1/models", ("Authorization", "Bearer nk-right"));
        Assert.Null(relay.Header("Set-Cookie"));
    }

    [Theory]
    [InlineData("nk-anything")]
    [InlineData("sk-ow-0123456789")]
    [InlineData("eyJhbGciOiJIUzI1NiJ9.eyJpZCI6IjEifQ.c2ln")]
    public async Task Ours_OnAnOpenSite_IsIgnoredAndNotSentToTheProvider(string value)
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await TestSite.StartAsync(("OPENAI_API_BASE_URL", stub.BaseUrl), ("OPENAI_API_KEY", "sk-server"));
        using var answer = await ChatAsync(site, ("Authorization", "Bearer " + value));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("Bearer sk-server", Assert.Single(stub.Requests).Headers["Authorization"]);
        AssertNowhere(stub, value);
    }

    [Theory]
    [InlineData("sk-ow-0123456789")]
    [InlineData("eyJhbGciOiJIUzI1NiJ9.eyJpZCI6IjEifQ.c2ln")]
    public async Task Ours_OnASiteWithCodes_IsRefusedAndBesideAPassIgnored(string value)
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await TestSite.StartAsync(("CODE", "right"), ("OPENAI_API_BASE_URL", stub.BaseUrl), ("OPENAI_API_KEY", "sk-server"));
        using var refused = await ChatAsync(site, ("Authorization", "Bearer " + value));
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Empty(stub.Requests);
        using var passed = await ChatAsync(site, ("Authorization", "Bearer " + value), AccessCalls.Cookie(await site.Client.PassAsync("right")));
        Assert.Equal(HttpStatusCode.OK, passed.StatusCode);
        AssertNowhere(stub, value);
    }

    [Theory]
    [InlineData("Authorization", "Bearer sk-own")]
    [InlineData("Authorization", "sk-own")]
    [InlineData("api-key", "sk-own")]
    [InlineData("x-api-key", "sk-own")]
    public async Task OwnKey_OfAStranger_GoesToTheDefaultConnectionInPlaceOfTheServers(string header, string value)
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await TestSite.StartAsync(
            ("CODE", "right"), ("OPENAI_API_BASE_URL", stub.BaseUrl), ("OPENAI_API_KEY", "sk-server"), ("OPENAI_ORG_ID", "org-server"));
        using var answer = await ChatAsync(site, (header, value));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var received = Assert.Single(stub.Requests);
        Assert.Equal("Bearer sk-own", received.Headers["Authorization"]);
        Assert.DoesNotContain("OpenAI-Organization", received.Headers.Keys);
        AssertNowhere(stub, "sk-server");
        Assert.DoesNotContain("api-key", received.Headers.Keys);
        Assert.DoesNotContain("x-api-key", received.Headers.Keys);
        Assert.DoesNotContain("sk-own", answer.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task OwnKey_OfAPassHolderOrOnAnOpenSite_ReplacesTheServersAtTheDefaultConnectionOnly(bool hasCodes)
    {
        await using var first = await StubServer.StartAsync();
        await using var second = await StubServer.StartAsync();
        (first.Models, second.Models) = (["one"], ["two"]);
        await using var site = await TestSite.StartAsync(("CODE", hasCodes ? "right" : ""),
            ("OPENAI_API_BASE_URLS", $"{first.BaseUrl};{second.BaseUrl}"), ("OPENAI_API_KEYS", "sk-first;sk-second"));
        (string, string)[] headers = hasCodes ? [AccessCalls.Cookie(await site.Client.PassAsync("right")), ("Authorization", "Bearer sk-own")] : [("Authorization", "Bearer sk-own")];
        foreach (var model in (string[])["one", "two"])
        {
            using var answer = await site.Client.CallAsync("POST", "/v1/chat/completions", $$"""{"model":"{{model}}","messages":[]}""", headers);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        Assert.Equal("Bearer sk-own", first.Requests.Single(r => r.Path == "/v1/chat/completions").Headers["Authorization"]);
        Assert.Equal("Bearer sk-second", second.Requests.Single(r => r.Path == "/v1/chat/completions").Headers["Authorization"]);
        AssertNowhere(second, "sk-own");
    }

    [Fact]
    public async Task OwnKey_OfAStranger_SeesTheDefaultConnectionsModelsOnly()
    {
        await using var first = await StubServer.StartAsync();
        await using var second = await StubServer.StartAsync();
        await using var ollama = await StubServer.StartAsync();
        (first.Models, second.Models, ollama.Models) = (["one"], ["two"], ["three"]);
        await using var site = await TestSite.StartAsync(("CODE", "right"), ("OPENAI_API_BASE_URLS", $"{first.BaseUrl};{second.BaseUrl}"),
            ("OPENAI_API_KEYS", "sk-first;sk-second"), ("OLLAMA_BASE_URL", ollama.OllamaUrl));
        foreach (var path in (string[])["/v1/models", "/api/models", "/api/openai/v1/models", "/openai/models"])
        {
            Assert.Equal(["one"], await ModelsAsync(site, path, "Bearer sk-own"));
            Assert.Equal(["one", "three", "two"], (await ModelsAsync(site, path, "Bearer nk-right")).Order());
        }

        Assert.Empty(await ModelsAsync(site, "/ollama/v1/models", "Bearer sk-own"));
        // Another connection's model by name goes to the default connection: it decides, with that key.
        using var answer = await site.Client.CallAsync("POST", "/v1/chat/completions", """{"model":"two","messages":[]}""", ("Authorization", "Bearer sk-own"));
        Assert.Equal("Bearer sk-own", first.Requests.Single(r => r.Model == "two").Headers["Authorization"]);
        Assert.DoesNotContain(second.Requests, r => r.Model == "two");
        AssertNowhere(second, "sk-own");
        AssertNowhere(ollama, "sk-own");
    }

    [Theory]
    [InlineData(true, 401)]
    [InlineData(false, 200)]
    public async Task OwnKey_DefaultConnectionWithoutAKey_IsNeverSentThere(bool hasCodes, int status)
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await TestSite.StartAsync(("CODE", hasCodes ? "right" : ""), ("OPENAI_API_BASE_URL", stub.BaseUrl));
        using var answer = await ChatAsync(site, ("Authorization", "Bearer sk-own"));
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(hasCodes ? 0 : 1, stub.Requests.Count);
        AssertNowhere(stub, "sk-own");
    }

    [Theory]
    [InlineData(true, 401)]
    [InlineData(false, 200)]
    public async Task OwnKey_Hidden_IsRefusedWhereACodeIsAskedForElseIgnored(bool hasCodes, int status)
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await TestSite.StartAsync(("CODE", hasCodes ? "right" : ""), ("HIDE_USER_API_KEY", "1"),
            ("OPENAI_API_BASE_URL", stub.BaseUrl), ("OPENAI_API_KEY", "sk-server"));
        using var answer = await ChatAsync(site, ("Authorization", "Bearer not-needed"));
        Assert.Equal(status, (int)answer.StatusCode);
        AssertNowhere(stub, "not-needed");
        if (hasCodes)
        {
            Assert.Contains("you are not allowed to access with your own api key", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            using var passed = await ChatAsync(site, ("Authorization", "Bearer not-needed"), AccessCalls.Cookie(await site.Client.PassAsync("right")));
            Assert.Equal(HttpStatusCode.OK, passed.StatusCode);
        }

        Assert.Equal("Bearer sk-server", Assert.Single(stub.Requests).Headers["Authorization"]);
    }

    [Fact]
    public async Task OwnKey_OnlyOllamaConnected_IsNoWayIn()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await TestSite.StartAsync(("CODE", "right"), ("OLLAMA_BASE_URL", stub.OllamaUrl));
        foreach (var path in (string[])["/v1/models", "/ollama/api/tags", "/ollama/v1/models", "/api/models"])
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await site.Client.StatusAsync(path, ("Authorization", "Bearer sk-own")));
        }

        Assert.Empty(stub.Requests);
    }

    private static Task<HttpResponseMessage> ChatAsync(TestSite site, params (string, string)[] headers) =>
        site.Client.CallAsync("POST", "/v1/chat/completions", """{"model":"echo","messages":[{"role":"user","content":"x"}]}""", headers);

    private static async Task<List<string>> ModelsAsync(TestSite site, string path, string authorization)
    {
        using var answer = await site.Client.GetAsync(path, ("Authorization", authorization));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return [.. (await answer.JsonAsync()).GetProperty("data").EnumerateArray().Select(m => m.GetProperty("id").GetString()!)];
    }

    private static void AssertNowhere(StubServer stub, string secret)
    {
        foreach (var request in stub.Requests)
        {
            Assert.DoesNotContain(request.Headers.Values, value => value.Contains(secret, StringComparison.Ordinal));
            Assert.DoesNotContain(secret, request.Target, StringComparison.Ordinal);
            Assert.DoesNotContain(secret, request.BodyText, StringComparison.Ordinal);
        }
    }
}
