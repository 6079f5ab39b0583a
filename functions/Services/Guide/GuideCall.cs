using System.Text.Json;

namespace OpenWebUi.Services.Guide;

/// <summary>The wire forms that the guide answers in.</summary>
internal enum GuideDialect
{
    OpenAiChat,
    OllamaChat,
    OllamaGenerate,
}

/// <summary>What the guide needs of a request body.</summary>
internal sealed record GuideCall(string Model, string Question, bool Streams, bool WantsUsage)
{
    /// <exception cref="FormatException">The body is JSON, but not of the form of its dialect; the message says which field.</exception>
    public static GuideCall Read(JsonElement body, GuideDialect dialect)
    {
        if (body.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException("The request body must be a JSON object.");
        }

        if (!body.TryGetProperty("model", out var model) || model.ValueKind != JsonValueKind.String)
        {
            throw new FormatException("'model' must be a string.");
        }

        var streams = dialect != GuideDialect.OpenAiChat;
        if (body.TryGetProperty("stream", out var stream) && stream.ValueKind != JsonValueKind.Null)
        {
            streams = stream.ValueKind is JsonValueKind.True or JsonValueKind.False
                ? stream.GetBoolean() : throw new FormatException("'stream' must be true or false.");
        }

        var wantsUsage = body.TryGetProperty("stream_options", out var options) && options.ValueKind == JsonValueKind.Object
            && options.TryGetProperty("include_usage", out var usage) && usage.ValueKind == JsonValueKind.True;

        // Ollama tags its models: guide:latest is guide.
        var name = model.GetString()!;
        name = name.EndsWith(":latest", StringComparison.Ordinal) ? name[..^":latest".Length] : name;
        return new(name, dialect == GuideDialect.OllamaGenerate ? Prompt(body) : LastUserMessage(body), streams, wantsUsage);
    }

    private static string Prompt(JsonElement body) =>
        body.TryGetProperty("prompt", out var prompt) && prompt.ValueKind == JsonValueKind.String ? prompt.GetString()! : "";

    private static string LastUserMessage(JsonElement body)
    {
        if (!body.TryGetProperty("messages", out var messages) || messages.ValueKind != JsonValueKind.Array)
        {
            throw new FormatException("'messages' must be an array.");
        }

        var last = "";
        foreach (var message in messages.EnumerateArray())
        {
            if (message.ValueKind != JsonValueKind.Object)
            {
                throw new FormatException("Each of 'messages' must be an object.");
            }

            if (message.TryGetProperty("role", out var role) && role.ValueEquals("user") && message.TryGetProperty("content", out var content))
            {
                last = TextOf(content);
            }
        }

        return last;
    }

    private static string TextOf(JsonElement content) => content.ValueKind switch
    {
        JsonValueKind.String => content.GetString()!,
        JsonValueKind.Array => string.Join(' ', content.EnumerateArray()
            .Where(part => part.ValueKind == JsonValueKind.Object && part.TryGetProperty("text", out var text) && text.ValueKind == JsonValueKind.String)
            .Select(part => part.GetProperty("text").GetString())),
        _ => "",
    };
}
