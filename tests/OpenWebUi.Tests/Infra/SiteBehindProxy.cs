using OpenWebUi.StubProvider;
using OpenWebUi.Tests.Relay;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Infra;

/// <summary>A site with a provider behind one of the samples, and a caller in front of it.</summary>
internal sealed class SiteBehindProxy : IAsyncDisposable
{
    public const string PublicUrl = "https://" + SampleProxy.PublicHost;

    public static readonly (string, string) Trusting = ("FORWARDED_ALLOW_IPS", "127.0.0.1");

    private readonly TestSite _site;

    private SiteBehindProxy(StubServer stub, TestSite site, SampleProxy proxy, bool http2) => (Stub, _site, Proxy, Client) = (stub, site, proxy, proxy.NewClient(http2));

    public StubServer Stub { get; }

    public SampleProxy Proxy { get; }

    public HttpClient Client { get; }

    /// <param name="kind">Whose sample.</param>
    /// <param name="time">The site's.</param>
    /// <param name="http2">How the caller speaks.</param>
    /// <param name="models">What the provider lists, if not its own.</param>
    public static async Task<SiteBehindProxy> StartAsync(ProxyKind kind, TimeProvider time, bool http2, params string[] models)
    {
        var stub = await StubServer.StartAsync();
        if (models.Length > 0)
        {
            stub.Models = models;
        }

        var site = await RelayCalls.SiteFor(time, stub, "/v1", ("WEBUI_URL", PublicUrl), Trusting);
        return new(stub, site, await SampleProxy.StartAsync(kind, site.Address), http2);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Proxy.DisposeAsync();
        await _site.DisposeAsync();
        await Stub.DisposeAsync();
    }
}
