using OpenWebUi.Platform.Http;
using OpenWebUi.Platform.Security;
using OpenWebUi.Services.Access;

namespace OpenWebUi.Access;

/// <summary>
/// A browser that comes back keeps its pass: one that is older than a week is answered with a new end and the same id, to
/// which its chats belong. It still ends with its code: a code that is removed opens nothing, and renews nothing.
/// </summary>
internal sealed class RenewPass(AccessOptions options, AccessCodes codes, SigningKey signingKey, PublicRequest requests, TimeProvider time)
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

        var key = await signingKey.ForAsync(AccessPass.KeyPurpose, context.RequestAborted);
        var now = time.GetUtcNow();
        if (AccessPass.Read(cookie, key, now) is { } pass && codes.HasFingerprint(pass.Fingerprint, key)
            && pass.ExpiresAt - now < AccessOptions.PassLifetime - MinAge)
        {
            var renewed = pass with { ExpiresAt = now + AccessOptions.PassLifetime };
            context.Response.Cookies.Append(AccessPass.CookieName, renewed.Sign(key), PassCookie.Options(context.Request, requests, renewed.ExpiresAt));
        }
    }
}
