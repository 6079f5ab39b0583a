namespace OpenWebUi.Services.Completion;

/// <summary>
/// A provider's answer while it comes: every read is timed, and no event may be longer than <see cref="MaxEventBytes"/>. A blank line
/// follows its end: small servers forget it behind their last event, which would not count without it (WHATWG HTML, 9.2.6).
/// </summary>
internal sealed class ProviderStream(Stream from, IdleClock clock, TimeSpan patience) : Stream
{
    /// <summary>An event is some hundred bytes; one with a picture in it is some megabytes.</summary>
    public const int MaxEventBytes = 16 * 1024 * 1024;

    private const int PeekBytes = 4 * 1024;

    private static readonly byte[] BlankLine = [.. "\n\n"u8];

    private ReadOnlyMemory<byte> _held;
    private long _sinceEvent;

    /// <summary>All that the provider sent has been read.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>How long one read may wait.</summary>
    public TimeSpan Patience { get; set; } = patience;

    /// <summary>An event is complete: what comes now belongs to the next.</summary>
    public void BeginEvent() => _sinceEvent = 0;

    /// <summary>The first byte that is no blank, which stays to be read; null when there is none.</summary>
    public async ValueTask<byte?> PeekAsync()
    {
        var buffer = new byte[PeekBytes];
        int read;
        while ((read = await ReadAsync(buffer, clock.Token)) > 0)
        {
            var blanks = buffer.AsSpan(0, read).IndexOfAnyExcept(" \t\r\n"u8);
            if (blanks >= 0)
            {
                _held = buffer.AsMemory(blanks, read - blanks);
                return buffer[blanks];
            }
        }

        return null;
    }

    /// <summary>All that comes, as one event.</summary>
    public async Task<byte[]> ReadToEndAsync()
    {
        using var bytes = new MemoryStream();
        await CopyToAsync(bytes, clock.Token);
        return bytes.ToArray();
    }

    /// <exception cref="InvalidDataException">The event is too long.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_held.Length > 0)
        {
            var taken = Math.Min(buffer.Length, _held.Length);
            _held[..taken].CopyTo(buffer);
            _held = _held[taken..];
            return taken;
        }

        if (HasEnded)
        {
            return 0;
        }

        clock.Start(Patience);
        var read = await from.ReadAsync(buffer, clock.Token);
        clock.Stop();
        if (read == 0)
        {
            HasEnded = true;
            _held = BlankLine;
            return await ReadAsync(buffer, cancellationToken);
        }

        _sinceEvent += read;
        return _sinceEvent <= MaxEventBytes ? read : throw new InvalidDataException("An event is longer than 16 MiB.");
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
