using OpenWebUi.Platform.Http;

namespace OpenWebUi.Services.Dialects.FromOllama;

/// <summary>One call of <c>/api/chat</c> or <c>/api/generate</c>.</summary>
internal sealed class OllamaCall(byte[] body, bool wantsStream, OllamaLines lines) : TranslatedCall
{
    public override byte[] Body => body;

    public override bool WantsStream => wantsStream;

    public override string StreamContentType => "application/x-ndjson";

    public override byte[] Whole(ReadOnlyMemory<byte> answer) => OllamaAnswer.Whole(answer, lines);

    public override Stream Wrap(Stream provider) => new OllamaStream(provider, lines);

    public override byte[] Error(int status, ReadOnlyMemory<byte> error) => ProviderError.Translate(status, error, ErrorDialect.Ollama);
}
