namespace OpenWebUi.StubProvider;

/// <summary>What a request's path says that its caller speaks.</summary>
internal enum StubDialect
{
    OpenAi,
    Ollama,
    Anthropic,
}
