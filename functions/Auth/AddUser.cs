using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Identity;

namespace OpenWebUi.Auth;

/// <summary><c>POST /api/v1/auths/add {name,email,password,role?}</c>: an administrator makes an account. Its person signs in; no token is made for anybody else.</summary>
internal sealed class AddUser(AccessOptions access, IdentityOptions identity, AccountEnrolment enrolment, PasswordHashes passwords)
{
    public async Task HandleAsync(HttpContext context)
    {
        if (access.Mode != AccessMode.Accounts)
        {
            // The first account is the admin's, whoever makes it: it is not made by the way.
            throw new RefusedException(AccessRefusals.NoAccounts);
        }

        using var form = await JsonForm.ReadAsync(context);
        var (name, email, password) = (AccountForm.Name(form), AccountForm.Email(form), AccountForm.NewPassword(form, identity.Passwords));
        var role = form.OptionalText("role", 20) is { } text
            ? AccountRoleText.Parse(text) ?? throw new RefusedException("role", "'role' must be pending, user or admin.")
            : AccountRole.Pending;
        var hash = await passwords.HashAsync(password, context.RequestAborted) ?? throw new RefusedException(AccountForm.Busy);
        if (await enrolment.EnrolAsync(new(email, name, "password", hash, role), context.RequestAborted) is not CreateOutcome.Created(var account))
        {
            throw new RefusedException(AccountForm.EmailTaken);
        }

        await JsonAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            AccountJson.WriteWho(json, account);
            json.WriteEndObject();
        });
    }
}
