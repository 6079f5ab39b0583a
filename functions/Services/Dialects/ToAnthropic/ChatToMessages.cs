using System.Text.Json;
using OpenWebUi.Platform.Http;

namespace OpenWebUi.Services.Dialects.ToAnthropic;

/// <summary>OpenAI's <c>chat/completions</c> at a provider that speaks Anthropic's <c>messages</c>.</summary>
internal sealed class ChatToMessages : Translation
{
    public override WireDialect Provider => WireDialect.Anthropic;

    public override string Path => "messages";

    public override TranslatedCall Begin(ReadOnlyMemory<byte> body, TimeProvider time, string? providerModel = null)
    {
        using var document = RequestBody.Parse(body);
        var root = document.RootElement;
        return new Call(
            MessagesRequest.Write(root, providerModel),
            RequestBody.Flag(root, "stream"u8, "stream") == true,
            RawJson.IsTrue(RawJson.Member(root, "stream_options"u8), "include_usage"u8),
            time);
    }

    private sealed class Call(byte[] body, bool wantsStream, bool wantsUsage, TimeProvider time) : TranslatedCall
    {
        public override byte[] Body => body;

        public override bool WantsStream => wantsStream;

        public override byte[] Whole(ReadOnlyMemory<byte> answer) => MessageAnswer.ToCompletion(answer, time.GetUtcNow());

        public override Stream Wrap(Stream provider) => new CompletionStream(provider, wantsUsage, time.GetUtcNow());

        public override byte[] Error(int status, ReadOnlyMemory<byte> error) => ProviderError.Translate(status, error, ErrorDialect.OpenAi);
    }
}
