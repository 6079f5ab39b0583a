namespace OpenWebUi.Platform.Storage.Sqlite;

/// <summary>Where the embedded database lives.</summary>
/// <param name="Path">
/// The database file; <c>-wal</c> and <c>-shm</c> stand beside it while it is open. Made at first use, for the owner
/// alone (directory 0700, file 0600), if it is not there. A local disk: SQLite's locks are not to be had on SMB or NFS.
/// </param>
internal sealed record SqliteRowOptions(string Path)
{
    /// <summary>How long to wait for another process that writes. Default 5 s; then the store counts as unavailable.</summary>
    public TimeSpan BusyTimeout { get; init; } = TimeSpan.FromSeconds(5);
}
