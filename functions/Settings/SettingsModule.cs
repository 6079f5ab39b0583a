using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;

namespace OpenWebUi.Settings;

/// <summary>What an administrator changes (docs/accounts.md, "Settings"): our own form, and Open WebUI's for its clients.</summary>
internal static class SettingsModule
{
    /// <summary>Every setting at its longest, or a whole export of an Open WebUI.</summary>
    private const long MaxBodyBytes = 2 * 1024 * 1024;

    public static void AddSettings(this IServiceCollection services)
    {
        services.AddSingleton<SettingsChange>();
        services.AddSingleton<SettingsList>();
        services.AddSingleton<OpenWebUiForms>();
        services.AddSingleton<SettingsFile>();
    }

    public static void MapSettings(this IEndpointRouteBuilder routes)
    {
        var admin = routes.MapGroup("/api/v1").Requires(Gate.Admin).WithMetadata(new BodyLimit(MaxBodyBytes));
        admin.MapGet("/configs/settings", (HttpContext context, SettingsList list) => list.ReadAsync(context));
        admin.MapPost("/configs/settings", (HttpContext context, SettingsList list) => list.ChangeAsync(context));
        admin.MapGet("/configs/export", (HttpContext context, SettingsFile file) => file.ExportAsync(context));
        admin.MapPost("/configs/import", (HttpContext context, SettingsFile file) => file.ImportAsync(context));

        admin.MapGet("/auths/admin/config", (HttpContext context, OpenWebUiForms forms) => forms.ReadAdminAsync(context));
        admin.MapPost("/auths/admin/config", (HttpContext context, OpenWebUiForms forms) => forms.ChangeAdminAsync(context));
        admin.MapGet("/configs/models", (HttpContext context, OpenWebUiForms forms) => forms.ReadModelsAsync(context));
        admin.MapPost("/configs/models", (HttpContext context, OpenWebUiForms forms) => forms.ChangeModelsAsync(context));
        admin.MapPost("/configs/banners", (HttpContext context, OpenWebUiForms forms) => forms.ChangeBannersAsync(context));
        admin.MapPost("/configs/suggestions", (HttpContext context, OpenWebUiForms forms) => forms.ChangeSuggestionsAsync(context));

        // Whoever sees banners in /api/config.
        routes.MapGet("/api/v1/configs/banners", (HttpContext context, OpenWebUiForms forms) => forms.ReadBannersAsync(context)).Requires(Gate.Stored);
    }
}
