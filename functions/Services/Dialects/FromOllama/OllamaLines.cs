using System.Text.Json;

namespace OpenWebUi.Services.Dialects.FromOllama;

/// <summary>
/// Writes the objects that an answer of Ollama's consists of: <c>message</c> in a chat, <c>response</c>, <c>thinking</c> beside it and <c>tool_calls</c> elsewhere. Durations
/// are in nanoseconds: <c>prompt_eval_duration</c> until the first piece, <c>eval_duration</c> from there; nothing was loaded.
/// </summary>
/// <param name="model">As the client called it.</param>
internal sealed class OllamaLines(string model, bool isChat, bool showsThinking, TimeProvider time)
{
    private const int NanosecondsInTick = 100;

    private readonly long _begin = time.GetTimestamp();
    private long _first;

    public bool ShowsThinking => showsThinking;

    /// <summary>A piece of the answer is there.</summary>
    public void Heard() => _first = _first == 0 ? time.GetTimestamp() : _first;

    /// <summary>Begins an object; <see cref="WriteMessage"/> comes next.</summary>
    public void Begin(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("model"u8, model);
        json.WriteString("created_at"u8, time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'"));
    }

    /// <param name="text">With quotes, or empty; so are the thoughts.</param>
    /// <param name="tools">Calls, each an object; none: no such field.</param>
    public void WriteMessage(Utf8JsonWriter json, ReadOnlySpan<byte> text, ReadOnlySpan<byte> thinking, IReadOnlyList<OllamaToolCall> tools)
    {
        if (isChat)
        {
            json.WriteStartObject("message"u8);
            json.WriteString("role"u8, "assistant"u8);
        }

        json.Write(isChat ? "content"u8 : "response"u8, text.IsEmpty ? "\"\""u8 : text);
        if (!thinking.IsEmpty)
        {
            json.Write("thinking"u8, thinking);
        }

        if (tools.Count > 0)
        {
            json.WriteStartArray("tool_calls"u8);
            foreach (var tool in tools)
            {
                tool.Write(json);
            }

            json.WriteEndArray();
        }

        if (isChat)
        {
            json.WriteEndObject();
        }
    }

    public static void EndOpen(Utf8JsonWriter json)
    {
        json.WriteBoolean("done"u8, false);
        json.WriteEndObject();
    }

    /// <summary>Ends the last object.</summary>
    public void EndDone(Utf8JsonWriter json, ChatPieces pieces)
    {
        Heard();
        json.WriteBoolean("done"u8, true);
        json.WriteString("done_reason"u8, pieces.FinishReason == "length" ? "length"u8 : "stop"u8);
        json.WriteNumber("total_duration"u8, Since(_begin));
        json.WriteNumber("load_duration"u8, 0);
        json.WriteNumber("prompt_eval_count"u8, pieces.Usage.Prompt);
        json.WriteNumber("prompt_eval_duration"u8, time.GetElapsedTime(_begin, _first).Ticks * NanosecondsInTick);
        json.WriteNumber("eval_count"u8, pieces.Usage.Completion);
        // Clients divide by it.
        json.WriteNumber("eval_duration"u8, Math.Max(1, Since(_first)));
        json.WriteEndObject();
    }

    private long Since(long timestamp) => time.GetElapsedTime(timestamp).Ticks * NanosecondsInTick;
}
