using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Relay;

/// <summary>One of the addresses under which the relay is known.</summary>
/// <param name="Name">For the request log and the tests.</param>
/// <param name="Errors">The form in which its clients expect errors.</param>
/// <param name="Dialect">What its clients speak.</param>
/// <param name="PrefersOllama">It stands for an Ollama server: where several connections have a model, those of Ollama answer.</param>
internal sealed record Surface(string Name, ErrorDialect Errors, Dialect Dialect, bool PrefersOllama = false)
{
    /// <summary><c>/api/chat/completions</c>: Open WebUI's, and the page's.</summary>
    public static readonly Surface Chat = new("chat", ErrorDialect.OpenAi, Dialect.OpenAi);

    /// <summary><c>/openai/*</c>: Open WebUI's.</summary>
    public static readonly Surface OpenAi = new("openai", ErrorDialect.OpenAi, Dialect.OpenAi);

    /// <summary><c>/v1/*</c>: what an SDK expects under a base URL.</summary>
    public static readonly Surface V1 = new("v1", ErrorDialect.OpenAi, Dialect.OpenAi);

    /// <summary><c>/api/openai/v1/*</c>: NextChat's.</summary>
    public static readonly Surface NextChat = new("nextchat", ErrorDialect.NextChat, Dialect.OpenAi);

    /// <summary><c>/ollama/api/*</c>.</summary>
    public static readonly Surface Ollama = new("ollama", ErrorDialect.Ollama, Dialect.OllamaNative, PrefersOllama: true);

    /// <summary><c>/ollama/v1/*</c>.</summary>
    public static readonly Surface OllamaV1 = new("ollama-v1", ErrorDialect.OpenAi, Dialect.OpenAi, PrefersOllama: true);

    /// <summary><c>/v1/messages</c>, and under <c>/api/anthropic</c> (NextChat) and <c>/api</c> (Open WebUI).</summary>
    public static readonly Surface Messages = new("messages", ErrorDialect.Anthropic, Dialect.Anthropic);
}
