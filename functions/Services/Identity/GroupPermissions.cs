using OpenWebUi.Services.Settings;

namespace OpenWebUi.Services.Identity;

/// <summary>What an account may do: what everybody may, and what any of its groups adds. An administrator may everything.</summary>
internal sealed class GroupPermissions(AdminSettingsStore settings, GroupStore groups)
{
    public async ValueTask<PermissionSet> OfAsync(Account account, CancellationToken cancellation)
    {
        if (account.Role == AccountRole.Admin)
        {
            return PermissionSet.All;
        }

        var allowed = (await settings.CurrentAsync(cancellation)).Permissions;
        return account.Groups.Count == 0
            ? allowed
            : (await groups.AllAsync(cancellation)).Where(group => account.Groups.Contains(group.Id)).Aggregate(allowed, (sum, group) => sum.Or(group.Permissions));
    }

    public async ValueTask<bool> AllowsApiKeysAsync(Account account, CancellationToken cancellation) =>
        (await OfAsync(account, cancellation))["features.api_keys"];
}
