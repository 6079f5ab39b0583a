using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using OpenWebUi.StubProvider;

namespace OpenWebUi.FunctionsHostDouble.Tests.StubProvider;

public class StubWireTests
{
    [Fact]
    public async Task RawTcp_Refuse_NobodyListens()
    {
        await using var stub = RawTcpStub.Start(RawTcpMode.Refuse);
        using var client = new HttpClient();
        var error = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(new Uri(stub.BaseUrl)));
        Assert.Equal(HttpRequestError.ConnectionError, error.HttpRequestError);
    }

    [Fact]
    public async Task RawTcp_Blackhole_AcceptsAndSeesTheCallerLeave()
    {
        await using var stub = RawTcpStub.Start(RawTcpMode.Blackhole);
        using var client = new HttpClient();
        using var giveUp = new CancellationTokenSource();
        var answer = client.GetAsync(new Uri(stub.BaseUrl), giveUp.Token);
        await stub.Connected;
        Assert.False(answer.IsCompleted);
        await giveUp.CancelAsync();
        await stub.Disconnected;
        Assert.Equal(1, stub.Connections);
    }

    [Theory]
    [InlineData(RawTcpMode.Garbage, HttpRequestError.InvalidResponse)]
    [InlineData(RawTcpMode.CloseAtOnce, null)]
    public async Task RawTcp_GarbageOrClose_FailsTheCaller(RawTcpMode mode, HttpRequestError? expected)
    {
        await using var stub = RawTcpStub.Start(mode);
        using var client = new HttpClient();
        var error = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(new Uri(stub.BaseUrl)));
        Assert.Equal(expected ?? error.HttpRequestError, error.HttpRequestError);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Tls_CertificateIsSelfSignedAndExpiredOnDemand(bool expired)
    {
        await using var stub = await StubServer.StartTlsAsync(expired);
        using var strict = new HttpClient();
        var error = await Assert.ThrowsAsync<HttpRequestException>(() => strict.GetAsync(new Uri(stub.BaseUrl + "/models")));
        Assert.IsType<AuthenticationException>(error.InnerException);
        using var handler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                CertificateChainPolicy = new X509ChainPolicy
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust,
                    CustomTrustStore = { stub.Certificate! },
                    RevocationMode = X509RevocationMode.NoCheck,
                },
            },
        };
        using var trusting = new HttpClient(handler);
        if (expired)
        {
            await Assert.ThrowsAsync<HttpRequestException>(() => trusting.GetAsync(new Uri(stub.BaseUrl + "/models")));
        }
        else
        {
            Assert.Equal(HttpStatusCode.OK, (await trusting.GetAsync(new Uri(stub.BaseUrl + "/models"))).StatusCode);
        }
    }

    [Fact]
    public async Task Proxy_AbsoluteForm_RecordsTheTargetAndForwards()
    {
        await using var stub = await StubServer.StartAsync();
        await using var proxy = ProxyStub.Start(stub);
        using var client = new HttpClient(new SocketsHttpHandler { Proxy = new WebProxy(proxy.Url) });
        Assert.Contains("echo", await client.GetStringAsync("http://api.example.org:8080/v1/models?a=b"), StringComparison.Ordinal);
        using var content = new StringContent("""{"model":"embed","input":"x"}""");
        Assert.Equal(HttpStatusCode.OK, (await client.PostAsync("http://ollama.invalid/api/embed", content)).StatusCode);
        Assert.Equal(["api.example.org:8080", "ollama.invalid"], proxy.Targets);
        Assert.Equal(["/v1/models?a=b", "/api/embed"], stub.Requests.Select(r => r.Target));
        Assert.Equal("api.example.org:8080", stub.Requests[0].Headers["Host"]);
    }

    [Fact]
    public async Task Proxy_Connect_TunnelsTls()
    {
        await using var stub = await StubServer.StartTlsAsync();
        await using var proxy = ProxyStub.Start(stub);
        using var handler = new SocketsHttpHandler { Proxy = new WebProxy(proxy.Url) };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate!.GetCertHashString() == stub.Certificate!.GetCertHashString();
        using var client = new HttpClient(handler);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("https://api.example.org/v1/models")).StatusCode);
        Assert.Equal(new ProxiedRequest("CONNECT", "api.example.org:443", Authorization: null), Assert.Single(proxy.Requests));
    }
}
