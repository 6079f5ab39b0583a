using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Identity;
using OpenWebUi.Services.OpenId;

namespace OpenWebUi.OAuth;

/// <summary><c>GET /oauth/{provider}/login/callback</c>: the browser is back. 302 to <c>/auth</c> with the session cookie, or with <c>?error=</c>; every end is one the page can put into words.</summary>
internal sealed class FinishSignIn(
    AccessOptions access, SignInProviderOptions options, SignInClient client, PendingCookie cookie, OutsideSignIn outside, Sessions sessions, SessionCookie session)
{
    private const int MaxValueCharacters = 4_096;

    public async Task HandleAsync(HttpContext context, string provider)
    {
        if (access.Mode != AccessMode.Accounts || options.Find(provider) is not { } known)
        {
            await ErrorWriter.WriteAsync(context, new(404, "not_found", "There is no such sign-in provider here."));
            return;
        }

        SignInPage.RedirectTo(context, await ErrorAsync(context, known));
    }

    /// <summary>Null when the person is in.</summary>
    private async Task<string?> ErrorAsync(HttpContext context, SignInProvider provider)
    {
        // A parameter that comes twice could mean one thing to us and another to the provider.
        var query = context.Request.Query;
        if (query.Any(parameter => parameter.Value.Count != 1 || parameter.Value.ToString().Length > MaxValueCharacters))
        {
            return "oauth_failed";
        }

        var state = query["state"].ToString();
        if (await cookie.TakeAsync(context, state) is not { } begun || begun.Pending.ProviderId != provider.Id)
        {
            return "oauth_expired";
        }

        var parameters = query.ToDictionary(parameter => parameter.Key, parameter => parameter.Value.ToString(), StringComparer.Ordinal);
        return await client.FinishAsync(provider, begun.Pending, parameters, context.RequestAborted) switch
        {
            SignInOutcome.Person(var identity) => await AdmitAsync(context, identity, begun.IsInvited),
            SignInOutcome.Denied(var error, _, _) => WordOf(error),
            SignInOutcome.Unavailable => "oauth_unavailable",
            SignInOutcome.Invalid { Code: SignInOutcome.Invalid.Expired } => "oauth_expired",
            _ => "oauth_failed",
        };
    }

    /// <summary>Not every no is the person's: a code is good once and not for long, and a wrong secret is for the administrator to mend.</summary>
    private static string WordOf(string error) => error switch
    {
        "access_denied" or "login_required" or "interaction_required" or "consent_required" or "account_selection_required" => "oauth_denied",
        "invalid_grant" or "bad_verification_code" => "oauth_expired",
        "temporarily_unavailable" or "server_error" => "oauth_unavailable",
        _ => "oauth_failed",
    };

    private async Task<string?> AdmitAsync(HttpContext context, ExternalIdentity identity, bool isInvited)
    {
        var policy = options.Policy;
        // A domain proves nothing about an address that nobody has verified.
        if (!policy.AllowsDomainOf(identity.Email) || (policy.AllowedDomains is not null && !identity.IsEmailVerified))
        {
            return "domain_not_allowed";
        }

        AccountRole? role = null;
        if (policy.ManagesRoles)
        {
            role = identity.Roles.Any(policy.AdminRoles.Contains) ? AccountRole.Admin
                : identity.Roles.Any(policy.AllowedRoles.Contains) ? AccountRole.User : null;
            if (role is null)
            {
                return "role_not_allowed";
            }
        }

        var outsider = new Outsider(
            new(identity.Issuer, identity.Subject), identity.Email, identity.IsEmailVerified, identity.Name, identity.ProviderId, role,
            policy.ManagesGroups ? [.. identity.Groups.Except(policy.BlockedGroups)] : null);
        var rules = new OutsideRules(policy.CreatesAccounts, policy.MergesByEmail, policy.CreatesGroups, access.NeedsInvitation && !isInvited);
        switch (await outside.AdmitAsync(outsider, rules, context.RequestAborted))
        {
            case OutsideOutcome.Admitted(var user, var change):
                var logoutId = identity.SessionId is { } sid ? BackChannelLogout.LogoutIdOf(identity.Issuer, sid) : null;
                if (await sessions.BeginAsync(user, Device.Of(context.Request), identity.ProviderId, change, logoutId, context.RequestAborted) is not { } grant)
                {
                    return "oauth_failed";
                }

                session.Set(context, grant);
                return null;
            case OutsideOutcome.Refused refused:
                return refused.Code;
            default:
                return "oauth_failed";
        }
    }
}
