using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Settings;

namespace OpenWebUi.Users;

/// <summary><c>GET</c> and <c>POST /api/v1/users/default/permissions</c>: what everybody may. It is the setting <c>permissions</c>, in Open WebUI's place for it.</summary>
/// <remarks>A body may name some flags only. 409 where the environment fixes one that would change; 422 for what is no object of flags.</remarks>
internal sealed class DefaultPermissions(AdminSettingsStore store, AdminSettingsOptions options)
{
    private const int MaxAttempts = 5;

    public async Task ReadAsync(HttpContext context) => await AnswerAsync(context, (await store.CurrentAsync(context.RequestAborted)).Permissions);

    public async Task ChangeAsync(HttpContext context)
    {
        using var form = await JsonForm.ReadAsync(context);
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var before = await store.ReadAsync(context.RequestAborted);
            var json = Change(form, before.Values.GetValueOrDefault(SettingList.Permissions.Key));
            if (await store.SaveAsync(before, new Dictionary<string, string?> { [SettingList.Permissions.Key] = json }, context.RequestAborted) is not null)
            {
                await AnswerAsync(context, options.Over(json is null ? PermissionSet.Default : SettingList.Permissions.Read(json)));
                return;
            }
        }

        throw new RefusedException(new(409, "settings_busy", "The settings change faster than your change can be stored. Try again.", RetryAfter: TimeSpan.FromSeconds(1)));
    }

    private string? Change(JsonForm form, string? saved)
    {
        try
        {
            var (json, lockedBy) = options.Change(SettingList.Permissions, form.Root, saved);
            return lockedBy is null ? json : throw new RefusedException(new(
                409, "locked", $"The permissions hold one that is fixed by the environment variable {lockedBy}. Change it there, or remove it there to change it here."));
        }
        catch (SettingRefusedException e)
        {
            throw new RefusedException(new(422, "invalid_body", $"The request body must be {e.Message}."));
        }
    }

    private static Task AnswerAsync(HttpContext context, PermissionSet permissions) => JsonAnswer.WriteAsync(context, permissions.WriteTo);
}
