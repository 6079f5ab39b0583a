using System.Text;
using System.Text.Json;
using OpenWebUi.Platform.Http;

namespace OpenWebUi.Relay;

/// <summary>
/// The caller's body on its way to a provider: copied as it comes, scanned while it passes. What was read to choose the
/// connection is held and goes first; the beginning stays held as long as it is short enough to be sent once more.
/// </summary>
internal sealed class RelayBody : IDisposable
{
    /// <summary>How much is held in search of the model's name: a picture or two may stand before it.</summary>
    private const int MaxHeldBytes = 32 * 1024 * 1024;

    /// <summary>Up to here a body is kept for another connection; a longer one is sent once.</summary>
    private const int MaxRepeatedBytes = 4 * 1024 * 1024;

    private const int BufferBytes = 16 * 1024;

    private readonly HttpRequest _request;
    private readonly RequestScanner? _scanner;
    private readonly Action _moved;
    private readonly HeldBytes _held = new(MaxHeldBytes);
    private (long At, int Length) _formModel;
    private long _taken;
    private bool _isRead;
    private int _copying;

    /// <param name="request">The caller's request.</param>
    /// <param name="form">What its body is.</param>
    /// <param name="moved">Called whenever bytes moved: the call is not idle.</param>
    public RelayBody(HttpRequest request, BodyForm form, Action moved)
    {
        (_request, _moved) = (request, moved);
        IsForm = request.HasFormContentType && form == BodyForm.Multipart;
        _scanner = IsForm ? null : new RequestScanner();
        ContentType = string.IsNullOrEmpty(request.ContentType) || !Ascii.IsValid(request.ContentType) ? "application/json" : request.ContentType;
    }

    public string ContentType { get; }

    /// <summary>It is a form with files, no JSON.</summary>
    public bool IsForm { get; }

    /// <summary>Whether the caller asked for a stream, as far as the body has passed; null where it did not say.</summary>
    public bool? WantsStream => _scanner?.Stream;

    /// <summary>Why the body cannot go on: the caller's fault, or null.</summary>
    public ErrorReport? Refusal { get; private set; }

    /// <summary>What the reading of the caller's body threw: too large, broken framing, gone.</summary>
    public Exception? ReadFailure { get; private set; }

    /// <summary>Another attempt may follow: what is read stays held while it is short enough.</summary>
    public bool Keeps { get; set; }

    /// <summary>Bytes that have passed so far.</summary>
    public long Taken => _taken;

    /// <summary>It can be sent again: nothing of it has gone by that is not held, and nobody is sending it.</summary>
    public bool CanRepeat => Volatile.Read(ref _copying) == 0 && _taken == _held.Length && Refusal is null && ReadFailure is null;

    /// <summary>
    /// Reads the first piece, and on until the model's name is known where <paramref name="untilModel"/> asks for it. A form is then read whole
    /// (<see cref="FormModel"/>), a long one onto the disk.
    /// </summary>
    /// <returns>The model's name; null when the body does not name one, or was not read so far.</returns>
    public async ValueTask<string?> PeekAsync(bool untilModel, CancellationToken cancellation)
    {
        var buffer = new byte[(int)Math.Clamp(_request.ContentLength ?? BufferBytes, 1, BufferBytes)];
        do
        {
            var read = await ReadAsync(buffer, cancellation);
            await _held.AddAsync(buffer.AsMemory(0, read), cancellation);
        }
        while (untilModel && _scanner?.Model is null && !_isRead && Refusal is null && (IsForm || _held.Length < MaxHeldBytes));

        if (!untilModel || Refusal is not null)
        {
            return _scanner?.Model;
        }

        if (_scanner is null)
        {
            var form = await FormModel.FindAsync(_held.Read(), ContentType, cancellation);
            (_formModel, Refusal) = ((form.At, form.Length), form.Refusal);
            return form.Refusal is null ? form.Model : null;
        }

        return _scanner.Model ?? (_isRead ? null : Refuse(new(413, "model_too_late", "'model' stands behind more than 32 MiB of other fields. Send it first.", "model")));
    }

    /// <summary>The rest of the body, held: for a body that must be written anew for its provider.</summary>
    /// <exception cref="RefusedException">413: it is longer than is held.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> ReadWholeAsync(CancellationToken cancellation)
    {
        var buffer = new byte[BufferBytes];
        while (!_isRead && Refusal is null)
        {
            var read = await ReadAsync(buffer, cancellation);
            if (_held.Length + read > MaxHeldBytes)
            {
                Refusal = new(413, "body_too_large", "The body is longer than the 32 MiB that can be translated for this model's provider.");
            }

            await _held.AddAsync(buffer.AsMemory(0, read), cancellation);
        }

        return Refusal is { } refusal ? throw new RefusedException(refusal) : _held.Memory;
    }

    /// <summary>There is no other attempt: what was held is let go.</summary>
    public void Release()
    {
        if (Volatile.Read(ref _copying) == 0)
        {
            _held.Clear();
        }
    }

    /// <summary>The whole body, which <see cref="ReadWholeAsync"/> has read, with another model's name; null leaves it as it is.</summary>
    public ReadOnlyMemory<byte> WholeAs(string? model)
    {
        var held = _held.Memory;
        var span = _scanner?.ModelSpan ?? default;
        return model is null || span.Length == 0 ? held
            : (byte[])[.. held.Span[..(int)span.At], .. Encoded(model), .. held.Span[((int)span.At + span.Length)..]];
    }

    /// <summary>The body as content of one attempt.</summary>
    /// <param name="model">The name that goes to the provider in place of the caller's; null leaves the body as it is.</param>
    public HttpContent ContentFor(string? model)
    {
        var span = IsForm ? _formModel : _scanner!.ModelSpan;
        if (model is null || span.Length == 0)
        {
            return new RelayContent(this, [], (0, 0), _request.ContentLength);
        }

        _scanner?.Rename();
        if (_scanner?.Fault is not null)
        {
            TakeFault();
        }

        byte[] name = IsForm ? Encoding.UTF8.GetBytes(model) : Encoded(model);
        return new RelayContent(this, name, span, _request.ContentLength + name.Length - span.Length);
    }

    public void Dispose() => _held.Dispose();

    private static byte[] Encoded(string model) => [(byte)'"', .. JsonEncodedText.Encode(model).EncodedUtf8Bytes, (byte)'"'];

    /// <summary>Sends what is held, with the model's name exchanged, then the rest as it comes.</summary>
    public async Task CopyToAsync(Stream to, byte[] name, (long At, int Length) span, CancellationToken cancellation)
    {
        if (Interlocked.Exchange(ref _copying, 1) != 0)
        {
            throw new InvalidOperationException("The body is being sent already.");
        }

        try
        {
            if (span.Length > 0)
            {
                await _held.CopyToAsync(to, 0, span.At, cancellation);
                await to.WriteAsync(name, cancellation);
            }

            if (_taken > 0)
            {
                await _held.CopyToAsync(to, span.At + span.Length, _held.Length, cancellation);
                await to.FlushAsync(cancellation);
            }

            await CopyRestAsync(to, cancellation);
        }
        finally
        {
            Volatile.Write(ref _copying, 0);
        }
    }

    private async Task CopyRestAsync(Stream to, CancellationToken cancellation)
    {
        if (_isRead)
        {
            return;
        }

        var buffer = new byte[BufferBytes];
        while (!_isRead)
        {
            var read = await ReadAsync(buffer, cancellation);
            if (Refusal is not null)
            {
                throw new InvalidDataException(Refusal.Message);
            }

            if (Keeps && _held.Length + read <= MaxRepeatedBytes && _held.Length == _taken - read)
            {
                await _held.AddAsync(buffer.AsMemory(0, read), cancellation);
            }

            if (read > 0)
            {
                await to.WriteAsync(buffer.AsMemory(0, read), cancellation);
                await to.FlushAsync(cancellation);
            }
        }
    }

    private async ValueTask<int> ReadAsync(byte[] buffer, CancellationToken cancellation)
    {
        int read;
        try
        {
            read = await _request.Body.ReadAsync(buffer, cancellation);
        }
        catch (Exception e)
        {
            ReadFailure = e;
            throw;
        }

        _moved();
        _taken += read;
        // Where the length is known its last byte is the end: a broken small body is refused before anything is sent.
        _isRead = read == 0 || _taken == _request.ContentLength;
        if (_scanner is not null)
        {
            _scanner.Feed(buffer.AsSpan(0, read));
            if (_isRead)
            {
                _scanner.Complete();
            }

            TakeFault();
        }

        return read;
    }

    private void TakeFault()
    {
        if (_scanner!.Fault is { } fault)
        {
            Refusal = new(_scanner.FaultParam is null ? 400 : 422, _scanner.FaultParam is null ? "invalid_json" : "invalid_body", fault, _scanner.FaultParam);
        }
    }

    private string? Refuse(ErrorReport report)
    {
        Refusal = report;
        return null;
    }
}
