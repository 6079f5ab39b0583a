namespace OpenWebUi.Services.Identity;

/// <summary>Somebody for whom a provider, a directory or a proxy vouches.</summary>
/// <param name="Link">Who it is there: found by this first.</param>
/// <param name="Email">As it was told; null when it was not.</param>
/// <param name="IsEmailVerified">Who vouches says that the address is the person's.</param>
/// <param name="Name">To show; null takes the e-mail's first part.</param>
/// <param name="SignIn"><c>ldap</c>, <c>trusted</c> or the provider's id.</param>
/// <param name="Role">Null: roles are managed here.</param>
/// <param name="GroupNames">Null: groups are managed here.</param>
internal sealed record Outsider(
    LinkedIdentity Link, string? Email, bool IsEmailVerified, string? Name, string SignIn, AccountRole? Role = null, IReadOnlyList<string>? GroupNames = null);

/// <summary>What may be done for an outsider.</summary>
/// <param name="CreatesAccount">An account may be made.</param>
/// <param name="MergesByEmail">An account with the same verified address is theirs.</param>
/// <param name="CreatesGroups">Groups that are not here yet are made.</param>
/// <param name="LacksInvitation">An account would need an access code first, and none was shown.</param>
internal sealed record OutsideRules(bool CreatesAccount, bool MergesByEmail, bool CreatesGroups, bool LacksInvitation);

/// <summary>What became of it.</summary>
internal abstract record OutsideOutcome
{
    /// <summary>Begin a session; <paramref name="Change"/> goes with it, in one write.</summary>
    public sealed record Admitted(UserId User, Func<Account, Account?> Change) : OutsideOutcome;

    /// <param name="Code">Stable: the sign-in page puts it into words.</param>
    /// <param name="Sentence">For those who call without the page.</param>
    public sealed record Refused(string Code, string Sentence) : OutsideOutcome;
}

/// <summary>
/// Finds or makes the account of somebody who signed in elsewhere. In this order: by the link; by the verified e-mail, where that
/// is allowed (who controls an address at some provider could else take over any account); by making one, where that is allowed.
/// </summary>
internal sealed class OutsideSignIn(AccountStore accounts, AccountEnrolment enrolment, GroupStore groups, TimeProvider time)
{
    private const int MaxNameCharacters = 100;

    public async Task<OutsideOutcome> AdmitAsync(Outsider outsider, OutsideRules rules, CancellationToken cancellation)
    {
        if (await accounts.FindByLinkAsync(outsider.Link, cancellation) is { } known)
        {
            return await AdmittedAsync(known.Id, outsider, rules, cancellation);
        }

        if (EmailAddress.Parse(outsider.Email) is not { } email)
        {
            return new OutsideOutcome.Refused("email_missing", "No e-mail address was told, and an account needs one.");
        }

        if (await accounts.FindByEmailAsync(email, cancellation) is { } same)
        {
            return !rules.MergesByEmail ? new OutsideOutcome.Refused("email_taken", "There is an account with this e-mail address already. Sign in the way you did before.")
                : !outsider.IsEmailVerified ? new OutsideOutcome.Refused("email_unverified", "There is an account with this e-mail address, and the address is not verified where you signed in.")
                : await AdmittedAsync(same.Id, outsider, rules, cancellation);
        }

        return await MakeAsync(outsider, email, rules, cancellation);
    }

    private async Task<OutsideOutcome> MakeAsync(Outsider outsider, string email, OutsideRules rules, CancellationToken cancellation)
    {
        if (rules.LacksInvitation)
        {
            return new OutsideOutcome.Refused("code_required", "This site asks for an access code before a first sign-in.");
        }

        if (!rules.CreatesAccount)
        {
            return new OutsideOutcome.Refused("signup_closed", "This site takes no new accounts. Ask its administrator for one.");
        }

        var newcomer = new Newcomer(
            email, NameOf(outsider, email), outsider.SignIn, Role: outsider.Role, Link: outsider.Link,
            Groups: outsider.GroupNames is { } names ? await GroupIdsAsync(names, rules, cancellation) : null);
        return await enrolment.EnrolAsync(newcomer, cancellation) switch
        {
            CreateOutcome.Created(var account) => new OutsideOutcome.Admitted(account.Id, current => current),
            // Several of the same person's sign-ins at once (a proxy's person begins with a whole page of them): another one made it.
            CreateOutcome.LinkTaken or CreateOutcome.EmailTaken when await accounts.FindByLinkAsync(outsider.Link, cancellation) is { } made => new OutsideOutcome.Admitted(made.Id, current => current),
            _ => new OutsideOutcome.Refused("email_taken", "There is an account with this e-mail address already. Sign in the way you did before."),
        };
    }

    /// <summary>One line, cut between characters; the e-mail's first part where nothing was told.</summary>
    private static string NameOf(Outsider outsider, string email)
    {
        var told = string.Concat((outsider.Name ?? "").Where(c => !char.IsControl(c))).Trim();
        var name = told.Length > 0 ? told : email[..email.LastIndexOf('@')];
        return name.Length <= MaxNameCharacters ? name
            : name[..(char.IsHighSurrogate(name[MaxNameCharacters - 1]) ? MaxNameCharacters - 1 : MaxNameCharacters)];
    }

    private async Task<OutsideOutcome> AdmittedAsync(UserId user, Outsider outsider, OutsideRules rules, CancellationToken cancellation)
    {
        var ids = outsider.GroupNames is { } names ? await GroupIdsAsync(names, rules, cancellation) : null;
        return new OutsideOutcome.Admitted(user, account =>
        {
            // The first admin stays one, whatever a provider says: nobody could else undo a mistake there.
            var role = account.IsFirst ? account.Role : outsider.Role ?? account.Role;
            var changed = role < account.Role ? account.WithoutSessions() : account;
            changed = account.Links.Contains(outsider.Link) ? changed : Freed(changed);
            return changed with
            {
                Role = role,
                Groups = ids ?? account.Groups,
                Links = changed.Links.Contains(outsider.Link) ? changed.Links : [.. changed.Links, outsider.Link],
                UpdatedAt = role == account.Role && ids is null ? account.UpdatedAt : time.GetUtcNow(),
            };
        });
    }

    /// <summary>
    /// An account that is found by its e-mail may have been made by somebody else, who waited for its owner: nothing that opens it
    /// but the new link stays. The first admin's stays whole: whoever has that one owns the site anyway.
    /// </summary>
    private static Account Freed(Account account) =>
        account.IsFirst ? account : account.WithoutSessions() with { PasswordHash = null, Keys = [], Links = [] };

    private async Task<IReadOnlyList<string>> GroupIdsAsync(IReadOnlyList<string> names, OutsideRules rules, CancellationToken cancellation)
    {
        var known = await groups.AllAsync(cancellation);
        var ids = new List<string>();
        foreach (var name in names.Where(n => n.Length is > 0 and <= Group.MaxNameCharacters).Distinct(StringComparer.Ordinal).Take(Group.MaxOfAnAccount))
        {
            if (known.FirstOrDefault(g => g.Name == name) is { } group)
            {
                ids.Add(group.Id);
            }
            else if (rules.CreatesGroups && known.Count < GroupStore.MaxGroups)
            {
                var now = time.GetUtcNow();
                // The id follows from the name: two people of a new group at once make one.
                var made = new Group(Group.IdOfName(name), name, "", Settings.PermissionSet.None, "", now, now);
                await groups.PutAsync(made, cancellation);
                ids.Add(made.Id);
            }
        }

        return ids;
    }
}
