using System.Net.Sockets;
using System.Text;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Platform.Http;

public sealed class ErrorHandlerTests
{
    /// <summary>What the sockets between do not take in.</summary>
    private const int Bytes = 30_000_000;

    /// <summary>Apache reads no answer before it has sent all of the body.</summary>
    [Fact]
    public async Task Body_BeyondItsLimit_IsTakenToItsEnd_ForCallersThatReadOnlyThen()
    {
        await using var site = await TestSite.StartAsync(("CODE", "right"));
        using var caller = new TcpClient();
        await caller.ConnectAsync(site.Address.Host, site.Address.Port);
        var stream = caller.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST /api/v1/access/redeem HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {Bytes}\r\n\r\n"));
        await stream.WriteAsync(new byte[Bytes]);
        using var reader = new StreamReader(stream);
        var answer = await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(20));
        Assert.StartsWith("HTTP/1.1 413 ", answer, StringComparison.Ordinal);
        Assert.Contains("body_too_large", answer, StringComparison.Ordinal);
    }
}
