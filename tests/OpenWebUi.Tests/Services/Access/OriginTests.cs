using System.Net.Sockets;
using System.Text;
using OpenWebUi.StubProvider;
using OpenWebUi.Tests.Access;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Services.Access;

/// <summary>What other web pages may do with a site.</summary>
public sealed class OriginTests
{
    private static readonly string[] RelayPaths = ["/v1/models", "/openai/models", "/api/openai/v1/models", "/ollama/v1/models", "/ollama/api/tags", "/api/models", "/ollama"];
    private static readonly string[] OtherPaths = ["/api/config", "/api/version", "/health"];

    [Fact]
    public async Task OpenSite_ReboundPageBehindATrustedLoopback_CannotNameItselfLocalhost()
    {
        await using var site = await TestSite.StartAsync(("FORWARDED_ALLOW_IPS", "127.0.0.1"));
        using var message = new HttpRequestMessage(HttpMethod.Get, "/api/models") { Headers = { Host = "evil.example" } };
        message.Headers.Add("X-Forwarded-Host", "localhost");
        using var answer = await site.Client.SendAsync(message);
        Assert.Equal(421, (int)answer.StatusCode);
    }

    [Theory]
    [InlineData("evil.example", 421)]
    [InlineData("evil.example:7071", 421)]
    [InlineData("localhost.evil.example", 421)]
    [InlineData("127.0.0.1.evil.example", 421)]
    [InlineData("chat.example.com.evil.example", 421)]
    [InlineData("192.168.7.7", 421)]
    [InlineData("0.0.0.0", 421)]
    [InlineData("localhost", 200)]
    [InlineData("LOCALHOST:1234", 200)]
    [InlineData("my.localhost", 200)]
    [InlineData("127.0.0.1", 200)]
    [InlineData("127.5.5.5:80", 200)]
    [InlineData("[::1]:7071", 200)]
    [InlineData("chat.example.com", 200)]
    [InlineData("CHAT.example.com:8443", 200)]
    [InlineData("site.azurewebsites.net", 200)]
    public async Task OpenSite_AskedUnderAName_AnswersToItsOwnOnly(string host, int status)
    {
        await using var site = await TestSite.StartAsync(("WEBUI_URL", "https://chat.example.com/"), ("WEBSITE_HOSTNAME", "site.azurewebsites.net"));
        foreach (var path in (string[])[.. RelayPaths, .. OtherPaths])
        {
            Assert.Equal(status, (int)await site.Client.StatusAsync(path, ("Host", host)));
            Assert.Equal(status, (int)await site.Client.StatusAsync(path, ("Host", host), ("X-Forwarded-Host", "localhost")));
        }
    }

    [Fact]
    public async Task SiteWithCodes_AskedUnderAnyName_Answers()
    {
        await using var site = await TestSite.StartAsync(("CODE", "right"));
        Assert.Equal(200, (int)await site.Client.StatusAsync("/api/config", ("Host", "any.example")));
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Origin", "null")]
    [InlineData("Origin", "http://localhost:1")]
    public async Task OpenSite_DrivenByAnotherPage_RefusesAndGrantsNoCors(string header, string value)
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await TestSite.StartAsync(("OPENAI_API_BASE_URL", stub.BaseUrl), ("OPENAI_API_KEY", "sk-server"));
        foreach (var path in (string[])[.. RelayPaths, .. OtherPaths])
        {
            using var answer = await site.Client.GetAsync(path, (header, value));
            Assert.Equal(403, (int)answer.StatusCode);
            Assert.DoesNotContain(answer.Headers, h => h.Key.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase));
        }

        using var simple = await site.Client.CallAsync("POST", "/v1/chat/completions", """{"model":"echo","messages":[]}""", (header, value), ("Sec-Fetch-Mode", "no-cors"));
        Assert.Equal(403, (int)simple.StatusCode);
        using var preflight = await site.Client.CallAsync("OPTIONS", "/v1/chat/completions", null, (header, value), ("Access-Control-Request-Method", "POST"));
        Assert.DoesNotContain(preflight.Headers, h => h.Key.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase));
        Assert.Empty(stub.Requests);
    }

    [Theory]
    [InlineData("GET", "/", "navigate", 200)]
    [InlineData("GET", "/c/some-chat", "navigate", 200)]
    [InlineData("GET", "/", "no-cors", 403)]
    [InlineData("GET", "/", "cors", 403)]
    [InlineData("GET", "/api/config", "navigate", 403)]
    [InlineData("GET", "/API/models", "navigate", 403)]
    [InlineData("GET", "/v1/models", "navigate", 403)]
    [InlineData("GET", "/ollama/api/tags", "navigate", 403)]
    [InlineData("POST", "/v1/chat/completions", "navigate", 403)]
    [InlineData("POST", "/api/v1/access/leave", "navigate", 403)]
    public async Task OpenSite_LinkFromAnotherPage_LeadsToThePageOnly(string method, string path, string mode, int status)
    {
        var page = Directory.CreateTempSubdirectory("openwebui-page");
        await File.WriteAllTextAsync(Path.Combine(page.FullName, "index.html"), "<!doctype html>");
        try
        {
            await using var site = await TestSite.StartAsync(("FRONTEND_BUILD_DIR", page.FullName));
            using var answer = await site.Client.CallAsync(method, path, null, ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", mode));
            Assert.Equal(status, (int)answer.StatusCode);
        }
        finally
        {
            page.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task SiteWithCodes_RelayAskedByAnyOrigin_AnswersWithoutCredentials()
    {
        await using var site = await TestSite.StartAsync(("CODE", "right"));
        foreach (var path in RelayPaths)
        {
            using var answer = await site.Client.GetAsync(path, ("Origin", "https://app.example"), ("Sec-Fetch-Site", "cross-site"), ("Authorization", "Bearer nk-right"));
            Assert.Equal(200, (int)answer.StatusCode);
            Assert.Equal("*", answer.Header("Access-Control-Allow-Origin"));
            Assert.Null(answer.Header("Access-Control-Allow-Credentials"));
            // A page must be able to read why it was refused.
            using var refused = await site.Client.GetAsync(path, ("Origin", "https://app.example"));
            Assert.Equal(401, (int)refused.StatusCode);
            Assert.Equal("*", refused.Header("Access-Control-Allow-Origin"));
            using var preflight = await PreflightAsync(site, path, "https://app.example");
            Assert.Equal(204, (int)preflight.StatusCode);
            Assert.Equal("*", preflight.Header("Access-Control-Allow-Origin"));
            Assert.Null(preflight.Header("Access-Control-Allow-Credentials"));
            Assert.Equal("authorization, content-type", preflight.Header("Access-Control-Allow-Headers"));
            Assert.Contains("POST", preflight.Header("Access-Control-Allow-Methods"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task OpenSite_EveryOriginAllowed_OpensTheModelsButNoStoredChats()
    {
        await using var site = await TestSite.StartAsync(("CORS_ALLOW_ORIGIN", "*;https://mine.example"));
        (string, string)[] foreign = [("Origin", "https://app.example"), ("Sec-Fetch-Site", "cross-site")];
        using var models = await site.Client.GetAsync("/v1/models", foreign);
        Assert.Equal((200, "*"), ((int)models.StatusCode, models.Header("Access-Control-Allow-Origin")));
        using var chats = await site.Client.GetAsync("/api/v1/chats/", foreign);
        Assert.Equal((403, null), ((int)chats.StatusCode, chats.Header("Access-Control-Allow-Origin")));
        using var mine = await site.Client.GetAsync("/api/v1/chats/", ("Origin", "https://mine.example"), ("Sec-Fetch-Site", "cross-site"));
        Assert.Equal((200, "https://mine.example"), ((int)mine.StatusCode, mine.Header("Access-Control-Allow-Origin")));
    }

    [Fact]
    public async Task SiteWithCodes_OtherRoutesAskedByAnyOrigin_GrantNothing()
    {
        await using var site = await TestSite.StartAsync(("CODE", "right"));
        foreach (var path in (string[])[.. OtherPaths, "/api/v1/access/redeem", "/api/nothing", "/"])
        {
            using var answer = await site.Client.GetAsync(path, ("Origin", "https://app.example"));
            Assert.Null(answer.Header("Access-Control-Allow-Origin"));
            using var preflight = await PreflightAsync(site, path, "https://app.example");
            Assert.Null(preflight.Header("Access-Control-Allow-Origin"));
        }
    }

    [Theory]
    [InlineData("right", "https://app.example", "https://app.example")]
    [InlineData("right", "https://other.example", null)]
    [InlineData("right", "https://app.example:8443", null)]
    [InlineData("right", "http://app.example", null)]
    [InlineData("", "https://app.example", "https://app.example")]
    [InlineData("", "https://other.example", null)]
    public async Task AllowedOrigins_Named_NarrowTheRelayAndWidenTheRest(string code, string origin, string? allowed)
    {
        await using var site = await TestSite.StartAsync(("CODE", code), ("CORS_ALLOW_ORIGIN", "https://app.example;http://localhost:5173/"));
        foreach (var path in (string[])["/v1/models", "/api/openai/v1/models", "/api/config"])
        {
            using var answer = await site.Client.GetAsync(path, ("Origin", origin), ("Authorization", "Bearer nk-right"));
            Assert.Equal(code.Length > 0 || allowed is not null ? 200 : 403, (int)answer.StatusCode);
            Assert.Equal(allowed, answer.Header("Access-Control-Allow-Origin"));
            Assert.Null(answer.Header("Access-Control-Allow-Credentials"));
            if (allowed is not null)
            {
                Assert.Contains("Origin", answer.Header("Vary"), StringComparison.Ordinal);
            }

            using var preflight = await PreflightAsync(site, path, origin);
            Assert.Equal(allowed, preflight.Header("Access-Control-Allow-Origin"));
        }
    }

    [Theory]
    [InlineData("GET /v1/models HTTP/1.1\r\nHost: localhost\r\nOrigin: https://app.example\rSet-Cookie: injected=1\r\n\r\n")]
    [InlineData("GET /v1/models HTTP/1.1\r\nHost: localhost\r\nOrigin: https://app.example\nSet-Cookie: injected=1\r\n\r\n")]
    [InlineData("OPTIONS /v1/models HTTP/1.1\r\nHost: localhost\r\nOrigin: https://a.example\r\nAccess-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: x\rinjected: 1\r\n\r\n")]
    [InlineData("OPTIONS /v1/models HTTP/1.1\r\nHost: localhost\r\nOrigin: https://a.example\r\nAccess-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: x\ninjected: 1\r\n\r\n")]
    [InlineData("OPTIONS /v1/models HTTP/1.1\r\nHost: localhost\r\nOrigin: https://a.example\r\nAccess-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: x\0injected: 1\r\n\r\n")]
    [InlineData("OPTIONS /v1/models HTTP/1.1\r\nHost: localhost\r\nOrigin: https://a.example\r\nAccess-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: x\u00e9\u00ff\r\n\r\n")]
    [InlineData("OPTIONS /v1/models HTTP/1.1\r\nHost: localhost\r\nOrigin: https://a.example\r\nAccess-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: x%0d%0ainjected: 1\r\n\r\n")]
    [InlineData("GET /v1/models%0d%0ainjected:%201 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer nk-right\r\n\r\n")]
    [InlineData("PUT /v1/%0d%0ainjected:%201 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer nk-right\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("GET /%0d%0ainjected:%201 HTTP/1.1\r\nHost: localhost\r\n\r\n")]
    public async Task HeaderInjection_TriedOnTheWire_ReachesNoAnswer(string request)
    {
        await using var site = await TestSite.StartAsync(("CODE", "right"));
        using var socket = new TcpClient();
        await socket.ConnectAsync(site.Address.Host, site.Address.Port);
        var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request.Replace("Host: localhost\r\n", "Host: localhost\r\nConnection: close\r\n", StringComparison.Ordinal)));
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var all = new MemoryStream();
        await stream.CopyToAsync(all, limit.Token);
        var answer = Encoding.Latin1.GetString(all.ToArray());
        var head = answer[..answer.IndexOf("\r\n\r\n", StringComparison.Ordinal)];
        Assert.DoesNotContain("500", head.Split("\r\n")[0], StringComparison.Ordinal);
        Assert.DoesNotContain(head.Split(["\r\n", "\r", "\n"], StringSplitOptions.None), line => line.StartsWith("injected", StringComparison.OrdinalIgnoreCase)
            || line.StartsWith("Set-Cookie", StringComparison.OrdinalIgnoreCase));
    }

    private static Task<HttpResponseMessage> PreflightAsync(TestSite site, string path, string origin) => site.Client.CallAsync("OPTIONS", path, null,
        ("Origin", origin), ("Sec-Fetch-Site", "cross-site"), ("Access-Control-Request-Method", "POST"), ("Access-Control-Request-Headers", "authorization, content-type"));
}
