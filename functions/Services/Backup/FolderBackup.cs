using OpenWebUi.Platform.Hosting;

namespace OpenWebUi.Services.Backup;

/// <summary>
/// Copies a store into a folder. Killed at any moment and run again it goes on where it was. Memory holds a page.
/// <para>The store may be in use: each row and each blob is then as it was when it was read. What changes between two of them may be in
/// the backup half; a site reads that as it reads what a killed instance left behind.</para>
/// </summary>
/// <param name="source">The store in words, without secrets.</param>
internal sealed class FolderBackup(StoreContent content, string source, TimeProvider time, BackupProgress progress)
{
    /// <exception cref="BackupException">The folder cannot be used.</exception>
    /// <exception cref="IOException">The disk is full, or fails.</exception>
    public async Task<BackupManifest> RunAsync(string path, CancellationToken cancellationToken)
    {
        using var folder = BackupFolder.Open(path);

        // 1. What was begun before, of the same store.
        var journal = folder.ReadJournal();
        if (journal is not null && journal.Source != source)
        {
            throw new BackupException($"The folder {path} holds a backup that was begun of {journal.Source}, and this store is {source}. Use an empty folder.");
        }

        progress.Step(journal is null ? $"Copying {source}" : $"Going on with the backup of {source}");
        if (journal is null)
        {
            journal = new(source, time.GetUtcNow(), [], null, 0, 0);
            folder.WriteJournal(journal);
        }

        // 2. The rows, table by table.
        foreach (var table in await content.TablesAsync(cancellationToken))
        {
            if (!journal.Done.Any(done => done.Table == table))
            {
                journal = await CopyRowsAsync(folder, journal, table, cancellationToken);
            }
        }

        // 3. The blobs. 4. The manifest.
        (journal, var list) = await CopyBlobsAsync(folder, journal, cancellationToken);
        var manifest = new BackupManifest(
            StoreSchema.Current, ProductVersion.Text, journal.StartedAt,
            [.. journal.Done.Where(table => table.Rows > 0).OrderBy(table => table.Table, StringComparer.Ordinal)],
            new(journal.BlobCount, journal.BlobBytes, list));
        folder.WriteManifest(manifest);
        return manifest;
    }

    private async Task<BackupJournal> CopyRowsAsync(BackupFolder folder, BackupJournal journal, string table, CancellationToken cancellationToken)
    {
        var name = BackupForm.Rows(table);
        using var sum = new Checksum();
        long lines;
        await using (var file = folder.OpenWrite(name, truncates: false))
        {
            (lines, var continuation) = await ResumeAsync(file, name, journal.Part, sum, cancellationToken);
            await foreach (var page in content.RowsAsync(table, continuation, cancellationToken))
            {
                sum.Append(page.Lines.Span);
                await file.WriteAsync(page.Lines, cancellationToken);
                lines += page.Rows;
                progress.Count($"rows of {table}", lines);
                if (page.Continuation is not null)
                {
                    file.Flush(flushToDisk: true);
                    journal = journal with { Part = new(name, lines, sum.Bytes, page.Continuation) };
                    folder.WriteJournal(journal);
                }
            }

            file.Flush(flushToDisk: true);
        }

        if (lines == 0)
        {
            folder.Delete(name);
        }

        journal = journal with { Part = null, Done = [.. journal.Done, new(table, lines, sum.Bytes, sum.Sha256)] };
        folder.WriteJournal(journal);
        return journal;
    }

    private async Task<(BackupJournal Journal, string ListSha256)> CopyBlobsAsync(BackupFolder folder, BackupJournal journal, CancellationToken cancellationToken)
    {
        using var sum = new Checksum();
        await using var list = folder.OpenWrite(BackupForm.Blobs, truncates: false);
        var (count, continuation) = await ResumeAsync(list, BackupForm.Blobs, journal.Part, sum, cancellationToken);
        var bytes = count == 0 ? 0 : journal.BlobBytes;
        await foreach (var page in content.BlobsAsync(continuation, cancellationToken))
        {
            foreach (var blob in page.Blobs)
            {
                FileStream? file = null;
                BlobLine? line;
                try
                {
                    line = await content.ReadBlobAsync(blob.Path, () => Task.FromResult<Stream?>(file = folder.OpenWrite(BackupForm.Blob(count + 1), truncates: true)), cancellationToken);
                    file?.Flush(flushToDisk: true);
                }
                finally
                {
                    await (file?.DisposeAsync() ?? ValueTask.CompletedTask);
                }

                if (line is not null)
                {
                    var text = line.Write();
                    sum.Append(text);
                    await list.WriteAsync(text, cancellationToken);
                    count++;
                    bytes += line.Length;
                    progress.Count("blobs", count);
                }
            }

            list.Flush(flushToDisk: true);
            if (page.Continuation is not null)
            {
                journal = journal with { Part = new(BackupForm.Blobs, count, sum.Bytes, page.Continuation), BlobCount = count, BlobBytes = bytes };
                folder.WriteJournal(journal);
            }
        }

        return (journal with { BlobCount = count, BlobBytes = bytes }, sum.Sha256);
    }

    /// <summary>Cuts the file to what the journal knows of it, and hashes that anew; a file that has become shorter begins anew.</summary>
    private static async Task<(long Lines, string? Continuation)> ResumeAsync(
        FileStream file, string name, PartFile? part, Checksum sum, CancellationToken cancellationToken)
    {
        if (part?.File != name || part.Bytes > file.Length)
        {
            file.SetLength(0);
            return (0, null);
        }

        await sum.CopyAsync(file, null, part.Bytes, cancellationToken);
        file.SetLength(part.Bytes);
        file.Position = part.Bytes;
        return (part.Lines, part.Continuation);
    }
}
