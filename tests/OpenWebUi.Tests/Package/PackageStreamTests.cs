using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using OpenWebUi.FunctionsHostDouble;
using OpenWebUi.Tests.Relay;

namespace OpenWebUi.Tests.Package;

[Collection(PackageGroup.Name)]
public sealed class PackageStreamTests(PublishedPackage package)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static TheoryData<string> Surfaces =>
    [
        "/v1/chat/completions", "/openai/chat/completions", "/api/chat/completions", "/api/v1/chat/completions",
        "/api/openai/v1/chat/completions", "/ollama/v1/chat/completions", "/ollama/api/chat",
    ];

    [Theory]
    [MemberData(nameof(Surfaces))]
    public async Task Chunk_ReachesTheCallerBeforeTheNextIsSent(string path)
    {
        await using var site = await HostedPackage.StartAsync(package);
        using var request = HostedPackage.Chat(path, "stepped-3");
        var sending = site.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        var first = await site.Stub.StepAsync();
        using var answer = await sending.WaitAsync(Patience);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var stream = await answer.Content.ReadAsStreamAsync();
        // The stub holds the second chunk until the first has been read here.
        Assert.Equal(first.Text, await ReadAsync(stream, first.Text));
        var second = await site.Stub.StepAsync();
        Assert.Equal(second.Text, await ReadAsync(stream, second.Text));
        site.Stub.Release();
        using var rest = new StreamReader(stream);
        var end = await rest.ReadToEndAsync().WaitAsync(Patience);
        Assert.EndsWith(path == "/ollama/api/chat" ? "}\n" : "data: [DONE]\n\n", end, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Surfaces))]
    public async Task Caller_LeavesMidStream_ProviderIsLeft(string path)
    {
        await using var site = await HostedPackage.StartAsync(package);
        using var request = HostedPackage.Chat(path, "stall");
        using (var answer = await site.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead))
        {
            var stream = await answer.Content.ReadAsStreamAsync();
            await stream.ReadExactlyAsync(new byte[1]).AsTask().WaitAsync(Patience);
            Assert.False(Assert.Single(site.Stub.Requests, r => r.Model == "stall").IsAborted);
        }

        await Assert.Single(site.Stub.Requests, r => r.Model == "stall").Aborted.WaitAsync(Patience);
    }

    [Theory]
    [InlineData("/v1/chat/completions", "/v1/chat/completions")]
    [InlineData("/ollama/api/chat", "/api/chat")]
    public async Task Caller_LeavesBeforeTheFirstByte_ProviderIsLeft(string path, string upstreamPath)
    {
        await using var site = await HostedPackage.StartAsync(package);
        using var request = HostedPackage.Chat(path, "slow-headers");
        using var leaving = new CancellationTokenSource();
        var sending = site.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, leaving.Token);
        var upstream = await site.Stub.WaitForRequestAsync(upstreamPath);
        await upstream.Held.WaitAsync(Patience);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        await upstream.Aborted.WaitAsync(Patience);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Body_Of60Megabytes_PassesByteForByte(bool hasLength)
    {
        await using var site = await HostedPackage.StartAsync(package);
        var body = AudioForm.Of(60 * 1024 * 1024);
        using var content = hasLength ? (HttpContent)new ByteArrayContent(body) : new ChunkedContent(body);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=frontier");
        using var answer = await site.Client.PostAsync("/v1/audio/transcriptions", content);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        var seen = Assert.Single(site.Stub.Requests, r => r.Path == "/v1/audio/transcriptions");
        Assert.Equal(body.Length, seen.BodyLength);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(body)), seen.BodySha256);
        Assert.Equal("multipart/form-data; boundary=frontier", seen.Headers["Content-Type"]);
    }

    [Fact]
    public async Task Body_BeyondTheHostsLimit_Is413()
    {
        await using var site = await HostedPackage.StartAsync(package);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/audio/transcriptions") { Content = AudioForm.Content(AudioForm.Of(201 * 1024 * 1024)) };
        request.Headers.ExpectContinue = true;
        using var answer = await site.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        using var next = await site.Client.GetAsync("/health");
        Assert.Equal(HttpStatusCode.OK, next.StatusCode);
        Assert.Equal(1, site.Host.HandlerStarts);
    }

    [Fact]
    public async Task Body_BeyondOurOwnLimit_Is413()
    {
        // A host with a wider limit (FUNCTIONS_REQUEST_BODY_SIZE_LIMIT; newer hosts take 210 MB) lets it through to us.
        await using var site = await HostedPackage.StartAsync(package, new FunctionsHostOptions { MaxRequestBodyBytes = 300_000_000 });
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/audio/transcriptions") { Content = AudioForm.Content(AudioForm.Of(201 * 1024 * 1024)) };
        // As curl sends it. A caller that does not wait may see 502: the host loses the answer when the connection closes under its upload.
        request.Headers.ExpectContinue = true;
        using var answer = await site.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Contains("body_too_large", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain(site.Stub.Requests, r => r.Path == "/v1/audio/transcriptions");
    }

    [Theory]
    [InlineData(5_000)]
    [InlineData(200_000)]
    public async Task Body_BeyondARoutesLimit_Is413(int bytes)
    {
        await using var site = await HostedPackage.StartAsync(package);
        using var answer = await site.Client.PostAsync("/api/v1/access/redeem", new ByteArrayContent(new byte[bytes]));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
    }

    private static async Task<string> ReadAsync(Stream stream, string expected)
    {
        var bytes = new byte[Encoding.UTF8.GetByteCount(expected)];
        await stream.ReadExactlyAsync(bytes).AsTask().WaitAsync(Patience);
        return Encoding.UTF8.GetString(bytes);
    }


    /// <summary>A body of unknown length: it goes out with Transfer-Encoding chunked.</summary>
    private sealed class ChunkedContent(byte[] body) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => stream.WriteAsync(body).AsTask();

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
