namespace OpenWebUi.Services.Dialects;

/// <summary>A client's dialect into OpenAI's, and that into the provider's.</summary>
internal sealed class ChainedTranslation(Translation client, Translation provider) : Translation
{
    public override WireDialect Provider => provider.Provider;

    public override string Path => provider.Path;

    public override TranslatedCall Begin(ReadOnlyMemory<byte> body, TimeProvider time, string? providerModel = null)
    {
        var outer = client.Begin(body, time);
        return new Call(outer, provider.Begin(outer.Body, time, providerModel));
    }

    private sealed class Call(TranslatedCall client, TranslatedCall provider) : TranslatedCall
    {
        public override byte[] Body => provider.Body;

        public override bool WantsStream => client.WantsStream;

        public override string StreamContentType => client.StreamContentType;

        public override byte[] Whole(ReadOnlyMemory<byte> answer) => client.Whole(provider.Whole(answer));

        public override Stream Wrap(Stream from) => client.Wrap(provider.Wrap(from));

        public override byte[] Error(int status, ReadOnlyMemory<byte> body) => client.Error(status, provider.Error(status, body));
    }
}
