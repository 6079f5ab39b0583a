using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Relay;

/// <summary>What the body of a call is, as far as the relay cares.</summary>
internal enum BodyForm
{
    None,

    /// <summary>A JSON object with <c>model</c> and perhaps <c>stream</c>.</summary>
    Json,

    /// <summary>A form with files, or JSON: the content type says which.</summary>
    Multipart,
}

/// <summary>A path of a provider that callers may reach, relative to the base URL.</summary>
/// <param name="UsesTokens">Its answers are counted in tokens.</param>
internal sealed record RelayPath(string Method, string Path, BodyForm Body, bool UsesTokens = false);

/// <summary>
/// Every provider path that the relay reaches. Exact: nothing that a caller sends becomes part of a provider's URL except
/// its query. What manages a provider's account, files or models is not here.
/// </summary>
internal static class RelayPaths
{
    private static readonly Dictionary<string, RelayPath> OpenAi = Table(
        new("POST", "chat/completions", BodyForm.Json, UsesTokens: true),
        new("POST", "completions", BodyForm.Json, UsesTokens: true),
        new("POST", "embeddings", BodyForm.Json, UsesTokens: true),
        new("POST", "responses", BodyForm.Json, UsesTokens: true),
        new("POST", "moderations", BodyForm.Json),
        new("POST", "rerank", BodyForm.Json),
        new("POST", "audio/speech", BodyForm.Json),
        new("POST", "audio/transcriptions", BodyForm.Multipart),
        new("POST", "audio/translations", BodyForm.Multipart),
        new("POST", "images/generations", BodyForm.Json),
        new("POST", "images/edits", BodyForm.Multipart),
        new("POST", "images/variations", BodyForm.Multipart),
        new("GET", "dashboard/billing/usage", BodyForm.None),
        new("GET", "dashboard/billing/subscription", BodyForm.None));

    private static readonly Dictionary<string, RelayPath> Ollama = Table(
        new("POST", "chat", BodyForm.Json, UsesTokens: true),
        new("POST", "generate", BodyForm.Json, UsesTokens: true),
        new("POST", "embed", BodyForm.Json, UsesTokens: true),
        new("POST", "embeddings", BodyForm.Json, UsesTokens: true),
        new("POST", "show", BodyForm.Json),
        new("GET", "version", BodyForm.None));

    private static readonly Dictionary<string, RelayPath> Anthropic = Table(
        new("POST", "messages", BodyForm.Json, UsesTokens: true),
        new("POST", "messages/count_tokens", BodyForm.Json));

    /// <summary>The path of a dialect, or null when callers may not reach it.</summary>
    public static RelayPath? Find(Dialect dialect, string path) =>
        (dialect switch { Dialect.OpenAi => OpenAi, Dialect.Anthropic => Anthropic, _ => Ollama }).GetValueOrDefault(path);

    private static Dictionary<string, RelayPath> Table(params RelayPath[] paths) => paths.ToDictionary(path => path.Path);
}
