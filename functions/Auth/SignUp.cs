using OpenWebUi.Platform.Hosting;
using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Identity;
using OpenWebUi.Services.Settings;

namespace OpenWebUi.Auth;

/// <summary><c>POST /api/v1/auths/signup {name,email,password}</c>: a new account, and its first session.</summary>
/// <remarks>
/// 200 the session object; 400 bad or taken e-mail, bad password; 403 closed, or a code is asked for first; 429 too many.
/// That an e-mail is taken is said: whoever signs up must know. What an address may try is counted before anything is looked at.
/// </remarks>
internal sealed class SignUp(
    AccessOptions access, AdminSettingsStore settings, IdentityOptions identity, AccountEnrolment enrolment, PasswordHashes passwords, AttemptLimiter limiter,
    CallerAuthentication authentication, KnownHosts hosts, HostingOptions hosting, PublicRequest requests, SessionStart start)
{
    public async Task HandleAsync(HttpContext context)
    {
        if (!requests.IsSameOrigin(context.Request))
        {
            throw new RefusedException(SessionStart.CrossSite);
        }

        using var form = await JsonForm.ReadAsync(context);
        var newcomer = (Name: AccountForm.Name(form), Email: AccountForm.Email(form), Password: AccountForm.NewPassword(form, identity.Passwords));
        await RefuseUnlessOpenAsync(context);
        if (await limiter.CountSignUpAsync(requests.ClientAddress(context.Request), context.RequestAborted) is var decision and not AttemptDecision.Allowed)
        {
            throw new RefusedException(AccessRefusals.Of(decision, AttemptKind.SignUp));
        }

        var hash = await passwords.HashAsync(newcomer.Password, context.RequestAborted) ?? throw new RefusedException(AccountForm.Busy);
        switch (await enrolment.EnrolAsync(new(newcomer.Email, newcomer.Name, "password", hash), context.RequestAborted))
        {
            case CreateOutcome.Created(var account):
                await start.AnswerAsync(context, account.Id, "password");
                break;
            default:
                throw new RefusedException(AccountForm.EmailTaken);
        }
    }

    private async Task RefuseUnlessOpenAsync(HttpContext context)
    {
        if (access.Mode != AccessMode.Accounts)
        {
            throw new RefusedException(new(403, "no_accounts", "This site has no accounts."));
        }

        if (access.NeedsInvitation && await authentication.PassOfAsync(context) is null)
        {
            throw new RefusedException(new(403, "code_required", "This site asks for an access code before you can sign up. Enter it first."));
        }

        var isFirst = await enrolment.IsFirstAwaitedAsync(context.RequestAborted);
        if (isFirst && hosting.IsLoopbackOnly && !hosts.Answers(context))
        {
            // Who makes the first account owns the site: no page may do it through its reader's browser (DNS rebinding).
            throw new RefusedException(KnownHosts.Refusal);
        }

        var current = await settings.CurrentAsync(context.RequestAborted);
        // Where a proxy says who people are, an address is nobody's to claim; and who cannot sign in with a password needs none.
        if (access.Trusted is not null || !current.EnableLoginForm || !(current.EnableSignup || (isFirst && identity.AllowsFirstSignUp)))
        {
            throw new RefusedException(new(403, "signup_closed", "This site takes no new accounts. Ask its administrator for one."));
        }
    }
}
