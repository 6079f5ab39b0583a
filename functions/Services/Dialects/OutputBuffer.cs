using System.Buffers;

namespace OpenWebUi.Services.Dialects;

/// <summary>Translated bytes that wait for their reader, in one pooled array. What was written last can be taken back.</summary>
internal sealed class OutputBuffer : IBufferWriter<byte>, IDisposable
{
    private const int FirstBytes = 4 * 1024;

    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(FirstBytes);
    private int _read;

    public int Length { get; private set; }

    public bool IsEmpty => _read == Length;

    public int Read(Span<byte> to)
    {
        var count = Math.Min(to.Length, Length - _read);
        _bytes.AsSpan(_read, count).CopyTo(to);
        _read += count;
        if (IsEmpty)
        {
            (_read, Length) = (0, 0);
        }

        return count;
    }

    /// <summary>Takes back what was written after this <see cref="Length"/>.</summary>
    public void Truncate(int length) => Length = length;

    public void Advance(int count) => Length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsMemory(Length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsSpan(Length);
    }

    public void Dispose()
    {
        if (_bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
            (_bytes, _read, Length) = ([], 0, 0);
        }
    }

    private void Reserve(int sizeHint)
    {
        if (_bytes.Length - Length >= Math.Max(sizeHint, 1))
        {
            return;
        }

        var longer = ArrayPool<byte>.Shared.Rent(Math.Max(_bytes.Length * 2, Length + sizeHint));
        _bytes.AsSpan(0, Length).CopyTo(longer);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = longer;
    }
}
