using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Conversations;

namespace OpenWebUi.Access;

/// <summary>
/// <c>POST /api/v1/access/leave</c>: this browser gives its pass back. Safe to repeat. Nobody can reach the pass's chats again,
/// so they are noted for removal first; a store that cannot be reached leaves the pass where it is (503).
/// </summary>
internal sealed class LeaveAccess(AccessOptions options, Passes passes, PublicRequest requests, LeftoverStore leftovers, ShareStore shares)
{
    public async Task HandleAsync(HttpContext context)
    {
        if (!requests.IsSameOrigin(context.Request))
        {
            await ErrorWriter.WriteAsync(context, new(403, "cross_site", "Only this site's own page can do this."));
            return;
        }

        if (context.Request.Cookies[AccessPass.CookieName] is { Length: > 0 } cookie)
        {
            // Also a pass that is over: with its cookie a right code would have brought its chats back.
            if (await passes.IdOfAsync(cookie, context.RequestAborted) is { } id)
            {
                await leftovers.AddAsync(OwnerId.OfPass(id), context.RequestAborted);
                // The chats go an hour later; what others may read of them at once.
                await shares.RevokeAllAsync(OwnerId.OfPass(id), context.RequestAborted);
            }
        }

        context.Response.Cookies.Append(AccessPass.CookieName, "", PassCookie.Options(context.Request, options, requests, DateTimeOffset.UnixEpoch));
        await JsonAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteBoolean("status", true);
            json.WriteEndObject();
        });
    }
}
