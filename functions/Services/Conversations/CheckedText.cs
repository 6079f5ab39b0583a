using System.Buffers;
using System.Text;
using OpenWebUi.Platform.Blobs;

namespace OpenWebUi.Services.Conversations;

/// <summary>The bytes are not text in UTF-8.</summary>
internal sealed class NoTextException() : Exception("The bytes are not text in UTF-8.");

/// <summary>A stream that is text in UTF-8 without NUL to its end, checked while it passes.</summary>
/// <exception cref="NoTextException">By the read that meets something else.</exception>
internal sealed class CheckedText(Stream inner) : ReadOnlyStream
{
    private readonly Decoder _decoder = new UTF8Encoding(false, throwOnInvalidBytes: true).GetDecoder();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadAsync(buffer, cancellationToken);
        var bytes = buffer[..read];
        var room = ArrayPool<char>.Shared.Rent(Encoding.UTF8.GetMaxCharCount(read));
        try
        {
            _decoder.GetChars(bytes.Span, room, flush: read == 0 && !buffer.IsEmpty);
        }
        catch (DecoderFallbackException)
        {
            throw new NoTextException();
        }
        finally
        {
            ArrayPool<char>.Shared.Return(room);
        }

        return bytes.Span.Contains((byte)0) ? throw new NoTextException() : read;
    }
}
