using OpenWebUi.Platform.Storage;

namespace OpenWebUi.Platform.Blobs;

/// <summary>
/// The next <paramref name="length"/> bytes of a back end's stream: never more, and never fewer without an exception.
/// </summary>
/// <param name="inner">Stands at the first byte; disposed with this one.</param>
/// <param name="length">How many bytes must come.</param>
/// <param name="describe">Turns what the disk or the network threw into the store's own exception; an early end is an <see cref="EndOfStreamException"/>.</param>
internal sealed class ExactStream(Stream inner, long length, Func<Exception, StoreUnavailableException> describe) : ReadOnlyStream
{
    private long left = length;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (left == 0 || buffer.IsEmpty)
        {
            return 0;
        }

        try
        {
            var read = await inner.ReadAsync(buffer.Length > left ? buffer[..(int)left] : buffer, cancellationToken);
            left -= read;
            return read > 0 ? read : throw new EndOfStreamException($"{left} bytes are missing");
        }
        catch (Exception exception) when (IsOnTheWay(exception) && !cancellationToken.IsCancellationRequested)
        {
            throw describe(exception);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>A cancellation that nobody asked for is a timeout of the network.</summary>
    private static bool IsOnTheWay(Exception exception) =>
        exception is IOException or UnauthorizedAccessException or HttpRequestException or OperationCanceledException;
}
