using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;

namespace OpenWebUi.Access;

/// <summary>The attributes of the pass cookie: out of reach for scripts, never sent across sites, over https only where the site is https.</summary>
internal static class PassCookie
{
    public static CookieOptions Options(HttpRequest request, AccessOptions options, PublicRequest requests, DateTimeOffset expires) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Lax,
        Secure = options.IsPublicHttps || requests.IsHttps(request),
        Path = "/",
        Expires = expires,
    };
}
