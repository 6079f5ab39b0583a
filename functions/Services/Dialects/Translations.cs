using OpenWebUi.Services.Dialects.FromAnthropic;
using OpenWebUi.Services.Dialects.FromOllama;
using OpenWebUi.Services.Dialects.ToAnthropic;

namespace OpenWebUi.Services.Dialects;

/// <summary>What becomes of a client's call at a provider of another dialect.</summary>
internal abstract record Passage
{
    /// <summary>It is translated.</summary>
    public sealed record Translated(Translation Translation) : Passage;

    /// <summary>The relay answers it itself: <c>messages/count_tokens</c> with <see cref="TokenEstimate"/>, Ollama's <c>show</c> with <see cref="ShownModel"/>, and its <c>version</c>.</summary>
    public sealed record AnsweredHere : Passage;

    /// <summary>It cannot be done.</summary>
    /// <param name="Sentence">For the client, with what to do instead.</param>
    public sealed record Impossible(string Sentence) : Passage;
}

/// <summary>The table of everything that is translated.</summary>
internal static class Translations
{
    private const string OnlyChat = "Models of this connection answer chat completions only. Choose a model of another connection for ";

    private static readonly ChatToMessages ToMessages = new();
    private static readonly MessagesToChat Messages = new(ReasoningModels.TakesEffort);
    private static readonly OllamaChat Chat = new(ReasoningModels.TakesEffort);
    private static readonly OllamaGenerate Generate = new(ReasoningModels.TakesEffort);

    // Thinking at an Anthropic provider is decided there, by the model's name.
    private static readonly ChainedTranslation ChatToClaude = new(new OllamaChat(_ => true), ToMessages);
    private static readonly ChainedTranslation GenerateToClaude = new(new OllamaGenerate(_ => true), ToMessages);

    /// <param name="client">The dialect of the surface that was called.</param>
    /// <param name="path">The client's path behind the surface's prefix: <c>chat/completions</c>, <c>messages</c>, <c>chat</c>.</param>
    /// <param name="provider">What the connection speaks. <see cref="WireDialect.Ollama"/>: natively, and OpenAI's dialect beside it.</param>
    /// <returns>Null where nothing needs to be translated: the call passes as it is, to the same path.</returns>
    public static Passage? Find(WireDialect client, string path, WireDialect provider) => (client, path, provider) switch
    {
        _ when client == provider => null,
        (WireDialect.OpenAi, _, WireDialect.Ollama) => null,

        (WireDialect.OpenAi, "chat/completions", WireDialect.Anthropic) => new Passage.Translated(ToMessages),
        (WireDialect.OpenAi, _, WireDialect.Anthropic) => new Passage.Impossible(OnlyChat + $"'{path}'."),

        (WireDialect.Anthropic, "messages", _) => new Passage.Translated(Messages),
        (WireDialect.Anthropic, "messages/count_tokens", _) => new Passage.AnsweredHere(),
        (WireDialect.Anthropic, _, _) => new Passage.Impossible($"Only Anthropic's own API has '{path}'."),

        (WireDialect.Ollama, "chat", WireDialect.OpenAi) => new Passage.Translated(Chat),
        (WireDialect.Ollama, "chat", WireDialect.Anthropic) => new Passage.Translated(ChatToClaude),
        (WireDialect.Ollama, "generate", WireDialect.OpenAi) => new Passage.Translated(Generate),
        (WireDialect.Ollama, "generate", WireDialect.Anthropic) => new Passage.Translated(GenerateToClaude),
        (WireDialect.Ollama, "embed", WireDialect.OpenAi) => new Passage.Translated(OllamaEmbed.Many),
        (WireDialect.Ollama, "embeddings", WireDialect.OpenAi) => new Passage.Translated(OllamaEmbed.One),
        (WireDialect.Ollama, "embed" or "embeddings", _) => new Passage.Impossible(OnlyChat + "embeddings."),
        (WireDialect.Ollama, "show" or "version", _) => new Passage.AnsweredHere(),
        _ => new Passage.Impossible($"Only an Ollama server has '{path}'."),
    };
}
