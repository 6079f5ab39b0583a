using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Identity;
using OpenWebUi.Services.Settings;

namespace OpenWebUi.Chats;

/// <summary>Open WebUI's permission <c>chat.share</c>. It is asked for when a chat is shared and when it is read: who may not share any more, or is gone, shares nothing any more.</summary>
internal sealed class SharingRight(AccountStore accounts, GroupPermissions permissions, AdminSettingsStore settings)
{
    public static readonly ErrorReport Off = new(403, "sharing_off", "Sharing chats is switched off on this site, or not allowed to this account. An administrator can allow it.");

    /// <summary>Guests and the single account of open mode may what everybody may. Known for 5 s.</summary>
    public async ValueTask<bool> HasAsync(OwnerId owner, CancellationToken cancellation)
    {
        if (owner.Account is not { } id)
        {
            return (await settings.CurrentAsync(cancellation)).Permissions["chat.share"];
        }

        return await accounts.CurrentAsync(id, cancellation) is { Role: AccountRole.User or AccountRole.Admin } account
            && (await permissions.OfAsync(account, cancellation))["chat.share"];
    }
}
