using System.Buffers;
using System.Text;
using System.Text.Json;

namespace OpenWebUi.Services.Dialects.FromAnthropic;

/// <summary>A whole chat completion as a message. Thoughts have an empty signature: they are nobody's but this provider's.</summary>
internal sealed class CompletionAnswer : IChatSink
{
    private readonly RawText _text = new();
    private readonly RawText _thoughts = new();
    private readonly List<(byte[] Id, byte[] Name, byte[] Input)> _tools = [];

    /// <exception cref="UnreadableAnswerException">It is no completion.</exception>
    public static byte[] ToMessage(ReadOnlyMemory<byte> answer, string model)
    {
        try
        {
            using var document = JsonDocument.Parse(answer);
            var root = document.RootElement;
            if (!RawJson.Items(RawJson.Member(root, "choices"u8)).Any())
            {
                throw new JsonException("No choices.");
            }

            var message = new CompletionAnswer();
            var pieces = new ChatPieces(message);
            pieces.Read(root);
            return message.Write(MessageId.Of(root), model, pieces);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new UnreadableAnswerException("The provider's answer is no chat completion.", e);
        }
    }

    public void Reasoning(ReadOnlySpan<byte> text) => _thoughts.Add(text);

    public void Text(ReadOnlySpan<byte> text) => _text.Add(text);

    public void ToolCall(int place, bool isNew, ReadOnlySpan<byte> id, ReadOnlySpan<byte> name, JsonElement arguments) =>
        _tools.Add((MessageId.OfTool(id), name.IsEmpty ? [.. "\"\""u8] : name.ToArray(), ToolArguments.AsObject(arguments)));

    private byte[] Write(string id, string model, ChatPieces pieces)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, TranslatedStream.Plain))
        {
            json.WriteStartObject();
            json.WriteString("id"u8, id);
            json.WriteString("type"u8, "message"u8);
            json.WriteString("role"u8, "assistant"u8);
            json.WriteString("model"u8, model);
            json.WriteStartArray("content"u8);
            WriteBlocks(json);
            json.WriteEndArray();
            json.WriteString("stop_reason"u8, MessageUsage.StopReasonOf(pieces));
            json.WriteNull("stop_sequence"u8);
            json.WriteUsage(pieces.Usage);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private void WriteBlocks(Utf8JsonWriter json)
    {
        if (!_thoughts.IsEmpty)
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "thinking"u8);
            json.WritePropertyName("thinking"u8);
            _thoughts.WriteTo(json);
            json.WriteString("signature"u8, ""u8);
            json.WriteEndObject();
        }

        if (!_text.IsEmpty)
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "text"u8);
            json.WritePropertyName("text"u8);
            _text.WriteTo(json);
            json.WriteEndObject();
        }

        foreach (var (id, name, input) in _tools)
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "tool_use"u8);
            json.Write("id"u8, id);
            json.Write("name"u8, name);
            json.Write("input"u8, input);
            json.WriteEndObject();
        }
    }
}
