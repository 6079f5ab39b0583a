using System.Buffers;
using System.Runtime.CompilerServices;
using OpenWebUi.Platform.Blobs;
using OpenWebUi.Platform.Security;
using OpenWebUi.Platform.Storage;

namespace OpenWebUi.Services.Backup;

/// <summary>A page of a table's rows in the form of a backup.</summary>
/// <param name="Lines">Whole lines; empty where no row of the page belongs into a backup. Gone when the next page is asked for.</param>
/// <param name="Rows">How many.</param>
/// <param name="Continuation">Where the next page begins; null at the end.</param>
internal sealed record RowLines(ReadOnlyMemory<byte> Lines, int Rows, string? Continuation);

/// <summary>Everything that a store holds, in the order of a backup. Memory holds a page.</summary>
internal sealed class StoreContent(RowStore rows, BlobStore blobs)
{
    private const int PageRows = 500;

    private const int PageBlobs = 100;

    /// <summary>What a start writes by itself: it makes no store anybody's.</summary>
    private static readonly RowKey[] OfAStart = [SigningKey.Row, StoreSchema.Row];

    /// <summary>The tables that belong into a backup, by the bytes of their names. Some may have no rows.</summary>
    public async Task<IReadOnlyList<string>> TablesAsync(CancellationToken cancellationToken) =>
        [.. (await rows.TablesAsync(cancellationToken)).Where(BackupForm.IsKept).Order(StringComparer.Ordinal)];

    public async IAsyncEnumerable<RowLines> RowsAsync(string table, string? continuation, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var lines = new ArrayBufferWriter<byte>();
        do
        {
            var page = await rows.ScanAsync(table, PageRows, continuation, cancellationToken);
            var count = 0;
            lines.ResetWrittenCount();
            foreach (var row in page.Rows.Where(row => BackupForm.IsKept(row.Key)))
            {
                lines.Write(RowLine.Write(row));
                count++;
            }

            continuation = page.Continuation;
            yield return new(lines.WrittenMemory, count, continuation);
        }
        while (continuation is not null);
    }

    public async IAsyncEnumerable<BlobPage> BlobsAsync(string? continuation, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        do
        {
            var page = await blobs.ListAsync(BlobPrefix.All, PageBlobs, continuation, cancellationToken);
            continuation = page.Continuation;
            yield return page;
        }
        while (continuation is not null);
    }

    /// <summary>Reads a blob; null where it was deleted since it was listed.</summary>
    /// <param name="path">Which.</param>
    /// <param name="open">Gives what its bytes are written to, once it is known to be there; null where they only count. Not disposed here.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<BlobLine?> ReadBlobAsync(BlobPath path, Func<Task<Stream?>> open, CancellationToken cancellationToken)
    {
        await using var blob = await blobs.OpenReadAsync(path, null, cancellationToken);
        if (blob is null)
        {
            return null;
        }

        using var sum = new Checksum();
        await sum.CopyAsync(blob.Content, await open(), cancellationToken);
        return new(path, blob.ContentType, sum.Bytes, sum.Sha256);
    }

    /// <summary>The first thing that somebody has put there, in words; null where there is nothing but what a start writes. Usually two reads.</summary>
    public async Task<string?> FindAnythingAsync(CancellationToken cancellationToken)
    {
        foreach (var table in await TablesAsync(cancellationToken))
        {
            string? continuation = null;
            do
            {
                var page = await rows.ScanAsync(table, OfAStart.Length + 1, continuation, cancellationToken);
                if (page.Rows.Any(row => !OfAStart.Contains(row.Key)))
                {
                    return $"rows in the table {table}";
                }

                continuation = page.Continuation;
            }
            while (continuation is not null);
        }

        return (await blobs.ListAsync(BlobPrefix.All, 1, null, cancellationToken)).Blobs.Count > 0 ? "blobs" : null;
    }

    /// <summary>Takes away what a start has written: a restore brings its own.</summary>
    public async Task ClearStartAsync(CancellationToken cancellationToken)
    {
        foreach (var row in OfAStart.Where(row => row != StoreSchema.Row))
        {
            await rows.DeleteAsync(row, DeleteCondition.Always, cancellationToken);
        }
    }
}
