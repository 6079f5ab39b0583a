using System.Buffers;
using System.Text.Json;

namespace OpenWebUi.Services.Dialects.FromOllama;

/// <summary>A whole chat completion as Ollama's one object.</summary>
internal sealed class OllamaAnswer : IChatSink
{
    private readonly RawText _text = new();
    private readonly RawText _thinking = new();
    private readonly List<OllamaToolCall> _tools = [];

    /// <exception cref="UnreadableAnswerException">It is no completion.</exception>
    public static byte[] Whole(ReadOnlyMemory<byte> completion, OllamaLines lines)
    {
        try
        {
            using var document = JsonDocument.Parse(completion);
            if (!RawJson.Items(RawJson.Member(document.RootElement, "choices"u8)).Any())
            {
                throw new JsonException("No choices.");
            }

            var answer = new OllamaAnswer();
            var pieces = new ChatPieces(answer);
            pieces.Read(document.RootElement);
            var buffer = new ArrayBufferWriter<byte>(completion.Length + 512);
            using (var json = new Utf8JsonWriter(buffer, TranslatedStream.Plain))
            {
                lines.Begin(json);
                lines.WriteMessage(json, answer._text.ToJson(), lines.ShowsThinking ? answer._thinking.ToJson() : default, answer._tools);
                lines.EndDone(json, pieces);
            }

            return buffer.WrittenSpan.ToArray();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new UnreadableAnswerException("The provider's answer is no chat completion.", e);
        }
    }

    public void Reasoning(ReadOnlySpan<byte> text) => _thinking.Add(text);

    public void Text(ReadOnlySpan<byte> text) => _text.Add(text);

    public void ToolCall(int place, bool isNew, ReadOnlySpan<byte> id, ReadOnlySpan<byte> name, JsonElement arguments) =>
        OllamaToolCall.Add(_tools, isNew, place, id, name, arguments);
}
