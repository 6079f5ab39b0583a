using System.Text.Json;

namespace OpenWebUi.Services.Dialects.ToAnthropic;

/// <summary>
/// <c>reasoning_effort</c> as thinking. Effort <c>low</c> (and <c>minimal</c>) is a budget of 1,024 tokens, <c>medium</c> 8,192, <c>high</c> and above 24,576, but never
/// more than three quarters of <c>max_tokens</c>, which holds the answer too; where 1,024 do not fit, nothing is thought. <c>none</c>, or no effort: no thinking.
/// </summary>
internal readonly struct ThinkingChoice(ClaudeModel claude, long maxTokens)
{
    private const int MinBudget = 1024;

    /// <summary>Writes <c>thinking</c>, and <c>output_config</c> where the model takes an effort.</summary>
    /// <returns>Whether the model is going to think.</returns>
    public bool Write(Utf8JsonWriter json, JsonElement root, JsonElement messages)
    {
        if (RawJson.Member(root, "thinking"u8) is { ValueKind: JsonValueKind.Object } own)
        {
            json.Write("thinking"u8, RawJson.Of(own));
            return !RawJson.Is(own, "type"u8, "disabled"u8);
        }

        var effort = RequestBody.Optional(root, "reasoning_effort"u8, "reasoning_effort");
        if (effort is null or "" or "none" || claude.Thinking == ClaudeThinking.None || IsToolForced(root))
        {
            return false;
        }

        return claude.Thinking == ClaudeThinking.Adaptive ? WriteAdaptive(json, effort) : WriteBudget(json, effort, messages);
    }

    private bool WriteAdaptive(Utf8JsonWriter json, string effort)
    {
        json.WriteStartObject("thinking"u8);
        json.WriteString("type"u8, "adaptive"u8);
        // From 4.7 on what was thought is left out unless it is asked for.
        json.WriteString("display"u8, "summarized"u8);
        json.WriteEndObject();
        json.WriteStartObject("output_config"u8);
        json.WriteString("effort"u8, effort switch
        {
            "minimal" or "low" => "low",
            "medium" => "medium",
            "xhigh" => claude.HasTopEffort ? "xhigh" : "high",
            "max" => "max",
            _ => "high",
        });
        json.WriteEndObject();
        return true;
    }

    /// <summary>
    /// In the middle of a round of tools the API wants the signed thoughts of its beginning back, and before a begun answer (a last message of the
    /// assistant) it thinks nothing; OpenAI's clients have no signatures.
    /// </summary>
    private bool WriteBudget(Utf8JsonWriter json, string effort, JsonElement messages)
    {
        var budget = Math.Min(effort switch { "minimal" or "low" => MinBudget, "medium" => 8192, _ => 24_576 }, maxTokens / 4 * 3);
        if (budget < MinBudget || !RawJson.Is(messages[messages.GetArrayLength() - 1], "role"u8, "user"u8))
        {
            return false;
        }

        json.WriteStartObject("thinking"u8);
        json.WriteString("type"u8, "enabled"u8);
        json.WriteNumber("budget_tokens"u8, budget);
        json.WriteEndObject();
        return true;
    }

    /// <summary>A forced tool and thoughts exclude each other.</summary>
    private static bool IsToolForced(JsonElement root) =>
        RawJson.Member(root, "tool_choice"u8) is { ValueKind: JsonValueKind.Object } || RawJson.Is(root, "tool_choice"u8, "required"u8);
}
