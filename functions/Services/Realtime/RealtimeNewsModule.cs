using OpenWebUi.Platform.Security;
using OpenWebUi.Platform.Http;

namespace OpenWebUi.Services.Realtime;

/// <summary>What the room is made of.</summary>
internal static class RealtimeNewsModule
{
    public static void AddRealtimeNews(this IServiceCollection services, RealtimeOptions options, OutboundProxy? proxy)
    {
        services.AddSingleton(options);
        services.AddSingleton<RealtimeNews>();
        if (options.Service is { } service)
        {
            services.AddSingleton(provider => new RealtimeClient(
                service, proxy, provider.GetRequiredService<SigningKey>(), provider.GetRequiredService<TimeProvider>()));
            services.AddHostedService<RealtimePublisher>();
        }
    }
}
