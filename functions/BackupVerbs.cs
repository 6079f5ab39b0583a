using OpenWebUi.Platform.Storage;
using OpenWebUi.Services.Backup;

namespace OpenWebUi;

/// <summary><c>backup &lt;folder&gt;</c> and <c>restore &lt;folder or zip&gt;</c>: what they say. Progress goes to the standard error, the result to the standard output.</summary>
internal static class BackupVerbs
{
    public static async Task<int> BackUpAsync(IServiceProvider services, string folder)
    {
        var backup = new FolderBackup(
            services.GetRequiredService<StoreContent>(), Store(services), services.GetRequiredService<TimeProvider>(), Progress(services));
        var manifest = await backup.RunAsync(folder, CancellationToken.None);
        Console.WriteLine($"The backup in {Path.GetFullPath(folder)} is whole: {Shown(manifest)}.");
        Console.WriteLine(services.GetRequiredService<SiteSettings>().Access.SecretKey is null
            ? "The site's secret is in it. Keep it as you keep a password: with it goes everything."
            : "The site's secret is WEBUI_SECRET_KEY and not in it. Carry it along: without it keys of connections must be entered anew, and everybody signs in anew.");
        return 0;
    }

    public static async Task<int> RestoreAsync(IServiceProvider services, string path)
    {
        await using var source = await BackupSources.OpenAsync(path, CancellationToken.None);
        var content = services.GetRequiredService<StoreContent>();
        var restore = new StoreRestore(
            services.GetRequiredService<RowStore>(), services.GetRequiredService<Platform.Blobs.BlobStore>(), content,
            services.GetRequiredService<StoreSchema>(), Store(services), Progress(services));
        var manifest = await restore.RunAsync(source, CancellationToken.None);
        Console.WriteLine($"{Store(services)} holds the backup, read back and compared: {Shown(manifest)}.");
        return 0;
    }

    private static string Shown(BackupManifest manifest) =>
        $"{BackupJson.Number(manifest.Rows)} rows, {BackupJson.Number(manifest.Blobs.Count)} blobs, content {manifest.ContentSha256}";

    private static string Store(IServiceProvider services) => services.GetRequiredService<SiteSettings>().Store.Shown;

    private static BackupProgress Progress(IServiceProvider services) => new(services.GetRequiredService<TimeProvider>(), Console.Error.WriteLine);
}
