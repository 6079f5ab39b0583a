namespace OpenWebUi.Relay;

/// <summary>
/// The part of a body that is held back: in memory, and from <paramref name="memoryLimit"/> bytes on in a file that has no name any
/// more, so that nothing is left of it whatever happens. The length of a body bounds both.
/// </summary>
internal sealed class HeldBytes(int memoryLimit) : IDisposable
{
    private const int BufferBytes = 64 * 1024;

    private readonly MemoryStream _memory = new();
    private FileStream? _file;

    public long Length => _file?.Length ?? _memory.Length;

    /// <summary>All of it, while it is in memory.</summary>
    /// <exception cref="InvalidOperationException">It is in a file.</exception>
    public ReadOnlyMemory<byte> Memory =>
        _file is null ? _memory.GetBuffer().AsMemory(0, (int)_memory.Length) : throw new InvalidOperationException("It is not in memory.");

    /// <exception cref="IOException">The disk is full.</exception>
    public ValueTask AddAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        if (_file is null && _memory.Length + bytes.Length <= memoryLimit)
        {
            _memory.Position = _memory.Length;
            _memory.Write(bytes.Span);
            return ValueTask.CompletedTask;
        }

        return AddToFileAsync(bytes, cancellation);
    }

    /// <summary>All of it, from its beginning, for one reader at a time.</summary>
    public Stream Read()
    {
        Stream held = _file is null ? _memory : _file;
        held.Position = 0;
        return held;
    }

    /// <summary>Sends a part of it.</summary>
    public async Task CopyToAsync(Stream to, long at, long end, CancellationToken cancellation)
    {
        if (_file is null)
        {
            await to.WriteAsync(Memory[(int)at..(int)end], cancellation);
            return;
        }

        var buffer = new byte[BufferBytes];
        _file.Position = at;
        while (at < end)
        {
            var read = await _file.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, end - at)), cancellation);
            at += read > 0 ? read : throw new EndOfStreamException();
            await to.WriteAsync(buffer.AsMemory(0, read), cancellation);
        }
    }

    public void Clear()
    {
        _file?.Dispose();
        _file = null;
        _memory.SetLength(0);
        _memory.Capacity = 0;
    }

    public void Dispose() => Clear();

    private async ValueTask AddToFileAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        if (_file is null)
        {
            var inMemory = Memory;
            var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
            var options = new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.ReadWrite,
                Share = FileShare.Delete,
                BufferSize = BufferBytes,
                Options = FileOptions.Asynchronous,
            };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            _file = new FileStream(path, options);
            File.Delete(path);
            await _file.WriteAsync(inMemory, cancellation);
            _memory.SetLength(0);
            _memory.Capacity = 0;
        }

        _file.Position = _file.Length;
        await _file.WriteAsync(bytes, cancellation);
    }
}
