using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace OpenWebUi.Services.Guide;

/// <summary>The guide's answer in its wire forms: OpenAI chat completions (platform.openai.com/docs/api-reference/chat) and Ollama's chat and generate (docs/api.md of Ollama).</summary>
internal sealed class GuideWire(GuideDialect dialect, string model, DateTimeOffset now)
{
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly string _id = "chatcmpl-" + Guid.NewGuid().ToString("N");

    /// <summary>The whole answer as one JSON object.</summary>
    public string Whole(string text) => dialect == GuideDialect.OpenAiChat
        ? Write(json => OpenAi(json, "chat.completion", () =>
        {
            json.WriteStartObject("message");
            json.WriteString("role", "assistant");
            json.WriteString("content", text);
            json.WriteEndObject();
        }, "stop", withUsage: true))
        : Write(json => Ollama(json, text, done: true));

    /// <summary>One piece of a streamed answer; the first names the role.</summary>
    public byte[] Piece(string text, bool isFirst) => dialect == GuideDialect.OpenAiChat
        ? Event(Write(json => OpenAi(json, "chat.completion.chunk", () =>
        {
            json.WriteStartObject("delta");
            if (isFirst)
            {
                json.WriteString("role", "assistant");
            }

            json.WriteString("content", text);
            json.WriteEndObject();
        }, finish: null, withUsage: false)))
        : Line(Write(json => Ollama(json, text, done: false)));

    /// <summary>The end of a streamed answer.</summary>
    public byte[] End(bool withUsage)
    {
        if (dialect != GuideDialect.OpenAiChat)
        {
            return Line(Write(json => Ollama(json, "", done: true)));
        }

        var last = Write(json => OpenAi(json, "chat.completion.chunk", () =>
        {
            json.WriteStartObject("delta");
            json.WriteEndObject();
        }, "stop", withUsage));
        return [.. Event(last), .. "data: [DONE]\n\n"u8];
    }

    public static string Error(GuideDialect dialect, string code, string message) => Write(json =>
    {
        json.WriteStartObject();
        if (dialect == GuideDialect.OpenAiChat)
        {
            json.WriteStartObject("error");
            json.WriteString("message", message);
            json.WriteString("type", "invalid_request_error");
            json.WriteNull("param");
            json.WriteString("code", code);
            json.WriteEndObject();
        }
        else
        {
            json.WriteString("error", message);
        }

        json.WriteEndObject();
    });

    private void OpenAi(Utf8JsonWriter json, string kind, Action writeMessage, string? finish, bool withUsage)
    {
        json.WriteStartObject();
        json.WriteString("id", _id);
        json.WriteString("object", kind);
        json.WriteNumber("created", now.ToUnixTimeSeconds());
        json.WriteString("model", model);
        json.WriteStartArray("choices");
        json.WriteStartObject();
        json.WriteNumber("index", 0);
        writeMessage();
        json.WriteString("finish_reason", finish);
        json.WriteEndObject();
        json.WriteEndArray();
        if (withUsage)
        {
            // No language model ran: no tokens were used.
            json.WriteStartObject("usage");
            json.WriteNumber("prompt_tokens", 0);
            json.WriteNumber("completion_tokens", 0);
            json.WriteNumber("total_tokens", 0);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private void Ollama(Utf8JsonWriter json, string text, bool done)
    {
        json.WriteStartObject();
        json.WriteString("model", model);
        json.WriteString("created_at", now.UtcDateTime);
        if (dialect == GuideDialect.OllamaGenerate)
        {
            json.WriteString("response", text);
        }
        else
        {
            json.WriteStartObject("message");
            json.WriteString("role", "assistant");
            json.WriteString("content", text);
            json.WriteEndObject();
        }

        json.WriteBoolean("done", done);
        if (done)
        {
            json.WriteString("done_reason", "stop");
        }

        json.WriteEndObject();
    }

    private static byte[] Event(string json) => Encoding.UTF8.GetBytes($"data: {json}\n\n");

    private static byte[] Line(string json) => Encoding.UTF8.GetBytes(json + "\n");

    private static string Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, Relaxed))
        {
            write(json);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
