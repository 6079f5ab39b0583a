using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.OpenId;

namespace OpenWebUi.OAuth;

/// <summary><c>GET /oauth/{provider}/login</c>: 302 to the provider; back to the sign-in page when it cannot be asked; 404 for one that is not configured.</summary>
internal sealed class BeginSignIn(
    AccessOptions access, SignInProviderOptions options, SignInClient client, RedirectUris redirects, PendingCookie cookie, CallerAuthentication authentication)
{
    public async Task HandleAsync(HttpContext context, string provider)
    {
        if (access.Mode != AccessMode.Accounts || options.Find(provider) is not { } known)
        {
            await ErrorWriter.WriteAsync(context, new(404, "not_found", "There is no such sign-in provider here."));
            return;
        }

        // Looked at now: when the browser comes back from another site, cookies of passes do not count.
        var isInvited = access.NeedsInvitation && await authentication.PassOfAsync(context) is not null;
        switch (await client.BeginAsync(known, redirects.Of(known, context.Request), context.RequestAborted))
        {
            case SignInStart.Redirect(var url, var pending):
                await cookie.SetAsync(context, new(pending, isInvited));
                context.Response.Headers.CacheControl = "no-store";
                context.Response.Redirect(url.AbsoluteUri);
                break;
            default:
                SignInPage.RedirectTo(context, "oauth_unavailable");
                break;
        }
    }
}

/// <summary>The page that a sign-in ends on. A path of ours and a word of ours: nothing of the request can lead elsewhere.</summary>
internal static class SignInPage
{
    /// <param name="context">The request.</param>
    /// <param name="error">What the page puts into words; null when all is well.</param>
    public static void RedirectTo(HttpContext context, string? error = null)
    {
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Redirect(error is null ? "/auth" : "/auth?error=" + error);
    }
}
