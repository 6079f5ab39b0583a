using System.Text.Json;

namespace OpenWebUi.Services.Usage;

/// <summary>What a call used.</summary>
/// <param name="PromptTokens">Read by the model.</param>
/// <param name="CompletionTokens">Written by it, reasoning included.</param>
/// <param name="IsEstimated">The provider did not say: a token for each four bytes of a text, or for each event of a stream.</param>
internal readonly record struct TokenUsage(long PromptTokens, long CompletionTokens, bool IsEstimated)
{
    private const int BytesPerToken = 4;

    /// <summary>For texts of these lengths.</summary>
    public static TokenUsage Estimate(long promptBytes, long completionBytes) => new(promptBytes / BytesPerToken, completionBytes / BytesPerToken, IsEstimated: true);

    /// <summary>Reads a <c>usage</c> object of OpenAI's or Anthropic's form, or Ollama's numbers beside an answer; null where it has none of them.</summary>
    public static TokenUsage? Read(JsonElement usage)
    {
        var read = NumberOf(usage, "prompt_tokens", "input_tokens", "prompt_eval_count");
        var written = NumberOf(usage, "completion_tokens", "output_tokens", "eval_count");
        if (read is null && written is null)
        {
            return null;
        }

        // Anthropic counts what came from its cache apart.
        var cached = NumberOf(usage, "cache_read_input_tokens") + NumberOf(usage, "cache_creation_input_tokens") ?? NumberOf(usage, "cache_read_input_tokens", "cache_creation_input_tokens") ?? 0;
        return new((read ?? 0) + cached, written ?? 0, IsEstimated: false);
    }

    private static long? NumberOf(JsonElement json, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number))
            {
                return Math.Max(0, number);
            }
        }

        return null;
    }
}
