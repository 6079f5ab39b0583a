using System.Text.Encodings.Web;
using System.Text.Json;

namespace OpenWebUi.Services.Dialects;

/// <summary>
/// A provider's event stream, read as another dialect's (<see cref="TranslatedCall.Wrap"/> says what a reader may rely on). Whoever derives from
/// it says what each event becomes, and whether a provider that stopped was at its end.
/// </summary>
internal abstract class TranslatedStream : Stream
{
    public static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Stream _provider;
    private readonly EventBuffer _events = new();
    private bool _isReading;
    private bool _hasEnded;
    private IOException? _failure;

    protected TranslatedStream(Stream provider)
    {
        _provider = provider;
        Json = new Utf8JsonWriter(Output, Plain);
    }

    /// <summary>What the reader gets.</summary>
    protected OutputBuffer Output { get; } = new();

    /// <summary>Writes into <see cref="Output"/>; to be reset before and flushed after each value.</summary>
    protected Utf8JsonWriter Json { get; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (Output.IsEmpty && buffer.Length > 0)
        {
            if (_failure is not null)
            {
                throw _failure;
            }

            if (_hasEnded)
            {
                return 0;
            }

            _isReading = true;
            int read;
            try
            {
                read = await _provider.ReadAsync(_events.Free(), cancellationToken);
            }
            finally
            {
                _isReading = false;
            }

            Take(read);
        }

        return Output.Read(buffer.Span);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <summary>Translates one event.</summary>
    /// <param name="data">A JSON object.</param>
    /// <param name="isError">The event's name is <c>error</c>.</param>
    protected abstract void OnEvent(JsonElement data, bool isError);

    /// <summary>An event that is no JSON but the sign of the end (OpenAI's <c>[DONE]</c>). False: it is no such sign.</summary>
    protected virtual bool OnMark(ReadOnlySpan<byte> data) => false;

    /// <summary>The provider sends no more, and its last event was not there. False: that is a cut.</summary>
    protected virtual bool OnStop() => false;

    /// <summary>Nothing comes after what is in <see cref="Output"/>.</summary>
    protected void End() => _hasEnded = true;

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _provider.Dispose();
            Json.Dispose();
            Output.Dispose();
            // After a cancelled call a read may still be writing into it, and the pool would hand it to somebody else.
            if (!_isReading)
            {
                _events.Dispose();
            }
        }

        base.Dispose(disposing);
    }

    private void Take(int read)
    {
        if (read > 0)
        {
            _events.Filled(read);
            while (!_hasEnded && _failure is null && _events.TryNext(out var data, out var isError))
            {
                Translate(data, isError);
            }

            return;
        }

        if (_events.TryRest(out var rest, out var isLastError))
        {
            Translate(rest, isLastError);
        }

        if (!_hasEnded && (_failure is not null || !OnStop()))
        {
            // Half an event is no unreadable one: the way to the provider broke.
            _failure = new IOException("The provider closed its stream before its answer was complete.", _failure);
        }
    }

    private void Translate(ReadOnlyMemory<byte> data, bool isError)
    {
        if (OnMark(data.Span))
        {
            return;
        }

        var before = Output.Length;
        try
        {
            Json.Reset();
            using var document = JsonDocument.Parse(data);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw new JsonException("No object.");
            }

            OnEvent(document.RootElement, isError);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            // The wrong kind of value, or half a character in an escape: the same as no JSON. Nothing of it is kept.
            Output.Truncate(before);
            _failure = new UnreadableAnswerException("An event of the provider's stream cannot be read.", e);
        }
    }
}
