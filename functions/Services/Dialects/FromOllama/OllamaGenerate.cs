using System.Buffers;
using System.Text.Json;
using static OpenWebUi.Services.Dialects.RequestBody;

namespace OpenWebUi.Services.Dialects.FromOllama;

/// <summary>
/// Ollama's <c>/api/generate</c> (Ollama API reference) at a provider that speaks OpenAI's <c>chat/completions</c>: <c>system</c> and <c>prompt</c> with <c>images</c> are two
/// messages. <c>suffix</c> and <c>raw</c> are refused: a chat model does not fill gaps, and puts its own template around every prompt.
/// <c>template</c> and <c>context</c> (long deprecated there) are left out, and so the answer has no <c>context</c>.
/// </summary>
/// <inheritdoc cref="OllamaChat"/>
internal sealed class OllamaGenerate(Func<string, bool> takesEffort) : Translation
{
    public override WireDialect Provider => WireDialect.OpenAi;

    public override string Path => "chat/completions";

    public override TranslatedCall Begin(ReadOnlyMemory<byte> body, TimeProvider time, string? providerModel = null)
    {
        using var document = Parse(body);
        var root = document.RootElement;
        var model = Required(root, "model"u8, "model");
        if (!RawJson.TextOf(root, "suffix"u8).IsEmpty)
        {
            throw NotTranslatable("suffix", "'suffix'");
        }

        if (Flag(root, "raw"u8, "raw") == true)
        {
            throw NotTranslatable("raw", "'raw' prompts");
        }

        var options = OllamaOptions.Read(root, takesEffort(providerModel ?? model));
        var buffer = new ArrayBufferWriter<byte>(body.Length + 1024);
        using (var json = new Utf8JsonWriter(buffer, TranslatedStream.Plain))
        {
            json.WriteStartObject();
            json.WriteString("model"u8, providerModel ?? model);
            WriteMessages(json, root);
            options.Write(json, root);
            json.WriteEndObject();
        }

        return new OllamaCall(buffer.WrittenSpan.ToArray(), options.WantsStream, new OllamaLines(model, isChat: false, options.ShowsThinking, time));
    }

    private static void WriteMessages(Utf8JsonWriter json, JsonElement root)
    {
        var prompt = RawJson.Member(root, "prompt"u8);
        var images = RawJson.Member(root, "images"u8);
        if (prompt.ValueKind != JsonValueKind.String || (RawJson.Of(prompt).Length == 2 && !RawJson.Items(images).Any()))
        {
            throw Refusal("prompt", "'prompt' is missing, or empty. Models of this connection need not be loaded first.");
        }

        json.WriteStartArray("messages"u8);
        if (RawJson.TextOf(root, "system"u8) is { Length: > 0 } system)
        {
            json.WriteStartObject();
            json.WriteString("role"u8, "system"u8);
            json.Write("content"u8, system);
            json.WriteEndObject();
        }

        json.WriteStartObject();
        json.WriteString("role"u8, "user"u8);
        OllamaMessages.WriteContent(json, prompt, images, "images");
        json.WriteEndObject();
        json.WriteEndArray();
    }
}
