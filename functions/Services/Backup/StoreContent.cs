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
    public Task<IReadOnlyList<string>> TablesAsync(CancellationToken cancellationToken) => TablesAsync(rows, cancellationToken);

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

    /// <inheritdoc cref="FindRowsAsync(RowStore, CancellationToken)"/>
    public Task<string?> FindRowsAsync(CancellationToken cancellationToken) => FindRowsAsync(rows, cancellationToken);

    /// <summary>The first table that somebody has put rows into; null where there are none but those that a start writes. Usually two reads.</summary>
    public static async Task<string?> FindRowsAsync(RowStore rows, CancellationToken cancellationToken)
    {
        foreach (var table in await TablesAsync(rows, cancellationToken))
        {
            string? continuation = null;
            do
            {
                var page = await rows.ScanAsync(table, OfAStart.Length + 1, continuation, cancellationToken);
                if (page.Rows.Any(row => !OfAStart.Contains(row.Key)))
                {
                    return table;
                }

                continuation = page.Continuation;
            }
            while (continuation is not null);
        }

        return null;
    }

    /// <summary>A blob that a backup does not have; null where there is none. A store may have its rows elsewhere than the one before, and the blobs where they were.</summary>
    /// <param name="expected">The blobs of the backup, in order.</param>
    public async Task<BlobPath?> FindOtherBlobAsync(IAsyncEnumerable<BlobLine> expected, CancellationToken cancellationToken)
    {
        await using var known = expected.GetAsyncEnumerator(cancellationToken);
        var isKnown = await known.MoveNextAsync();
        await foreach (var page in BlobsAsync(null, cancellationToken))
        {
            foreach (var blob in page.Blobs)
            {
                while (isKnown && string.CompareOrdinal(known.Current.Path.Text, blob.Path.Text) < 0)
                {
                    isKnown = await known.MoveNextAsync();
                }

                if (!isKnown || known.Current.Path != blob.Path)
                {
                    return blob.Path;
                }
            }
        }

        return null;
    }

    /// <summary>Takes away what a start has written: a restore brings its own.</summary>
    public async Task ClearStartAsync(CancellationToken cancellationToken)
    {
        foreach (var row in OfAStart.Where(row => row != StoreSchema.Row))
        {
            await rows.DeleteAsync(row, DeleteCondition.Always, cancellationToken);
        }
    }

    private static async Task<IReadOnlyList<string>> TablesAsync(RowStore rows, CancellationToken cancellationToken) =>
        [.. (await rows.TablesAsync(cancellationToken)).Where(BackupForm.IsKept).Order(StringComparer.Ordinal)];
}
