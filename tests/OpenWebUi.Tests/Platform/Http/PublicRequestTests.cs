using System.Net;
using Microsoft.AspNetCore.Http;
using OpenWebUi.Platform.Configuration;
using OpenWebUi.Platform.Hosting;
using OpenWebUi.Platform.Http;

namespace OpenWebUi.Tests.Platform.Http;

public sealed class PublicRequestTests
{
    [Theory]
    // The socket, where nobody says more
    [InlineData("203.0.113.7", null, "", "203.0.113.7")]
    [InlineData("::ffff:203.0.113.7", null, "", "203.0.113.7")]
    [InlineData("2001:db8:1:2:3:4:5:6", null, "", "2001:db8:1:2::")]
    [InlineData("127.0.0.1", null, "", "127.0.0.1")]
    [InlineData("::1", null, "", "::1")]
    // A claim from a peer that is not trusted: a public peer is itself, a private one may be a proxy
    [InlineData("203.0.113.7", "198.51.100.1", "", "203.0.113.7")]
    [InlineData("127.0.0.1", "198.51.100.1", "", null)]
    [InlineData("::1", "198.51.100.1", "", null)]
    [InlineData("::ffff:10.1.2.3", "198.51.100.1", "", null)]
    [InlineData("10.1.2.3", "198.51.100.1", "", null)]
    [InlineData("172.16.0.1", "198.51.100.1", "", null)]
    [InlineData("172.31.255.1", "198.51.100.1", "", null)]
    [InlineData("172.32.0.1", "198.51.100.1", "", "172.32.0.1")]
    [InlineData("192.168.1.1", "198.51.100.1", "", null)]
    [InlineData("fd00::1", "198.51.100.1", "", null)]
    [InlineData("fe80::1", "198.51.100.1", "", null)]
    // A trusted peer: the nearest hop that is not ours
    [InlineData("127.0.0.1", "198.51.100.1", "127.0.0.1", "198.51.100.1")]
    [InlineData("::ffff:127.0.0.1", "198.51.100.1", "127.0.0.1", "198.51.100.1")]
    [InlineData("127.0.0.1", "198.51.100.1:50123", "127.0.0.1", "198.51.100.1")]
    [InlineData("127.0.0.1", "[2001:db8::1]:443", "127.0.0.1", "2001:db8::")]
    [InlineData("127.0.0.1", "6.6.6.6, 198.51.100.1", "127.0.0.1", "198.51.100.1")]
    [InlineData("127.0.0.1", "6.6.6.6, 198.51.100.1, 10.0.0.5", "127.0.0.1,10.0.0.0/8", "198.51.100.1")]
    [InlineData("127.0.0.1", "198.51.100.1, 2001:db8:9::5", "127.0.0.1,2001:db8:9::5", "198.51.100.1")]
    [InlineData("127.0.0.1", "198.51.100.1, ::ffff:10.0.0.5", "127.0.0.1,10.0.0.0/8", "198.51.100.1")]
    [InlineData("127.0.0.1", "10.0.0.9, 10.0.0.5", "127.0.0.1,10.0.0.0/8", "10.0.0.9")]
    [InlineData("127.0.0.1", "198.51.100.1, unknown", "127.0.0.1", null)]
    [InlineData("127.0.0.1", "198.51.100.1,", "127.0.0.1", null)]
    // Everybody trusted: nobody is known
    [InlineData("127.0.0.1", "198.51.100.1", "*", null)]
    [InlineData("203.0.113.7", "198.51.100.1", "*", null)]
    [InlineData("203.0.113.7", null, "*", "203.0.113.7")]
    public void ClientAddress_OnAServer_IsWhatSomebodyTrustedSays(string peer, string? forwarded, string trusted, string? expected)
    {
        var request = Request(peer, ("X-Forwarded-For", forwarded), ("client-ip", "6.6.6.6"), ("X-Real-IP", "6.6.6.6"), ("Forwarded", "for=6.6.6.6"));
        Assert.Equal(expected is null ? null : IPAddress.Parse(expected), Requests(trusted).ClientAddress(request));
    }

    [Theory]
    [InlineData("203.0.113.7", "203.0.113.7")]
    [InlineData("203.0.113.7:50123", "203.0.113.7")]
    [InlineData("[2001:db8:1:2:3::6]:50123", "2001:db8:1:2::")]
    [InlineData(null, null)]
    [InlineData("", null)]
    [InlineData("no address", null)]
    [InlineData("203.0.113.7, 6.6.6.6", null)]
    public void ClientAddress_UnderTheFunctionsHost_IsClientIpAlone_AndOnlyInAzure(string? clientIp, string? expected)
    {
        foreach (var trusted in (string[])["", "127.0.0.1", "*"])
        {
            var requests = Requests(trusted, ("FUNCTIONS_CUSTOMHANDLER_PORT", "5000"));
            var request = Request("127.0.0.1", ("client-ip", clientIp), ("X-Forwarded-For", "6.6.6.6"), ("X-Real-IP", "6.6.6.6"));
            Assert.Null(requests.ClientAddress(request));
            var inAzure = Requests(trusted, ("FUNCTIONS_CUSTOMHANDLER_PORT", "5000"), ("WEBSITE_SITE_NAME", "app"));
            Assert.Equal(expected is null ? null : IPAddress.Parse(expected), inAzure.ClientAddress(request));
        }
    }

    [Theory]
    [InlineData("chat.example.com", null, null, true)]
    [InlineData("chat.example.com", "https://chat.example.com", null, true)]
    [InlineData("chat.example.com", "http://chat.example.com", null, true)]
    [InlineData("chat.example.com:443", "https://chat.example.com", null, true)]
    [InlineData("chat.example.com", "https://CHAT.example.com", null, true)]
    [InlineData("chat.example.com:8443", "https://chat.example.com:8443", null, true)]
    [InlineData("chat.example.com:8443", "https://chat.example.com", null, false)]
    [InlineData("chat.example.com", "https://chat.example.com:8443", null, false)]
    [InlineData("chat.example.com", "https://chat.example.com.evil.example", null, false)]
    [InlineData("chat.example.com", "null", null, false)]
    [InlineData("chat.example.com", "chat.example.com", null, false)]
    [InlineData("[::1]:7071", "http://[::1]:7071", null, true)]
    [InlineData("chat.example.com", null, "same-origin", true)]
    [InlineData("inner-name", "https://chat.example.com", "same-origin", true)]
    [InlineData("chat.example.com", null, "none", true)]
    [InlineData("chat.example.com", null, "same-site", false)]
    [InlineData("chat.example.com", null, "cross-site", false)]
    [InlineData("chat.example.com", null, "anything", false)]
    [InlineData("chat.example.com", "https://chat.example.com", "cross-site", false)]
    public void Origin_SaidByABrowser_IsComparedWithTheHost(string host, string? origin, string? site, bool isSame)
    {
        var request = Request("203.0.113.7", ("Host", host), ("Origin", origin), ("Sec-Fetch-Site", site));
        Assert.Equal(isSame, Requests("").IsSameOrigin(request));
    }

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1", true)]
    [InlineData("127.0.0.1", "", false)]
    [InlineData("203.0.113.7", "127.0.0.1", false)]
    public void HostAndScheme_Forwarded_AreBelievedFromATrustedProxyOnly(string peer, string trusted, bool isBelieved)
    {
        var requests = Requests(trusted);
        var request = Request(peer, ("Host", "inner:8080"), ("X-Forwarded-Host", "chat.example.com, inner"), ("X-Forwarded-Proto", "https"));
        Assert.Equal(isBelieved ? "chat.example.com" : "inner:8080", requests.Host(request).Value);
        Assert.Equal(isBelieved, requests.IsHttps(request));
    }

    private static PublicRequest Requests(string trusted, params (string Name, string Value)[] environment)
    {
        var faults = new FaultList();
        var values = new Dictionary<string, string> { ["FORWARDED_ALLOW_IPS"] = trusted };
        foreach (var (name, value) in environment)
        {
            values[name] = value;
        }

        var options = HostingOptions.Read(new VariableReader(new Variables(values), faults));
        Assert.Empty(faults.All);
        return new PublicRequest(options);
    }

    private static HttpRequest Request(string peer, params (string Name, string? Value)[] headers)
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = IPAddress.Parse(peer);
        foreach (var (name, value) in headers)
        {
            if (value is not null)
            {
                context.Request.Headers[name] = value;
            }
        }

        return context.Request;
    }
}
