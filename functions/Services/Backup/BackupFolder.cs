namespace OpenWebUi.Services.Backup;

/// <summary>The folder that a backup is written into, by one process at a time.</summary>
internal sealed class BackupFolder : IDisposable
{
    private const string LockName = ".writing";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly string _root;
    private readonly FileStream _lock;

    private BackupFolder(string root, FileStream held) => (_root, _lock) = (root, held);

    /// <summary>Makes the folder where there is none, readable by nobody else: a backup holds everybody's chats and the site's secret.</summary>
    /// <exception cref="BackupException">It cannot be made, holds something else or a finished backup, or another process writes into it.</exception>
    public static BackupFolder Open(string path)
    {
        var root = Path.GetFullPath(path);
        try
        {
            _ = OperatingSystem.IsWindows() ? Directory.CreateDirectory(root) : Directory.CreateDirectory(root, OwnerOnly);
            var held = Hold(root);
            var folder = new BackupFolder(root, held);
            if (folder.Refusal() is { } refusal)
            {
                folder.Dispose();
                throw new BackupException(refusal);
            }

            return folder;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BackupException($"The folder {root} cannot be made or written: {e.Message} Choose one that this user may write.", e);
        }
    }

    /// <summary>What was begun here; null in an empty folder.</summary>
    /// <exception cref="BackupException">It was begun by another version.</exception>
    public BackupJournal? ReadJournal() => !File.Exists(PathOf(BackupForm.Journal)) ? null
        : BackupJournal.Read(File.ReadAllBytes(PathOf(BackupForm.Journal)))
            ?? throw new BackupException($"The folder {_root} holds a backup that another version of this program began. Use an empty folder.");

    public void WriteJournal(BackupJournal journal) => Replace(BackupForm.Journal, journal.Write());

    /// <summary>The end: from now on the folder holds a whole backup.</summary>
    public void WriteManifest(BackupManifest manifest)
    {
        Replace(BackupForm.Manifest, manifest.Write());
        File.Delete(PathOf(BackupForm.Journal));
    }

    /// <summary>Opens a file for writing behind what is there; its folder is made.</summary>
    public FileStream OpenWrite(string file, bool truncates)
    {
        var path = PathOf(file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return new(path, truncates ? FileMode.Create : FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, 128 * 1024, FileOptions.Asynchronous);
    }

    public void Delete(string file) => File.Delete(PathOf(file));

    public void Dispose()
    {
        _lock.Dispose();
        File.Delete(PathOf(LockName));
    }

    private static FileStream Hold(string root)
    {
        try
        {
            return new(Path.Combine(root, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        // Only another holder refuses a file that this user may make.
        catch (IOException e) when (File.Exists(Path.Combine(root, LockName)))
        {
            throw new BackupException($"Another process writes a backup into {root}. Wait for it, or use another folder.", e);
        }
    }

    private string? Refusal()
    {
        if (File.Exists(PathOf(BackupForm.Manifest)))
        {
            return $"The folder {_root} already holds a finished backup. Use an empty folder, or a new name.";
        }

        return !File.Exists(PathOf(BackupForm.Journal)) && Directory.EnumerateFileSystemEntries(_root).Any(entry => Path.GetFileName(entry) != LockName)
            ? $"The folder {_root} is not empty, and what is in it is no backup that was begun. Use an empty folder, or a new name." : null;
    }

    private string PathOf(string file) => Path.Combine(_root, file.Replace('/', Path.DirectorySeparatorChar));

    /// <summary>Whole or as it was before, after a kill and after a power cut too.</summary>
    private void Replace(string file, byte[] bytes)
    {
        var draft = PathOf(file) + ".draft";
        using (var stream = new FileStream(draft, FileMode.Create, FileAccess.Write))
        {
            stream.Write(bytes);
            stream.Flush(flushToDisk: true);
        }

        File.Move(draft, PathOf(file), overwrite: true);
    }
}
