using System.Buffers;
using System.Text.Json;
using static OpenWebUi.Services.Dialects.RequestBody;

namespace OpenWebUi.Services.Dialects.ToAnthropic;

/// <summary>
/// A chat completion request (OpenAI API reference) as a request for a message (Anthropic API reference, version 2023-06-01).
/// <para>Translated: <c>model, messages, max_completion_tokens, max_tokens, stop, temperature, top_p, user, safety_identifier, reasoning_effort,
/// tools, tool_choice, parallel_tool_calls, stream</c>; as they are: <c>top_k, thinking</c>, and <c>cache_control</c> on parts and tools.</para>
/// <para>Refused, because the answer would be another one: <c>n</c> above 1, <c>functions</c>, tools that are no functions, audio.</para>
/// <para>Left out, because there is no word for it and the answer is still one: everything else, such as <c>response_format, seed, logit_bias,
/// logprobs, frequency_penalty, presence_penalty, store, metadata, service_tier, prediction, verbosity</c>. The API refuses words that it does not know.</para>
/// </summary>
internal static class MessagesRequest
{
    private const int MaxUserLength = 256;

    public static byte[] Write(JsonElement root, string? providerModel)
    {
        var model = Required(root, "model"u8, "model");
        var claude = ClaudeModel.Of(providerModel ?? model);
        var messages = List(root, "messages"u8, "messages");
        RefuseWhatCannotBe(root);
        var buffer = new ArrayBufferWriter<byte>(RawJson.Of(root).Length + 1024);
        using (var json = new Utf8JsonWriter(buffer, TranslatedStream.Plain))
        {
            json.WriteStartObject();
            json.WriteString("model"u8, providerModel ?? model);
            var maxTokens = MaxTokens(root) ?? claude.DefaultMaxTokens;
            json.WriteNumber("max_tokens"u8, maxTokens);
            new MessageList(json).Write(messages);
            WriteStop(json, root);
            var thinks = new ThinkingChoice(claude, maxTokens).Write(json, root, messages);
            WriteSampling(json, root, claude, thinks);
            WriteUser(json, root);
            ToolList.Write(json, root);
            json.Copy("stream"u8, root, "stream"u8);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void RefuseWhatCannotBe(JsonElement root)
    {
        if (Number(root, "n"u8, "n") > 1)
        {
            throw NotTranslatable("n", "'n' above 1");
        }

        if (RawJson.Items(RawJson.Member(root, "functions"u8)).Any())
        {
            throw NotTranslatable("functions", "'functions', only 'tools'");
        }
    }

    private static long? MaxTokens(JsonElement root)
    {
        var tokens = Number(root, "max_completion_tokens"u8, "max_completion_tokens") ?? Number(root, "max_tokens"u8, "max_tokens");
        return tokens is null ? null : tokens is >= 1 and <= int.MaxValue ? (long)tokens : throw Refusal("max_tokens", "'max_tokens' must be 1 or more.");
    }

    /// <summary>Sequences of blanks alone are refused there, and mean little.</summary>
    private static void WriteStop(Utf8JsonWriter json, JsonElement root)
    {
        var stop = RawJson.Member(root, "stop"u8);
        if (stop.ValueKind == JsonValueKind.Undefined)
        {
            return;
        }

        json.WriteStartArray("stop_sequences"u8);
        foreach (var sequence in stop.ValueKind == JsonValueKind.Array ? stop.EnumerateArray().ToArray() : [stop])
        {
            if (sequence.ValueKind != JsonValueKind.String)
            {
                throw Refusal("stop", "'stop' must be a text, or a list of texts.");
            }

            if (!RawJson.IsBlank(RawJson.Of(sequence)))
            {
                json.WriteRawValue(RawJson.Of(sequence), skipInputValidation: true);
            }
        }

        json.WriteEndArray();
    }

    /// <summary>
    /// The temperature goes to 1 there, to 2 here: above 1 is 1. Models since 4.1 refuse it together with <c>top_p</c>: then the one that says something
    /// counts. While thinking neither is taken.
    /// </summary>
    private static void WriteSampling(Utf8JsonWriter json, JsonElement root, ClaudeModel claude, bool thinks)
    {
        var temperature = Number(root, "temperature"u8, "temperature");
        var topP = Number(root, "top_p"u8, "top_p");
        if (!claude.TakesSampling || thinks)
        {
            return;
        }

        if (temperature is not null && (topP is null or 1 || temperature != 1))
        {
            json.WriteNumber("temperature"u8, Math.Clamp(temperature.Value, 0, 1));
        }
        else if (topP is not null)
        {
            json.WriteNumber("top_p"u8, topP.Value);
        }

        json.Copy("top_k"u8, root, "top_k"u8);
    }

    private static void WriteUser(Utf8JsonWriter json, JsonElement root)
    {
        var user = Optional(root, "safety_identifier"u8, "safety_identifier") ?? Optional(root, "user"u8, "user");
        if (user is { Length: > 0 and <= MaxUserLength })
        {
            json.WriteStartObject("metadata"u8);
            json.WriteString("user_id"u8, user);
            json.WriteEndObject();
        }
    }
}
