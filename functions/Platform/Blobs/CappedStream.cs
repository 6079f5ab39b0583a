namespace OpenWebUi.Platform.Blobs;

/// <summary>The content had more bytes than the cap; the seam answers TooLarge.</summary>
internal sealed class CapExceededException() : Exception("The content has more bytes than a blob may have.");

/// <summary>A caller's stream, counted while it is read. The caller disposes what it made.</summary>
/// <exception cref="CapExceededException">Thrown by the read that goes past the cap.</exception>
internal sealed class CappedStream(Stream inner, long maxBytes) : ReadOnlyStream
{
    private long bytes;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadAsync(buffer, cancellationToken);
        bytes += read;
        return bytes <= maxBytes ? read : throw new CapExceededException();
    }
}
