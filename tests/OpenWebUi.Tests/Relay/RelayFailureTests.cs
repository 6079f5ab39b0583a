using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using OpenWebUi.StubProvider;
using static OpenWebUi.Tests.Relay.RelayCalls;

namespace OpenWebUi.Tests.Relay;

public sealed class RelayFailureTests
{
    public static TheoryData<string, string, int, string> BeforeTheFirstByte
    {
        get
        {
            var rows = new TheoryData<string, string, int, string>();
            foreach (var path in (string[])["/v1/chat/completions", "/openai/chat/completions", "/api/openai/v1/chat/completions", "/api/chat/completions", "/ollama/v1/chat/completions", "/ollama/api/chat"])
            {
                foreach (var status in (int[])[400, 401, 403, 404, 408, 413, 429, 500, 503])
                {
                    rows.Add(path, $"status-{status}", status, StubErrors.MessageFor(status));
                }

                rows.Add(path, "html", 502, "/v1");
                rows.Add(path, "html-502", 502, "web page");
                rows.Add(path, "redirect", 502, "redirect");
                rows.Add(path, "garbage", 502, "not HTTP");
                rows.Add(path, "vllm-503", 503, "");
                rows.Add(path, "vllm-404", 404, "");
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(BeforeTheFirstByte))]
    public async Task Provider_FailsBeforeTheFirstByte_CallerGetsStatusMessageAndConnection(string path, string model, int status, string words)
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await SiteFor(stub, path);
        using var answer = await site.Client.StreamAsync(Chat(path, model));
        var text = await answer.ReadToEndAsync();
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Contains(words, text, StringComparison.Ordinal);
        Assert.Equal($"127.0.0.1:{stub.Port}", answer.Headers.GetValues("x-openwebui-connection").Single());
        using var json = JsonDocument.Parse(text);
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
        Assert.DoesNotContain(" at OpenWebUi.", text, StringComparison.Ordinal);
        if (status is 429 or 503 && model.StartsWith("status", StringComparison.Ordinal))
        {
            Assert.Equal("7", answer.Headers.GetValues("Retry-After").Single());
        }
    }

    [Theory]
    [InlineData(RawTcpMode.Refuse, 502, "upstream_connect")]
    [InlineData(RawTcpMode.Garbage, 502, "upstream_protocol")]
    [InlineData(RawTcpMode.CloseAtOnce, 502, "upstream_cut")]
    public async Task Provider_ThatIsNoProvider_IsNamedByItsLeg(RawTcpMode mode, int status, string code)
    {
        await using var raw = RawTcpStub.Start(mode);
        await using var site = await Site.TestSite.StartAsync(("BASE_URL", raw.BaseUrl));
        using var answer = await site.Client.StreamAsync(Chat("/v1/chat/completions", "any"));
        var text = await answer.ReadToEndAsync();
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Contains($"\"code\":\"{code}\"", text, StringComparison.Ordinal);
        Assert.Contains($"127.0.0.1:{raw.Port}", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Provider_WhoseNameDoesNotResolve_IsDns()
    {
        await using var site = await Site.TestSite.StartAsync(("BASE_URL", "http://no-such-host.invalid/v1"));
        using var answer = await site.Client.StreamAsync(Chat("/v1/chat/completions", "any"));
        Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
        Assert.Contains("upstream_dns", await answer.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Provider_WithAnExpiredCertificate_IsTls()
    {
        await using var stub = await StubServer.StartTlsAsync(expired: true);
        await using var site = await Site.TestSite.StartAsync(("BASE_URL", stub.BaseUrl));
        using var answer = await site.Client.StreamAsync(Chat("/v1/chat/completions", "any"));
        Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
        Assert.Contains("upstream_tls", await answer.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.Empty(stub.Requests);
    }

    [Theory]
    [InlineData("/v1/chat/completions", "cut")]
    [InlineData("/v1/chat/completions", "cut-midline")]
    [InlineData("/api/openai/v1/chat/completions", "cut")]
    [InlineData("/ollama/v1/chat/completions", "cut-midline")]
    public async Task Provider_CutsTheStream_CallerGetsOneErrorEventAndNoDone(string path, string model)
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await SiteFor(stub, path);
        using var answer = await site.Client.StreamAsync(Chat(path, model));
        var text = await answer.ReadToEndAsync();
        var last = text.TrimEnd('\n').Split("\n\n")[^1];
        Assert.StartsWith("data: {\"error\":{\"message\":\"127.0.0.1:", last, StringComparison.Ordinal);
        Assert.Contains("\"code\":\"upstream_cut\"", last, StringComparison.Ordinal);
        Assert.DoesNotContain("[DONE]", text, StringComparison.Ordinal);
        Assert.EndsWith("\n\n", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cut")]
    [InlineData("cut-midline")]
    public async Task OllamaServer_CutsTheStream_CallerGetsAnErrorLine(string model)
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await SiteFor(stub, "/ollama");
        using var answer = await site.Client.StreamAsync(Chat("/ollama/api/chat", model));
        var lines = (await answer.ReadToEndAsync()).TrimEnd('\n').Split('\n');
        using var last = JsonDocument.Parse(lines[^1]);
        Assert.Contains("closed the connection", last.RootElement.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain(lines, IsDone);
    }

    /// <summary>Half a line may hold the words, but it is no message.</summary>
    private static bool IsDone(string line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            return json.RootElement.TryGetProperty("done", out var done) && done.GetBoolean();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    [Fact]
    public async Task Provider_CutsAnAnswerThatIsNoStream_CallerSeesItCutToo()
    {
        await using var stub = await StubServer.StartAsync();
        var arrived = new TaskCompletionSource();
        stub.Behavior = StubBehavior.Custom(async (context, request) =>
        {
            context.Response.ContentType = "application/json";
            context.Response.ContentLength = 1000;
            await context.Response.WriteAsync("{\"id\":");
            await context.Response.Body.FlushAsync();
            await arrived.Task;
            context.Abort();
        });
        await using var site = await SiteFor(stub, "/v1");
        using var answer = await site.Client.StreamAsync(Chat("/v1/chat/completions", "any", stream: false));
        var stream = await answer.Content.ReadAsStreamAsync();
        await stream.ReadUntilAsync("{\"id\":");
        arrived.SetResult();
        await Assert.ThrowsAnyAsync<IOException>(() => stream.CopyToAsync(Stream.Null));
    }

    [Fact]
    public async Task Provider_SendsItsOwnErrorInTheStream_ItPassesAsItIs()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await SiteFor(stub, "/v1");
        using var direct = await site.Client.StreamAsync(Chat(stub.BaseUrl + "/chat/completions", "error-midstream"));
        using var relayed = await site.Client.StreamAsync(Chat("/v1/chat/completions", "error-midstream"));
        Assert.Equal(Scrub(await direct.ReadToEndAsync()), Scrub(await relayed.ReadToEndAsync()));
    }

    [Theory]
    [InlineData("application/json", "{\"error\":{\"message\":\"bad key sk-server-key\"}}")]
    [InlineData("text/plain", "bad key sk-server-key")]
    public async Task Provider_RepeatsTheServersKey_ItDoesNotReachTheCaller(string type, string body)
    {
        await using var stub = await StubServer.StartAsync();
        stub.Behavior = StubBehavior.Custom(async (context, _) =>
        {
            context.Response.StatusCode = 401;
            context.Response.ContentType = type;
            context.Response.Headers["x-request-id"] = "Bearer sk-server-key";
            await context.Response.WriteAsync(body);
        });
        await using var site = await SiteFor(stub, "/v1", ("OPENAI_API_KEY", "sk-server-key"));
        using var answer = await site.Client.StreamAsync(Chat("/v1/chat/completions", "any"));
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        var text = await answer.ReadToEndAsync();
        Assert.Contains("bad key ***", text, StringComparison.Ordinal);
        Assert.DoesNotContain("sk-server-key", text + answer.Headers, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("OpenAI-Beta")]
    [InlineData("Content-Type")]
    public async Task Caller_SendsAHeaderOutsideAscii_IsNotTheProvidersFault(string name)
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await SiteFor(stub, "/v1");
        using var socket = new System.Net.Sockets.TcpClient();
        await socket.ConnectAsync(site.Address.Host, site.Address.Port);
        const string body = "{\"model\":\"echo\",\"messages\":[]}";
        await socket.GetStream().WriteAsync(System.Text.Encoding.UTF8.GetBytes(
            $"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n{name}: application/json\u00e9\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}"));
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        Assert.StartsWith("HTTP/1.1 200", await new StreamReader(socket.GetStream()).ReadToEndAsync(limit.Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Provider_CompressesAlthoughNobodyAsked_BytesAndLabelPassTogether()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await SiteFor(stub, "/v1");
        using var answer = await site.Client.StreamAsync(Chat("/v1/chat/completions", "gzip"));
        Assert.Equal("gzip", answer.Content.Headers.ContentEncoding.Single());
        await using var unzipped = new System.IO.Compression.GZipStream(await answer.Content.ReadAsStreamAsync(), System.IO.Compression.CompressionMode.Decompress);
        Assert.Contains("[DONE]", await new StreamReader(unzipped).ReadToEndAsync(), StringComparison.Ordinal);
    }

    private static string Scrub(string text) =>
        System.Text.RegularExpressions.Regex.Replace(text, "\"(?<field>id|created)\":(?:\"[^\"]*\"|\\d+)", "\"${field}\":0", System.Text.RegularExpressions.RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5));
}
