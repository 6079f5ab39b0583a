using System.Text.Json;

namespace OpenWebUi.Services.Dialects.ToAnthropic;

internal static class StopReason
{
    /// <summary>
    /// <c>finish_reason</c> for a <c>stop_reason</c>: <c>end_turn</c>, <c>stop_sequence</c> and <c>pause_turn</c> are <c>stop</c>, a full context is
    /// <c>length</c> like <c>max_tokens</c>, <c>refusal</c> is <c>content_filter</c>. What is not known yet is <c>stop</c>.
    /// </summary>
    public static string ToFinishReason(JsonElement reason) =>
        reason.ValueKind != JsonValueKind.String ? "stop"
        : reason.ValueEquals("tool_use"u8) ? "tool_calls"
        : reason.ValueEquals("max_tokens"u8) || reason.ValueEquals("model_context_window_exceeded"u8) ? "length"
        : reason.ValueEquals("refusal"u8) ? "content_filter"
        : "stop";
}
