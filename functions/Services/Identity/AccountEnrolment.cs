using OpenWebUi.Services.Settings;

namespace OpenWebUi.Services.Identity;

/// <summary>Somebody who has no account yet.</summary>
/// <param name="Email">In the form of <see cref="EmailAddress"/>.</param>
/// <param name="SignIn"><c>password</c>, <c>ldap</c>, <c>trusted</c> or a provider's id.</param>
/// <param name="Role">Null: what the site gives (<c>DEFAULT_USER_ROLE</c>).</param>
internal sealed record Newcomer(
    string Email, string Name, string SignIn, string? PasswordHash = null, AccountRole? Role = null, LinkedIdentity? Link = null, string Picture = "",
    IReadOnlyList<string>? Groups = null);

/// <summary>
/// Makes accounts, whichever way people come: the very first is the admin, the role and group of others are the site's choice.
/// Where <c>WEBUI_ADMIN_EMAIL</c> names the first account, it is made before anybody else's, and not at the start: a start
/// touches no store.
/// </summary>
internal sealed class AccountEnrolment(AccountStore accounts, AdminSettingsStore settings, IdentityOptions options, PasswordHashes passwords, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _making = new(1, 1);

    /// <summary>Whether there is no account yet, so that the next one is the admin's.</summary>
    public async ValueTask<bool> IsFirstAwaitedAsync(CancellationToken cancellation)
    {
        if (await accounts.FirstAsync(cancellation) is not null)
        {
            return false;
        }

        if (options.FirstAdmin is not { } first)
        {
            return true;
        }

        // On one instance the hash is made once; of several instances one batch wins.
        await _making.WaitAsync(cancellation);
        try
        {
            if (await accounts.FirstAsync(cancellation) is null)
            {
                var hash = passwords.Hash(first.Password);
                await accounts.CreateAsync(Make(new(first.Email, first.Name, "password", hash), AccountRole.Admin, []), cancellation);
            }
        }
        finally
        {
            _making.Release();
        }

        return false;
    }

    /// <summary>Makes the account. Not safe to repeat: a second time its e-mail is taken.</summary>
    public async Task<CreateOutcome> EnrolAsync(Newcomer newcomer, CancellationToken cancellation)
    {
        await IsFirstAwaitedAsync(cancellation);
        var current = await settings.CurrentAsync(cancellation);
        var role = newcomer.Role ?? AccountRoleText.Parse(current.DefaultUserRole) ?? AccountRole.Pending;
        List<string> groups = [.. newcomer.Groups ?? []];
        if (current.DefaultGroupId is { } group && !groups.Contains(group))
        {
            groups.Add(group);
        }

        return await accounts.CreateAsync(Make(newcomer, role, groups), cancellation);
    }

    public void Dispose() => _making.Dispose();

    private Account Make(Newcomer newcomer, AccountRole role, IReadOnlyList<string> groups)
    {
        var now = time.GetUtcNow();
        return new()
        {
            Id = UserId.New(),
            Email = newcomer.Email,
            Name = newcomer.Name,
            Role = role,
            PasswordHash = newcomer.PasswordHash,
            SignIn = newcomer.SignIn,
            Links = newcomer.Link is { } link ? [link] : [],
            Groups = groups,
            Picture = newcomer.Picture,
            CreatedAt = now,
            UpdatedAt = now,
            LastActiveAt = now,
        };
    }
}
