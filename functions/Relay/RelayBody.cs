using System.Net;
using OpenWebUi.Platform.Http;

namespace OpenWebUi.Relay;

/// <summary>
/// The caller's body on its way to the provider: copied as it comes, scanned while it passes. What had to be read to
/// choose the connection is held and goes first.
/// </summary>
internal sealed class RelayBody : HttpContent
{
    /// <summary>How much is held in search of the model's name: a picture or two may stand before it.</summary>
    private const int MaxHeldBytes = 32 * 1024 * 1024;

    /// <summary>A form's fields stand before its files in every client that we know; a name that comes later is not waited for.</summary>
    private const int MaxHeldFormBytes = 64 * 1024;

    private const int BufferBytes = 16 * 1024;

    private readonly HttpRequest _request;
    private readonly RequestScanner? _scanner;
    private readonly Action _moved;
    private readonly MemoryStream _held = new();
    private long _taken;
    private bool _isRead;

    /// <param name="request">The caller's request.</param>
    /// <param name="form">What its body is.</param>
    /// <param name="moved">Called whenever bytes moved: the call is not idle.</param>
    public RelayBody(HttpRequest request, BodyForm form, Action moved)
    {
        (_request, _moved) = (request, moved);
        var isForm = request.HasFormContentType && form == BodyForm.Multipart;
        _scanner = isForm ? null : new RequestScanner();
        Headers.TryAddWithoutValidation("Content-Type", string.IsNullOrEmpty(request.ContentType) || !System.Text.Ascii.IsValid(request.ContentType) ? "application/json" : request.ContentType);
        Headers.ContentLength = request.ContentLength;
    }

    /// <summary>Whether the caller asked for a stream, as far as the body has passed.</summary>
    public bool WantsStream => _scanner?.Stream == true;

    /// <summary>Why the body cannot go on: the caller's fault, or null.</summary>
    public ErrorReport? Refusal { get; private set; }

    /// <summary>What the reading of the caller's body threw: too large, broken framing, gone.</summary>
    public Exception? ReadFailure { get; private set; }

    /// <summary>Reads the first piece, and on until the model's name is known where <paramref name="untilModel"/> asks for it.</summary>
    /// <returns>The model's name; null when the body does not name one within its bounds.</returns>
    public async ValueTask<string?> PeekAsync(bool untilModel, CancellationToken cancellation)
    {
        var buffer = new byte[BufferBytes];
        do
        {
            var read = await ReadAsync(buffer, cancellation);
            _held.Write(buffer, 0, read);
            if (_scanner is null && FormModel() is { } named)
            {
                return named;
            }

            if (_isRead || Refusal is not null)
            {
                break;
            }
        }
        while (untilModel && _scanner?.Model is null && _held.Length < (_scanner is null ? MaxHeldFormBytes : MaxHeldBytes));

        if (Refusal is null && untilModel && _scanner is { Model: null } && _held.Length >= MaxHeldBytes)
        {
            Refusal = new(413, "model_too_late", "'model' stands behind more than 32 MiB of other fields. Send it first.", "model");
        }

        return _scanner?.Model;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        if (_held.Length > 0)
        {
            await stream.WriteAsync(_held.GetBuffer().AsMemory(0, (int)_held.Length), cancellationToken);
            await stream.FlushAsync(cancellationToken);
        }

        var buffer = new byte[BufferBytes];
        while (!_isRead)
        {
            var read = await ReadAsync(buffer, cancellationToken);
            if (Refusal is not null)
            {
                throw new InvalidDataException(Refusal.Message);
            }

            if (read > 0)
            {
                await stream.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                await stream.FlushAsync(cancellationToken);
            }
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _request.ContentLength ?? 0;
        return _request.ContentLength is not null;
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

            if (_scanner.Fault is { } fault)
            {
                Refusal = new(_scanner.FaultParam is null ? 400 : 422, _scanner.FaultParam is null ? "invalid_json" : "invalid_body", fault, _scanner.FaultParam);
            }
        }

        return read;
    }

    /// <summary>The value of the form field <c>model</c> among the held bytes.</summary>
    private string? FormModel()
    {
        var held = _held.GetBuffer().AsSpan(0, (int)_held.Length);
        var name = held.IndexOf("name=\"model\""u8);
        if (name < 0)
        {
            return null;
        }

        var rest = held[name..];
        var start = rest.IndexOf("\r\n\r\n"u8);
        if (start < 0)
        {
            return null;
        }

        rest = rest[(start + 4)..];
        var end = rest.IndexOf("\r\n"u8);
        return end is > 0 and < 256 ? System.Text.Encoding.UTF8.GetString(rest[..end]) : null;
    }
}
