namespace OpenWebUi.Services.Upstreams;

/// <summary>What kinds and ways to prove oneself are called on the wire and in the store.</summary>
internal static class ConnectionWords
{
    public static readonly IReadOnlyList<string> Kinds = ["openai", "azure", "ollama", "anthropic"];
    public static readonly IReadOnlyList<string> Auths = ["key", "none", "managed_identity"];

    public static string Of(ConnectionKind kind) => kind switch
    {
        ConnectionKind.AzureOpenAi => "azure",
        ConnectionKind.Ollama => "ollama",
        ConnectionKind.Anthropic => "anthropic",
        _ => "openai",
    };

    public static ConnectionKind? Kind(string? word) => word switch
    {
        "openai" => ConnectionKind.OpenAi,
        "azure" => ConnectionKind.AzureOpenAi,
        "ollama" => ConnectionKind.Ollama,
        "anthropic" => ConnectionKind.Anthropic,
        _ => null,
    };

    public static string Of(ConnectionAuth auth) => auth switch
    {
        ConnectionAuth.None => "none",
        ConnectionAuth.ManagedIdentity => "managed_identity",
        _ => "key",
    };

    public static ConnectionAuth? Auth(string? word) => word switch
    {
        "key" => ConnectionAuth.Key,
        "none" => ConnectionAuth.None,
        "managed_identity" => ConnectionAuth.ManagedIdentity,
        _ => null,
    };
}
