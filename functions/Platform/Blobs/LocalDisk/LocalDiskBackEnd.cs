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
    private readonly LocalDiskFolders folders = new(options.Root);

    private LocalDiskDrafts Drafts => new(folders);

    public async Task<BlobPutOutcome> PutAsync(
        BlobPath path, Stream content, string contentType, BlobPutMode mode, CancellationToken cancellationToken)
    {
        // 1. A draft of our own, its header left out. 2. The content. 3. The header, which knows the length; to the
        // disk with it. 4. The name, if the mode allows it. 5. Whatever happens, no draft stays; a kill's is swept.
        string? draft = null;
        try
        {
            long length;
            var file = await RunAsync(Drafts.Make, cancellationToken);
            draft = file.Name;
            await using (file)
            {
                length = await Drafts.CopyAsync(content, file, cancellationToken);
                await RunAsync(() => LocalDiskDrafts.Finish(file, new LocalDiskHeader(length, new ETag(Guid.NewGuid().ToString("N")), contentType)), cancellationToken);
            }

            return await RunAsync(() => Drafts.Publish(draft, path, mode), cancellationToken);
        }
        finally
        {
            if (draft is not null)
            {
                await Task.Run(() => LocalDiskDrafts.Discard(draft), CancellationToken.None);
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

    public Task<int> SweepAsync(CancellationToken cancellationToken) => RunAsync(() => Drafts.Sweep(time.GetUtcNow()), cancellationToken);

    public void Dispose()
    {
        // Holds nothing between two calls.
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
