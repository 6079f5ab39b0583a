using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using OpenWebUi.StubProvider;
using OpenWebUi.Tests.Site;
using static OpenWebUi.Tests.Relay.RelayCalls;

namespace OpenWebUi.Tests.Relay;

public sealed class RelayPassThroughTests
{
    [Fact]
    public async Task Body_WithFieldsThatNobodyKnows_ReachesTheProviderByteForByte()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await SiteFor(stub, "/v1");
        const string body = """
            { "messages":[{"role":"user","content":[{"type":"text","text":"看 \"this\" \\ \u00e9 {]"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}]}],
              "future_field": {"a":[1,2,{"model":"not-this-one"}]}, "tools":[{"type":"function","function":{"name":"f","parameters":{}}}], "model" : "echo" , "temperature":0.1e1 }
            """;
        using var answer = await site.Client.SendAsync(Post("/v1/chat/completions?api-version=2026&x=%2F%20y", body));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var request = await stub.WaitForRequestAsync();
        Assert.Equal(body, request.BodyText);
        Assert.Equal("/v1/chat/completions?api-version=2026&x=%2F%20y", request.Target);
        Assert.Equal("application/json", request.Headers["Content-Type"]);
        Assert.Equal(Encoding.UTF8.GetByteCount(body).ToString(), request.Headers["Content-Length"]);
    }

    [Theory]
    [InlineData("/v1/embeddings", """{"model":"embed","input":"x"}""")]
    [InlineData("/v1/completions", """{"model":"echo","prompt":"x"}""")]
    [InlineData("/v1/responses", """{"model":"echo","input":"x"}""")]
    [InlineData("/v1/images/generations", """{"model":"echo","prompt":"x"}""")]
    [InlineData("/openai/v1/embeddings", """{"model":"embed","input":"x"}""")]
    [InlineData("/api/embeddings", """{"model":"embed","input":"x"}""")]
    [InlineData("/ollama/api/embed", """{"model":"embed","input":"x"}""")]
    [InlineData("/ollama/api/show", """{"model":"echo"}""")]
    public async Task Call_WithoutStream_AnswersWhatTheProviderAnswers(string path, string body)
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await SiteFor(stub, path);
        using var answer = await site.Client.SendAsync(Post(path, body));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        using var json = JsonDocument.Parse(await answer.ReadToEndAsync());
        Assert.Equal(JsonValueKind.Object, json.RootElement.ValueKind);
        Assert.Equal(body, (await stub.WaitForRequestAsync()).BodyText);
    }

    [Fact]
    public async Task Speech_IsBytes_AndPassesAsBytes()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await SiteFor(stub, "/v1");
        const string body = """{"model":"tts","input":"hello","voice":"alloy"}""";
        var direct = await site.Client.SendAsync(Post(stub.BaseUrl + "/audio/speech", body));
        using var relayed = await site.Client.SendAsync(Post("/v1/audio/speech", body));
        Assert.Equal(await direct.Content.ReadAsByteArrayAsync(), await relayed.Content.ReadAsByteArrayAsync());
        Assert.Equal(direct.Content.Headers.ContentType, relayed.Content.Headers.ContentType);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Recording_OfManyMegabytes_PassesWhole(bool severalConnections)
    {
        await using var stub = await StubServer.StartAsync();
        (string, string)[] more = severalConnections ? [("ENABLE_GUIDE_MODEL", "true")] : [];
        await using var site = await SiteFor(stub, "/v1", more);
        var sound = RandomNumberGenerator.GetBytes(12 * 1024 * 1024);
        using var form = new MultipartFormDataContent("a-boundary");
        form.Add(new StringContent("whisper-1"), "model");
        form.Add(new ByteArrayContent(sound) { Headers = { ContentType = new MediaTypeHeaderValue("audio/wav") } }, "file", "speech.wav");
        var expected = await form.ReadAsByteArrayAsync();
        using var answer = await site.Client.PostAsync("/v1/audio/transcriptions", form);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var request = await stub.WaitForRequestAsync("/v1/audio/transcriptions");
        Assert.Equal(expected.Length, request.BodyLength);
        Assert.Equal(Convert.ToHexString(SHA256.HashData(expected)), request.BodySha256, ignoreCase: true);
        Assert.StartsWith("multipart/form-data; boundary=", request.Headers["Content-Type"], StringComparison.Ordinal);
    }

    /// <summary>The last piece comes together with the end: nobody may wait for a flush that the server does not make.</summary>
    [Theory]
    [InlineData("application/json")]
    [InlineData("text/event-stream")]
    public async Task Answer_InPieces_IsWhole_OnAConnectionThatStaysOpen(string mediaType)
    {
        await using var stub = await StubServer.StartAsync();
        var halves = (First: "data: {\"half\":1}\n\n", Second: "data: [DONE]\n\n");
        using var isRead = new SemaphoreSlim(0);
        stub.Behavior = StubBehavior.Custom(async (context, _) =>
        {
            context.Response.ContentType = mediaType;
            context.Response.ContentLength = mediaType == "application/json" ? halves.First.Length + halves.Second.Length : null;
            await context.Response.WriteAsync(halves.First);
            await context.Response.Body.FlushAsync();
            await isRead.WaitAsync(context.RequestAborted);
            await context.Response.WriteAsync(halves.Second);
        });
        await using var site = await SiteFor(stub, "/v1");
        for (var i = 0; i < 3; i++)
        {
            using var answer = await site.Client.SendAsync(Chat("/v1/chat/completions", "echo"), HttpCompletionOption.ResponseHeadersRead).WaitAsync(TimeSpan.FromSeconds(20));
            using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
            var first = new char[halves.First.Length];
            await reader.ReadBlockAsync(first).AsTask().WaitAsync(TimeSpan.FromSeconds(20));
            Assert.Equal(halves.First, new string(first));
            // So the relay has passed the first piece on, and waits.
            isRead.Release();
            Assert.Equal(halves.Second, await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(20)));
        }
    }

    [Fact]
    public async Task RequestBody_IsStreamed_TheProviderReadsBeforeTheCallerHasSentAll()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await SiteFor(stub, "/v1");
        var go = new TaskCompletionSource();
        using var message = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = new GatedContent(go.Task) };
        var calling = site.Client.SendAsync(message);
        await EventuallyAsync(() => stub.Requests.Count == 1, "the provider saw nothing before the body was whole");
        go.SetResult();
        using var answer = await calling;
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task Headers_ThatIdentifyTheCaller_StopHere()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await SiteFor(stub, "/v1", ("OPENAI_API_KEY", "sk-server"), ("OPENAI_ORG_ID", "org-1"));
        var message = Chat("/v1/chat/completions", "echo");
        foreach (var (name, value) in new[]
        {
            ("Cookie", "access_pass=x"), ("User-Agent", "some-browser/1"), ("X-Forwarded-For", "203.0.113.9"), ("X-Real-IP", "203.0.113.9"), ("Referer", "http://x/"),
            ("x-ms-client-principal", "p"), ("client-ip", "203.0.113.9"), ("Accept-Encoding", "gzip"), ("Connection", "X-Hop"), ("X-Hop", "1"), ("TE", "trailers"),
            ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"), ("X-Stainless-OS", "Linux"), ("OpenAI-Beta", "assistants=v2"), ("Idempotency-Key", "k1"),
        })
        {
            message.Headers.TryAddWithoutValidation(name, value);
        }

        using var answer = await site.Client.SendAsync(message);
        var headers = (await stub.WaitForRequestAsync()).Headers;
        Assert.Equal(["Authorization", "Content-Length", "Content-Type", "Host", "Idempotency-Key", "OpenAI-Beta", "OpenAI-Organization"], headers.Keys.Order());
        Assert.Equal("Bearer sk-server", headers["Authorization"]);
        Assert.Equal("org-1", headers["OpenAI-Organization"]);
        Assert.Equal($"127.0.0.1:{stub.Port}", headers["Host"]);
    }

    [Fact]
    public async Task Headers_OfTheProvider_CrossOnlyWhenCallersNeedThem()
    {
        await using var stub = await StubServer.StartAsync();
        stub.Behavior = StubBehavior.Custom(async (context, request) =>
        {
            var headers = context.Response.Headers;
            headers["x-request-id"] = "req_1";
            headers["x-ratelimit-remaining-tokens"] = "99";
            headers["openai-organization"] = "secret-org";
            headers["Set-Cookie"] = "session=1";
            headers["Access-Control-Allow-Origin"] = "*";
            headers["Strict-Transport-Security"] = "max-age=1";
            headers["WWW-Authenticate"] = "Basic";
            headers["Server"] = "provider";
            await context.Response.WriteAsync("{}");
        });
        await using var site = await SiteFor(stub, "/v1");
        using var answer = await site.Client.SendAsync(Chat("/v1/chat/completions", "any", stream: false));
        Assert.Equal("req_1", answer.Headers.GetValues("x-request-id").Single());
        Assert.Equal("99", answer.Headers.GetValues("x-ratelimit-remaining-tokens").Single());
        Assert.Equal("sandbox; default-src 'none'", answer.Headers.GetValues("Content-Security-Policy").Single());
        Assert.All(new[] { "openai-organization", "Set-Cookie", "Access-Control-Allow-Origin", "Strict-Transport-Security", "WWW-Authenticate", "Server" },
            name => Assert.False(answer.Headers.Contains(name), name));
    }

    [Fact]
    public async Task HttpProxy_IsUsedForProviders_AndNeverForLoopback()
    {
        await using var stub = await StubServer.StartAsync();
        await using var proxy = ProxyStub.Start(stub);
        await using var site = await TestSite.StartAsync(("BASE_URL", "http://provider.test/v1"), ("HTTP_PROXY", proxy.Url), ("NO_PROXY", "other.test"));
        using var answer = await site.Client.SendAsync(Chat("/v1/chat/completions", "echo"));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains("provider.test", Assert.Single(proxy.Targets), StringComparison.Ordinal);

        await using var near = await TestSite.StartAsync(("BASE_URL", stub.BaseUrl), ("HTTP_PROXY", proxy.Url));
        using var direct = await near.Client.SendAsync(Chat("/v1/chat/completions", "echo"));
        Assert.Equal(HttpStatusCode.OK, direct.StatusCode);
        Assert.Single(proxy.Targets);
    }

    /// <summary>Sends the head of a JSON body, and the rest when told.</summary>
    private sealed class GatedContent : HttpContent
    {
        private readonly Task _go;

        public GatedContent(Task go)
        {
            _go = go;
            Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync("{\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}],"u8.ToArray());
            await stream.FlushAsync();
            await _go;
            await stream.WriteAsync("\"model\":\"echo\"}"u8.ToArray());
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
