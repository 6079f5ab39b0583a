using System.Text.Json;
using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Identity;

namespace OpenWebUi.Auth;

/// <summary>The end of every way in: a session begins, the cookie is set, the answer is the session object.</summary>
internal sealed class SessionStart(Sessions sessions, SessionCookie cookie, GroupPermissions permissions)
{
    public static readonly ErrorReport Gone = new(401, "account_gone", "This account was removed, or changed at this very moment. Sign in again.");

    /// <summary>The caller must be one of this site's own pages, or no browser: else a page elsewhere could sign its reader in as somebody else.</summary>
    public static readonly ErrorReport CrossSite = new(403, "cross_site", "Only this site's own page can do this.");

    /// <summary>The caller, which must not be an API key: who found one must not shut its owner out, or stay in when it is revoked.</summary>
    public static Caller WithoutApiKey(HttpContext context) => AccessGate.CallerOf(context) is var caller && caller.Proof is AccountProof.ApiKey
        ? throw new RefusedException(new(403, "session_required", "Sign in to do this: an API key may not."))
        : caller;

    /// <param name="also">Changes of the account that go with it; null refuses.</param>
    public async Task AnswerAsync(HttpContext context, UserId user, string signIn, Func<Account, Account?>? also = null)
    {
        if (await sessions.BeginAsync(user, Device.Of(context.Request), signIn, also, logoutId: null, context.RequestAborted) is not { } grant)
        {
            await ErrorWriter.WriteAsync(context, Gone);
            return;
        }

        cookie.Set(context, grant);
        await WriteAsync(context, grant.Account, grant.Session.ExpiresAt, grant.Token);
    }

    /// <summary>The session object.</summary>
    /// <param name="token">Null where the caller has it in its cookie: no answer repeats that.</param>
    public async Task WriteAsync(HttpContext context, Account account, DateTimeOffset? expiresAt, string? token, Action<Utf8JsonWriter>? more = null)
    {
        var allowed = await permissions.OfAsync(account, context.RequestAborted);
        await JsonAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            if (token is not null)
            {
                json.WriteString("token", token);
            }

            json.WriteString("token_type", "Bearer");
            json.WriteUnixTime("expires_at", expiresAt);
            AccountJson.WriteWho(json, account);
            json.WritePropertyName("permissions");
            allowed.WriteTo(json);
            more?.Invoke(json);
            json.WriteEndObject();
        });
    }
}
