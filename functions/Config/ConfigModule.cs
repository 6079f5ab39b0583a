using OpenWebUi.Services.Access;

namespace OpenWebUi.Config;

/// <summary>What a page or a client needs to know before it knows anything else.</summary>
internal static class ConfigModule
{
    public static void AddConfig(this IServiceCollection services) => services.AddSingleton<SiteConfig>();

    /// <param name="routes">The site's.</param>
    /// <param name="renew">Renews the pass of who asks: this is the one call that every page begins with.</param>
    public static void MapConfig(this IEndpointRouteBuilder routes, Func<HttpContext, Task> renew) =>
        routes.MapMethods("/api/config", [HttpMethods.Get, HttpMethods.Post], async (HttpContext context, SiteConfig config) =>
        {
            await renew(context);
            await config.HandleAsync(context);
        }).Requires(Gate.Public);
}
