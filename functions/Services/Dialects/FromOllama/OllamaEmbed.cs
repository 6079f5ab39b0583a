using System.Buffers;
using System.Text.Json;
using OpenWebUi.Platform.Http;
using static OpenWebUi.Services.Dialects.RequestBody;

namespace OpenWebUi.Services.Dialects.FromOllama;

/// <summary>
/// Ollama's <c>/api/embed</c> (<c>input</c>: one text or several, <c>dimensions</c>) and the older <c>/api/embeddings</c> (<c>prompt</c>) at a provider that speaks OpenAI's
/// <c>embeddings</c>. <c>truncate</c>, <c>options</c> and <c>keep_alive</c> are left out.
/// </summary>
internal sealed class OllamaEmbed : Translation
{
    /// <summary><c>/api/embed</c>.</summary>
    public static readonly OllamaEmbed Many = new(isOne: false);

    /// <summary><c>/api/embeddings</c>.</summary>
    public static readonly OllamaEmbed One = new(isOne: true);

    private readonly bool _isOne;

    private OllamaEmbed(bool isOne) => _isOne = isOne;

    public override WireDialect Provider => WireDialect.OpenAi;

    public override string Path => "embeddings";

    public override TranslatedCall Begin(ReadOnlyMemory<byte> body, TimeProvider time, string? providerModel = null)
    {
        using var document = Parse(body);
        var root = document.RootElement;
        var model = Required(root, "model"u8, "model");
        var name = _isOne ? "prompt" : "input";
        var input = _isOne ? RawJson.Member(root, "prompt"u8) : RawJson.Member(root, "input"u8);
        if (input.ValueKind != JsonValueKind.String && (_isOne || input.ValueKind != JsonValueKind.Array))
        {
            throw Refusal(name, _isOne ? "'prompt' must be a text." : "'input' must be a text or a list of texts.");
        }

        var buffer = new ArrayBufferWriter<byte>(body.Length + 256);
        using (var json = new Utf8JsonWriter(buffer, TranslatedStream.Plain))
        {
            json.WriteStartObject();
            json.WriteString("model"u8, providerModel ?? model);
            json.Write("input"u8, RawJson.Of(input));
            json.WriteString("encoding_format"u8, "float"u8);
            json.Copy("dimensions"u8, root, "dimensions"u8);
            json.WriteEndObject();
        }

        return new Call(buffer.WrittenSpan.ToArray(), model, _isOne, time);
    }

    private sealed class Call(byte[] body, string model, bool isOne, TimeProvider time) : TranslatedCall
    {
        private const int NanosecondsInTick = 100;

        private readonly long _begin = time.GetTimestamp();

        public override byte[] Body => body;

        public override bool WantsStream => false;

        public override byte[] Whole(ReadOnlyMemory<byte> answer)
        {
            try
            {
                using var document = JsonDocument.Parse(answer);
                return Write(document.RootElement);
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
            {
                throw new UnreadableAnswerException("The provider's answer is no list of embeddings.", e);
            }
        }

        public override Stream Wrap(Stream provider) => throw new NotSupportedException("Embeddings are no stream.");

        public override byte[] Error(int status, ReadOnlyMemory<byte> error) => ProviderError.Translate(status, error, ErrorDialect.Ollama);

        private byte[] Write(JsonElement root)
        {
            var data = RawJson.Items(RawJson.Member(root, "data"u8)).OrderBy(one => RawJson.Number(one, "index"u8))
                .Select(one => RawJson.Member(one, "embedding"u8)).ToList();
            if (data.Count == 0 || data.Exists(vector => vector.ValueKind != JsonValueKind.Array))
            {
                throw new JsonException("No embeddings.");
            }

            var buffer = new ArrayBufferWriter<byte>(RawJson.Of(root).Length + 256);
            using var json = new Utf8JsonWriter(buffer, TranslatedStream.Plain);
            json.WriteStartObject();
            if (isOne)
            {
                json.Write("embedding"u8, RawJson.Of(data[0]));
            }
            else
            {
                json.WriteString("model"u8, model);
                json.WriteStartArray("embeddings"u8);
                data.ForEach(vector => json.WriteRawValue(RawJson.Of(vector), skipInputValidation: true));
                json.WriteEndArray();
                json.WriteNumber("total_duration"u8, time.GetElapsedTime(_begin).Ticks * NanosecondsInTick);
                json.WriteNumber("load_duration"u8, 0);
                json.WriteNumber("prompt_eval_count"u8, RawJson.Number(RawJson.Member(root, "usage"u8), "prompt_tokens"u8));
            }

            json.WriteEndObject();
            json.Flush();
            return buffer.WrittenSpan.ToArray();
        }
    }
}
