namespace OpenWebUi.Platform.Blobs;

/// <summary>Cuts a content of unknown length into blocks that stand in memory, so that each can be sent again.</summary>
internal static class ContentBlock
{
    private const int FirstBufferBytes = 64 * 1024;

    /// <summary>Reads until a block is full or the content ends; grows the buffer as it fills, so that a short text costs little.</summary>
    /// <param name="buffer">Of the block before, which it replaces; empty for the first. Not from a pool: a try that was answered early may still be reading it.</param>
    /// <param name="content">Read from where it stands.</param>
    /// <param name="blockBytes">The most bytes of a block.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The buffer, and how many bytes of it are the block: fewer than <paramref name="blockBytes"/> only at the end of the content, where they may be 0.</returns>
    public static async Task<(byte[] Buffer, int Bytes)> FillAsync(byte[] buffer, Stream content, int blockBytes, CancellationToken cancellationToken)
    {
        var bytes = 0;
        while (bytes < blockBytes)
        {
            if (bytes == buffer.Length)
            {
                Array.Resize(ref buffer, Math.Min(blockBytes, Math.Max(FirstBufferBytes, buffer.Length * 4)));
            }

            var read = await content.ReadAsync(buffer.AsMemory(bytes), cancellationToken);
            if (read == 0)
            {
                break;
            }

            bytes += read;
        }

        return (buffer, bytes);
    }
}
