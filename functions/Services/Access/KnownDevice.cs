using System.Security.Cryptography;
using System.Text;
using OpenWebUi.Platform.Http;
using OpenWebUi.Platform.Security;

namespace OpenWebUi.Services.Access;

/// <summary>
/// A browser that has signed in to an account before is not held up when others guess at that account: it bears a signed
/// cookie that names the account (OWASP's "device cookies"), and its wrong attempts are counted for itself. The cookie opens nothing.
/// </summary>
internal sealed class KnownDevice(AccessOptions options, SigningKey signingKey, PublicRequest requests)
{
    public const string CookieName = "known_device";
    private const string KeyPurpose = "known-device-v1";
    private const int NonceBytes = 8;
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(180);

    /// <param name="context">The request.</param>
    /// <param name="email">In the form of an account's.</param>
    /// <returns>A name of this browser, which nobody else has; null where it is not known.</returns>
    public async ValueTask<string?> NameAsync(HttpContext context, string email)
    {
        if (context.Request.Cookies[CookieName]?.Split('.') is not [{ Length: NonceBytes * 2 } nonce, var mac])
        {
            return null;
        }

        foreach (var key in await signingKey.RingAsync(KeyPurpose, context.RequestAborted))
        {
            if (CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(Sign(email, nonce, key.Bytes)), Encoding.UTF8.GetBytes(mac)))
            {
                return "device " + nonce;
            }
        }

        return null;
    }

    public async ValueTask RememberAsync(HttpContext context, string email)
    {
        var key = await signingKey.ForAsync(KeyPurpose, context.RequestAborted);
        var nonce = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(NonceBytes));
        context.Response.Cookies.Append(CookieName, $"{nonce}.{Sign(email, nonce, key)}", new CookieOptions
        {
            HttpOnly = true,
            SameSite = SameSiteMode.Strict,
            Secure = options.IsPublicHttps || requests.IsHttps(context.Request),
            Path = "/api/v1/auths",
            MaxAge = Lifetime,
        });
    }

    private static string Sign(string email, string nonce, byte[] key) => Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{nonce} {email}")));
}
