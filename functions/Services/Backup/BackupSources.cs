using System.IO.Compression;

namespace OpenWebUi.Services.Backup;

/// <summary>Opens a backup, whichever form it has.</summary>
internal static class BackupSources
{
    /// <exception cref="BackupException">There is neither a folder nor a zip file at the path.</exception>
    public static async Task<IBackupSource> OpenAsync(string path, CancellationToken cancellationToken)
    {
        var full = Path.GetFullPath(path);
        if (Directory.Exists(full))
        {
            return new FolderSource(full);
        }

        if (!File.Exists(full))
        {
            throw new BackupException($"There is no folder and no file {full}. Name the folder that backup wrote, or the zip file that the page gave.");
        }

        try
        {
            return new ZipSource(full, await ZipFile.OpenReadAsync(full, cancellationToken));
        }
        catch (InvalidDataException e)
        {
            throw new BackupException($"{full} is no whole zip file: perhaps its download was cut off. Download it again.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BackupException($"{full} cannot be read: {e.Message}", e);
        }
    }

    private sealed class FolderSource(string root) : IBackupSource
    {
        public string Place => root;

        public Task<Stream?> OpenAsync(string file, CancellationToken cancellationToken)
        {
            var path = Path.Combine(root, file.Replace('/', Path.DirectorySeparatorChar));
            return Task.FromResult<Stream?>(File.Exists(path)
                ? new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 128 * 1024, FileOptions.Asynchronous | FileOptions.SequentialScan) : null);
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class ZipSource(string path, ZipArchive zip) : IBackupSource
    {
        public string Place => path;

        public async Task<Stream?> OpenAsync(string file, CancellationToken cancellationToken) =>
            zip.GetEntry(file) is { } entry ? await entry.OpenAsync(cancellationToken) : null;

        public ValueTask DisposeAsync() => zip.DisposeAsync();
    }
}
