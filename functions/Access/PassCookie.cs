using OpenWebUi.Platform.Http;

namespace OpenWebUi.Access;

/// <summary>The attributes of the pass cookie: out of reach for scripts, never sent across sites, over https only where the site is https.</summary>
internal static class PassCookie
{
    public static CookieOptions Options(HttpRequest request, PublicRequest requests, DateTimeOffset expires) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Lax,
        Secure = requests.IsHttps(request),
        Path = "/",
        Expires = expires,
    };
}
