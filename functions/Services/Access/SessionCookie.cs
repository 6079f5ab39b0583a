using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Identity;

namespace OpenWebUi.Services.Access;

/// <summary>Sets and takes away the session cookie: out of reach for scripts, over https only where the site is https.</summary>
internal sealed class SessionCookie(AccessOptions options, PublicRequest requests)
{
    public void Set(HttpContext context, SessionGrant grant) =>
        context.Response.Cookies.Append(SessionCookieOptions.CookieName, grant.Token, Attributes(context.Request, grant.Session.ExpiresAt));

    public void Remove(HttpContext context) =>
        context.Response.Cookies.Append(SessionCookieOptions.CookieName, "", Attributes(context.Request, DateTimeOffset.UnixEpoch));

    /// <param name="request">Whose scheme decides, unless it is configured.</param>
    /// <param name="expiresAt">Null, a session without an end: as long as browsers keep a cookie at most (400 days, RFC 6265bis).</param>
    private CookieOptions Attributes(HttpRequest request, DateTimeOffset? expiresAt) => new()
    {
        HttpOnly = true,
        SameSite = options.Cookie.SameSite,
        Secure = options.Cookie.Secure ?? (options.IsPublicHttps || requests.IsHttps(request)),
        Path = "/",
        Expires = expiresAt,
        MaxAge = expiresAt is null ? TimeSpan.FromDays(400) : null,
    };
}
