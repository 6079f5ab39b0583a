using System.IO.Compression;
using OpenWebUi.Platform.Hosting;

namespace OpenWebUi.Services.Backup;

/// <summary>
/// Writes a store as one zip file into a stream that only goes forward, such as an answer. It cannot be resumed; a file that was cut
/// off has no manifest, and is refused by a restore.
/// Memory holds a page, and the zip's directory: some hundred bytes for each blob.
/// </summary>
internal sealed class ZipBackup(StoreContent content, TimeProvider time)
{
    /// <param name="output">Written asynchronously only, and not disposed.</param>
    public async Task<BackupManifest> WriteAsync(Stream output, CancellationToken cancellationToken)
    {
        var startedAt = time.GetUtcNow();
        // What the archive does not write asynchronously (its own headers) is gathered and goes along with what it does.
        await using var forward = new GatheredStream(output);
        BackupManifest manifest;
        await using (var zip = await ZipArchive.CreateAsync(forward, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, cancellationToken))
        {
            var tables = await WriteRowsAsync(zip, cancellationToken);
            manifest = new(StoreSchema.Current, ProductVersion.Text, startedAt, tables, await WriteBlobsAsync(zip, cancellationToken));
            await using var entry = await OpenAsync(zip, BackupForm.Manifest, cancellationToken);
            await entry.WriteAsync(manifest.Write(), cancellationToken);
        }

        await forward.FlushAsync(cancellationToken);
        return manifest;
    }

    private async Task<List<TableEntry>> WriteRowsAsync(ZipArchive zip, CancellationToken cancellationToken)
    {
        var tables = new List<TableEntry>();
        foreach (var table in await content.TablesAsync(cancellationToken))
        {
            using var sum = new Checksum();
            var count = 0L;
            Stream? entry = null;
            try
            {
                await foreach (var page in content.RowsAsync(table, null, cancellationToken))
                {
                    if (page.Rows > 0)
                    {
                        entry ??= await OpenAsync(zip, BackupForm.Rows(table), cancellationToken);
                        sum.Append(page.Lines.Span);
                        await entry.WriteAsync(page.Lines, cancellationToken);
                        count += page.Rows;
                    }
                }
            }
            finally
            {
                await (entry?.DisposeAsync() ?? ValueTask.CompletedTask);
            }

            if (count > 0)
            {
                tables.Add(new(table, count, sum.Bytes, sum.Sha256));
            }
        }

        return tables;
    }

    /// <summary>The list comes behind the blobs, because an archive writes one file at a time: until then it waits in a file that has no name.</summary>
    private async Task<BlobsEntry> WriteBlobsAsync(ZipArchive zip, CancellationToken cancellationToken)
    {
        using var sum = new Checksum();
        await using var list = new FileStream(
            Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()),
            new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Options = FileOptions.DeleteOnClose | FileOptions.Asynchronous });
        var (count, bytes) = (0L, 0L);
        await foreach (var page in content.BlobsAsync(null, cancellationToken))
        {
            foreach (var blob in page.Blobs)
            {
                Stream? entry = null;
                BlobLine? line;
                try
                {
                    line = await content.ReadBlobAsync(blob.Path, async () => entry = await OpenAsync(zip, BackupForm.Blob(count + 1), cancellationToken), cancellationToken);
                }
                finally
                {
                    await (entry?.DisposeAsync() ?? ValueTask.CompletedTask);
                }

                if (line is not null)
                {
                    var text = line.Write();
                    sum.Append(text);
                    await list.WriteAsync(text, cancellationToken);
                    count++;
                    bytes += line.Length;
                }
            }
        }

        list.Position = 0;
        await using (var entry = await OpenAsync(zip, BackupForm.Blobs, cancellationToken))
        {
            await list.CopyToAsync(entry, cancellationToken);
        }

        return new(count, bytes, sum.Sha256);
    }

    private static Task<Stream> OpenAsync(ZipArchive zip, string name, CancellationToken cancellationToken) =>
        zip.CreateEntry(name, CompressionLevel.Fastest).OpenAsync(cancellationToken);
}
