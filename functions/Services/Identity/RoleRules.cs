using OpenWebUi.Platform.Http;

namespace OpenWebUi.Services.Identity;

/// <summary>
/// Who may change whom. The first admin is the site's anchor: nobody else changes it and it stays an admin, so that there is always
/// one. Nobody lowers or deletes oneself: that is how people lock themselves out.
/// </summary>
internal static class RoleRules
{
    private static readonly ErrorReport First = new(403, "first_admin", "The first administrator's account can be changed by nobody else.");

    private static readonly ErrorReport OwnRole = new(403, "own_role", "You cannot lower your own role. Another administrator can.", "role");

    private static readonly ErrorReport FirstRole = new(403, "first_admin", "The first administrator stays one.", "role");

    /// <summary>Why an administrator may not change an account, or null.</summary>
    /// <param name="account">As it is now.</param>
    /// <param name="by">Null for an administrator without an account.</param>
    public static ErrorReport? AgainstChange(Account account, UserId? by) => account.IsFirst && account.Id != by ? First : null;

    /// <summary>Why it may not get a role, or null.</summary>
    public static ErrorReport? AgainstRole(Account account, AccountRole role, UserId? by) =>
        AgainstChange(account, by)
        ?? (role >= account.Role ? null : account.IsFirst ? FirstRole : account.Id == by ? OwnRole : null);

    public static ErrorReport? AgainstDeletion(Account account, UserId? by) =>
        account.Id == by ? new(403, "own_account", "You cannot delete your own account. Another administrator can, unless it is the first one.")
        : account.IsFirst ? new(403, "first_admin", "The first administrator's account cannot be deleted.")
        : null;

    /// <summary>
    /// The account with a role. Every change ends its sessions, but one: whom an administrator lets in is waiting on a page, and
    /// goes on with the session that it has.
    /// </summary>
    public static Account WithRole(this Account account, AccountRole role) =>
        account.Role == role ? account
        : account.Role == AccountRole.Pending ? account with { Role = role }
        : account.WithoutSessions() with { Role = role };
}
