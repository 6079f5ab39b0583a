using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using OpenWebUi.Platform.Http;

namespace OpenWebUi.Services.Models;

/// <summary>Whose words a request is in: where its system prompt and its parameters stand.</summary>
internal enum RequestForm
{
    /// <summary>Neither system prompt nor parameters: embeddings, speech, images.</summary>
    Other,

    /// <summary>OpenAI's chat completions.</summary>
    Chat,

    /// <summary>OpenAI's completions, which have no system prompt.</summary>
    Completion,

    /// <summary>OpenAI's responses.</summary>
    Responses,

    /// <summary>Anthropic's messages.</summary>
    Messages,

    /// <summary>Ollama's chat.</summary>
    OllamaChat,

    /// <summary>Ollama's generate.</summary>
    OllamaGenerate,
}

/// <summary>
/// A request to a preset as the request to its base model: the preset's system prompt before the caller's own, its parameters where
/// the caller says nothing. Everything else stays as it is.
/// </summary>
internal static partial class PresetRequest
{
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Other names for a parameter: in Ollama's options, in OpenAI's responses, in Anthropic's messages. What is not there keeps its name.</summary>
    private static readonly Dictionary<string, string> OllamaNames = new() { ["max_tokens"] = "num_predict" };
    private static readonly Dictionary<string, string> ResponsesNames = new() { ["max_tokens"] = "max_output_tokens" };
    private static readonly Dictionary<string, string> MessagesNames = new() { ["stop"] = "stop_sequences" };

    private static readonly string[] OfOllama = ["temperature", "top_p", "top_k", "min_p", "max_tokens", "seed", "stop", "frequency_penalty", "presence_penalty"];
    private static readonly string[] OfResponses = ["temperature", "top_p", "max_tokens"];
    private static readonly string[] OfMessages = ["temperature", "top_p", "top_k", "max_tokens", "stop"];

    /// <param name="body">The request, a JSON object in UTF-8.</param>
    /// <param name="use">The preset, and the model that answers: its name goes in.</param>
    /// <param name="form">Whose words.</param>
    /// <param name="viewer">Who asks; the site's own tasks get the name alone.</param>
    /// <param name="now">For the dates that a system prompt names.</param>
    /// <exception cref="RefusedException">400: no JSON object, or one that names a field twice.</exception>
    public static ReadOnlyMemory<byte> Apply(ReadOnlyMemory<byte> body, PresetUse use, RequestForm form, ModelViewer viewer, DateTimeOffset now)
    {
        var request = Parse(body);
        request["model"] = use.BaseId;
        if (!viewer.IsSite)
        {
            AddSystem(request, form, Filled(use.Preset.Words.System, viewer, now));
            AddParameters(request, form, use.Preset.Words.Parameters);
        }

        return Utf8(request);
    }

    /// <summary>The same request under another name of its model.</summary>
    public static ReadOnlyMemory<byte> WithModel(ReadOnlyMemory<byte> body, string model)
    {
        var request = Parse(body);
        request["model"] = model;
        return Utf8(request);
    }

    private static void AddSystem(JsonObject request, RequestForm form, string system)
    {
        if (system.Length == 0)
        {
            return;
        }

        switch (form)
        {
            case RequestForm.Chat or RequestForm.OllamaChat when request["messages"] is JsonArray messages:
                if (messages is [JsonObject first, ..] && first["role"] is JsonValue role && role.TryGetValue<string>(out var name) && name is "system" or "developer")
                {
                    first["content"] = Before(system, first["content"], "text");
                }
                else
                {
                    messages.Insert(0, new JsonObject { ["role"] = "system", ["content"] = system });
                }

                break;
            case RequestForm.Messages or RequestForm.OllamaGenerate:
                request["system"] = Before(system, request["system"], "text");
                break;
            case RequestForm.Responses:
                request["instructions"] = Before(system, request["instructions"], "input_text");
                break;
        }
    }

    /// <summary>A text before a text, or a part before parts.</summary>
    private static JsonNode Before(string system, JsonNode? own, string partType)
    {
        if (own is JsonArray parts)
        {
            var all = parts.DeepClone().AsArray();
            all.Insert(0, new JsonObject { ["type"] = partType, ["text"] = system });
            return all;
        }

        return own is JsonValue value && value.TryGetValue<string>(out var text) && text.Length > 0 ? $"{system}\n\n{text}" : system;
    }

    private static void AddParameters(JsonObject request, RequestForm form, string parameters)
    {
        if (form is RequestForm.Other || JsonNode.Parse(parameters) is not JsonObject { Count: > 0 } preset)
        {
            return;
        }

        switch (form)
        {
            case RequestForm.Chat or RequestForm.Completion:
                AddAll(request, preset, [.. preset.Select(entry => entry.Key).Where(name => name != "max_tokens" || request["max_completion_tokens"] is null)], []);
                break;
            case RequestForm.Messages:
                AddAll(request, preset, OfMessages, MessagesNames);
                break;
            case RequestForm.Responses:
                AddAll(request, preset, OfResponses, ResponsesNames);
                if (preset["reasoning_effort"] is { } effort && request["reasoning"] is null)
                {
                    request["reasoning"] = new JsonObject { ["effort"] = effort.DeepClone() };
                }

                break;
            case RequestForm.OllamaChat or RequestForm.OllamaGenerate when request["options"] is null or JsonObject:
                var options = request["options"]?.AsObject() ?? [];
                AddAll(options, preset, OfOllama, OllamaNames);
                request["options"] ??= options;
                break;
        }
    }

    private static void AddAll(JsonObject to, JsonObject preset, IReadOnlyList<string> names, Dictionary<string, string> renamed)
    {
        foreach (var name in names)
        {
            var there = renamed.GetValueOrDefault(name, name);
            if (preset[name] is { } value && to[there] is null)
            {
                to[there] = value.DeepClone();
            }
        }
    }

    /// <summary>The names of Open WebUI that a server knows the meaning of; others stay as they are. Times are UTC: nobody says where the reader is.</summary>
    private static string Filled(string system, ModelViewer viewer, DateTimeOffset now) => !system.Contains("{{", StringComparison.Ordinal) ? system : Names().Replace(system, match => match.Groups["name"].Value switch
    {
        "CURRENT_DATE" => now.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        "CURRENT_TIME" => now.ToString("HH:mm", CultureInfo.InvariantCulture) + " UTC",
        "CURRENT_DATETIME" => now.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) + " UTC",
        "CURRENT_WEEKDAY" => now.ToString("dddd", CultureInfo.InvariantCulture),
        _ => viewer.Name,
    });

    private static JsonObject Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            return (JsonNode.Parse(body.Span, documentOptions: new() { AllowDuplicateProperties = false }) ?? throw new JsonException("null")).AsObject();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new RefusedException(new(400, "invalid_json", "The request body is not a JSON object, or names a field twice."));
        }
    }

    private static ReadOnlyMemory<byte> Utf8(JsonObject json)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Plain))
        {
            json.WriteTo(writer);
        }

        return buffer.WrittenMemory;
    }

    [GeneratedRegex(@"\{\{\s*(?<name>CURRENT_DATE|CURRENT_TIME|CURRENT_DATETIME|CURRENT_WEEKDAY|USER_NAME)\s*\}\}", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Names();
}
