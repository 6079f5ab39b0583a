using OpenWebUi.StubProvider;
using OpenWebUi.Tests.Package;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Relay.Sdk;

/// <summary>How a program reaches the site.</summary>
public enum Door
{
    /// <summary>Kestrel alone, as with <c>dotnet run</c>.</summary>
    Kestrel,

    /// <summary>The published package behind the Functions host.</summary>
    FunctionsHost,
}

/// <summary>The site in code mode with a stub behind it, for programs that know nothing but a base URL and a key.</summary>
internal sealed class SdkSite : IAsyncDisposable
{
    public const string Key = "nk-" + HostedPackage.Code;

    private readonly HostedPackage? _hosted;
    private readonly TestSite? _site;

    private SdkSite(HostedPackage hosted) => (_hosted, Stub, Address) = (hosted, hosted.Stub, hosted.Host.Address);

    private SdkSite(TestSite site, StubServer stub) => (_site, Stub, Address) = (site, stub, site.Address);

    public StubServer Stub { get; }

    /// <summary>The site's root.</summary>
    public Uri Address { get; }

    public static async Task<SdkSite> StartAsync(Door door, PublishedPackage package)
    {
        if (door == Door.FunctionsHost)
        {
            return new SdkSite(await HostedPackage.StartAsync(package));
        }

        var stub = await StubServer.StartAsync();
        return new SdkSite(
            await TestSite.StartAsync(
                ("CODE", HostedPackage.Code), ("OPENAI_API_BASE_URL", stub.BaseUrl), ("OPENAI_API_KEY", "sk-stub"), ("OLLAMA_BASE_URL", stub.OllamaUrl)),
            stub);
    }

    public async ValueTask DisposeAsync()
    {
        if (_hosted is not null)
        {
            await _hosted.DisposeAsync();
            return;
        }

        await _site!.DisposeAsync();
        await Stub.DisposeAsync();
    }
}
