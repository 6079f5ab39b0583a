using System.Runtime.CompilerServices;

namespace OpenWebUi.Services.Backup;

/// <summary>Reads a backup, and says of each file whether it is as it was written.</summary>
internal sealed class BackupReader(IBackupSource source)
{
    /// <exception cref="BackupException">There is no manifest, or it is newer or broken.</exception>
    public async Task<BackupManifest> ReadManifestAsync(CancellationToken cancellationToken)
    {
        await using var stream = await source.OpenAsync(BackupForm.Manifest, cancellationToken);
        if (stream is null)
        {
            await using var journal = await source.OpenAsync(BackupForm.Journal, cancellationToken);
            throw new BackupException(journal is null
                ? $"{source.Place} holds no {BackupForm.Manifest}: it is no backup of this program, or not a whole one."
                : $"The backup in {source.Place} was not finished: run backup with the same folder again, it goes on where it was.");
        }

        var bytes = new byte[BackupManifest.MaxBytes];
        var length = await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken);
        return BackupManifest.Read(bytes.AsMemory(0, length), $"{source.Place}: {BackupForm.Manifest}");
    }

    /// <summary>Reads every file of the backup and compares its hash, before anything is written anywhere.</summary>
    /// <exception cref="BackupException">A file is missing or was changed; the message names it.</exception>
    public async Task CheckAsync(BackupManifest manifest, BackupProgress progress, CancellationToken cancellationToken)
    {
        foreach (var table in manifest.Tables)
        {
            progress.Step($"Checking {BackupForm.Rows(table.Table)}");
            await CheckAsync(BackupForm.Rows(table.Table), table.Bytes, table.Sha256, cancellationToken);
        }

        await CheckAsync(BackupForm.Blobs, null, manifest.Blobs.Sha256, cancellationToken);
        var (count, bytes) = (0L, 0L);
        await foreach (var blob in BlobsAsync(cancellationToken))
        {
            count++;
            bytes += blob.Length;
            progress.Count("blobs checked", count, manifest.Blobs.Count);
            await CheckAsync(BackupForm.Blob(count), blob.Length, blob.Sha256, cancellationToken);
        }

        if (count != manifest.Blobs.Count || bytes != manifest.Blobs.Bytes)
        {
            throw Broken(BackupForm.Blobs, $"it lists {count} blobs, and the manifest says {manifest.Blobs.Count}");
        }
    }

    /// <summary>The lines of a table's file; one is gone when the next is asked for.</summary>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> LinesAsync(string file, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var stream = await OpenAsync(file, cancellationToken);
        await foreach (var line in LineReader.ReadAsync(stream, cancellationToken))
        {
            yield return line;
        }
    }

    /// <summary>The blobs, in order: the n-th stands in file n.</summary>
    public async IAsyncEnumerable<BlobLine> BlobsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var line in LinesAsync(BackupForm.Blobs, cancellationToken))
        {
            yield return Understand(BackupForm.Blobs, () => BlobLine.Read(line));
        }
    }

    /// <exception cref="BackupException">It is not there.</exception>
    public async Task<Stream> OpenAsync(string file, CancellationToken cancellationToken) =>
        await source.OpenAsync(file, cancellationToken) ?? throw Broken(file, "it is missing");

    /// <summary>Runs what reads a line; what cannot be read is the file's fault.</summary>
    public T Understand<T>(string file, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (FormatException e)
        {
            throw Broken(file, $"a line cannot be read ({e.Message})");
        }
    }

    private async Task CheckAsync(string file, long? bytes, string sha256, CancellationToken cancellationToken)
    {
        using var sum = new Checksum();
        try
        {
            await using var stream = await OpenAsync(file, cancellationToken);
            await sum.CopyAsync(stream, null, cancellationToken);
        }
        catch (InvalidDataException e)
        {
            throw Broken(file, e.Message);
        }

        if (bytes is { } length && length != sum.Bytes)
        {
            throw Broken(file, $"it has {BackupJson.Number(sum.Bytes)} bytes instead of {BackupJson.Number(length)}");
        }

        if (sum.Sha256 != sha256)
        {
            throw Broken(file, "its hash is not that of the manifest");
        }
    }

    private BackupException Broken(string file, string why) =>
        new($"The file {file} of the backup {source.Place} is broken: {why}. Nothing is restored from a broken backup; copy it again from where it came, or make a new one.");
}
