using System.Text.Json;
using OpenWebUi.Platform.Http;

namespace OpenWebUi.Services.Dialects.FromAnthropic;

/// <summary>Anthropic's <c>messages</c> at a provider that speaks OpenAI's <c>chat/completions</c>.</summary>
/// <param name="takesEffort">Whether a model, by the provider's name, may be sent <c>reasoning_effort</c>.</param>
internal sealed class MessagesToChat(Func<string, bool> takesEffort) : Translation
{
    public override WireDialect Provider => WireDialect.OpenAi;

    public override string Path => "chat/completions";

    public override TranslatedCall Begin(ReadOnlyMemory<byte> body, TimeProvider time, string? providerModel = null)
    {
        using var document = RequestBody.Parse(body);
        var root = document.RootElement;
        var model = RequestBody.Required(root, "model"u8, "model");
        return new Call(
            ChatRequest.Write(root, providerModel ?? model, takesEffort(providerModel ?? model)),
            RequestBody.Flag(root, "stream"u8, "stream") == true,
            model);
    }

    private sealed class Call(byte[] body, bool wantsStream, string model) : TranslatedCall
    {
        public override byte[] Body => body;

        public override bool WantsStream => wantsStream;

        public override byte[] Whole(ReadOnlyMemory<byte> answer) => CompletionAnswer.ToMessage(answer, model);

        public override Stream Wrap(Stream provider) => new MessageStream(provider, model);

        public override byte[] Error(int status, ReadOnlyMemory<byte> error) => ProviderError.Translate(status, error, ErrorDialect.Anthropic);
    }
}
