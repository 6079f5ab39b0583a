using System.Security.Cryptography;
using OpenWebUi.Platform.Blobs;

namespace OpenWebUi.Services.Conversations;

/// <summary>The content has more bytes than its kind of file may have.</summary>
internal sealed class FileTooLargeException() : Exception("The file is too large.");

/// <summary>A head that was read already and what follows it, as one stream: counted, hashed, and ended by a cap.</summary>
/// <exception cref="FileTooLargeException">By the read that goes past the cap.</exception>
internal sealed class MeasuredStream(ReadOnlyMemory<byte> head, Stream rest, long maxBytes) : ReadOnlyStream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private ReadOnlyMemory<byte> _head = head;

    public long Bytes { get; private set; }

    /// <summary>Of what was read so far.</summary>
    public string Hash => Convert.ToHexStringLower(_hash.GetCurrentHash());

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read;
        if (_head.Length > 0)
        {
            read = Math.Min(_head.Length, buffer.Length);
            _head[..read].CopyTo(buffer);
            _head = _head[read..];
        }
        else
        {
            read = await rest.ReadAsync(buffer, cancellationToken);
        }

        Bytes += read;
        if (Bytes > maxBytes)
        {
            throw new FileTooLargeException();
        }

        _hash.AppendData(buffer[..read].Span);
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _hash.Dispose();
        }

        base.Dispose(disposing);
    }
}
