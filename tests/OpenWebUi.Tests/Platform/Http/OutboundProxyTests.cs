using OpenWebUi.Platform.Configuration;
using OpenWebUi.Platform.Http;

namespace OpenWebUi.Tests.Platform.Http;

public sealed class OutboundProxyTests
{
    [Theory]
    [InlineData("", "https://api.openai.com/v1", false)]
    [InlineData("*", "https://api.openai.com/v1", true)]
    [InlineData("openai.com", "https://openai.com/", true)]
    [InlineData("openai.com", "https://api.openai.com/", true)]
    [InlineData(".openai.com", "https://api.openai.com/", true)]
    [InlineData("*.openai.com", "https://api.openai.com/", true)]
    [InlineData("OpenAI.com", "https://api.openai.com/", true)]
    [InlineData("openai.com", "https://notopenai.com/", false)]
    [InlineData("openai.com", "https://openai.com.evil.example/", false)]
    [InlineData("api.openai.com", "https://openai.com/", false)]
    [InlineData("a.example, openai.com", "https://api.openai.com/", true)]
    [InlineData("a.example openai.com", "https://api.openai.com/", true)]
    [InlineData("a.example,,", "https://api.openai.com/", false)]
    [InlineData("ollama", "http://ollama:11434/", true)]
    [InlineData("ollama:11434", "http://ollama:11434/", true)]
    [InlineData("ollama:80", "http://ollama:11434/", false)]
    [InlineData("10.0.0.0/8", "http://10.1.2.3:8000/", true)]
    [InlineData("10.0.0.0/8", "http://11.1.2.3:8000/", false)]
    [InlineData("10.1.2.3", "http://10.1.2.3:8000/", true)]
    [InlineData("10.1.2.3:8000", "http://10.1.2.3:8000/", true)]
    [InlineData("10.1.2.3:80", "http://10.1.2.3:8000/", false)]
    [InlineData("10.0.0.0/8", "http://ten.example/", false)]
    [InlineData("fd00::/8", "http://[fd00::1]:8000/", true)]
    [InlineData("fd00::1", "http://[fd00::1]:8000/", true)]
    [InlineData("[fd00::1]:8000", "http://[fd00::1]:8000/", true)]
    [InlineData("[fd00::1]:80", "http://[fd00::1]:8000/", false)]
    [InlineData("", "http://localhost:11434/", true)]
    [InlineData("", "http://127.0.0.1:11434/", true)]
    [InlineData("", "http://[::1]:11434/", true)]
    public void NoProxy_Entry_CoversWhatItSays(string noProxy, string url, bool isDirect)
    {
        foreach (var name in (string[])["NO_PROXY", "no_proxy"])
        {
            var proxy = Read(("ALL_PROXY", "http://proxy:3128"), (name, noProxy)).Proxy!;
            Assert.Equal(isDirect, proxy.IsBypassed(new Uri(url)));
        }
    }

    [Fact]
    public void Proxies_ForEachScheme_AreTakenByScheme()
    {
        var proxy = Read(("HTTP_PROXY", "proxy:1"), ("https_proxy", "http://proxy:2")).Proxy!;
        Assert.Equal(new Uri("http://proxy:1"), proxy.GetProxy(new Uri("http://a.example")));
        Assert.Equal(new Uri("http://proxy:2"), proxy.GetProxy(new Uri("https://a.example")));
        var httpsOnly = Read(("HTTPS_PROXY", "http://proxy:2")).Proxy!;
        Assert.True(httpsOnly.IsBypassed(new Uri("http://a.example")));
        Assert.False(httpsOnly.IsBypassed(new Uri("https://a.example")));
        Assert.Null(Read(("NO_PROXY", "*")).Proxy);
    }

    [Fact]
    public void Credentials_OfOneProxy_AreNotSentToTheOther()
    {
        var proxy = Read(("HTTP_PROXY", "http://one:1"), ("HTTPS_PROXY", "http://user:p%40ss@two:2")).Proxy!;
        Assert.Null(proxy.Credentials!.GetCredential(new Uri("http://one:1"), "Basic"));
        var credential = proxy.Credentials.GetCredential(new Uri("http://two:2"), "Basic")!;
        Assert.Equal(("user", "p@ss"), (credential.UserName, credential.Password));
    }

    [Fact]
    public void Proxy_NoUrl_IsAFaultWithoutThePassword()
    {
        var fault = Assert.Single(Read(("HTTPS_PROXY", "ftp://user:hunter2@proxy")).Faults.All);
        Assert.Equal("HTTPS_PROXY", fault.Variable);
        Assert.DoesNotContain("hunter2", fault.Held, StringComparison.Ordinal);
    }

    private static (OutboundProxy? Proxy, FaultList Faults) Read(params (string Name, string Value)[] environment)
    {
        var faults = new FaultList();
        return (OutboundProxy.Read(new VariableReader(new Variables(environment.ToDictionary(e => e.Name, e => e.Value)), faults)), faults);
    }
}
