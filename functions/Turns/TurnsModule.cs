using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;

namespace OpenWebUi.Turns;

/// <summary>Turns of stored chats, and the answers that they make. <c>POST /api/chat/completions</c> comes here through <see cref="TurnDoor"/>.</summary>
internal static class TurnsModule
{
    private const int MaxBodyBytes = 4 * 1024;

    public static void AddTurns(this IServiceCollection services)
    {
        services.AddSingleton<TurnDoor>();
        services.AddSingleton<BeginTurn>();
        services.AddSingleton<PlainChats>();
        services.AddSingleton<AnswerRoutes>();
    }

    public static void MapTurns(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("").Requires(Gate.Stored).WithMetadata(new BodyLimit(MaxBodyBytes));
        group.MapGet("/api/v1/chats/{id}/messages/{mid}/stream", (HttpContext context, AnswerRoutes answers, string id, string mid) => answers.FollowAsync(context, id, mid));
        group.MapPost("/api/v1/chats/{id}/messages/{mid}/stop", (HttpContext context, AnswerRoutes answers, string id, string mid) => answers.StopAsync(context, id, mid));
        group.MapGet("/api/tasks/chat/{id}", (HttpContext context, AnswerRoutes answers, string id) => answers.ListTasksAsync(context, id));
        group.MapPost("/api/tasks/stop/{task}", (HttpContext context, AnswerRoutes answers, string task) => answers.StopTaskAsync(context, task));
    }
}
