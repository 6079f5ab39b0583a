using System.Buffers;
using System.Net.Http.Headers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using OpenWebUi.Services.Dialects;
using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Services.Completion;

/// <summary>A call's body as each connection wants it: its own name of the model, its words, its dialect.</summary>
internal sealed class ProviderRequest(CompletionCall call, TimeProvider time)
{
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Dictionary<string, TranslatedCall> _translated = [];

    /// <summary>The translation that the attempt at this route began; null: it is asked in OpenAI's dialect.</summary>
    public TranslatedCall? TranslationOf(UpstreamRoute route) => _translated.GetValueOrDefault(route.Connection.Id);

    public HttpRequestMessage MessageFor(UpstreamRoute route)
    {
        var (connection, model) = route;
        var body = BodyFor(connection, model);
        var (dialect, path) = (Dialect.OpenAi, "chat/completions");
        if (connection.Kind == ConnectionKind.Anthropic
            && Translations.Find(WireDialect.OpenAi, path, WireDialect.Anthropic) is Passage.Translated(var translation))
        {
            var translated = translation.Begin(body, time, model);
            _translated[connection.Id] = translated;
            (dialect, path, body) = (Dialect.Anthropic, translation.Path, translated.Body);
        }

        var message = new HttpRequestMessage(HttpMethod.Post, connection.UrlFor(dialect, path, "", model)) { Content = new ReadOnlyMemoryContent(body) };
        message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        message.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        return message;
    }

    private ReadOnlyMemory<byte> BodyFor(Connection connection, string? model)
    {
        // Who does not know stream_options may refuse it; these know it.
        var asksUsage = connection.IsOfficial || connection.Kind is ConnectionKind.Ollama or ConnectionKind.Anthropic;
        var body = call.Body;
        if ((model is not null && model != call.Model) || asksUsage)
        {
            var json = JsonNode.Parse(body.Span)!.AsObject();
            json["model"] = model ?? call.Model;
            if (asksUsage && json["stream_options"] is null)
            {
                json["stream_options"] = new JsonObject { ["include_usage"] = true };
            }

            body = Utf8(json);
        }

        return connection.IsOfficial ? ReasoningModels.Adapt(body, ReasoningModels.Includes(call.Model) ? call.Model : model ?? call.Model) ?? body : body;
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
}
