using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Identity;

namespace OpenWebUi.Auth;

/// <summary>
/// <c>POST /api/v1/auths/update/password {password,new_password}</c>: every session of the account ends, and a new one begins for this
/// caller. An API key may not do it: who found one could lock its owner out.
/// </summary>
/// <remarks>200 <c>true</c> and the cookie for a cookie caller, the session object for others; 400 wrong old one, bad new one; 403; 429.</remarks>
internal sealed class UpdatePassword(
    IdentityOptions identity, PasswordHashes passwords, AttemptLimiter limiter, PublicRequest requests, Sessions sessions, SessionCookie cookie, SessionStart start,
    TimeProvider time)
{
    public async Task HandleAsync(HttpContext context)
    {
        var caller = AccessGate.CallerOf(context);
        var account = caller.Account!;
        if (caller.Proof is not AccountProof.Session session)
        {
            throw new RefusedException(new(403, "session_required", "Sign in to change the password: an API key may not."));
        }

        if (account.PasswordHash is not { } hash)
        {
            throw new RefusedException(new(400, "no_password", "This account signs in elsewhere and has no password here."));
        }

        using var form = await JsonForm.ReadAsync(context);
        var old = form.Text("password", AccountForm.MaxPasswordCharacters, mayBeEmpty: true);
        var chosen = AccountForm.NewPassword(form, identity.Passwords, "new_password");
        await CheckAsync(context, account, session.Entry.Id, hash, old);
        var made = await passwords.HashAsync(chosen, context.RequestAborted) ?? throw new RefusedException(AccountForm.Busy);
        var grant = await sessions.BeginAsync(
            account.Id, session.Entry.Device, session.Entry.SignIn,
            current => current.PasswordHash == hash ? current.WithoutSessions() with { PasswordHash = made, UpdatedAt = time.GetUtcNow() } : null,
            session.Entry.LogoutId, context.RequestAborted) ?? throw new RefusedException(SessionStart.Gone);

        if (session.IsCookie)
        {
            cookie.Set(context, grant);
            await JsonAnswer.WriteAsync(context, json => json.WriteBooleanValue(true));
        }
        else
        {
            await start.WriteAsync(context, grant.Account, grant.Session.ExpiresAt, grant.Token);
        }
    }

    /// <summary>Who sits down at an open session may guess no more than at the door; counted for the session, so that guesses at the door do not keep its owner from changing it.</summary>
    private async Task CheckAsync(HttpContext context, Account account, string sessionId, string hash, string password)
    {
        var check = PasswordCheck.Wrong;
        var (decision, isRight) = await limiter.TryAsync(
            AttemptKind.SignIn, $"{account.Email} {sessionId}", requests.ClientAddress(context.Request),
            async cancellation => (check = await passwords.VerifyAsync(hash, password, cancellation)) != PasswordCheck.Wrong, context.RequestAborted);
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
            throw new RefusedException(new(400, "wrong_password", "The old password is not right.", "password"));
        }
    }
}
