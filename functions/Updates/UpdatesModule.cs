using OpenWebUi.Platform.Hosting;
using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Updates;

namespace OpenWebUi.Updates;

/// <summary>
/// <c>GET /api/version/updates</c>, Open WebUI's form and the release's page: for administrators, because a call of it may go out.
/// Where there is nothing newer, or nobody is asked, <c>latest</c> is <c>current</c>.
/// </summary>
internal static class UpdatesModule
{
    public static void MapUpdates(this IEndpointRouteBuilder routes) => routes.MapGet("/api/version/updates", ReadAsync).Requires(Gate.Admin);

    private static async Task ReadAsync(HttpContext context, UpdateCheck updates)
    {
        var newer = await updates.FindAsync(context.RequestAborted);
        await JsonAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteString("current", ProductVersion.Text);
            json.WriteString("latest", newer?.Version ?? ProductVersion.Text);
            json.WriteString("url", newer?.Page.AbsoluteUri);
            json.WriteEndObject();
        });
    }
}
