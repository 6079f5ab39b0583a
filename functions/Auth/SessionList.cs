using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Identity;

namespace OpenWebUi.Auth;

/// <summary><c>GET /api/v1/auths/sessions</c>: where one's account is signed in; <c>DELETE /sessions/{id}</c> ends one of them.</summary>
internal sealed class SessionList(Sessions sessions, TimeProvider time)
{
    /// <summary>An id is a part of the token that is worth nothing without the signature.</summary>
    public async Task ListAsync(HttpContext context)
    {
        var caller = AccessGate.CallerOf(context);
        var own = (caller.Proof as AccountProof.Session)?.Entry.Id;
        var now = time.GetUtcNow();
        await JsonAnswer.WriteAsync(context, json =>
        {
            json.WriteStartArray();
            foreach (var session in caller.Account!.Sessions.Where(s => !s.IsOver(now)).Reverse())
            {
                json.WriteStartObject();
                json.WriteString("id", session.Id);
                json.WriteBoolean("current", session.Id == own);
                json.WriteUnixTime("created_at", session.CreatedAt);
                json.WriteUnixTime("expires_at", session.ExpiresAt);
                json.WriteString("device", session.Device);
                json.WriteString("sign_in", session.SignIn);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
    }

    public async Task EndAsync(HttpContext context, string id)
    {
        if (await sessions.EndAsync(SessionStart.WithoutApiKey(context).Account!.Id, session => session.Id == id, context.RequestAborted) == 0)
        {
            throw new RefusedException(new(404, "not_found", "There is no such session."));
        }

        await JsonAnswer.WriteAsync(context, json => json.WriteBooleanValue(true));
    }
}
