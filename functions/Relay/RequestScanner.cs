namespace OpenWebUi.Relay;

/// <summary>
/// Reads <c>model</c> and <c>stream</c> at the top level of a JSON object while its bytes pass, in pieces of any size. It
/// looks forward only, holds at most one short token, and skips everything nested. It is no validator: what it does not
/// need is the provider's to judge.
/// </summary>
internal sealed class RequestScanner
{
    private const string Twice = "'model' is there twice.";

    private enum State
    {
        Start, KeyOrEnd, Key, Colon, Value, Text, Scalar, Nested, NestedText, CommaOrEnd, End,
    }

    private static readonly System.Buffers.SearchValues<byte> ScalarEnds = System.Buffers.SearchValues.Create(" \n\r\t,}"u8);

    private ScannedToken _token = new();
    private State _state = State.Start;
    private int _depth;
    private bool _escaped;
    private string? _key;
    private long _at;
    private long _tokenAt;
    private int _models;
    private bool _isRenamed;

    /// <summary>The model asked for; null until it is seen.</summary>
    public string? Model { get; private set; }

    /// <summary>Where the model's name stands in the body, with its quotation marks: offset and length in bytes.</summary>
    public (long At, int Length) ModelSpan { get; private set; }

    /// <summary>Whether a stream was asked for; null until it is seen, and at the end where the body does not say.</summary>
    public bool? Stream { get; private set; }

    /// <summary>Why the body cannot be relayed, in a sentence; null while it can.</summary>
    public string? Fault { get; private set; }

    /// <summary>The field that <see cref="Fault"/> is about, if it is about one.</summary>
    public string? FaultParam { get; private set; }

    /// <summary>Takes the next piece of the body.</summary>
    public void Feed(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty && Fault is null)
        {
            var taken = _state switch
            {
                State.Key or State.Text => TakeText(bytes),
                State.NestedText => TakeNestedText(bytes),
                State.Nested => TakeNested(bytes),
                State.Scalar => TakeScalar(bytes),
                _ => TakeOne(bytes[0]),
            };
            bytes = bytes[taken..];
            _at += taken;
        }
    }

    /// <summary>Another name goes to the provider in place of the caller's: from now on a second <c>model</c> is refused, because it would win.</summary>
    public void Rename()
    {
        _isRenamed = true;
        if (_models > 1)
        {
            (FaultParam, Fault) = ("model", Twice);
        }
    }

    /// <summary>The body is over.</summary>
    public void Complete()
    {
        if (Fault is null && _state != State.End)
        {
            Broken();
        }
    }

    private int TakeOne(byte c)
    {
        if (c is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
        {
            return 1;
        }

        switch (_state, (char)c)
        {
            case (State.Start, '{'): _state = State.KeyOrEnd; break;
            case (State.KeyOrEnd, '"'): BeginToken(State.Key, keeps: true, c); break;
            case (State.KeyOrEnd or State.CommaOrEnd, '}'): _state = State.End; break;
            case (State.Colon, ':'): _state = State.Value; break;
            case (State.CommaOrEnd, ','): _state = State.KeyOrEnd; break;
            case (State.Value, '"'):
                _tokenAt = _at;
                BeginToken(State.Text, IsOurs, c);
                break;
            case (State.Value, '{' or '['):
                (_state, _depth) = (State.Nested, 1);
                Refuse(null);
                break;
            case (State.Value, 't' or 'f' or 'n' or '-' or (>= '0' and <= '9')): BeginToken(State.Scalar, IsOurs, c); break;
            default: Broken(); break;
        }

        return 1;
    }

    private int TakeText(ReadOnlySpan<byte> bytes)
    {
        var end = EndOfText(bytes, out var closed);
        _token.Keep(bytes[..end]);
        if (closed)
        {
            EndText(_at + end);
        }

        return end;
    }

    private int TakeNestedText(ReadOnlySpan<byte> bytes)
    {
        var end = EndOfText(bytes, out var closed);
        if (closed)
        {
            _state = State.Nested;
        }

        return end;
    }

    /// <summary>How many bytes belong to the text that is open; an escape may be split between two pieces.</summary>
    private int EndOfText(ReadOnlySpan<byte> bytes, out bool closed)
    {
        closed = false;
        var at = 0;
        if (_escaped)
        {
            _escaped = false;
            at = 1;
        }

        while (at < bytes.Length)
        {
            var next = bytes[at..].IndexOfAny((byte)'"', (byte)'\\');
            if (next < 0)
            {
                return bytes.Length;
            }

            at += next;
            if (bytes[at] == (byte)'"')
            {
                closed = true;
                return at + 1;
            }

            at += 2;
        }

        _escaped = at > bytes.Length;
        return bytes.Length;
    }

    private int TakeNested(ReadOnlySpan<byte> bytes)
    {
        for (var i = 0; i < bytes.Length; i++)
        {
            switch ((char)bytes[i])
            {
                case '"':
                    _state = State.NestedText;
                    return i + 1;
                case '{' or '[':
                    _depth++;
                    break;
                case '}' or ']' when --_depth == 0:
                    _state = State.CommaOrEnd;
                    return i + 1;
            }
        }

        return bytes.Length;
    }

    private int TakeScalar(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOfAny(ScalarEnds);
        _token.Keep(end < 0 ? bytes : bytes[..end]);
        if (end < 0)
        {
            return bytes.Length;
        }

        _state = State.CommaOrEnd;
        EndScalar();
        return end;
    }

    private bool IsOurs => _key is "model" or "stream";

    private void BeginToken(State state, bool keeps, byte first)
    {
        _state = state;
        _token.Begin(keeps, first);
    }

    private void EndText(long end)
    {
        var text = _token.Text(_state == State.Key, out var isBroken);
        if (isBroken)
        {
            Broken();
        }

        if (_state == State.Key)
        {
            (_state, _key) = (State.Colon, text);
            return;
        }

        _state = State.CommaOrEnd;
        if (_key != "model")
        {
            Refuse(null);
        }
        else if (string.IsNullOrWhiteSpace(text))
        {
            Refuse("'model' must be the name of a model.");
        }
        else if (Model is not null && (Model != text || _isRenamed))
        {
            Refuse(_isRenamed ? Twice : "'model' is there twice, with two names.");
        }
        else
        {
            ModelSpan = _models++ == 0 ? (_tokenAt, (int)(end - _tokenAt)) : ModelSpan;
            Model = text;
        }
    }

    private void EndScalar()
    {
        if (_key == "model")
        {
            Refuse("'model' must be a string.");
        }
        else if (_key == "stream")
        {
            var scalar = _token.Scalar;
            bool? value = scalar switch { "true" => true, "false" => false, _ => null };
            if (value is null && !scalar.StartsWith('n'))
            {
                Refuse("'stream' must be true or false.");
            }

            Stream = value ?? Stream;
        }
    }

    /// <summary>A value of ours has the wrong type: says so. For keys that are not ours, nothing.</summary>
    private void Refuse(string? sentence)
    {
        if (!IsOurs)
        {
            return;
        }

        FaultParam = _key;
        Fault = sentence ?? (_key == "model" ? "'model' must be a string." : "'stream' must be true or false.");
    }

    private void Broken() => Fault = "The request body is not a JSON object.";
}
