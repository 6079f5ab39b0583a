using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;

namespace OpenWebUi.Housekeeping;

/// <summary>
/// When leftovers are removed (<see cref="Services.Conversations.LeftoverSweep"/>): once a day by the Functions host's timer, and
/// from time to time by every instance that is awake anyway.
/// </summary>
internal static class HousekeepingModule
{
    /// <summary>The timer's payload is some hundred bytes, and is not read.</summary>
    private const int MaxBodyBytes = 64 * 1024;

    public static void AddHousekeeping(this IServiceCollection services)
    {
        services.AddSingleton<TimerDoor>();
        services.AddHostedService<AwakeHousekeeping>();
    }

    /// <summary>The host calls a timer function by its name, in the case of <c>Housekeeping.function.json</c>.</summary>
    public static void MapHousekeeping(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/Housekeeping", (HttpContext context, TimerDoor door) => door.HandleAsync(context))
            .Requires(Gate.Public).WithMetadata(new BodyLimit(MaxBodyBytes));
}
