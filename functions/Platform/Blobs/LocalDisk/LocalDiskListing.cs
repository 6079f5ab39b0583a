namespace OpenWebUi.Platform.Blobs.LocalDisk;

/// <summary>
/// The blobs below the root in the order of their paths' bytes, read folder by folder as they are taken. Blocks; one
/// folder's names stand in memory at a time, and its ancestors'. Strangers' files and symbolic links are passed over.
/// </summary>
/// <param name="folders">Where to look.</param>
/// <param name="prefix">What the paths begin with.</param>
/// <param name="after">The path after which the listing goes on; null = from the start.</param>
internal sealed class LocalDiskListing(LocalDiskFolders folders, string prefix, string? after)
{
    public IEnumerable<BlobEntry> Read()
    {
        // Straight into the folder that the prefix names: what lies beside it is not read.
        var start = prefix[..(prefix.LastIndexOf('/') + 1)];
        var segments = start.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return Read(new DirectoryInfo(folders.Folder(segments)), start);
    }

    private IEnumerable<BlobEntry> Read(DirectoryInfo folder, string start)
    {
        foreach (var (text, entry) in Names(folder, start))
        {
            if (entry is DirectoryInfo inner)
            {
                foreach (var blob in Read(inner, text))
                {
                    yield return blob;
                }
            }
            else if (Entry(text, (FileInfo)entry) is { } blob)
            {
                yield return blob;
            }
        }
    }

    /// <summary>
    /// What is in the folder and can belong to the listing. A folder is ordered with its slash, as the paths in it are:
    /// <c>a-b</c> comes before <c>a/b</c>.
    /// </summary>
    private List<(string Text, FileSystemInfo Entry)> Names(DirectoryInfo folder, string start)
    {
        var names = new List<(string Text, FileSystemInfo Entry)>();
        try
        {
            foreach (var entry in folder.EnumerateFileSystemInfos())
            {
                if (entry.LinkTarget is null && TextOf(entry) is { } name && IsWanted(start + name, entry is DirectoryInfo))
                {
                    names.Add((start + name, entry));
                }
            }
        }
        catch (DirectoryNotFoundException)
        {
            // Never made, or removed as empty meanwhile.
        }

        names.Sort((a, b) => string.CompareOrdinal(a.Text, b.Text));
        return names;
    }

    private static string? TextOf(FileSystemInfo entry) => entry switch
    {
        DirectoryInfo when LocalDiskName.TryReadFolder(entry.Name, out var segment) => segment + '/',
        FileInfo when LocalDiskName.TryReadFile(entry.Name, out var segment) => segment,
        _ => null,
    };

    private bool IsWanted(string text, bool isFolder)
    {
        if (!text.StartsWith(prefix, StringComparison.Ordinal))
        {
            return false; // The start ends at the prefix's last slash, so no folder here is above the prefix.
        }

        return after is null || string.CompareOrdinal(text, after) > 0 || (isFolder && after.StartsWith(text, StringComparison.Ordinal));
    }

    private static BlobEntry? Entry(string text, FileInfo file)
    {
        try
        {
            return BlobPath.TryParse(text, out var path) && file.Length >= LocalDiskHeader.Bytes
                ? new BlobEntry(path, file.Length - LocalDiskHeader.Bytes, new DateTimeOffset(file.LastWriteTimeUtc))
                : null;
        }
        catch (FileNotFoundException)
        {
            return null; // Deleted meanwhile.
        }
    }
}
