using System.Text.Json;
using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Identity;

namespace OpenWebUi.Users;

/// <summary>
/// <c>POST /api/v1/users/{id}/update {role?, name?, email?, profile_image_url?, password?, group_ids?}</c>: what is left out stays; an empty
/// password too. A new password and a new role end the account's sessions (<see cref="RoleRules.WithRole"/>).
/// </summary>
/// <remarks>200 the account; 400 bad or taken e-mail, bad password; 403 by <see cref="RoleRules"/>; 404; 422; 503 too many hashings.</remarks>
internal sealed class UpdateUser(
    AccountStore accounts, GroupStore groups, IdentityOptions identity, PasswordHashes passwords, Pictures pictures, UserJson users, TimeProvider time)
{
    private static readonly ErrorReport Taken = new(400, "email_taken", "Another account has this e-mail address.", "email");

    /// <summary>The old password is asked for there: an open session, or a key that somebody found, must not lock its owner out.</summary>
    private static readonly ErrorReport OwnPassword = new(403, "own_password", "Change your own password in your account settings, where the old one is asked for.", "password");

    public async Task HandleAsync(HttpContext context, string id)
    {
        var (user, by) = (UserJson.Id(id), UserJson.Caller(context));
        using var form = await JsonForm.ReadAsync(context);
        var role = form.OptionalText("role", 20) is { } text ? Role(text) : (AccountRole?)null;
        var name = form.OptionalText("name", AccountForm.MaxNameCharacters) is null ? null : AccountForm.Name(form);
        var email = form.OptionalText("email", EmailAddress.MaxCharacters) is null ? null : AccountForm.Email(form);
        var password = form.OptionalText("password", AccountForm.MaxPasswordCharacters) is { Length: > 0 } ? AccountForm.NewPassword(form, identity.Passwords) : null;
        var picture = form.OptionalText("profile_image_url", Pictures.MaxCharacters);
        var groupIds = await GroupsAsync(form, context.RequestAborted);

        // Before anything is made or kept; and once more when it is written, on the account as it is then.
        var before = await accounts.ReadAsync(user, context.RequestAborted) ?? throw new RefusedException(UserJson.Missing);
        if (Against(before) is { } refusal)
        {
            throw new RefusedException(refusal);
        }

        if (password is not null && user == by)
        {
            throw new RefusedException(OwnPassword);
        }

        var hash = password is null ? null : await passwords.HashAsync(password, context.RequestAborted) ?? throw new RefusedException(AccountForm.Busy);
        var address = picture is null ? null : await pictures.TakeAsync(user, picture, context.RequestAborted);
        var outcome = await accounts.ChangeAsync(user, account => Against(account) is not null ? null : Changed(account), context.RequestAborted);
        await users.AnswerAsync(context, outcome switch
        {
            ChangeOutcome.Changed(var account) => account,
            ChangeOutcome.Taken => throw new RefusedException(Taken),
            ChangeOutcome.Refused(var account) => throw new RefusedException(Against(account) ?? UserJson.Missing),
            _ => throw new RefusedException(UserJson.Missing),
        });

        ErrorReport? Against(Account account) => role is { } wanted ? RoleRules.AgainstRole(account, wanted, by) : RoleRules.AgainstChange(account, by);

        Account Changed(Account account)
        {
            var changed = role is { } wanted ? account.WithRole(wanted) : account;
            changed = hash is null ? changed : changed.WithoutSessions() with { PasswordHash = hash };
            return changed with
            {
                Name = name ?? account.Name,
                Email = email ?? account.Email,
                Picture = address ?? account.Picture,
                Groups = groupIds ?? account.Groups,
                UpdatedAt = time.GetUtcNow(),
            };
        }
    }

    /// <summary><c>POST /{id}/update/role {role}</c> and <c>POST /update/role {id, role}</c>, which older clients call.</summary>
    public async Task RoleAsync(HttpContext context, string? id)
    {
        using var form = await JsonForm.ReadAsync(context);
        var (user, role) = (UserJson.Id(id ?? form.Text("id", 100)), Role(form.Text("role", 20)));
        var (account, refusal) = await SetRoleAsync(user, role, UserJson.Caller(context), context.RequestAborted);
        await users.AnswerAsync(context, refusal is null ? account! : throw new RefusedException(refusal));
    }

    /// <summary>Gives a role. Safe to repeat.</summary>
    public async Task<(Account? Account, ErrorReport? Refusal)> SetRoleAsync(UserId user, AccountRole role, UserId? by, CancellationToken cancellation)
    {
        var outcome = await accounts.ChangeAsync(
            user,
            account => RoleRules.AgainstRole(account, role, by) is not null || account.Role == role ? null : account.WithRole(role) with { UpdatedAt = time.GetUtcNow() },
            cancellation);
        return outcome switch
        {
            ChangeOutcome.Changed(var account) => (account, null),
            ChangeOutcome.Refused(var account) => (account, RoleRules.AgainstRole(account, role, by)),
            _ => (null, UserJson.Missing),
        };
    }

    public static AccountRole Role(string text) =>
        AccountRoleText.Parse(text) ?? throw new RefusedException("role", "'role' must be pending, user or admin.");

    /// <summary>Null where the form does not name them.</summary>
    private async Task<IReadOnlyList<string>?> GroupsAsync(JsonForm form, CancellationToken cancellation)
    {
        if (!form.Root.TryGetProperty("group_ids", out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        var ids = form.Texts("group_ids", Group.MaxOfAnAccount, 100).Distinct(StringComparer.Ordinal).ToList();
        var known = (await groups.AllAsync(cancellation)).Select(group => group.Id).ToHashSet(StringComparer.Ordinal);
        return ids.TrueForAll(known.Contains) ? ids : throw new RefusedException("group_ids", "'group_ids' names a group that does not exist.");
    }
}
