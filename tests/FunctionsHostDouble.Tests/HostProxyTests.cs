using System.Net;
using System.Text.Json.Nodes;

namespace OpenWebUi.FunctionsHostDouble.Tests;

public class HostProxyTests
{
    [Fact]
    public async Task Routes_AreTriedByNameNotBySpecificity()
    {
        using var folder = new PublishFolder();
        folder.Http("OpenAi", "openai/{*path}");
        folder.Http("V1", "v1/{*path}", "\"post\"");
        folder.Http("website", "{*path}");
        folder.Http("Zulu", "zulu/{*path}");
        await using var host = await FunctionsHost.StartAsync(folder.Root);
        using var client = new HttpClient { BaseAddress = host.Address };
        foreach (var path in (string[])["openai/models", "openai", "v1/models", "", "zulu/never", "administrator"])
        {
            Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(path)).StatusCode);
        }

        Assert.Equal(HttpStatusCode.OK, (await client.PostAsync("v1/models", content: null)).StatusCode);
        Assert.Equal(["OpenAi", "V1", "website", "Zulu"], host.Functions.Select(f => f.Name));
        Assert.Equal(["OpenAi", "OpenAi", "website", "website", "website", "website", "V1"], host.InvocationLog.Select(i => i.FunctionName));
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("admin/host/status")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("runtime/webhooks/x")).StatusCode);
    }

    [Fact]
    public async Task Route_UnmatchedOrDisabled_Is404()
    {
        using var folder = new PublishFolder();
        folder.Http("V1", "v1/{*path}");
        folder.Http("Off", "off");
        var settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["AzureWebJobsDisableHomepage"] = "true", ["AzureWebJobs.Off.Disabled"] = "1" };
        await using var host = await FunctionsHost.StartAsync(folder.Root, settings);
        using var client = new HttpClient { BaseAddress = host.Address };
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("elsewhere")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("off")).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await client.GetAsync("")).StatusCode);
        Assert.Empty(host.InvocationLog);
    }

    [Fact]
    public async Task Headers_AreRewrittenAsInAzure()
    {
        using var folder = PublishFolder.Usual();
        var options = new FunctionsHostOptions { ClientIp = "203.0.113.9:4711", PublicHost = "chat.example.org" };
        await using var host = await FunctionsHost.StartAsync(folder.Root, options: options);
        using var client = new HttpClient { BaseAddress = host.Address };
        using var request = new HttpRequestMessage(HttpMethod.Get, "headers");
        request.Headers.Add("client-ip", "6.6.6.6");
        request.Headers.Add("X-Forwarded-For", "6.6.6.6");
        request.Headers.Add("X-Forwarded-Host", "evil.example");
        request.Headers.Add("x-ms-invocation-id", "forged");
        request.Headers.Add("X-Azure-Functions-InvocationId", "forged");
        request.Headers.Add("User-Agent", "test/1");
        request.Headers.Add("Cookie", "a=b");
        var headers = (await AnswerAsync(await client.SendAsync(request)))["headers"]!;
        var id = host.InvocationLog[0].Id.ToString();
        Assert.Equal(id, (string?)headers["x-ms-invocation-id"]);
        Assert.Equal(id, (string?)headers["x-azure-functions-invocationid"]);
        Assert.Equal(options.HostVersion, (string?)headers["x-azure-functions-hostversion"]);
        Assert.StartsWith("127.0.0.1:", (string?)headers["host"], StringComparison.Ordinal);
        Assert.NotEqual(host.Address.Authority, (string?)headers["host"]);
        Assert.Equal("chat.example.org", (string?)headers["x-forwarded-host"]);
        Assert.Equal("https", (string?)headers["x-forwarded-proto"]);
        Assert.Equal("127.0.0.1", (string?)headers["x-forwarded-for"]);
        Assert.Equal("203.0.113.9:4711", (string?)headers["client-ip"]);
        Assert.Equal("test/1", (string?)headers["user-agent"]);
        Assert.Equal("a=b", (string?)headers["cookie"]);
        Assert.Matches("^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$", (string?)headers["traceparent"]);
        Assert.Equal(200, await host.InvocationLog[0].Completed);
    }

    [Theory]
    [InlineData("models/org%2Fmodel", "/models/org%252Fmodel")]
    [InlineData("a%20b+c;d:e?q=%2F%20x", "/a%20b+c;d:e?q=%2F%20x")]
    [InlineData("a/../b//c", "/b//c")]
    public async Task Path_IsEncodedAsByYarp(string sent, string received)
    {
        using var folder = PublishFolder.Usual();
        await using var host = await FunctionsHost.StartAsync(folder.Root);
        using var client = new HttpClient();
        var answer = await AnswerAsync(await client.GetAsync(new Uri(host.Address + sent, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true })));
        Assert.Equal(received, (string?)answer["url"]);
    }

    [Fact]
    public async Task Redirect_IsNotFollowed()
    {
        using var folder = PublishFolder.Usual();
        await using var host = await FunctionsHost.StartAsync(folder.Root);
        using var client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false });
        Assert.Equal("http://example.org/", (await client.GetAsync(new Uri(host.Address, "redirect"))).Headers.Location?.ToString());
    }

    [Fact]
    public async Task Stream_ArrivesUnbuffered()
    {
        using var folder = PublishFolder.Usual();
        await using var host = await FunctionsHost.StartAsync(folder.Root);
        using var client = new HttpClient { BaseAddress = host.Address };
        using var response = await client.GetAsync("stream", HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        Assert.Equal("data: one", await reader.ReadLineAsync());

        // The second event is only sent now: the first cannot have waited for it.
        (await client.PostAsync("release", content: null)).EnsureSuccessStatusCode();
        Assert.Equal("\ndata: two\n\n", await reader.ReadToEndAsync());
    }

    [Fact]
    public async Task Caller_Leaves_HandlerHearsIt()
    {
        using var folder = PublishFolder.Usual();
        await using var host = await FunctionsHost.StartAsync(folder.Root);
        using (var client = new HttpClient(new SocketsHttpHandler { ResponseDrainTimeout = TimeSpan.Zero }) { BaseAddress = host.Address })
        {
            using var response = await client.GetAsync("hang", HttpCompletionOption.ResponseHeadersRead);
            Assert.DoesNotContain(host.Logs, l => l.Text == "the caller left");
        }

        await host.WaitForLogAsync(l => l.Text == "the caller left");
    }

    [Fact]
    public async Task Silence_Of240Seconds_CutsTheExchange()
    {
        using var folder = PublishFolder.Usual();
        var clock = new ManualClock();
        await using var host = await FunctionsHost.StartAsync(folder.Root, options: new FunctionsHostOptions { TimeProvider = clock, KillAfterIdle = null });
        using var client = new HttpClient { BaseAddress = host.Address };
        using var answer = await client.GetAsync("hang", HttpCompletionOption.ResponseHeadersRead);
        var stream = await answer.Content.ReadAsStreamAsync();
        await stream.ReadExactlyAsync(new byte[1]);
        clock.Advance(TimeSpan.FromSeconds(239));
        Assert.DoesNotContain(host.Logs, l => l.Text == "the caller left");
        clock.Advance(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAnyAsync<IOException>(() => stream.CopyToAsync(Stream.Null));
        await host.WaitForLogAsync(l => l.Text == "the caller left");
        Assert.Equal(1, host.HandlerStarts);
    }

    [Fact]
    public async Task Silence_BeforeTheStatus_Is504()
    {
        using var folder = PublishFolder.Usual();
        var clock = new ManualClock();
        await using var host = await FunctionsHost.StartAsync(folder.Root, options: new FunctionsHostOptions { TimeProvider = clock, KillAfterIdle = null });
        using var client = new HttpClient { BaseAddress = host.Address };
        var calling = client.GetAsync("silent");
        await host.WaitForLogAsync(l => l.Text == "silent");
        clock.Advance(TimeSpan.FromSeconds(240));
        Assert.Equal(HttpStatusCode.GatewayTimeout, (await calling).StatusCode);
        await host.WaitForLogAsync(l => l.Text == "the caller left");
    }

    [Fact]
    public async Task Silence_CountsFromTheLastByte()
    {
        using var folder = PublishFolder.Usual();
        folder.HostJson(functionTimeout: "-1");
        var clock = new ManualClock();
        await using var host = await FunctionsHost.StartAsync(folder.Root, options: new FunctionsHostOptions { TimeProvider = clock, KillAfterIdle = null });
        using var client = new HttpClient { BaseAddress = host.Address };
        using var answer = await client.GetAsync("stream", HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        for (var events = 0; events < 3; events++)
        {
            Assert.StartsWith("data: ", await reader.ReadLineAsync(), StringComparison.Ordinal);
            Assert.Equal("", await reader.ReadLineAsync());
            clock.Advance(TimeSpan.FromSeconds(239));
            (await client.PostAsync(events < 2 ? "more" : "release", content: null)).EnsureSuccessStatusCode();
        }

        Assert.Equal("data: two\n\n", await reader.ReadToEndAsync());
    }

    [Theory]
    [InlineData("x?", 4096, HttpStatusCode.OK)]
    [InlineData("x?", 4097, HttpStatusCode.RequestUriTooLong)]
    [InlineData("x/", 8192, HttpStatusCode.OK)]
    [InlineData("x/", 8193, HttpStatusCode.RequestUriTooLong)]
    public async Task Url_HasTheHostsLimits(string start, int length, HttpStatusCode status)
    {
        using var folder = PublishFolder.Usual();
        await using var host = await FunctionsHost.StartAsync(folder.Root);
        using var client = new HttpClient { BaseAddress = host.Address };
        // The limit of the query counts its question mark, that of the address the first slash.
        var filled = start + new string('a', length - 1 - (start == "x?" ? 0 : start.Length));
        Assert.Equal(status, (await client.GetAsync(filled)).StatusCode);
    }

    [Fact]
    public async Task Body_UpToTheLimitPasses_BeyondIs413()
    {
        using var folder = PublishFolder.Usual();
        await using var host = await FunctionsHost.StartAsync(folder.Root, options: new FunctionsHostOptions { MaxRequestBodyBytes = 1000 });
        using var client = new HttpClient { BaseAddress = host.Address };
        var answer = await AnswerAsync(await client.PutAsync("x", new ByteArrayContent(new byte[1000])));
        Assert.Equal(1000, (int?)answer["bytes"]);
        Assert.Equal("PUT", (string?)answer["method"]);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await client.PostAsync("x", new ByteArrayContent(new byte[1001]))).StatusCode);
    }

    [Fact]
    public async Task Handler_GetsTheHostsEnvironmentAndNothingOfTheTests()
    {
        using var folder = PublishFolder.Usual();
        Environment.SetEnvironmentVariable("HOST_DOUBLE_LEAK", "1");
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["MY_SETTING"] = "x y",
            ["AzureFunctionsJobHost__customHandler__description__workingDirectory"] = "Website",
        };
        await using var host = await FunctionsHost.StartAsync(folder.Root, settings);
        using var client = new HttpClient { BaseAddress = host.Address };
        var answer = await AnswerAsync(await client.GetAsync("env"));
        var env = answer["env"]!;
        Assert.Equal("x y", (string?)env["MY_SETTING"]);
        Assert.Null(env["HOST_DOUBLE_LEAK"]);
        Assert.Equal((string?)env["FUNCTIONS_CUSTOMHANDLER_PORT"], (string?)env["FUNCTIONS_HTTPWORKER_PORT"]);
        Assert.Equal((string?)env["FUNCTIONS_CUSTOMHANDLER_WORKER_ID"], (string?)env["FUNCTIONS_HTTPWORKER_ID"]);
        Assert.Equal(folder.Root, (string?)env["FUNCTIONS_APP_ROOT_PATH"]);
        Assert.Equal("custom", (string?)env["FUNCTIONS_WORKER_RUNTIME"]);
        Assert.Equal(Path.Combine(folder.Root, "Website"), (string?)answer["cwd"]);
        Assert.Equal(host.HandlerProcess.Id, (int?)answer["pid"]);
        Assert.True(host.HandlerProcess.WorkingSetBytes > 1_000_000);
        Assert.True(host.HandlerProcess.StartToReady > TimeSpan.Zero);
    }

    private static async Task<JsonNode> AnswerAsync(HttpResponseMessage response) =>
        JsonNode.Parse(await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync())!;
}
