namespace OpenWebUi.Services.Backup;

/// <summary>Where a backup is read from.</summary>
internal interface IBackupSource : IAsyncDisposable
{
    /// <summary>The path, for messages.</summary>
    string Place { get; }

    /// <summary>A file of the backup by its name (<see cref="BackupForm"/>); null where it is not there. Several may be open at once, read by one caller.</summary>
    Task<Stream?> OpenAsync(string file, CancellationToken cancellationToken);
}
