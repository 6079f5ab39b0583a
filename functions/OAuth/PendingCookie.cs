using System.Security.Cryptography;
using System.Text;
using OpenWebUi.Platform.Http;
using OpenWebUi.Platform.Security;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.OpenId;

namespace OpenWebUi.OAuth;

/// <summary>A sign-in that has begun in this browser, and whether it had shown an access code.</summary>
internal sealed record BegunSignIn(PendingSignIn Pending, bool IsInvited);

/// <summary>
/// What this browser must bring back with the provider's answer, sealed: a page elsewhere that sends its reader to the callback
/// with a code of its own finds none. One cookie for each sign-in, so that two tabs do not disturb each other.
/// </summary>
internal sealed class PendingCookie(AccessOptions options, SigningKey signingKey, PublicRequest requests)
{
    private const string KeyPurpose = "oauth-pending-v1";
    private const int NameBytes = 6;

    public async Task SetAsync(HttpContext context, BegunSignIn begun)
    {
        var key = await signingKey.ForAsync(KeyPurpose, context.RequestAborted);
        byte[] bytes = [begun.IsInvited ? (byte)1 : (byte)0, .. begun.Pending.ToBytes()];
        context.Response.Cookies.Append(Name(begun.Pending.State), Seal.Close(key, bytes), Attributes(context, PendingSignIn.Lifetime));
    }

    /// <summary>The sign-in of this browser that a <c>state</c> belongs to, which is over with that; null when there is none.</summary>
    public async Task<BegunSignIn?> TakeAsync(HttpContext context, string state)
    {
        var name = Name(state);
        if (context.Request.Cookies[name] is not { Length: > 0 } cookie)
        {
            return null;
        }

        context.Response.Cookies.Append(name, "", Attributes(context, TimeSpan.Zero));
        return await signingKey.FirstAsync(
            KeyPurpose,
            key => Seal.Open(key.Bytes, cookie) is { Length: > 1 } bytes && PendingSignIn.FromBytes(bytes.AsSpan(1)) is { } pending ? new BegunSignIn(pending, bytes[0] == 1) : null,
            context.RequestAborted);
    }

    private static string Name(string state) =>
        "oauth_" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(state)).AsSpan(0, NameBytes));

    /// <summary>Lax, because the browser comes back from another site.</summary>
    private CookieOptions Attributes(HttpContext context, TimeSpan maxAge) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Lax,
        Secure = options.IsPublicHttps || requests.IsHttps(context.Request),
        Path = "/oauth",
        MaxAge = maxAge,
    };
}
