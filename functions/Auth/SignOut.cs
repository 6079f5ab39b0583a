using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Identity;

namespace OpenWebUi.Auth;

/// <summary>
/// <c>POST /api/v1/auths/signout</c> (<c>GET</c> for callers with a token in a header): this session ends on every instance, here at
/// once. Safe to repeat: also a caller whose session is over is answered, and loses the cookie.
/// </summary>
internal sealed class SignOut(
    AccessOptions access, CallerAuthentication authentication, Sessions sessions, SessionCookie cookie, PublicRequest requests)
{
    public async Task HandleAsync(HttpContext context)
    {
        var (caller, refusal) = access.Mode == AccessMode.Accounts ? await authentication.AuthenticateAsync(context, isRelay: false) : new(Caller.Stranger);
        if (refusal is { Code: "cross_site" })
        {
            // Else the answer would say that a session has ended which goes on.
            throw new RefusedException(refusal);
        }

        var proof = caller.Proof as AccountProof.Session;
        if (!requests.IsSameOrigin(context.Request) || (HttpMethods.IsGet(context.Request.Method) && proof is { IsCookie: true }))
        {
            // An image on any page could else end its reader's session.
            throw new RefusedException(SessionStart.CrossSite);
        }

        if (proof is not null)
        {
            await sessions.EndAsync(caller.Account!.Id, session => session.Id == proof.Entry.Id, context.RequestAborted);
        }

        // Behind a trusted proxy, or with a key in a header, the cookie's session is another proof than the caller's.
        if (proof is not { IsCookie: true } && HttpMethods.IsPost(context.Request.Method) && PublicRequest.SaysOrigin(context.Request)
            && context.Request.Cookies[SessionCookieOptions.CookieName] is { Length: > 0 } token
            && await sessions.FindAsync(token, context.RequestAborted) is var (account, held))
        {
            await sessions.EndAsync(account.Id, session => session.Id == held.Id, context.RequestAborted);
        }

        cookie.Remove(context);
        await JsonAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteBoolean("status", true);
            if (access.SignOutUrl is { } next)
            {
                json.WriteString("redirect_url", next);
            }

            json.WriteEndObject();
        });
    }

    /// <summary><c>POST /api/v1/auths/signout/all</c>: every other session of the account ends.</summary>
    public async Task HandleAllAsync(HttpContext context)
    {
        var caller = SessionStart.WithoutApiKey(context);
        var own = (caller.Proof as AccountProof.Session)?.Entry.Id;
        var ended = await sessions.EndAsync(caller.Account!.Id, session => session.Id != own, context.RequestAborted);
        await JsonAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteBoolean("status", true);
            json.WriteNumber("ended", ended);
            json.WriteEndObject();
        });
    }
}
