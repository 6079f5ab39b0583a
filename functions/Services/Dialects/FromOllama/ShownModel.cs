using System.Buffers;
using System.Text.Json;

namespace OpenWebUi.Services.Dialects.FromOllama;

/// <summary>What Ollama's <c>POST /api/show</c> says of a model that no Ollama server has: what a model list knows, and empty words for the rest.</summary>
/// <param name="Name">As callers ask for it.</param>
/// <param name="ChangedAt">Where the provider says it: its <c>created</c>.</param>
/// <param name="Family">Stands for the architecture: <c>openai</c>, <c>anthropic</c>; lower-case ASCII.</param>
/// <param name="ContextTokens">Null where it is not known.</param>
internal sealed record ShownModel(
    string Name, DateTimeOffset ChangedAt, string Family, long? ContextTokens = null, bool HasVision = false, bool HasTools = true, bool HasThinking = false)
{
    /// <summary>The model that a request names: <c>model</c>, or <c>name</c> of older clients.</summary>
    /// <exception cref="Platform.Http.RefusedException">400: there is none.</exception>
    public static string NameIn(ReadOnlyMemory<byte> body)
    {
        using var document = RequestBody.Parse(body);
        return RequestBody.Optional(document.RootElement, "model"u8, "model") is { Length: > 0 } model
            ? model
            : RequestBody.Required(document.RootElement, "name"u8, "model");
    }

    /// <summary>The whole answer, UTF-8 JSON.</summary>
    public byte[] ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, TranslatedStream.Plain))
        {
            json.WriteStartObject();
            json.WriteString("modelfile"u8, ""u8);
            json.WriteString("parameters"u8, ""u8);
            json.WriteString("template"u8, ""u8);
            WriteDetails(json);
            WriteInfo(json);
            WriteCapabilities(json);
            json.WriteString("modified_at"u8, ChangedAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'"));
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private void WriteDetails(Utf8JsonWriter json)
    {
        json.WriteStartObject("details"u8);
        json.WriteString("parent_model"u8, ""u8);
        json.WriteString("format"u8, ""u8);
        json.WriteString("family"u8, Family);
        json.WriteStartArray("families"u8);
        json.WriteStringValue(Family);
        json.WriteEndArray();
        json.WriteString("parameter_size"u8, ""u8);
        json.WriteString("quantization_level"u8, ""u8);
        json.WriteEndObject();
    }

    /// <summary>Clients look up the context's length under the architecture's name.</summary>
    private void WriteInfo(Utf8JsonWriter json)
    {
        json.WriteStartObject("model_info"u8);
        json.WriteString("general.architecture"u8, Family);
        json.WriteString("general.basename"u8, Name);
        if (ContextTokens is { } tokens)
        {
            json.WriteNumber(Family + ".context_length", tokens);
        }

        json.WriteEndObject();
    }

    private void WriteCapabilities(Utf8JsonWriter json)
    {
        json.WriteStartArray("capabilities"u8);
        json.WriteStringValue("completion"u8);
        if (HasTools)
        {
            json.WriteStringValue("tools"u8);
        }

        if (HasVision)
        {
            json.WriteStringValue("vision"u8);
        }

        if (HasThinking)
        {
            json.WriteStringValue("thinking"u8);
        }

        json.WriteEndArray();
    }
}
