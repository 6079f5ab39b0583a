using OpenWebUi.Platform.Blobs;
using OpenWebUi.Platform.Storage;

namespace OpenWebUi.Services.Backup;

/// <summary>
/// Puts a backup into an empty store and reads everything back. Killed at any moment and run again with the same backup it goes on
/// where it was: the store's mark says how far that is, and writing a row or a blob twice changes nothing. Until the end no site starts on the store.
/// </summary>
/// <param name="target">The store in words, without secrets.</param>
internal sealed class StoreRestore(RowStore rows, BlobStore blobs, StoreContent content, StoreSchema schema, string target, BackupProgress progress)
{
    private const int RowsPerMark = 2_000;

    private const int BlobsPerMark = 50;

    /// <exception cref="BackupException">The backup is broken, the store is not empty, or what is read back is not what was written.</exception>
    public async Task<BackupManifest> RunAsync(IBackupSource source, CancellationToken cancellationToken)
    {
        // 1. The whole backup, before anything is written.
        var backup = new BackupReader(source);
        var manifest = await backup.ReadManifestAsync(cancellationToken);
        await backup.CheckAsync(manifest, progress, cancellationToken);

        // 2. The store: empty, or where a restore of this backup was interrupted.
        var mark = await ClaimAsync(backup, manifest, cancellationToken);
        if (mark.Restore!.Table.Length == 0)
        {
            await content.ClearStartAsync(cancellationToken);
        }

        // 3. Rows. 4. Blobs.
        foreach (var table in manifest.Tables.Where(table => string.CompareOrdinal(table.Table, mark.Restore!.Table) >= 0))
        {
            mark = await WriteRowsAsync(backup, table, mark, cancellationToken);
        }

        mark = await WriteBlobsAsync(backup, manifest, mark, cancellationToken);

        // 5. What the store has now. What differs is written anew by the next run.
        try
        {
            await new StoreProof(content, progress).CheckAsync(manifest, cancellationToken);
        }
        catch (BackupException)
        {
            await schema.WriteAsync(mark, mark.Schema, new(manifest.ContentSha256, "", 0, 0), cancellationToken);
            throw;
        }

        // 6. The end.
        await schema.WriteAsync(mark, manifest.Schema, null, cancellationToken);
        return manifest;
    }

    private async Task<StoreMark> ClaimAsync(BackupReader backup, BackupManifest manifest, CancellationToken cancellationToken)
    {
        var mark = await schema.ReadAsync(cancellationToken);
        if (mark.Schema > StoreSchema.Current)
        {
            throw new BackupException($"The store {target} was written by a newer version of this program. Use an empty store.");
        }

        if (mark.Restore is { } begun)
        {
            if (begun.Backup != manifest.ContentSha256)
            {
                throw new BackupException(
                    $"A restore of another backup (content {begun.Backup[..Math.Min(12, begun.Backup.Length)]}) into the store {target} was interrupted. Finish that one, or use an empty store.");
            }

            progress.Step($"Going on with the restore into {target}");
            return mark;
        }

        if (await content.FindRowsAsync(cancellationToken) is { } table)
        {
            throw NotEmpty($"it has rows in the table {table}");
        }

        if (await content.FindOtherBlobAsync(backup.BlobsAsync(cancellationToken), cancellationToken) is { } blob)
        {
            throw NotEmpty($"it has the blob {blob}, which is not in the backup");
        }

        progress.Step($"Restoring into {target}");
        return await schema.WriteAsync(mark, manifest.Schema, new(manifest.ContentSha256, "", 0, 0), cancellationToken);
    }

    private BackupException NotEmpty(string found) => new(
        $"The store {target} is not empty: {found}. A restore never writes over what is there. Use an empty store: another DATA_DIR, database or storage account.");

    private async Task<StoreMark> WriteRowsAsync(BackupReader backup, TableEntry table, StoreMark mark, CancellationToken cancellationToken)
    {
        progress.Step($"Writing rows of {table.Table}");
        var file = BackupForm.Rows(table.Table);
        var writer = new RowWriter(rows, table.Table);
        var done = mark.Restore!.Table == table.Table ? mark.Restore.Rows : 0;
        var number = 0L;
        await foreach (var line in backup.LinesAsync(file, cancellationToken))
        {
            if (++number <= done)
            {
                continue;
            }

            var (key, properties) = backup.Understand(file, () => RowLine.Read(table.Table, line));
            await writer.AddAsync(key, properties, cancellationToken);
            if (number % RowsPerMark == 0)
            {
                await writer.FlushAsync(cancellationToken);
                mark = await schema.WriteAsync(mark, mark.Schema, mark.Restore! with { Table = table.Table, Rows = number }, cancellationToken);
            }

            progress.Count($"rows of {table.Table}", number, table.Rows);
        }

        await writer.FlushAsync(cancellationToken);
        return await schema.WriteAsync(mark, mark.Schema, mark.Restore! with { Table = table.Table, Rows = number }, cancellationToken);
    }

    private async Task<StoreMark> WriteBlobsAsync(BackupReader backup, BackupManifest manifest, StoreMark mark, CancellationToken cancellationToken)
    {
        var number = 0L;
        await foreach (var blob in backup.BlobsAsync(cancellationToken))
        {
            if (++number <= mark.Restore!.Blobs)
            {
                continue;
            }

            await using (var bytes = await backup.OpenAsync(BackupForm.Blob(number), cancellationToken))
            {
                if (await blobs.PutAsync(blob.Path, bytes, blob.ContentType, BlobPutMode.Always, cancellationToken) != BlobPutOutcome.Stored)
                {
                    throw new BackupException($"The blob {blob.Path} has more than {BackupJson.Number(BlobStore.MaxBytes)} bytes: the store takes no bigger ones.");
                }
            }

            if (number % BlobsPerMark == 0)
            {
                mark = await schema.WriteAsync(mark, mark.Schema, mark.Restore with { Blobs = number }, cancellationToken);
            }

            progress.Count("blobs", number, manifest.Blobs.Count);
        }

        return mark;
    }
}
