using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;

namespace OpenWebUi.Access;

/// <summary>The gate's own routes: a code is exchanged for a pass, and given back.</summary>
internal static class AccessModule
{
    /// <summary>A code is at most 256 characters.</summary>
    private const int MaxBodyBytes = 4 * 1024;

    public static void AddAccess(this IServiceCollection services)
    {
        services.AddSingleton<RedeemCode>();
        services.AddSingleton<LeaveAccess>();
        services.AddSingleton<RenewPass>();
    }

    public static void MapAccess(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/access").Requires(Gate.Public).WithMetadata(new BodyLimit(MaxBodyBytes));
        group.MapPost("/redeem", (HttpContext context, RedeemCode redeem) => redeem.HandleAsync(context));
        group.MapPost("/leave", (HttpContext context, LeaveAccess leave) => leave.HandleAsync(context));
    }
}
