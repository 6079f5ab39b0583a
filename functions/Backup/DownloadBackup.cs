using System.Globalization;
using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Backup;

namespace OpenWebUi.Backup;

/// <summary>
/// <c>GET /api/v1/utils/db/download</c> -> a zip file as it comes into being, which <c>restore</c> takes. One at a time on an instance.
/// A file is whole when its download ends without an error; what goes wrong on the way, also the 29 minutes of the Functions host, cuts it off.
/// </summary>
internal sealed partial class DownloadBackup(BackupOptions options, StoreContent content, TimeProvider time, ILogger<DownloadBackup> logger)
{
    /// <summary>0 or 1: it reads the whole store, and two at once would only make both slower.</summary>
    private int _running;

    public async Task HandleAsync(HttpContext context)
    {
        if (!options.AllowsDownload)
        {
            throw new RefusedException(new ErrorReport(
                403, "export_disabled", "ENABLE_ADMIN_EXPORT is false here: nobody downloads everything. Run the program's verb 'backup' where it is installed."));
        }

        if (Interlocked.Exchange(ref _running, 1) == 1)
        {
            throw new RefusedException(new ErrorReport(409, "backup_running", "A backup is being downloaded already. Wait until it has ended, then try again."));
        }

        try
        {
            await WriteAsync(context);
        }
        finally
        {
            Volatile.Write(ref _running, 0);
        }
    }

    private async Task WriteAsync(HttpContext context)
    {
        var response = context.Response;
        // The store is asked before the answer begins: one that is away is an error, and not an empty file.
        await content.TablesAsync(context.RequestAborted);
        var name = string.Create(CultureInfo.InvariantCulture, $"openwebui-backup-{time.GetUtcNow():yyyy-MM-dd-HHmm}.zip");
        response.ContentType = "application/zip";
        response.Headers.ContentDisposition = $"attachment; filename=\"{name}\"";
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";
        Log.Begun(logger);
        try
        {
            var manifest = await new ZipBackup(content, time).WriteAsync(response.Body, context.RequestAborted);
            Log.Done(logger, manifest.Rows, manifest.Blobs.Count);
        }
        catch when (response.HasStarted)
        {
            // Half a backup must not look like a whole one.
            Log.Cut(logger);
            context.Abort();
            throw;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "An administrator downloads a backup of everything")]
        public static partial void Begun(ILogger logger);

        [LoggerMessage(Level = LogLevel.Information, Message = "The backup was downloaded whole: {Rows} rows, {Blobs} blobs")]
        public static partial void Done(ILogger logger, long rows, long blobs);

        [LoggerMessage(Level = LogLevel.Warning, Message = "The download of a backup was cut off")]
        public static partial void Cut(ILogger logger);
    }
}
