using OpenWebUi.Platform.Blobs;

namespace OpenWebUi.Tests.Platform.Blobs;

/// <summary>Content as a browser sends it: of unknown length, in small and uneven pieces, and it may break.</summary>
/// <param name="content">What comes.</param>
/// <param name="breakAfter">After so many bytes the read throws what no back end throws itself.</param>
/// <param name="onRead">Awaited before every read, with the bytes that came before it.</param>
internal sealed class SourceStream(byte[] content, int breakAfter = int.MaxValue, Func<int, Task>? onRead = null) : ReadOnlyStream
{
    private int position;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await (onRead?.Invoke(position) ?? Task.CompletedTask);
        cancellationToken.ThrowIfCancellationRequested();
        if (position >= breakAfter)
        {
            throw new TimeZoneNotFoundException("the content broke");
        }

        var piece = Math.Min(Math.Min(buffer.Length, 7_919), Math.Min(content.Length, breakAfter) - position);
        content.AsMemory(position, piece).CopyTo(buffer);
        position += piece;
        return piece;
    }
}

/// <summary>Zeros without an end.</summary>
internal sealed class EndlessStream : ReadOnlyStream
{
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        buffer.Span.Clear();
        return ValueTask.FromResult(buffer.Length);
    }
}
