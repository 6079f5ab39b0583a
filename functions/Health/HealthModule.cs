using OpenWebUi.Platform.Hosting;
using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;

namespace OpenWebUi.Health;

/// <summary>Whether the process answers, and which version it is. Touches no store and no provider.</summary>
internal static class HealthModule
{
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/health", [HttpMethods.Get, HttpMethods.Head], Health).Requires(Gate.Public);
        routes.MapGet("/api/version", Version).Requires(Gate.Public);
    }

    private static Task Health(HttpContext context) => JsonAnswer.WriteAsync(context, json =>
    {
        json.WriteStartObject();
        json.WriteBoolean("status", true);
        json.WriteEndObject();
    });

    private static Task Version(HttpContext context) => JsonAnswer.WriteAsync(context, json =>
    {
        json.WriteStartObject();
        json.WriteString("version", ProductVersion.Text);
        json.WriteString("deployment_id", "");
        json.WriteString("commit", ProductVersion.Commit);
        json.WriteEndObject();
    });
}
