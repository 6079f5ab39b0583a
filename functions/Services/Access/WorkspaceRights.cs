using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Identity;
using OpenWebUi.Services.Settings;

namespace OpenWebUi.Services.Access;

/// <summary>
/// What a caller may make of its own in the workspace, and whom it may share that with: by <c>workspace.{thing}</c>,
/// <c>sharing.{thing}</c> and <c>sharing.public_{thing}</c>. A guest and the local account may what everybody may, an administrator everything.
/// </summary>
internal sealed class WorkspaceRights(GroupPermissions permissions, AdminSettingsStore settings)
{
    public async ValueTask<PermissionSet> OfAsync(Caller caller, CancellationToken cancellation) =>
        caller.Standing == Standing.Admin ? PermissionSet.All
        : caller.Account is { } account ? await permissions.OfAsync(account, cancellation)
        : (await settings.CurrentAsync(cancellation)).Permissions;

    /// <summary>Whether the caller may have it as it is about to be.</summary>
    /// <param name="caller">Who writes.</param>
    /// <param name="thing"><c>models</c> or <c>prompts</c>.</param>
    /// <param name="readers">Whom it will be shared with.</param>
    /// <param name="before">Whom it is shared with now: what stays so is not asked for again. The caller's alone, for something new.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="RefusedException">403, with the permission that is missing or the group that is not the caller's.</exception>
    public async ValueTask DemandAsync(Caller caller, string thing, Readers? readers, Readers? before, CancellationToken cancellation)
    {
        var allowed = await OfAsync(caller, cancellation);
        Demand(allowed, $"workspace.{thing}");
        if (caller.Standing == Standing.Admin || IsSame(readers, before))
        {
            return;
        }

        if (readers is null)
        {
            Demand(allowed, $"sharing.public_{thing}");
        }
        else if (!readers.AreNobody)
        {
            Demand(allowed, $"sharing.{thing}");
            var groups = caller.Account?.Groups ?? [];
            if (readers.GroupIds.Except(before?.GroupIds ?? []).Any(group => !groups.Contains(group)))
            {
                throw new RefusedException(new(403, "not_your_group", "You can share only with groups that you are in.", "access_control"));
            }
        }
    }

    private static void Demand(PermissionSet allowed, string permission)
    {
        if (!allowed[permission])
        {
            throw new RefusedException(new(403, "not_permitted", $"An administrator has not allowed this to you: it takes the permission '{permission}'."));
        }
    }

    private static bool IsSame(Readers? a, Readers? b) =>
        a is null || b is null ? a is null && b is null : a.GroupIds.SequenceEqual(b.GroupIds) && a.UserIds.SequenceEqual(b.UserIds);
}
