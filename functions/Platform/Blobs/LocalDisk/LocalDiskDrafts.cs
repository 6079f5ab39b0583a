using System.Buffers;

namespace OpenWebUi.Platform.Blobs.LocalDisk;

/// <summary>Files on their way to becoming blobs. What is not called Async blocks.</summary>
internal sealed class LocalDiskDrafts(LocalDiskFolders folders)
{
    private const int CopyBytes = 128 * 1024;

    /// <summary>How often a put makes its folder anew because a delete removed it as empty in between.</summary>
    private const int MaxFolderRaces = 20;

    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    /// <summary>A new file, which stands where the header ends.</summary>
    public FileStream Make()
    {
        folders.MakeDrafts();
        var draft = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.Delete,
            Options = FileOptions.Asynchronous,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
        {
            draft.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(Path.Combine(folders.Drafts, Guid.NewGuid().ToString("N")), draft) { Position = LocalDiskHeader.Bytes };
    }

    /// <summary>What the content throws is the caller's and passes through; what the disk throws is described.</summary>
    public async Task<long> CopyAsync(Stream content, FileStream file, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(CopyBytes);
        try
        {
            var length = 0L;
            while (await content.ReadAsync(buffer, cancellationToken) is > 0 and var read)
            {
                length += read;
                try
                {
                    await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                }
                catch (Exception exception) when (LocalDiskFailure.Is(exception))
                {
                    throw LocalDiskFailure.Describe(folders.Root, exception);
                }
            }

            return length;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Writes the header, and all of the file to the disk.</summary>
    public static bool Finish(FileStream file, LocalDiskHeader header)
    {
        file.Position = 0;
        file.Write(header.Write());
        file.Flush(flushToDisk: true);
        return true;
    }

    /// <summary>Gives the draft, which is closed, its name in one step.</summary>
    public BlobPutOutcome Publish(string draft, BlobPath path, BlobPutMode mode)
    {
        for (var race = 0; ; race++)
        {
            try
            {
                folders.MakeFor(path);
                var file = folders.File(path);
                if (mode == BlobPutMode.Always)
                {
                    DiskCalls.Replace(draft, file);
                }
                else if (!DiskCalls.TryPublish(draft, file))
                {
                    return BlobPutOutcome.Conflict;
                }

                DiskCalls.FlushFolder(Path.GetDirectoryName(file)!);
                return BlobPutOutcome.Stored;
            }
            catch (DirectoryNotFoundException) when (race < MaxFolderRaces && File.Exists(draft))
            {
                // A delete removed the folder as empty after it was made here: make it again.
            }
        }
    }

    /// <summary>Removes the draft if it is still there under its old name.</summary>
    public static void Discard(string draft)
    {
        try
        {
            File.Delete(draft);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The sweep takes it.
        }
    }

    /// <summary>Removes drafts that nobody has written to for an hour.</summary>
    public int Sweep(DateTimeOffset now)
    {
        var drafts = new DirectoryInfo(folders.Drafts);
        if (!drafts.Exists || drafts.LinkTarget is not null)
        {
            return 0;
        }

        var oldest = (now - Lifetime).UtcDateTime;
        return drafts.EnumerateFiles().Count(draft => draft.LastWriteTimeUtc < oldest && DiskCalls.Delete(draft.FullName));
    }
}
