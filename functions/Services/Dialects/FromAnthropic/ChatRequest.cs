using System.Buffers;
using System.Text.Json;
using static OpenWebUi.Services.Dialects.RequestBody;

namespace OpenWebUi.Services.Dialects.FromAnthropic;

/// <summary>
/// A request for a message (Anthropic API reference, version 2023-06-01) as a chat completion request.
/// <para>Translated: <c>model, max_tokens, system, messages, stop_sequences, temperature, top_p, tools, tool_choice, stream</c> (with usage asked for),
/// <c>metadata.user_id</c> up to OpenAI's 64 characters, <c>output_config.format</c>, and <c>thinking</c> as <c>reasoning_effort</c> for models that take one.</para>
/// <para>Refused: tools that Anthropic runs itself, or that have no schema (<c>web_search_20250305</c>, <c>bash_20250124</c>): the answer would be another one.</para>
/// <para>Left out: <c>top_k</c>, which OpenAI's own API refuses, <c>cache_control</c>, <c>service_tier</c>, <c>container</c>, <c>mcp_servers</c>, <c>context_management</c>, what is not known.</para>
/// </summary>
internal static class ChatRequest
{
    private const int MaxUserLength = 64;
    private const int MediumBudget = 4096;
    private const int HighBudget = 16_384;

    public static byte[] Write(JsonElement root, string model, bool takesEffort)
    {
        var maxTokens = Number(root, "max_tokens"u8, "max_tokens") ?? throw Refusal("max_tokens", "max_tokens: Field required");
        var messages = List(root, "messages"u8, "messages");
        var buffer = new ArrayBufferWriter<byte>(RawJson.Of(root).Length + 1024);
        using (var json = new Utf8JsonWriter(buffer, TranslatedStream.Plain))
        {
            json.WriteStartObject();
            json.WriteString("model"u8, model);
            new ChatMessages(json).Write(RawJson.Member(root, "system"u8), messages);
            json.WriteNumber("max_tokens"u8, (long)Math.Clamp(maxTokens, 1, int.MaxValue));
            json.Copy("temperature"u8, root, "temperature"u8);
            json.Copy("top_p"u8, root, "top_p"u8);
            if (RawJson.Items(RawJson.Member(root, "stop_sequences"u8)).Any())
            {
                json.Copy("stop"u8, root, "stop_sequences"u8);
            }

            WriteUser(json, RawJson.Member(root, "metadata"u8));
            WriteFormat(json, RawJson.Member(RawJson.Member(root, "output_config"u8), "format"u8));
            if (takesEffort && EffortOf(root) is { } effort)
            {
                json.WriteString("reasoning_effort"u8, effort);
            }

            ChatTools.Write(json, root);
            if (Flag(root, "stream"u8, "stream") == true)
            {
                json.AskForStream();
            }

            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteUser(Utf8JsonWriter json, JsonElement metadata)
    {
        if (Optional(metadata, "user_id"u8, "metadata.user_id") is { Length: > 0 and <= MaxUserLength } user)
        {
            json.WriteString("user"u8, user);
        }
    }

    private static void WriteFormat(Utf8JsonWriter json, JsonElement format)
    {
        if (RawJson.Is(format, "type"u8, "json_schema"u8) && RawJson.Member(format, "schema"u8) is { ValueKind: JsonValueKind.Object } schema)
        {
            json.AskForSchema(schema);
        }
    }

    /// <summary>The effort that is named, or the one whose budget is nearest: below 4,096 low, below 16,384 medium.</summary>
    private static string? EffortOf(JsonElement root)
    {
        var thinking = RawJson.Member(root, "thinking"u8);
        if (thinking.ValueKind != JsonValueKind.Object || RawJson.Is(thinking, "type"u8, "disabled"u8))
        {
            return null;
        }

        if (Optional(RawJson.Member(root, "output_config"u8), "effort"u8, "output_config.effort") is { } effort)
        {
            return effort is "low" or "medium" ? effort : "high";
        }

        return RawJson.Number(thinking, "budget_tokens"u8) switch
        {
            0 => "medium",
            < MediumBudget => "low",
            < HighBudget => "medium",
            _ => "high",
        };
    }
}
