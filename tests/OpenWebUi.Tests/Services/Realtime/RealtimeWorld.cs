using Azure.Core;
using Microsoft.Extensions.DependencyInjection;
using OpenWebUi.Platform.Security;
using OpenWebUi.Services.Realtime;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Services.Realtime;

/// <summary>A site beside a double of SignalR Service, called with its key or with an Entra identity.</summary>
internal sealed class RealtimeWorld : IAsyncDisposable
{
    public required SignalRServiceDouble Service { get; init; }

    public required TestSite Site { get; init; }

    public RealtimeClient Client => Site.Services.GetRequiredService<RealtimeClient>();

    /// <param name="how">key or entra.</param>
    /// <param name="environment">Of the site.</param>
    public static Task<RealtimeWorld> StartAsync(string how, params (string Name, string Value)[] environment) => StartAsync(how, _ => { }, environment);

    /// <param name="how">As above.</param>
    /// <param name="change">Exchanges what stands at the end of the wire.</param>
    /// <param name="environment">Of the site.</param>
    public static async Task<RealtimeWorld> StartAsync(string how, Action<IServiceCollection> change, params (string Name, string Value)[] environment)
    {
        var service = await SignalRServiceDouble.StartAsync();
        service.WantsEntra = how == "entra";
        (string, string) setting = service.WantsEntra ? ("AzureSignalRConnectionString__serviceUri", service.Endpoint) : ("AzureSignalRConnectionString", service.ConnectionString);
        var site = await TestSite.StartAsync(services =>
        {
            if (service.WantsEntra)
            {
                UseIdentity(services);
            }

            change(services);
        }, [setting, .. environment]);
        return new() { Service = service, Site = site };
    }

    public async ValueTask DisposeAsync()
    {
        await Site.DisposeAsync();
        await Service.DisposeAsync();
    }

    /// <summary>Entra itself stands at the end of the wire.</summary>
    private static void UseIdentity(IServiceCollection services) => services.AddSingleton(provider => new RealtimeClient(
        provider.GetRequiredService<RealtimeOptions>().Service! with { Identity = new(() => new SiteIdentity()) }, proxy: null,
        provider.GetRequiredService<SigningKey>(), TimeProvider.System));

    private sealed class SiteIdentity : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken)
        {
            Assert.Equal(["https://signalr.azure.com/.default"], requestContext.Scopes);
            return new(SignalRServiceDouble.EntraToken, DateTimeOffset.UtcNow + TimeSpan.FromHours(1));
        }

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) => new(GetToken(requestContext, cancellationToken));
    }
}
