namespace OpenWebUi.Platform.Blobs.LocalDisk;

/// <summary>The folders below the root: where a path's file lies, made and removed as needed. All calls block.</summary>
/// <remarks>
/// Only names of <see cref="LocalDiskName"/> are ever joined to the root, so no path leads out of it by its text; a
/// symbolic link inside would, and is refused by name. (Who may write in the root could change an entry between the
/// check and the use: the root belongs to this program alone.)
/// </remarks>
internal sealed class LocalDiskFolders(string root)
{
    /// <summary>Beside the blobs and not among them: a segment does not begin with a dot. One file system, so a rename is one step.</summary>
    private const string DraftsName = ".drafts";

    public string Root { get; } = Path.GetFullPath(root);

    public string Drafts => Path.Combine(Root, DraftsName);

    /// <summary>Where the path's file is, or would be; nothing on the way is a symbolic link.</summary>
    /// <exception cref="InvalidDataException">Something on the way is one.</exception>
    public string File(BlobPath path)
    {
        var segments = path.Segments();
        var file = Path.Combine(Walk(segments.AsSpan(..^1), visit: null), LocalDiskName.File(segments[^1]));
        RefuseLink(new FileInfo(file));
        return file;
    }

    /// <summary>The folder of these segments, which may not be there.</summary>
    public string Folder(ReadOnlySpan<string> segments) => Walk(segments, visit: null);

    /// <summary>Makes the folders that the path's file needs; each name is flushed before anything is put below it.</summary>
    public void MakeFor(BlobPath path)
    {
        MakeRoot();
        Walk(path.Segments().AsSpan(..^1), Make);
    }

    public void MakeDrafts()
    {
        MakeRoot();
        Make(Drafts);
    }

    /// <summary>Removes the folders above the file that nothing is in any more, up to the root.</summary>
    public void RemoveEmptyAbove(string file)
    {
        try
        {
            for (var folder = Path.GetDirectoryName(file)!; folder.Length > Root.Length; folder = Path.GetDirectoryName(folder)!)
            {
                Directory.Delete(folder, recursive: false);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Not empty, or gone: both are well. An empty folder that stays harms nobody.
        }
    }

    /// <summary>The root with what is above it. Nobody removes these, so .NET's way will do.</summary>
    private void MakeRoot()
    {
        if (Directory.Exists(Root))
        {
            return;
        }

        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(Root);
        }
        else
        {
            Directory.CreateDirectory(Root, DiskCalls.OwnerOnly);
        }

        DiskCalls.FlushFolder(Path.GetDirectoryName(Root)!);
    }

    /// <summary>A file in the way is told by who puts something below it.</summary>
    private static void Make(string folder)
    {
        if (!Directory.Exists(folder) && DiskCalls.TryMakeFolder(folder))
        {
            DiskCalls.FlushFolder(Path.GetDirectoryName(folder)!);
        }
    }

    private string Walk(ReadOnlySpan<string> segments, Action<string>? visit)
    {
        var folder = Root;
        foreach (var segment in segments)
        {
            folder = Path.Combine(folder, LocalDiskName.Folder(segment));
            RefuseLink(new DirectoryInfo(folder));
            visit?.Invoke(folder);
        }

        return folder;
    }

    private static void RefuseLink(FileSystemInfo entry)
    {
        if (entry.LinkTarget is not null)
        {
            throw new InvalidDataException($"{entry.FullName} is a symbolic link, which is not followed");
        }
    }
}
