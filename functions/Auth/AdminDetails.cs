using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Identity;
using OpenWebUi.Services.Settings;

namespace OpenWebUi.Auth;

/// <summary><c>GET /api/v1/auths/admin/details</c>: whom an account that waits may ask. Nothing of an administrator is told to strangers, and nothing where it is switched off (CVE-2024-7046).</summary>
internal sealed class AdminDetails(AdminSettingsStore settings, AccountStore accounts)
{
    public async Task HandleAsync(HttpContext context)
    {
        var current = await settings.CurrentAsync(context.RequestAborted);
        if (!current.ShowAdminDetails)
        {
            throw new RefusedException(new(400, "admin_details_off", "This site does not tell who its administrator is."));
        }

        var named = EmailAddress.Parse(current.AdminEmail) is { } email ? await accounts.FindByEmailAsync(email, context.RequestAborted) : null;
        var admin = named ?? (await accounts.FirstAsync(context.RequestAborted) is { } first ? await accounts.CurrentAsync(first, context.RequestAborted) : null);
        await JsonAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteString("name", named is null && current.AdminEmail is not null ? "" : admin?.Name);
            json.WriteString("email", current.AdminEmail ?? admin?.Email);
            json.WriteEndObject();
        });
    }
}
