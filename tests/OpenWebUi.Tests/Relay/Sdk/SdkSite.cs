using OpenWebUi.StubProvider;
using OpenWebUi.Tests.Infra;
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

    /// <summary>Kestrel behind a real nginx.</summary>
    Nginx,
}

/// <summary>What kind of connection the stub is.</summary>
public enum Backing
{
    /// <summary>OpenAI-compatible, and an Ollama beside it.</summary>
    OpenAiAndOllama,

    /// <summary>OpenAI-compatible alone: Ollama's and Anthropic's clients are translated.</summary>
    OpenAi,

    /// <summary>Anthropic alone.</summary>
    Anthropic,
}

/// <summary>The site in code mode with a stub behind it, for programs that know nothing but a base URL and a key.</summary>
internal sealed class SdkSite : IAsyncDisposable
{
    public const string Key = "nk-" + HostedPackage.Code;

    /// <summary>The site's own at the stub.</summary>
    public const string ProviderKey = HostedPackage.ProviderKey;

    private readonly HostedPackage? _hosted;
    private readonly TestSite? _site;
    private readonly NginxServer? _nginx;

    private SdkSite(HostedPackage hosted) => (_hosted, Stub, Address) = (hosted, hosted.Stub, hosted.Host.Address);

    private SdkSite(TestSite site, StubServer stub, NginxServer? nginx) => (_site, Stub, _nginx, Address) = (site, stub, nginx, nginx?.Address ?? site.Address);

    public StubServer Stub { get; }

    /// <summary>The site's root.</summary>
    public Uri Address { get; }

    /// <param name="door">How it is reached.</param>
    /// <param name="package">What is behind <see cref="Door.FunctionsHost"/>.</param>
    /// <param name="backing">What the stub is; behind the Functions host always the first.</param>
    public static async Task<SdkSite> StartAsync(Door door, PublishedPackage package, Backing backing = Backing.OpenAiAndOllama)
    {
        if (door == Door.FunctionsHost)
        {
            return new SdkSite(await HostedPackage.StartAsync(package));
        }

        var stub = await StubServer.StartAsync();
        var site = await TestSite.StartAsync([("CODE", HostedPackage.Code), .. VariablesOf(stub, backing)]);
        return new SdkSite(site, stub, door == Door.Nginx ? await NginxServer.StartAsync([site.Address]) : null);
    }

    private static (string Name, string Value)[] VariablesOf(StubServer stub, Backing backing) => backing switch
    {
        Backing.Anthropic => [("ANTHROPIC_URL", stub.OllamaUrl), ("ANTHROPIC_API_KEY", ProviderKey)],
        Backing.OpenAi => [("OPENAI_API_BASE_URL", stub.BaseUrl), ("OPENAI_API_KEY", ProviderKey)],
        _ => [("OPENAI_API_BASE_URL", stub.BaseUrl), ("OPENAI_API_KEY", ProviderKey), ("OLLAMA_BASE_URL", stub.OllamaUrl)],
    };

    public async ValueTask DisposeAsync()
    {
        if (_hosted is not null)
        {
            await _hosted.DisposeAsync();
            return;
        }

        if (_nginx is not null)
        {
            await _nginx.DisposeAsync();
        }

        await _site!.DisposeAsync();
        await Stub.DisposeAsync();
    }
}
