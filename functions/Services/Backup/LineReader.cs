using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace OpenWebUi.Services.Backup;

/// <summary>The lines of a file, one at a time.</summary>
internal static class LineReader
{
    /// <summary>A row of the largest size, escaped as badly as JSON can, has 3 MiB.</summary>
    private const int MaxLineBytes = 8 * 1024 * 1024;

    /// <param name="stream">Read to its end, and not disposed.</param>
    /// <returns>Each line without its end. What stands behind the last end of a line counts as one, too. A line is gone when the next one is asked for.</returns>
    /// <exception cref="BackupException">A line has more than 8 MiB.</exception>
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(Stream stream, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var reader = PipeReader.Create(stream, new(bufferSize: 64 * 1024, leaveOpen: true));
        try
        {
            while (true)
            {
                var result = await reader.ReadAsync(cancellationToken);
                var rest = result.Buffer;
                while (rest.PositionOf((byte)'\n') is { } end)
                {
                    var line = rest.Slice(0, end);
                    rest = rest.Slice(rest.GetPosition(1, end));
                    yield return line.IsSingleSegment ? line.First : line.ToArray();
                }

                if (result.IsCompleted)
                {
                    if (!rest.IsEmpty)
                    {
                        yield return rest.ToArray();
                    }

                    yield break;
                }

                if (rest.Length > MaxLineBytes)
                {
                    throw new BackupException("A file of the backup has a line that is longer than 8 MiB: it is no backup of this program.");
                }

                reader.AdvanceTo(rest.Start, rest.End);
            }
        }
        finally
        {
            await reader.CompleteAsync();
        }
    }
}
