namespace OpenWebUi.Services.Backup;

/// <summary>Reads a store from end to end and compares it with a backup: counts and hashes.</summary>
internal sealed class StoreProof(StoreContent content, BackupProgress progress)
{
    /// <exception cref="BackupException">Something is missing, changed, or too much; the message names the table or the blobs.</exception>
    public async Task CheckAsync(BackupManifest manifest, CancellationToken cancellationToken)
    {
        var wanted = manifest.Tables.ToDictionary(table => table.Table);
        foreach (var table in await content.TablesAsync(cancellationToken))
        {
            progress.Step($"Reading back {table}");
            var entry = wanted.Remove(table, out var known) ? known : null;
            await CheckRowsAsync(table, entry, cancellationToken);
        }

        if (wanted.Keys.FirstOrDefault() is { } missing)
        {
            throw Differs($"the table {missing} is missing");
        }

        await CheckBlobsAsync(manifest.Blobs, cancellationToken);
    }

    private async Task CheckRowsAsync(string table, TableEntry? entry, CancellationToken cancellationToken)
    {
        using var sum = new Checksum();
        var count = 0L;
        await foreach (var page in content.RowsAsync(table, null, cancellationToken))
        {
            sum.Append(page.Lines.Span);
            count += page.Rows;
            progress.Count($"rows of {table} read back", count, entry?.Rows);
        }

        if (count != (entry?.Rows ?? 0))
        {
            throw Differs($"the table {table} has {BackupJson.Number(count)} rows instead of {BackupJson.Number(entry?.Rows ?? 0)}");
        }

        if (entry is not null && sum.Sha256 != entry.Sha256)
        {
            throw Differs($"rows of the table {table} are not what was written");
        }
    }

    private async Task CheckBlobsAsync(BlobsEntry entry, CancellationToken cancellationToken)
    {
        progress.Step("Reading back the blobs");
        using var sum = new Checksum();
        var count = 0L;
        await foreach (var page in content.BlobsAsync(null, cancellationToken))
        {
            foreach (var blob in page.Blobs)
            {
                if (await content.ReadBlobAsync(blob.Path, () => Task.FromResult<Stream?>(null), cancellationToken) is { } line)
                {
                    sum.Append(line.Write());
                    count++;
                    progress.Count("blobs read back", count, entry.Count);
                }
            }
        }

        if (count != entry.Count)
        {
            throw Differs($"there are {BackupJson.Number(count)} blobs instead of {BackupJson.Number(entry.Count)}");
        }

        if (sum.Sha256 != entry.Sha256)
        {
            throw Differs("blobs are not what was written");
        }
    }

    private static BackupException Differs(string what) => new(
        $"The store does not hold what the backup holds: {what}. Perhaps a site runs on it: stop it, and restore again; if it stays so, restore into an empty store.");
}
