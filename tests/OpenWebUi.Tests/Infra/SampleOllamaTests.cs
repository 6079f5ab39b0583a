using System.Net;
using OpenWebUi.StubProvider;
using OpenWebUi.Tests.Access;
using OpenWebUi.Tests.Package;
using OpenWebUi.Tests.Relay;

namespace OpenWebUi.Tests.Infra;

/// <summary>An Ollama on another machine, behind the Ollama host of the sample files: the published app finds it by its name and trusts its certificate.</summary>
[Collection(PackageGroup.Name)]
public sealed class SampleOllamaTests(PublishedPackage package)
{
    private const string Key = "0123456789abcdef0123456789abcdef";

    [Theory]
    [InlineData(ProxyKind.Nginx)]
    [InlineData(ProxyKind.Apache)]
    public async Task Chat_WithASeparateOllama_Streams(ProxyKind kind)
    {
        await using var stub = await StubServer.StartAsync();
        await using var proxy = await SampleProxy.StartAsync(kind, app: null, new Uri(stub.OllamaUrl), Key);
        // Stands for name and port: what is asked for ollama.example.com:443 arrives at the sample's TLS port.
        await using var way = ProxyStub.Start(proxy.TlsPort);
        await using var app = await StartAsync(way, ("SSL_CERT_FILE", proxy.CertificateFile));
        using var client = new HttpClient { BaseAddress = app.Address };
        var calling = client.StreamAsync(RelayCalls.Chat("/ollama/api/chat", "stepped-3"));
        var first = await stub.StepAsync();
        using var answer = await calling;
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var stream = await answer.Content.ReadAsStreamAsync();
        await stream.ReadUntilAsync(first.Text);
        stub.Release();
        await stream.ReadUntilAsync("\"done\":true");
        Assert.All(way.Targets, target => Assert.Equal(SampleProxy.OllamaHost + ":443", target));
    }

    [Fact]
    public async Task Certificate_ThatIsNotTrusted_IsRefused()
    {
        await using var stub = await StubServer.StartAsync();
        await using var proxy = await SampleProxy.StartAsync(ProxyKind.Nginx, app: null, new Uri(stub.OllamaUrl), Key);
        await using var way = ProxyStub.Start(proxy.TlsPort);
        await using var app = await StartAsync(way);
        using var client = new HttpClient { BaseAddress = app.Address };
        using var answer = await client.CallAsync("POST", "/ollama/api/chat", """{"model":"echo","messages":[]}""");
        Assert.False(answer.IsSuccessStatusCode);
        Assert.NotEmpty(way.Targets);
        Assert.Empty(stub.Requests);
    }

    private Task<PackageProcess> StartAsync(ProxyStub way, params (string Name, string Value)[] more) => PackageProcess.StartAsync(package,
    [
        ("WEBUI_AUTH", "false"), ("HTTPS_PROXY", way.Url), ("OLLAMA_BASE_URL", $"https://{SampleProxy.OllamaHost}"),
        ("OLLAMA_API_CONFIGS", $$$"""{"0":{"key":"{{{Key}}}"}}"""), .. more,
    ]);
}
