using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using OpenWebUi.Platform.Hosting;
using OpenWebUi.StubProvider;
using static OpenWebUi.Tests.Relay.RelayCalls;

namespace OpenWebUi.Tests.Relay;

public sealed class RelayBadInputTests
{
    [Theory]
    [InlineData("", 400)]
    [InlineData("null", 400)]
    [InlineData("[]", 400)]
    [InlineData("{", 400)]
    [InlineData("{\"model\":\"echo\"", 400)]
    [InlineData("{\"model\":\"echo\",}x", 400)]
    [InlineData("{\"model\":\"echo\"}}", 400)]
    [InlineData("{\"model\" \"echo\"}", 400)]
    [InlineData("not json at all", 400)]
    [InlineData("{\"model\":7}", 422)]
    [InlineData("{\"model\":[\"echo\"]}", 422)]
    [InlineData("{\"model\":\"\"}", 422)]
    [InlineData("{\"model\":\"echo\",\"stream\":\"yes\",\"messages\":[]}", 422)]
    [InlineData("{\"model\":\"echo\",\"messages\":[],\"model\":\"other\"}", 422)]
    public async Task Body_ThatIsBroken_IsRefusedInTheDialect_AndNeverReachesTheProvider(string body, int status)
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await TestSiteWithBoth(stub);
        foreach (var path in (string[])["/v1/chat/completions", "/openai/chat/completions", "/api/openai/v1/chat/completions", "/ollama/api/chat"])
        {
            using var answer = await site.Client.SendAsync(Post(path, body));
            Assert.Equal(status, (int)answer.StatusCode);
            using var json = JsonDocument.Parse(await answer.ReadToEndAsync());
            var error = json.RootElement.GetProperty("error");
            Assert.Equal(path switch
            {
                "/ollama/api/chat" => JsonValueKind.String,
                "/api/openai/v1/chat/completions" => JsonValueKind.True,
                _ => JsonValueKind.Object,
            }, error.ValueKind);
            Assert.False(answer.Headers.Contains("x-openwebui-connection"));
        }

        Assert.DoesNotContain(stub.Requests, request => request.Method == "POST" && request.Completed.IsCompletedSuccessfully && request.BodyRead.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Body_OverTheLimit_Is413()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await SiteFor(stub, "/v1");
        using var content = new StreamContent(new Zeros(Listener.MaxBodyBytes + 1));
        content.Headers.ContentType = new("application/json");
        content.Headers.ContentLength = Listener.MaxBodyBytes + 1;
        using var message = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = content };
        message.Headers.ExpectContinue = true;
        using var answer = await site.Client.SendAsync(message);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Contains("body_too_large", await answer.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("POST", "/v1/files", 404)]
    [InlineData("GET", "/v1/organization/users", 404)]
    [InlineData("POST", "/v1/chat/completions/../files", 404)]
    [InlineData("POST", "/v1/chat/%2e%2e/files", 404)]
    [InlineData("POST", "/v1/..%2f..%2fapi/pull", 404)]
    [InlineData("POST", "/v1//chat/completions", 404)]
    [InlineData("POST", "/v1/http://evil.example/", 404)]
    [InlineData("POST", "/v1/chat/completions%00", 404)]
    [InlineData("POST", "/v1/chat/completions@evil.example", 404)]
    [InlineData("POST", "/ollama/api/pull", 404)]
    [InlineData("DELETE", "/ollama/api/delete", 404)]
    [InlineData("POST", "/ollama/api/../v1/files", 404)]
    [InlineData("POST", "/api/openai/v1/files", 403)]
    [InlineData("GET", "/v1/chat/completions", 405)]
    [InlineData("DELETE", "/v1/embeddings", 405)]
    public async Task Path_ThatIsNotOnTheList_ReachesNoProvider(string method, string path, int status)
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await TestSiteWithBoth(stub);
        var (actual, body) = await RawAsync(site.Address, $"{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{{}}");
        Assert.True(actual == status || actual == 400, $"{actual}: {body}");
        Assert.Empty(stub.Requests);
    }

    [Fact]
    public async Task CallerCannotChooseTheHost_ByAnyHeaderOrQuery()
    {
        await using var stub = await StubServer.StartAsync();
        await using var other = await StubServer.StartAsync();
        await using var site = await SiteFor(stub, "/v1");
        foreach (var (name, value) in new[] { ("x-base-url", other.BaseUrl), ("X-Forwarded-Host", $"127.0.0.1:{other.Port}"), ("X-Original-URL", other.BaseUrl), ("Location", other.BaseUrl) })
        {
            var message = Chat($"/v1/chat/completions?base_url={Uri.EscapeDataString(other.BaseUrl)}", "echo");
            message.Headers.TryAddWithoutValidation(name, value);
            using var answer = await site.Client.SendAsync(message);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        Assert.Empty(other.Requests);
        Assert.Equal(4, stub.Requests.Count);
    }

    [Fact]
    public async Task HeaderInjection_InAModelName_StaysInTheBody()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await SiteFor(stub, "/v1", ("ENABLE_GUIDE_MODEL", "true"));
        using var answer = await site.Client.SendAsync(Post("/v1/chat/completions", "{\"model\":\"a\\r\\nX-Evil: 1\",\"messages\":[]}"));
        Assert.False(answer.Headers.Contains("X-Evil"));
        var request = await stub.WaitForRequestAsync("/v1/chat/completions");
        Assert.DoesNotContain("X-Evil", request.Headers.Keys);
    }

    [Fact]
    public async Task Model_BehindTooMuch_IsRefusedWhereItWouldHaveToBeKnown()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await SiteFor(stub, "/v1", ("ENABLE_GUIDE_MODEL", "true"));
        var body = "{\"messages\":\"" + new string('a', 33 * 1024 * 1024) + "\",\"model\":\"echo\"}";
        using var answer = await site.Client.SendAsync(Post("/v1/chat/completions", body));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Contains("model_too_late", await answer.ReadToEndAsync(), StringComparison.Ordinal);
    }

    private static Task<Site.TestSite> TestSiteWithBoth(StubServer stub) =>
        Site.TestSite.StartAsync(("BASE_URL", stub.BaseUrl), ("OLLAMA_BASE_URL", stub.OllamaUrl));

    /// <summary>Sends bytes that no HTTP client would.</summary>
    private static async Task<(int Status, string Body)> RawAsync(Uri address, string request)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(address.Host, address.Port);
        var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request));
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var text = await new StreamReader(stream).ReadToEndAsync(limit.Token);
        return (int.Parse(text.Split(' ')[1]), text);
    }

    /// <summary>That many blanks before anything: valid JSON white space.</summary>
    private sealed class Zeros(long length) : Stream
    {
        private long _left = length;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var n = (int)Math.Min(count, _left);
            Array.Fill(buffer, (byte)' ', offset, n);
            _left -= n;
            return n;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
