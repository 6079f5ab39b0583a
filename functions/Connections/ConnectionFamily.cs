using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Connections;

/// <summary>Open WebUI keeps connections in two lists. Each has a route of its own, and a switch.</summary>
/// <param name="IsOllama">The list of Ollama's servers; else of all others.</param>
/// <param name="Switch">The field, and the variable, that switches all of them off.</param>
/// <param name="Urls">The field of base URLs.</param>
/// <param name="Keys">The field of keys; null: they are in the configs.</param>
/// <param name="Configs">The field of everything else, by place.</param>
internal sealed record ConnectionFamily(bool IsOllama, string Switch, string Urls, string? Keys, string Configs)
{
    public static readonly ConnectionFamily OpenAi = new(false, SwitchConnections.OpenAiVariable, "OPENAI_API_BASE_URLS", "OPENAI_API_KEYS", "OPENAI_API_CONFIGS");

    public static readonly ConnectionFamily Ollama = new(true, SwitchConnections.OllamaVariable, "OLLAMA_BASE_URLS", null, "OLLAMA_API_CONFIGS");

    public bool Has(Connection connection) => connection.Kind == ConnectionKind.Ollama == IsOllama;
}
