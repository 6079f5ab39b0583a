using Microsoft.AspNetCore.Http;

namespace OpenWebUi.FunctionsHostDouble;

/// <summary>
/// Cancels an exchange when no byte has passed in either direction for a time: YARP's ActivityTimeout, but on the clock of the tests
/// (YARP's own is always the system's). Stands around the bodies of both directions.
/// </summary>
internal sealed class SilenceClock : IDisposable
{
    private readonly TimeSpan _limit;
    private readonly CancellationTokenSource _silent = new();
    private readonly ITimer _timer;

    public SilenceClock(HttpContext context, TimeSpan limit, TimeProvider time)
    {
        _limit = limit;
        _timer = time.CreateTimer(_ => _silent.Cancel(), state: null, limit, Timeout.InfiniteTimeSpan);
        context.Request.Body = new HeardStream(context.Request.Body, Moved);
        context.Response.Body = new HeardStream(context.Response.Body, Moved);
    }

    /// <summary>Cancelled after the silence.</summary>
    public CancellationToken Token => _silent.Token;

    public bool HasEnded => _silent.IsCancellationRequested;

    /// <summary>The source is left: the clock may fire while this runs.</summary>
    public void Dispose() => _timer.Dispose();

    private void Moved() => _timer.Change(_limit, Timeout.InfiniteTimeSpan);

    /// <summary>Tells of every byte that passes.</summary>
    private sealed class HeardStream(Stream inner, Action moved) : Stream
    {
        public override bool CanRead => inner.CanRead;

        public override bool CanSeek => false;

        public override bool CanWrite => inner.CanWrite;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await inner.ReadAsync(buffer, cancellationToken);
            moved();
            return read;
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            // Before the write: whoever has read the byte may move the clock at once.
            moved();
            await inner.WriteAsync(buffer, cancellationToken);
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

        public override void Flush() => throw new NotSupportedException();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
