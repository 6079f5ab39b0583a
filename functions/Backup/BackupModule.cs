using OpenWebUi.Services.Access;
using OpenWebUi.Services.Backup;

namespace OpenWebUi.Backup;

/// <summary>A backup of everything for administrators, under Open WebUI's address for its database (docs/backup.md).</summary>
internal static class BackupModule
{
    public static void AddBackup(this IServiceCollection services) => services.AddSingleton(provider => new DownloadBackup(
        provider.GetRequiredService<BackupOptions>(), provider.GetRequiredService<StoreContent>(), provider.GetRequiredService<TimeProvider>(),
        provider.GetRequiredService<ILogger<DownloadBackup>>()));

    public static void MapBackup(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/v1/utils/db/download", (HttpContext context, DownloadBackup download) => download.HandleAsync(context)).Requires(Gate.Admin);
}
