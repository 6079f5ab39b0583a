using System.Buffers;
using System.Text.Json;
using OpenWebUi.Platform.Http;

namespace OpenWebUi.Services.Dialects;

/// <summary>
/// A chat completion's stream on its way to a client of another dialect. Its end is <c>[DONE]</c>, or, for the servers that forget it, the end of the
/// stream after a finish reason; anything else is a cut.
/// </summary>
internal abstract class ChatStream : TranslatedStream, IChatSink
{
    private readonly ErrorDialect _errors;

    protected ChatStream(Stream provider, ErrorDialect errors)
        : base(provider)
    {
        _errors = errors;
        Pieces = new(this);
    }

    protected ChatPieces Pieces { get; }

    public abstract void Reasoning(ReadOnlySpan<byte> text);

    public abstract void Text(ReadOnlySpan<byte> text);

    public abstract void ToolCall(int place, bool isNew, ReadOnlySpan<byte> id, ReadOnlySpan<byte> name, JsonElement arguments);

    /// <summary>A chunk is there; what it says comes afterwards.</summary>
    protected virtual void OnChunk(JsonElement chunk)
    {
    }

    /// <summary>The answer is complete: writes what tells it.</summary>
    protected abstract void OnComplete();

    protected sealed override void OnEvent(JsonElement data, bool isError)
    {
        if (isError || ChatPieces.IsError(data))
        {
            Output.Write(ErrorWriter.StreamEvent(ProviderError.Read(null, data), _errors));
            End();
            return;
        }

        OnChunk(data);
        Pieces.Read(data);
    }

    protected sealed override bool OnMark(ReadOnlySpan<byte> data)
    {
        if (!data.Trim((byte)' ').SequenceEqual("[DONE]"u8))
        {
            return false;
        }

        Complete();
        return true;
    }

    protected sealed override bool OnStop()
    {
        if (Pieces.FinishReason is null)
        {
            return false;
        }

        Complete();
        return true;
    }

    private void Complete()
    {
        Json.Reset();
        OnComplete();
        End();
    }
}
