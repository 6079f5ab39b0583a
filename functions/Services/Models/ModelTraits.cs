using System.Text.Json;
using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Services.Models;

/// <summary>What a model can, as far as its provider says, or else its name.</summary>
internal static class ModelTraits
{
    /// <summary>Words in the names of OpenAI's models that are no chat models.</summary>
    private static readonly string[] NoChat = ["babbage", "dall-e", "davinci", "embedding", "tts", "whisper"];

    /// <summary>Words in names of models that are known to see.</summary>
    private static readonly string[] Seeing =
    [
        "vision", "gpt-4o", "gpt-4.1", "gpt-4-turbo", "gpt-5", "chatgpt-4o", "claude-3", "claude-4", "claude-opus", "claude-sonnet", "claude-haiku",
        "gemini", "gemma3", "gemma-3", "llama-4", "llama4", "llava", "bakllava", "-vl", "2.5vl", "3vl", "pixtral", "minicpm-v", "moondream", "internvl", "glm-4v", "grok-4",
    ];

    /// <summary>Words that take that back: what writes no text, or sees nothing for all its name.</summary>
    private static readonly string[] Blind = ["claude-3-5-haiku", "gpt-4-turbo-preview", "gpt-4o-audio", "gpt-4o-realtime", "gpt-4o-transcribe", "gpt-4o-mini-tts", "-tts", "-transcribe", "embedding"];

    /// <summary>Where a provider says how many tokens go into a call: vLLM, OpenRouter, Groq, Mistral.</summary>
    private static readonly string[] ContextNames = ["max_model_len", "context_length", "context_window", "max_context_length"];

    public static bool IsChat(Connection connection, string upstreamId) =>
        !(connection is { Kind: ConnectionKind.OpenAi, IsOfficial: true } && NoChat.Any(word => upstreamId.Contains(word, StringComparison.OrdinalIgnoreCase)));

    /// <summary>An administrator's word counts over all, then <c>VISION_MODELS</c>, then the provider's, then the name.</summary>
    public static IReadOnlyDictionary<string, bool> Capabilities(Model model, IReadOnlyList<string> visionModels)
    {
        var capabilities = new Dictionary<string, bool>(model.Settings?.Meta.Capabilities ?? new Dictionary<string, bool>());
        if (model.Connection.Kind != ConnectionKind.Guide)
        {
            capabilities.TryAdd("vision",
                visionModels.Any(name => ModelName.IsSame(name, model.Id) || ModelName.IsSame(name, model.Routes[0].UpstreamId))
                || (SaysVision(model.Raw) ?? LooksSeeing(model.Routes[0].UpstreamId)));
        }

        return capabilities;
    }

    public static int? MaxContext(JsonElement raw)
    {
        foreach (var name in ContextNames)
        {
            if (raw.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var tokens) && tokens > 0)
            {
                return tokens;
            }
        }

        return null;
    }

    /// <summary>The provider's own words; null where it says nothing.</summary>
    public static string? Description(JsonElement raw) =>
        raw.TryGetProperty("description", out var text) && text.ValueKind == JsonValueKind.String && text.GetString() is { Length: > 0 } said ? said : null;

    private static bool? SaysVision(JsonElement raw)
    {
        // OpenRouter
        if (raw.TryGetProperty("architecture", out var architecture) && architecture.ValueKind == JsonValueKind.Object
            && architecture.TryGetProperty("input_modalities", out var modalities) && modalities.ValueKind == JsonValueKind.Array)
        {
            return Names(modalities, "image");
        }

        if (raw.TryGetProperty("capabilities", out var capabilities))
        {
            // Mistral; Ollama, where it says so in its list
            return capabilities.ValueKind == JsonValueKind.Object && capabilities.TryGetProperty("vision", out var vision) ? vision.ValueKind == JsonValueKind.True
                : capabilities.ValueKind == JsonValueKind.Array ? Names(capabilities, "vision") : null;
        }

        // Older Ollamas: the families of a model that has an image part
        return raw.TryGetProperty("details", out var details) && details.ValueKind == JsonValueKind.Object && details.TryGetProperty("families", out var families)
            && families.ValueKind == JsonValueKind.Array && (Names(families, "clip") || Names(families, "mllama")) ? true : null;
    }

    private static bool Names(JsonElement list, string text) => list.EnumerateArray().Any(entry => entry.ValueKind == JsonValueKind.String && entry.ValueEquals(text));

    private static bool LooksSeeing(string name) =>
        Seeing.Any(word => name.Contains(word, StringComparison.OrdinalIgnoreCase)) && !Blind.Any(word => name.Contains(word, StringComparison.OrdinalIgnoreCase));
}
