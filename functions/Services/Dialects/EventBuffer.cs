using System.Buffers;

namespace OpenWebUi.Services.Dialects;

/// <summary>
/// Cuts a provider's bytes into events (WHATWG HTML, 9.2.6), in one pooled buffer: lines end in CR, LF or both, comments and fields that say nothing
/// here are dropped, several <c>data</c> lines become one text. An event is there as soon as its blank line is.
/// </summary>
internal sealed class EventBuffer : IDisposable
{
    /// <summary>An event is some hundred bytes; nothing that can be translated is longer than this.</summary>
    public const int MaxEventBytes = 1024 * 1024;

    private const int FirstBytes = 8 * 1024;
    private const int MinFreeBytes = 2 * 1024;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(FirstBytes);
    private int _lineStart;
    private int _scanned;
    private int _end;
    private int _dataStart = -1;
    private int _dataEnd;
    private bool _isAfterReturn;
    private bool _hasBegun;
    private bool _isErrorEvent;

    /// <summary>Something stands here that is no complete event yet.</summary>
    public bool HasRest => _dataStart >= 0 || _lineStart < _end;

    /// <summary>Room for the next bytes. What earlier events held is gone.</summary>
    /// <exception cref="UnreadableAnswerException">The event that is here, or its line, is too long.</exception>
    public Memory<byte> Free()
    {
        Compact();
        if (_end > MaxEventBytes)
        {
            throw new UnreadableAnswerException("An event of the provider's stream is longer than 1 MiB.");
        }

        if (_buffer.Length - _end < MinFreeBytes)
        {
            var longer = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
            _buffer.AsSpan(0, _end).CopyTo(longer);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = longer;
        }

        return _buffer.AsMemory(_end);
    }

    /// <summary>So many bytes were put into <see cref="Free"/>.</summary>
    public void Filled(int count) => _end += count;

    /// <summary>The next complete event, if one is there.</summary>
    /// <param name="data">Valid until <see cref="Free"/> is called.</param>
    /// <param name="isError">The event's name is <c>error</c>.</param>
    public bool TryNext(out ReadOnlyMemory<byte> data, out bool isError)
    {
        while (TryLine(out var start, out var length))
        {
            if (length > 0)
            {
                Field(start, length);
            }
            else if (TryTake(out data, out isError))
            {
                return true;
            }
        }

        (data, isError) = (default, false);
        return false;
    }

    /// <summary>What was begun and not closed by a blank line, when no more bytes come: small servers forget it behind their last event.</summary>
    public bool TryRest(out ReadOnlyMemory<byte> data, out bool isError)
    {
        if (_lineStart < _end)
        {
            Field(_lineStart, _end - _lineStart);
            _lineStart = _end;
        }

        return TryTake(out data, out isError);
    }

    /// <summary>Nobody may be writing into <see cref="Free"/>: the pool hands the bytes to somebody else.</summary>
    public void Dispose()
    {
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
        }
    }

    private bool TryTake(out ReadOnlyMemory<byte> data, out bool isError)
    {
        var hasData = _dataStart >= 0;
        data = hasData ? _buffer.AsMemory(_dataStart.._dataEnd) : default;
        isError = _isErrorEvent;
        (_dataStart, _isErrorEvent) = (-1, false);
        return hasData;
    }

    private bool TryLine(out int start, out int length)
    {
        if (_isAfterReturn && _lineStart < _end)
        {
            // CR and LF are one end of a line, also where they come apart.
            _lineStart += _buffer[_lineStart] == (byte)'\n' ? 1 : 0;
            _scanned = Math.Max(_scanned, _lineStart);
            _isAfterReturn = false;
        }

        var found = _buffer.AsSpan(_scanned.._end).IndexOfAny((byte)'\r', (byte)'\n');
        if (found < 0)
        {
            _scanned = _end;
            (start, length) = (0, 0);
            return false;
        }

        (start, length) = (_lineStart, _scanned + found - _lineStart);
        _isAfterReturn = _buffer[_scanned + found] == (byte)'\r';
        _lineStart = _scanned = _scanned + found + 1;
        return true;
    }

    private void Field(int start, int length)
    {
        var line = _buffer.AsSpan(start, length);
        if (!_hasBegun && line.StartsWith("\uFEFF"u8))
        {
            start += 3;
            line = line[3..];
        }

        _hasBegun = true;
        var colon = line.IndexOf((byte)':');
        var name = colon < 0 ? line : line[..colon];
        var value = colon < 0 ? line.Length : line.Length > colon + 1 && line[colon + 1] == (byte)' ' ? colon + 2 : colon + 1;
        if (name.SequenceEqual("data"u8))
        {
            Append(start + value, line.Length - value);
        }
        else if (name.SequenceEqual("event"u8))
        {
            _isErrorEvent = line[value..].SequenceEqual("error"u8);
        }
    }

    /// <summary>A second line of data moves up behind the first: its own field name left more than the room for the line feed.</summary>
    private void Append(int start, int length)
    {
        if (_dataStart < 0)
        {
            (_dataStart, _dataEnd) = (start, start + length);
            return;
        }

        _buffer[_dataEnd++] = (byte)'\n';
        _buffer.AsSpan(start, length).CopyTo(_buffer.AsSpan(_dataEnd));
        _dataEnd += length;
    }

    private void Compact()
    {
        var keep = _dataStart >= 0 ? _dataStart : _lineStart;
        if (keep == 0)
        {
            return;
        }

        _buffer.AsSpan(keep.._end).CopyTo(_buffer);
        (_lineStart, _scanned, _end, _dataEnd) = (_lineStart - keep, _scanned - keep, _end - keep, _dataEnd - keep);
        _dataStart = _dataStart >= 0 ? 0 : -1;
    }
}
