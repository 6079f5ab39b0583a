using System.Buffers;
using OpenWebUi.Platform.Storage;

namespace OpenWebUi.Platform.Blobs.LocalDisk;

/// <summary>Blobs as files below one folder: the embedded default. Start-up does not touch the folder.</summary>
/// <remarks>
/// <para>A put writes a draft, flushes it, and gives it its name in one step of the file system; then the folder is
/// flushed. So a blob is whole or not there, after a kill and after a power cut too, and several processes may share
/// the folder. A reader keeps the file that it opened.</para>
/// <para>The disk's calls block, so they run on pool threads, never on the thread of a request.</para>
/// </remarks>
internal sealed class LocalDiskBackEnd(LocalDiskOptions options, TimeProvider time) : IBlobBackEnd
{
    private const int CopyBytes = 128 * 1024;

    /// <summary>How often a put makes its folder anew because a delete removed it as empty in between.</summary>
    private const int MaxFolderRaces = 20;

    private static readonly TimeSpan DraftLifetime = TimeSpan.FromHours(1);

    private readonly LocalDiskFolders folders = new(options.Root);

    public async Task<BlobPutOutcome> PutAsync(
        BlobPath path, Stream content, string contentType, BlobPutMode mode, CancellationToken cancellationToken)
    {
        // 1. A draft of our own, its header left out. 2. The content. 3. The header, which knows the length; to the
        // disk with it. 4. The name, if the mode allows it. 5. Whatever happens, no draft stays; a kill's is swept.
        string? draft = null;
        try
        {
            long length;
            var file = await RunAsync(MakeDraft, cancellationToken);
            draft = file.Name;
            await using (file)
            {
                length = await CopyAsync(content, file, cancellationToken);
                await RunAsync(() => Finish(file, new LocalDiskHeader(length, new ETag(Guid.NewGuid().ToString("N")), contentType)), cancellationToken);
            }

            return await RunAsync(() => Publish(draft, path, mode), cancellationToken);
        }
        finally
        {
            if (draft is not null)
            {
                await Task.Run(() => Discard(draft), CancellationToken.None);
            }
        }
    }

    public Task<BlobRead?> OpenReadAsync(BlobPath path, BlobRange? range, CancellationToken cancellationToken) =>
        RunAsync(() => Open(path, range ?? new BlobRange(0)), cancellationToken);

    public Task<BlobDeleteOutcome> DeleteAsync(BlobPath path, CancellationToken cancellationToken) =>
        RunAsync(() => Delete(path), cancellationToken);

    public Task<BlobPage> ListAsync(BlobPrefix prefix, int pageSize, string? continuation, CancellationToken cancellationToken) =>
        RunAsync(
            () =>
            {
                var blobs = new List<BlobEntry>();
                foreach (var blob in new LocalDiskListing(folders, prefix.Text, continuation).Read())
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    if (blobs.Count == pageSize)
                    {
                        return new BlobPage(blobs, blobs[^1].Path.Text);
                    }

                    blobs.Add(blob);
                }

                return new BlobPage(blobs, Continuation: null);
            },
            cancellationToken);

    /// <summary>Removes drafts that nobody has written to for an hour.</summary>
    public Task<int> SweepAsync(CancellationToken cancellationToken) => RunAsync(Sweep, cancellationToken);

    public void Dispose()
    {
        // Holds nothing between two calls.
    }

    private FileStream MakeDraft()
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
    private async Task<long> CopyAsync(Stream content, FileStream file, CancellationToken cancellationToken)
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

    private static bool Finish(FileStream file, LocalDiskHeader header)
    {
        file.Position = 0;
        file.Write(header.Write());
        file.Flush(flushToDisk: true);
        return true;
    }

    private BlobPutOutcome Publish(string draft, BlobPath path, BlobPutMode mode)
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

    private static void Discard(string draft)
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

    private BlobRead? Open(BlobPath path, BlobRange range)
    {
        FileStream? file = null;
        try
        {
            // Shared with everyone: a put replaces the name and a delete removes it, neither opens this file.
            file = new FileStream(
                folders.File(path), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, FileOptions.Asynchronous);
            var header = LocalDiskHeader.Read(file);
            file.Position = LocalDiskHeader.Bytes + Math.Min(range.Offset, header.Length);
            var covered = range.Covers(header.Length);
            var content = new ExactStream(file, covered, exception => LocalDiskFailure.Describe(folders.Root, exception));
            file = null;
            return new BlobRead(content, covered, header.Length, header.ContentType, header.ETag);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (InvalidDataException exception) when (file is not null)
        {
            throw new InvalidDataException($"{file.Name}: {exception.Message}", exception);
        }
        finally
        {
            file?.Dispose();
        }
    }

    private BlobDeleteOutcome Delete(BlobPath path)
    {
        var file = folders.File(path);
        if (!DiskCalls.Delete(file))
        {
            return BlobDeleteOutcome.Missing;
        }

        DiskCalls.FlushFolder(Path.GetDirectoryName(file)!);
        folders.RemoveEmptyAbove(file);
        return BlobDeleteOutcome.Deleted;
    }

    private int Sweep()
    {
        var drafts = new DirectoryInfo(folders.Drafts);
        if (!drafts.Exists || drafts.LinkTarget is not null)
        {
            return 0;
        }

        var oldest = (time.GetUtcNow() - DraftLifetime).UtcDateTime;
        return drafts.EnumerateFiles().Count(draft => draft.LastWriteTimeUtc < oldest && DiskCalls.Delete(draft.FullName));
    }

    private async Task<T> RunAsync<T>(Func<T> call, CancellationToken cancellationToken)
    {
        try
        {
            return await Task.Run(call, cancellationToken);
        }
        catch (Exception exception) when (LocalDiskFailure.Is(exception))
        {
            throw LocalDiskFailure.Describe(folders.Root, exception);
        }
    }
}
