using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;

namespace OpenWebUi.Access;

/// <summary>
/// A browser that comes back keeps its pass: one that is older than a week is answered with a new end and the same id, to
/// which its chats belong. It still ends with its code: a code that is removed opens nothing, and renews nothing.
/// </summary>
internal sealed class RenewPass(AccessOptions options, Passes passes, PublicRequest requests, TimeProvider time)
{
    /// <summary>A cookie is not written again for every page.</summary>
    private static readonly TimeSpan MinAge = TimeSpan.FromDays(7);

    /// <summary>Adds the cookie to the answer, which must not have begun. Nothing for anybody without a pass that counts.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        if (options.Mode != AccessMode.Code || context.Request.Cookies[AccessPass.CookieName] is not { Length: > 0 } cookie || !requests.IsSameOrigin(context.Request))
        {
            return;
        }

        if (await passes.FindAsync(cookie, context.RequestAborted) is var (pass, _) && pass.ExpiresAt - time.GetUtcNow() < AccessOptions.PassLifetime - MinAge
            && await passes.RenewAsync(pass, context.RequestAborted) is var (renewed, text))
        {
            context.Response.Cookies.Append(AccessPass.CookieName, text, PassCookie.Options(context.Request, options, requests, renewed.ExpiresAt));
        }
    }
}
