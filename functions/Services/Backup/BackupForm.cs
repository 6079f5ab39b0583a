using System.Globalization;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Services.Access;

namespace OpenWebUi.Services.Backup;

/// <summary>
/// The form of a backup (docs/backup.md), the same as a folder and as a zip file:
/// <code>
/// rows/{table}.jsonl      every row of a table on a line of its own (<see cref="RowLine"/>), by the bytes of partition and row
/// blobs/0000/0000001      a blob's bytes; files are numbered, because not every disk takes every path
/// blobs.jsonl             the blobs on a line each (<see cref="BlobLine"/>), by the bytes of their path; the n-th is file n
/// manifest.json           written last: schema, counts and SHA-256 of the files (<see cref="BackupManifest"/>)
/// progress.json           only while a folder is being written (<see cref="BackupJournal"/>)
/// </code>
/// Nothing in the first three depends on the store: the same content has the same bytes, whichever store it came from.
/// </summary>
internal static class BackupForm
{
    public const string Name = "openwebui-backup";

    /// <summary>Of the form of the files; what the rows mean has <see cref="StoreSchema.Current"/>.</summary>
    public const int Version = 1;

    public const string Manifest = "manifest.json";

    public const string Blobs = "blobs.jsonl";

    public const string Journal = "progress.json";

    private const int FilesPerFolder = 1_000;

    public static string Rows(string table) => $"rows/{table}.jsonl";

    /// <param name="number">From 1.</param>
    public static string Blob(long number) =>
        string.Create(CultureInfo.InvariantCulture, $"blobs/{number / FilesPerFolder:D4}/{number:D7}");

    /// <summary>
    /// What belongs into a backup: every table but the counts of wrong attempts, which are over after a day, and every row but the
    /// mark of the store itself. Running answers come along with all that was kept of them: once their lease is over they read as interrupted.
    /// </summary>
    public static bool IsKept(string table) => table != AttemptStore.Table;

    /// <inheritdoc cref="IsKept(string)"/>
    public static bool IsKept(RowKey key) => key != StoreSchema.Row;
}
