using OpenWebUi.Services.Dialects;

namespace OpenWebUi.Tests.Services.Dialects;

/// <summary>The table of what is translated.</summary>
public sealed class TranslationsTests
{
    [Theory]
    [InlineData("OpenAi", "chat/completions", "OpenAi", null)]
    [InlineData("OpenAi", "embeddings", "Ollama", null)]
    [InlineData("Ollama", "chat", "Ollama", null)]
    [InlineData("Anthropic", "messages", "Anthropic", null)]
    [InlineData("Anthropic", "messages/count_tokens", "Anthropic", null)]
    [InlineData("OpenAi", "chat/completions", "Anthropic", "Anthropic messages")]
    [InlineData("Anthropic", "messages", "OpenAi", "OpenAi chat/completions")]
    [InlineData("Anthropic", "messages", "Ollama", "OpenAi chat/completions")]
    [InlineData("Ollama", "chat", "OpenAi", "OpenAi chat/completions")]
    [InlineData("Ollama", "generate", "OpenAi", "OpenAi chat/completions")]
    [InlineData("Ollama", "chat", "Anthropic", "Anthropic messages")]
    [InlineData("Ollama", "generate", "Anthropic", "Anthropic messages")]
    [InlineData("Ollama", "embed", "OpenAi", "OpenAi embeddings")]
    [InlineData("Ollama", "embeddings", "OpenAi", "OpenAi embeddings")]
    [InlineData("Anthropic", "messages/count_tokens", "OpenAi", "here")]
    [InlineData("Ollama", "show", "OpenAi", "here")]
    [InlineData("Ollama", "show", "Anthropic", "here")]
    [InlineData("OpenAi", "embeddings", "Anthropic", "not possible")]
    [InlineData("OpenAi", "responses", "Anthropic", "not possible")]
    [InlineData("Ollama", "embed", "Anthropic", "not possible")]
    [InlineData("Ollama", "push", "OpenAi", "not possible")]
    [InlineData("Anthropic", "messages/batches", "OpenAi", "not possible")]
    public void Path_IsTranslatedPassedOrRefused(string client, string path, string provider, string? expected) =>
        Assert.Equal(expected, Translations.Find(Enum.Parse<WireDialect>(client), path, Enum.Parse<WireDialect>(provider)) switch
        {
            Passage.Translated { Translation: var translation } => $"{translation.Provider} {translation.Path}",
            Passage.AnsweredHere => "here",
            Passage.Impossible { Sentence.Length: > 20 } => "not possible",
            null => null,
            _ => "?",
        });
}
