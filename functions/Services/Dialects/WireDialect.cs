namespace OpenWebUi.Services.Dialects;

/// <summary>A form in which clients and providers of language models talk.</summary>
internal enum WireDialect
{
    /// <summary>OpenAI's API reference, chat completions: what everything else is translated into and out of.</summary>
    OpenAi,

    /// <summary>Ollama's native API: <c>/api/chat</c>, <c>/api/generate</c> and so on, streams as NDJSON.</summary>
    Ollama,

    /// <summary>Anthropic's Messages API, version 2023-06-01.</summary>
    Anthropic,
}
