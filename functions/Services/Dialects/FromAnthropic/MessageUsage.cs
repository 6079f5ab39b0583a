using System.Text.Json;

namespace OpenWebUi.Services.Dialects.FromAnthropic;

internal static class MessageUsage
{
    /// <summary>Anthropic counts what came from the cache beside the input, not in it.</summary>
    public static void WriteUsage(this Utf8JsonWriter json, TokenUsage usage)
    {
        json.WriteStartObject("usage"u8);
        json.WriteNumber("input_tokens"u8, Math.Max(0, usage.Prompt - usage.Cached));
        json.WriteNumber("cache_creation_input_tokens"u8, 0);
        json.WriteNumber("cache_read_input_tokens"u8, usage.Cached);
        json.WriteNumber("output_tokens"u8, usage.Completion);
        json.WriteEndObject();
    }

    /// <summary>Some servers say <c>stop</c> after calls of tools; the client goes by the reason.</summary>
    public static string StopReasonOf(ChatPieces pieces) => pieces.FinishReason switch
    {
        "length" => "max_tokens",
        "content_filter" => "refusal",
        _ => pieces.HasToolCalls ? "tool_use" : "end_turn",
    };
}
