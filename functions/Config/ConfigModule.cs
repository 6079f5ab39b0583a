using OpenWebUi.Services.Access;

namespace OpenWebUi.Config;

/// <summary>What a page or a client needs to know before it knows anything else.</summary>
internal static class ConfigModule
{
    public static void AddConfig(this IServiceCollection services) => services.AddSingleton<SiteConfig>();

    public static void MapConfig(this IEndpointRouteBuilder routes) =>
        routes.MapMethods("/api/config", [HttpMethods.Get, HttpMethods.Post], (HttpContext context, SiteConfig config) => config.HandleAsync(context))
            .Requires(Gate.Public);
}
