using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Identity;
using OpenWebUi.Services.Ldap;
using OpenWebUi.Services.OpenId;

namespace OpenWebUi.Auth;

/// <summary><c>POST /api/v1/auths/ldap {user,password}</c>: the directory says who it is.</summary>
/// <remarks>
/// 200 the session object; 400 wrong; 403 off, or no account may be made; 429 not looked at; 503 the directory cannot be asked,
/// which counts against nobody. A person is found by their user name there; an account with the same e-mail that came in another
/// way is theirs only with <c>OAUTH_MERGE_ACCOUNTS_BY_EMAIL</c>, because people can change their own address in many directories.
/// </remarks>
internal sealed class LdapSignIn(
    AccessOptions access, IServiceProvider services, OutsideSignIn outside, SignInProviderOptions providers, AttemptLimiter limiter,
    CallerAuthentication authentication, PublicRequest requests, SessionStart start)
{
    private const int MaxUserCharacters = 256;

    public async Task HandleAsync(HttpContext context)
    {
        if (!requests.IsSameOrigin(context.Request))
        {
            throw new RefusedException(SessionStart.CrossSite);
        }

        using var form = await JsonForm.ReadAsync(context);
        var (user, password) = (form.Text("user", MaxUserCharacters), form.Text("password", AccountForm.MaxPasswordCharacters, mayBeEmpty: true));
        if (access.Mode != AccessMode.Accounts || services.GetService<LdapOptions>() is not { } options)
        {
            throw new RefusedException(new(403, "ldap_off", "Signing in with a directory is switched off on this site."));
        }

        var directory = services.GetRequiredService<LdapDirectory>();
        LdapOutcome? found = null;
        var (decision, _) = await limiter.TryAsync(
            AttemptKind.Ldap, "ldap " + user.Trim().ToLowerInvariant(), requests.ClientAddress(context.Request),
            async cancellation => (found = await directory.FindAsync(user, password, cancellation)) is not LdapOutcome.WrongCredentials, context.RequestAborted);
        if (decision is not AttemptDecision.Allowed)
        {
            throw new RefusedException(AccessRefusals.Of(decision, AttemptKind.Ldap));
        }

        switch (found)
        {
            case LdapOutcome.Found(var person):
                await AdmitAsync(context, person, options);
                break;
            case LdapOutcome.NoMail:
                throw new RefusedException(new(400, "email_missing", "The directory has no e-mail address for you, and an account needs one. Tell its administrator."));
            case LdapOutcome.Unavailable(_, var message):
                throw new RefusedException(new(503, "ldap_unavailable", message, RetryAfter: TimeSpan.FromMinutes(1)));
            default:
                throw new RefusedException(new(400, "wrong_credentials", "The user name or the password is not right."));
        }
    }

    private async Task AdmitAsync(HttpContext context, LdapPerson person, LdapOptions options)
    {
        var outsider = new Outsider(
            new("ldap", person.UserName), person.Email, IsEmailVerified: true, person.Name, "ldap", GroupNames: options.ManagesGroups ? person.Groups : null);
        var rules = new OutsideRules(
            CreatesAccount: true, providers.Policy.MergesByEmail, options.CreatesGroups,
            access.NeedsInvitation && await authentication.PassOfAsync(context) is null);
        switch (await outside.AdmitAsync(outsider, rules, context.RequestAborted))
        {
            case OutsideOutcome.Admitted(var user, var change):
                await start.AnswerAsync(context, user, "ldap", change);
                break;
            case OutsideOutcome.Refused(var code, var sentence):
                throw new RefusedException(new(code == "email_taken" ? 400 : 403, code, sentence));
        }
    }
}
