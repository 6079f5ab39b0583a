using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;

namespace OpenWebUi.Realtime;

/// <summary>Lets a page hear of changes that other browsers make: it connects to Azure SignalR Service, never to this app.</summary>
internal static class RealtimeModule
{
    private const long MaxBytes = 1024;

    public static void AddRealtime(this IServiceCollection services) => services.AddSingleton<Negotiate>();

    public static void MapRealtime(this IEndpointRouteBuilder routes) => routes
        .MapPost("/api/v1/realtime/negotiate", (HttpContext context, Negotiate negotiate) => negotiate.HandleAsync(context))
        .WithMetadata(new BodyLimit(MaxBytes))
        .Requires(Gate.Own);
}
