using System.Net;
using OpenWebUi.Services.Upstreams;
using OpenWebUi.StubProvider;

namespace OpenWebUi.Tests.Services.Upstreams;

/// <summary>Where no connection may lead, by address and by what is connected to.</summary>
public sealed class AddressGuardTests
{
    [Theory]
    [InlineData("169.254.169.254")]
    [InlineData("169.254.0.1")]
    [InlineData("169.254.255.255")]
    [InlineData("100.100.100.200")]
    [InlineData("168.63.129.16")]
    [InlineData("fe80::1")]
    [InlineData("fe80::1%1")]
    [InlineData("febf:ffff::1")]
    [InlineData("fd00:ec2::254")]
    [InlineData("::ffff:169.254.169.254")]
    [InlineData("::169.254.169.254")]
    [InlineData("64:ff9b::169.254.169.254")]
    [InlineData("64:ff9b:1::168.63.129.16")]
    [InlineData("2002:a9fe:a9fe::1")]
    public void Address_OfMetadata_IsRefused(string address) => Assert.True(AddressGuard.IsMetadata(IPAddress.Parse(address)));

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("10.0.0.1")]
    [InlineData("192.168.1.1")]
    [InlineData("172.16.0.1")]
    [InlineData("169.253.255.255")]
    [InlineData("169.255.0.1")]
    [InlineData("168.63.129.17")]
    [InlineData("100.100.100.201")]
    [InlineData("::1")]
    [InlineData("fec0::1")]
    [InlineData("fd00:ec2::253")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("64:ff9b::8.8.8.8")]
    public void Address_OfOthers_IsNot(string address) => Assert.False(AddressGuard.IsMetadata(IPAddress.Parse(address)));

    [Theory]
    [InlineData("http://metadata.google.internal/x")]
    [InlineData("http://METADATA.google.internal.")]
    [InlineData("http://2852039166")]
    [InlineData("http://0xA9.0xFE.0xA9.0xFE")]
    [InlineData("http://0251.254.169.254")]
    [InlineData("http://169.254.43518")]
    [InlineData("http://[::ffff:a9fe:a9fe]:80/")]
    [InlineData("http://[fe80::1%25eth0]")]
    public void Url_InAnyWriting_IsRefused(string url) => Assert.True(AddressGuard.Refuses(new Uri(url)));

    [Theory]
    [InlineData("http://localhost:11434")]
    [InlineData("http://metadata.google.internal.example.com")]
    [InlineData("http://host.docker.internal")]
    [InlineData("http://bücher.example")]
    public void Url_OfOthers_IsNot(string url) => Assert.False(AddressGuard.Refuses(new Uri(url)));

    [Theory]
    [InlineData("http://169.254.169.254/latest")]
    [InlineData("http://[::ffff:169.254.169.254]/")]
    [InlineData("http://metadata.google.internal/")]
    public async Task Connecting_ThereAfterAll_FailsWithALegOfItsOwn(string url)
    {
        using var handler = new SocketsHttpHandler { ConnectCallback = GuardedConnect.ConnectAsync };
        using var client = new HttpMessageInvoker(handler);
        using var message = new HttpRequestMessage(HttpMethod.Get, url);
        var exception = await Record.ExceptionAsync(() => client.SendAsync(message, CancellationToken.None));
        var failure = UpstreamFailure.Of(exception!, "the connection");
        Assert.Equal(UpstreamLeg.Address, failure.Leg);
        Assert.Equal((502, "upstream_address"), (failure.Report.Status, failure.Report.Code));
        Assert.True(failure.IsUnreached);
    }

    [Fact]
    public async Task Connecting_ToANameWithSeveralAddresses_TriesThemInTurn()
    {
        // The stub listens on 127.0.0.1; localhost may be ::1 first.
        await using var stub = await StubServer.StartAsync();
        using var handler = new SocketsHttpHandler { ConnectCallback = GuardedConnect.ConnectAsync };
        using var client = new HttpMessageInvoker(handler);
        using var message = new HttpRequestMessage(HttpMethod.Get, $"http://localhost:{stub.Port}/v1/models");
        using var answer = await client.SendAsync(message, CancellationToken.None);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task Connecting_WhereNothingListens_StillSaysSo()
    {
        int port;
        await using (var stub = await StubServer.StartAsync())
        {
            port = stub.Port;
        }

        using var handler = new SocketsHttpHandler { ConnectCallback = GuardedConnect.ConnectAsync };
        using var client = new HttpMessageInvoker(handler);
        foreach (var (url, leg) in ((string, UpstreamLeg)[])[($"http://127.0.0.1:{port}/", UpstreamLeg.Connect), ("http://nothing.invalid/", UpstreamLeg.Dns)])
        {
            using var message = new HttpRequestMessage(HttpMethod.Get, url);
            var exception = await Record.ExceptionAsync(() => client.SendAsync(message, CancellationToken.None));
            Assert.Equal(leg, UpstreamFailure.Of(exception!, "x").Leg);
        }
    }
}
