using OpenWebUi.Platform.Http;

namespace OpenWebUi.Access;

/// <summary><c>POST /api/v1/access/leave</c>: this browser gives its pass back. Safe to repeat.</summary>
internal static class LeaveAccess
{
    public static async Task HandleAsync(HttpContext context, PublicRequest requests)
    {
        if (!requests.IsSameOrigin(context.Request))
        {
            await ErrorWriter.WriteAsync(context, new(403, "cross_site", "Only this site's own page can do this."));
            return;
        }

        context.Response.Cookies.Append(Services.Access.AccessPass.CookieName, "", PassCookie.Options(context.Request, requests, DateTimeOffset.UnixEpoch));
        await JsonAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteBoolean("status", true);
            json.WriteEndObject();
        });
    }
}
