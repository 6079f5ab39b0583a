using System.Buffers;
using System.Text.Json;
using static OpenWebUi.Services.Dialects.RequestBody;

namespace OpenWebUi.Services.Dialects.FromOllama;

/// <summary>
/// Ollama's <c>/api/chat</c> (Ollama API reference) at a provider that speaks OpenAI's <c>chat/completions</c>. Translated: <c>model, messages, tools, format, think,
/// stream</c> and of <c>options</c> what <see cref="OllamaOptions"/> says; <c>keep_alive</c>, <c>truncate</c>, <c>shift</c> and what is not known are left out.
/// </summary>
/// <param name="takesEffort">Whether a model, by the provider's name, may be sent <c>reasoning_effort</c>.</param>
internal sealed class OllamaChat(Func<string, bool> takesEffort) : Translation
{
    public override WireDialect Provider => WireDialect.OpenAi;

    public override string Path => "chat/completions";

    public override TranslatedCall Begin(ReadOnlyMemory<byte> body, TimeProvider time, string? providerModel = null)
    {
        using var document = Parse(body);
        var root = document.RootElement;
        var model = Required(root, "model"u8, "model");
        var messages = List(root, "messages"u8, "messages");
        var options = OllamaOptions.Read(root, takesEffort(providerModel ?? model));
        var buffer = new ArrayBufferWriter<byte>(body.Length + 1024);
        using (var json = new Utf8JsonWriter(buffer, TranslatedStream.Plain))
        {
            json.WriteStartObject();
            json.WriteString("model"u8, providerModel ?? model);
            new OllamaMessages(json).Write(messages);
            if (RawJson.Items(RawJson.Member(root, "tools"u8)).Any())
            {
                // The same form as OpenAI's.
                json.Copy("tools"u8, root, "tools"u8);
            }

            options.Write(json, root);
            json.WriteEndObject();
        }

        return new OllamaCall(buffer.WrittenSpan.ToArray(), options.WantsStream, new OllamaLines(model, isChat: true, options.ShowsThinking, time));
    }
}
