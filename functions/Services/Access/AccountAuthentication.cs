using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Identity;
using OpenWebUi.Services.Settings;

namespace OpenWebUi.Services.Access;

/// <summary>
/// Who calls where people have accounts: a session token or a personal API key in a header, then the session cookie. What
/// looks like ours in a header and is not valid is refused, never ignored; a cookie that is not valid makes a stranger.
/// </summary>
internal sealed class AccountAuthentication(
    Sessions sessions, ApiKeys keys, AdminSettingsStore settings, GroupPermissions permissions, AttemptLimiter limiter, TrustedIdentity trusted, PublicRequest requests)
{
    private static readonly Authentication Stranger = new(Caller.Stranger);

    /// <param name="context">The request.</param>
    /// <param name="credential">What stands in a header.</param>
    /// <param name="isRelay">On a relay route a credential that is not ours is refused, unless the caller is known anyway.</param>
    /// <param name="isInvited">Whether this browser holds a pass.</param>
    public async ValueTask<Authentication> AuthenticateAsync(HttpContext context, Credential? credential, bool isRelay, Func<ValueTask<bool>> isInvited) => credential switch
    {
        Credential.SessionToken token => await ByTokenAsync(context, token.Text),
        Credential.ApiKey key => await ByApiKeyAsync(context, key.Text),
        _ => await ByBrowserAsync(context, isInvited) is var authentication && isRelay && credential is not null && authentication is { Refusal: null, Caller.Standing: Standing.Stranger }
            ? new(Caller.Stranger, new ErrorReport(401, "invalid_credential", credential is Credential.Code
                ? "An access code opens the sign-up here, not the models. Send an API key of your account as 'Authorization: Bearer sk-ow-...'."
                : "This key is not one of this site. Send an API key of your account as 'Authorization: Bearer sk-ow-...'."))
            : authentication,
    };

    private async ValueTask<Authentication> ByTokenAsync(HttpContext context, string token)
    {
        if (await sessions.FindAsync(token, context.RequestAborted) is not var (account, session))
        {
            return new(Caller.Stranger, new ErrorReport(401, "invalid_token", "This session has ended, or the token is not valid. Sign in again."));
        }

        await sessions.NoteUseAsync(account, null, context.RequestAborted);
        return new(Caller.Of(account, new AccountProof.Session(session, IsCookie: false, token)));
    }

    /// <summary>What comes with every request of a browser, whoever made it call: what a proxy says of it, then its cookie.</summary>
    private async ValueTask<Authentication> ByBrowserAsync(HttpContext context, Func<ValueTask<bool>> isInvited)
    {
        var (account, refusal) = await trusted.FindAsync(context, isInvited);
        if (account is null && refusal is null)
        {
            return await ByCookieAsync(context);
        }

        if (OfOtherOrigin(context.Request) is { } foreign)
        {
            return foreign;
        }

        return refusal is not null ? new(Caller.Stranger, refusal) : new(Caller.Of(account!, new AccountProof.Trusted()));
    }

    private async ValueTask<Authentication> ByCookieAsync(HttpContext context)
    {
        var request = context.Request;
        if (request.Cookies[SessionCookieOptions.CookieName] is not { Length: > 0 } token || await sessions.FindAsync(token, context.RequestAborted) is not var (account, session))
        {
            return Stranger;
        }

        if (OfOtherOrigin(request) is { } foreign)
        {
            return foreign;
        }

        await sessions.NoteUseAsync(account, null, context.RequestAborted);
        return new(Caller.Of(account, new AccountProof.Session(session, IsCookie: true, token)));
    }

    private async ValueTask<Authentication> ByApiKeyAsync(HttpContext context, string text)
    {
        var (found, refusal) = await FindKeyAsync(context, text);
        if (refusal is not null)
        {
            return new(Caller.Stranger, refusal);
        }

        if (found is not var (account, key))
        {
            return new(Caller.Stranger, new ErrorReport(401, "invalid_api_key", "This API key is not known, was revoked, or is over."));
        }

        var current = await settings.CurrentAsync(context.RequestAborted);
        if (!current.EnableApiKeys || !await permissions.AllowsApiKeysAsync(account, context.RequestAborted))
        {
            return new(Caller.Stranger, new ErrorReport(403, "api_keys_off", "API keys are switched off on this site, or not allowed to this account. An administrator can allow them."));
        }

        // The path that the route was chosen by, however the key came in: no header can make it another one.
        var path = context.Request.Path;
        if (!IsAmong(path, key.Paths) || (current.RestrictApiKeyPaths && !IsAmong(path, current.ApiKeyPaths, emptyAllows: false)))
        {
            return new(Caller.Stranger, new ErrorReport(403, "api_key_path", "This API key may not call this address."));
        }

        await sessions.NoteUseAsync(account, key, context.RequestAborted);
        return new(Caller.Of(account, new AccountProof.ApiKey(key)));
    }

    /// <summary>A key that was right here before is no guess: whatever its address is locked for, it goes on, at one read for it and its account.</summary>
    private async ValueTask<((Account Account, AccountKey Key)? Found, ErrorReport? Refusal)> FindKeyAsync(HttpContext context, string text)
    {
        var hash = ApiKeys.Hash(text);
        if (keys.WasRight(hash))
        {
            return (await keys.FindAsync(text, hash, context.RequestAborted), null);
        }

        (Account Account, AccountKey Key)? found = null;
        var (decision, _) = await limiter.TryAsync(
            AttemptKind.ApiKey, account: null, requests.ClientAddress(context.Request),
            async cancellation => (found = await keys.FindAsync(text, hash, cancellation)) is not null, context.RequestAborted, lane: "api keys");
        return decision is AttemptDecision.Allowed ? (found, null) : (null, AccessRefusals.Of(decision, AttemptKind.ApiKey));
    }

    /// <summary>A browser sends its cookies whoever made it call (CSRF). Every browser says whose page it was, by one header or the other.</summary>
    private Authentication? OfOtherOrigin(HttpRequest request) =>
        !requests.IsSameOrigin(request) ? (IsUnsafe(request) ? CrossSite : Stranger)
        : IsUnsafe(request) && !PublicRequest.SaysOrigin(request) ? CrossSite
        : null;

    private static Authentication CrossSite => new(Caller.Stranger, new ErrorReport(403, "cross_site", "Only this site's own pages may do this with your session. Call with 'Authorization: Bearer' instead."));

    private static bool IsUnsafe(HttpRequest request) => !HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method) && !HttpMethods.IsOptions(request.Method);

    private static bool IsAmong(PathString path, IReadOnlyList<string> prefixes, bool emptyAllows = true) =>
        (prefixes.Count == 0 && emptyAllows) || prefixes.Any(prefix => path.StartsWithSegments(prefix.TrimEnd('/'), StringComparison.OrdinalIgnoreCase));
}
