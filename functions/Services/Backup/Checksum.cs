using System.Buffers;
using System.Security.Cryptography;

namespace OpenWebUi.Services.Backup;

/// <summary>Counts and hashes bytes as they pass.</summary>
internal sealed class Checksum : IDisposable
{
    private const int BufferBytes = 128 * 1024;

    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public long Bytes { get; private set; }

    /// <summary>SHA-256 of what has passed so far, in small hexadecimal digits.</summary>
    public string Sha256 => Convert.ToHexStringLower(hash.GetCurrentHash());

    public void Append(ReadOnlySpan<byte> bytes)
    {
        hash.AppendData(bytes);
        Bytes += bytes.Length;
    }

    /// <summary>Passes the rest of a stream on to another one; null where the bytes only count.</summary>
    public Task CopyAsync(Stream from, Stream? to, CancellationToken cancellationToken) => CopyAsync(from, to, long.MaxValue, cancellationToken);

    /// <summary>The same with so many bytes of it at most.</summary>
    public async Task CopyAsync(Stream from, Stream? to, long most, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            int read;
            while (most > 0 && (read = await from.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, most)), cancellationToken)) > 0)
            {
                most -= read;
                Append(buffer.AsSpan(0, read));
                if (to is not null)
                {
                    await to.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public void Dispose() => hash.Dispose();
}
