using System.Buffers;
using System.Text.Json;

namespace OpenWebUi.Services.Dialects.ToAnthropic;

/// <summary>A whole message as a chat completion. Texts become one, and so do thoughts (<c>reasoning_content</c>); redacted ones, signatures and citations have no place.</summary>
internal static class MessageAnswer
{
    /// <exception cref="UnreadableAnswerException">It is no message.</exception>
    public static byte[] ToCompletion(ReadOnlyMemory<byte> answer, DateTimeOffset now)
    {
        try
        {
            using var document = JsonDocument.Parse(answer);
            var root = document.RootElement;
            if (RawJson.Member(root, "content"u8).ValueKind != JsonValueKind.Array)
            {
                throw new JsonException("No content.");
            }

            var buffer = new ArrayBufferWriter<byte>(answer.Length + 512);
            using (var json = new Utf8JsonWriter(buffer, TranslatedStream.Plain))
            {
                Write(json, root, now);
            }

            return buffer.WrittenSpan.ToArray();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new UnreadableAnswerException("The provider's answer is no message.", e);
        }
    }

    private static void Write(Utf8JsonWriter json, JsonElement root, DateTimeOffset now)
    {
        json.WriteStartObject();
        json.Copy("id"u8, root, "id"u8);
        json.WriteString("object"u8, "chat.completion"u8);
        json.WriteNumber("created"u8, now.ToUnixTimeSeconds());
        json.Copy("model"u8, root, "model"u8);
        json.WriteStartArray("choices"u8);
        json.WriteStartObject();
        json.WriteNumber("index"u8, 0);
        WriteMessage(json, root.GetProperty("content"u8));
        json.WriteNull("logprobs"u8);
        json.WriteString("finish_reason"u8, StopReason.ToFinishReason(RawJson.Member(root, "stop_reason"u8)));
        json.WriteEndObject();
        json.WriteEndArray();
        var usage = new MessageUsage();
        usage.Read(RawJson.Member(root, "usage"u8));
        usage.Write(json);
        json.WriteEndObject();
    }

    private static void WriteMessage(Utf8JsonWriter json, JsonElement content)
    {
        var (text, thoughts) = (new RawText(), new RawText());
        var tools = new List<JsonElement>();
        foreach (var block in content.EnumerateArray())
        {
            text.Add(RawJson.Is(block, "type"u8, "text"u8) ? RawJson.TextOf(block, "text"u8) : default);
            thoughts.Add(RawJson.Is(block, "type"u8, "thinking"u8) ? RawJson.TextOf(block, "thinking"u8) : default);
            if (RawJson.Is(block, "type"u8, "tool_use"u8))
            {
                tools.Add(block);
            }
        }

        json.WriteStartObject("message"u8);
        json.WriteString("role"u8, "assistant"u8);
        json.WritePropertyName("content"u8);
        if (text.IsEmpty && tools.Count > 0)
        {
            json.WriteNullValue();
        }
        else
        {
            text.WriteTo(json);
        }

        json.WriteNull("refusal"u8);
        if (!thoughts.IsEmpty)
        {
            json.WritePropertyName("reasoning_content"u8);
            thoughts.WriteTo(json);
        }

        WriteTools(json, tools);
        json.WriteEndObject();
    }

    private static void WriteTools(Utf8JsonWriter json, List<JsonElement> tools)
    {
        if (tools.Count == 0)
        {
            return;
        }

        json.WriteStartArray("tool_calls"u8);
        foreach (var tool in tools)
        {
            json.WriteStartObject();
            json.Copy("id"u8, tool, "id"u8);
            json.WriteString("type"u8, "function"u8);
            json.WriteStartObject("function"u8);
            json.Copy("name"u8, tool, "name"u8);
            var input = RawJson.Member(tool, "input"u8);
            json.WriteString("arguments"u8, input.ValueKind == JsonValueKind.Object ? RawJson.Of(input) : "{}"u8);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
