using System.Text;
using OpenWebUi.Platform.Configuration;
using OpenWebUi.Services.Realtime;

namespace OpenWebUi.Tests.Services.Realtime;

/// <summary>What AzureSignalRConnectionString may hold, and that no message repeats its key.</summary>
public sealed class RealtimeOptionsTests
{
    private const string Variable = "AzureSignalRConnectionString";

    [Fact]
    public void Read_NothingSet_NoServiceWithoutAFault()
    {
        Assert.Null(Read(out var faults).Service);
        Assert.Empty(faults.All);
    }

    [Theory]
    [InlineData("Endpoint=https://a.service.signalr.net;AccessKey=k+/=;Version=1.0;", "https://a.service.signalr.net")]
    [InlineData("endpoint=https://a.service.signalr.net/;accesskey=k+/=", "https://a.service.signalr.net")]
    [InlineData("Endpoint=http://localhost;Port=8080;AccessKey=k+/=;Version=1.0;", "http://localhost:8080")]
    public void Read_ConnectionString_EndpointAndKey(string text, string root)
    {
        var service = Read(out var faults, (Variable, text)).Service;
        Assert.Empty(faults.All);
        Assert.Equal((root, "k+/=", null), (service!.Root, Encoding.UTF8.GetString(service.AccessKey!), service.Identity));
        Assert.DoesNotContain("k+/=", service.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://a.service.signalr.net", "https://a.service.signalr.net wss://a.service.signalr.net")]
    [InlineData("http://127.0.0.1:8888", "http://127.0.0.1:8888 ws://127.0.0.1:8888")]
    public void Read_ServiceUri_AnIdentityAsks(string address, string origins)
    {
        foreach (var separator in (string[])["__", ":"])
        {
            var service = Read(out var faults, (Variable + separator + "serviceUri", address), (Variable + separator + "credential", "managedidentity"), (Variable + separator + "clientId", "id")).Service;
            Assert.Empty(faults.All);
            Assert.Equal((origins, null), (service!.Origins, service.AccessKey));
            Assert.IsType<Azure.Identity.ManagedIdentityCredential>(service.Identity!.Value);
        }
    }

    [Fact]
    public void Read_StringAndServiceUri_TheStringCounts() => Assert.NotNull(Read(
        out _, (Variable, "Endpoint=https://a.service.signalr.net;AccessKey=k"), (Variable + "__serviceUri", "https://b.service.signalr.net")).Service!.AccessKey);

    [Theory]
    [InlineData("hush", "Endpoint=")]
    [InlineData("AccessKey=hush", "Endpoint=")]
    [InlineData("Endpoint=http://a.service.signalr.net;AccessKey=hush", "Endpoint=https://")]
    [InlineData("Endpoint=https://a.service.signalr.net/path;AccessKey=hush", "Endpoint=https://")]
    [InlineData("Endpoint=https://a.service.signalr.net;Version=1.0;", "AccessKey=")]
    [InlineData("Endpoint=https://a.service.signalr.net;AccessKey=hush;Version=2.0;", "Version=1.0")]
    [InlineData("Endpoint=https://a.service.signalr.net;AccessKey=hush;Port=http", "a number in Port")]
    [InlineData("Endpoint=https://a.service.signalr.net;AuthType=azure.msi;Version=1.0;", "AzureSignalRConnectionString__serviceUri")]
    [InlineData("Endpoint=https://a.service.signalr.net;AccessKey=hush;ClientEndpoint=https://b.example", "nothing but Endpoint")]
    public void Read_AnythingElse_IsAFaultThatNamesWhatIsExpected(string text, string expected)
    {
        Assert.Null(Read(out var faults, (Variable, text)).Service);
        var fault = Assert.Single(faults.All);
        Assert.Equal((Variable, $"a secret of {text.Length} characters"), (fault.Variable, fault.Held));
        Assert.Contains(expected, fault.Expected, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_AnIdentityWithoutAnAddress_IsAFault()
    {
        Assert.Null(Read(out var faults, (Variable + "__credential", "managedidentity"), (Variable + "__clientId", "id")).Service);
        Assert.Equal([Variable + "__credential", Variable + "__clientId"], faults.All.Select(fault => fault.Variable));
        Assert.All(faults.All, fault => Assert.Contains("__serviceUri", fault.Expected, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("serviceUri", "http://a.service.signalr.net", "serviceUri")]
    [InlineData("serviceUri", "a.service.signalr.net", "serviceUri")]
    [InlineData("credential", "workload", "credential")]
    public void Read_FaultyPart_IsNamed(string part, string value, string named)
    {
        Assert.Null(Read(out var faults, (Variable + "__serviceUri", part == "serviceUri" ? value : "https://a.service.signalr.net"), (part == "serviceUri" ? "X" : Variable + "__" + part, value)).Service);
        Assert.Equal(Variable + "__" + named, Assert.Single(faults.All).Variable);
    }

    private static RealtimeOptions Read(out FaultList faults, params (string Name, string Value)[] environment)
    {
        faults = new();
        return RealtimeOptions.Read(new(new Variables(environment.ToDictionary(v => v.Name, v => v.Value)), faults));
    }
}
