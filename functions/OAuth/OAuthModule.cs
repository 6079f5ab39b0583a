using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;

namespace OpenWebUi.OAuth;

/// <summary>Signing in at a provider: where the browser is sent, and where it comes back. Open WebUI's addresses, so that redirect URIs that are registered already go on working.</summary>
internal static class OAuthModule
{
    /// <summary>A logout token is a JWT of a few hundred bytes.</summary>
    private const int MaxBodyBytes = 32 * 1024;

    public static void AddOAuth(this IServiceCollection services)
    {
        services.AddSingleton<PendingCookie>();
        services.AddSingleton<RedirectUris>();
        services.AddSingleton<BeginSignIn>();
        services.AddSingleton<FinishSignIn>();
        services.AddSingleton<BackChannelLogout>();
    }

    public static void MapOAuth(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/oauth").Requires(Gate.Public).WithMetadata(new BodyLimit(MaxBodyBytes));
        group.MapGet("/{provider}/login", (HttpContext context, string provider, BeginSignIn use) => use.HandleAsync(context, provider));
        group.MapGet("/{provider}/login/callback", (HttpContext context, string provider, FinishSignIn use) => use.HandleAsync(context, provider));
        group.MapGet("/{provider}/callback", (HttpContext context, string provider, FinishSignIn use) => use.HandleAsync(context, provider));
        group.MapPost("/backchannel-logout", (HttpContext context, BackChannelLogout use) => use.HandleAsync(context));

        routes.MapGet("/api/v1/auths/admin/oauth", (HttpContext context, RedirectUris use) => use.HandleAsync(context)).Requires(Gate.Admin);
    }
}
