using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Identity;
using OpenWebUi.Services.Settings;

namespace OpenWebUi.Auth;

/// <summary><c>POST /api/v1/auths/signin {email,password}</c>: a new session.</summary>
/// <remarks>
/// 200 the session object; 400 <c>wrong_credentials</c> for an unknown e-mail and a wrong password alike, after the same work;
/// 403 where passwords are switched off; 429 not looked at; 503 too many at once.
/// </remarks>
internal sealed class SignIn(
    AccessOptions access, AdminSettingsStore settings, AccountStore accounts, AccountEnrolment enrolment, PasswordHashes passwords, AttemptLimiter limiter,
    KnownDevice devices, PublicRequest requests, SessionStart start)
{
    private static readonly ErrorReport Wrong = new(400, "wrong_credentials", "The e-mail address or the password is not right.");

    public async Task HandleAsync(HttpContext context)
    {
        if (!requests.IsSameOrigin(context.Request))
        {
            throw new RefusedException(SessionStart.CrossSite);
        }

        using var form = await JsonForm.ReadAsync(context);
        var (email, password) = (form.Text("email", EmailAddress.MaxCharacters), form.Text("password", AccountForm.MaxPasswordCharacters, mayBeEmpty: true));
        if (access.Mode != AccessMode.Accounts || !(await settings.CurrentAsync(context.RequestAborted)).EnableLoginForm)
        {
            throw new RefusedException(new(403, "login_form_off", access.Mode == AccessMode.Accounts
                ? "Signing in with a password is switched off on this site." : "This site has no accounts."));
        }

        // Also the account that the environment names signs in before anybody has signed up.
        await enrolment.IsFirstAwaitedAsync(context.RequestAborted);
        var address = EmailAddress.Parse(email) ?? email.Trim().ToLowerInvariant();
        var (account, check) = ((Account?)null, PasswordCheck.Wrong);
        // A browser that is known is held up neither by guesses at its account nor by those of callers of unknown address.
        var (device, from) = (await devices.NameAsync(context, address), requests.ClientAddress(context.Request));
        var (decision, isRight) = await limiter.TryAsync(
            AttemptKind.SignIn, device is null ? address : $"{address} {device}", from, LookAsync, context.RequestAborted, from is null ? device ?? "" : "");
        if (decision is not AttemptDecision.Allowed)
        {
            throw new RefusedException(AccessRefusals.Of(decision, AttemptKind.SignIn));
        }

        if (check == PasswordCheck.Busy)
        {
            throw new RefusedException(AccountForm.Busy);
        }

        if (!isRight)
        {
            throw new RefusedException(Wrong);
        }

        var rehashed = check == PasswordCheck.RightRehash ? await passwords.HashAsync(password, context.RequestAborted) : null;
        await devices.RememberAsync(context, account!.Email);
        // A password that was changed in this very moment on another instance opens nothing any more.
        var checkedHash = account.PasswordHash;
        await start.AnswerAsync(context, account.Id, "password", current =>
            current.PasswordHash != checkedHash ? null : rehashed is null ? current : current with { PasswordHash = rehashed });

        async ValueTask<bool> LookAsync(CancellationToken cancellation)
        {
            account = await accounts.FindByEmailAsync(address, cancellation);
            if (account is null)
            {
                // A known address costs one read more: so does an unknown one.
                await accounts.ReadAsync(UserId.New(), cancellation);
            }

            check = await passwords.VerifyAsync(account?.PasswordHash, password, cancellation);
            // Not looked at is not wrong: what was too much for this moment is not counted against anybody.
            return check != PasswordCheck.Wrong;
        }
    }
}
