using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Net.Http.Headers;
using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Identity;
using OpenWebUi.Services.OpenId;

namespace OpenWebUi.OAuth;

/// <summary>
/// <c>POST /oauth/backchannel-logout</c>, form field <c>logout_token</c> (OpenID Connect Back-Channel Logout 1.0): the provider says
/// that somebody signed out there. Their session here ends, or every session that began there when it names none. 200 also when
/// nobody was signed in; 400 a token that is not believed; 503 the provider's keys cannot be had.
/// </summary>
internal sealed class BackChannelLogout(AccessOptions access, SignInProviderOptions options, SignInClient client, AccountStore accounts, Sessions sessions)
{
    private const int IdBytes = 16;

    /// <summary>What a session keeps of the provider's session id: enough to know it again.</summary>
    public static string LogoutIdOf(string issuer, string sessionId) =>
        Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(issuer + "\n" + sessionId)).AsSpan(0, IdBytes));

    public async Task HandleAsync(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        var token = await TokenAsync(context.Request);
        if (access.Mode != AccessMode.Accounts || token.Length == 0)
        {
            throw new RefusedException(new(400, "invalid_request", "'logout_token' is missing."));
        }

        // The token says who sent it, but only its signature proves it: each provider is asked whether it is theirs.
        ErrorReport refusal = new(400, "invalid_request", "The logout token belongs to no provider of this site.");
        foreach (var provider in options.Providers)
        {
            switch (await client.ValidateLogoutTokenAsync(provider, token, context.RequestAborted))
            {
                case LogoutOutcome.Accepted accepted:
                    await EndAsync(accepted, provider, context.RequestAborted);
                    context.Response.StatusCode = StatusCodes.Status200OK;
                    return;
                case LogoutOutcome.Unavailable:
                    refusal = new(503, "provider_unavailable", "The provider's keys cannot be had at the moment.", RetryAfter: TimeSpan.FromSeconds(30));
                    break;
                default:
                    break;
            }
        }

        throw new RefusedException(refusal);
    }

    /// <summary>Empty where there is none, or no form of the kind that section 2.5 names: in no other is it looked for.</summary>
    private static async Task<string> TokenAsync(HttpRequest request)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || !type.MediaType.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase))
        {
            return "";
        }

        try
        {
            return (await request.ReadFormAsync(request.HttpContext.RequestAborted))["logout_token"].ToString();
        }
        catch (InvalidDataException)
        {
            // More fields than a form may have, or longer ones.
            return "";
        }
    }

    private async Task EndAsync(LogoutOutcome.Accepted accepted, SignInProvider provider, CancellationToken cancellation)
    {
        var logoutId = accepted.SessionId is { } sid ? LogoutIdOf(accepted.Issuer, sid) : null;
        if (accepted.Subject is { } subject && await accounts.FindByLinkAsync(new(accepted.Issuer, subject), cancellation) is { } account)
        {
            await sessions.EndAsync(account.Id, session => logoutId is null ? session.SignIn == provider.Id : session.LogoutId == logoutId, cancellation);
            return;
        }

        // A session id alone names no account (and OAUTH_SUB_CLAIM may have made another link): look through them. It is rare.
        if (logoutId is not null)
        {
            await foreach (var other in accounts.AllAsync(cancellation))
            {
                if (other.Sessions.Any(session => session.LogoutId == logoutId))
                {
                    await sessions.EndAsync(other.Id, session => session.LogoutId == logoutId, cancellation);
                }
            }
        }
    }
}
