using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Identity;

namespace OpenWebUi.Users;

/// <summary><c>GET /api/v1/users/permissions</c> and <c>/groups</c>: what the caller may, and by which groups.</summary>
internal sealed class OwnRights(GroupPermissions permissions, GroupStore groups)
{
    public async Task PermissionsAsync(HttpContext context)
    {
        var allowed = await permissions.OfAsync(AccessGate.CallerOf(context).Account!, context.RequestAborted);
        await JsonAnswer.WriteAsync(context, allowed.WriteTo);
    }

    public async Task GroupsAsync(HttpContext context)
    {
        var all = await groups.AllAsync(context.RequestAborted);
        await JsonAnswer.WriteAsync(context, json => GroupJson.WriteOwn(json, all, AccessGate.CallerOf(context).Account!));
    }
}
