namespace OpenWebUi.Services.Upstreams;

/// <summary>What a provider speaks.</summary>
internal enum ConnectionKind
{
    /// <summary>The OpenAI API, and every server that speaks it.</summary>
    OpenAi,

    /// <summary>Ollama: its native API under <c>/api</c>, the OpenAI dialect under <c>/v1</c>.</summary>
    Ollama,

    /// <summary>The built-in <c>guide</c> model. No network.</summary>
    Guide,
}

/// <summary>The dialect in which one call is made.</summary>
internal enum Dialect
{
    OpenAi,
    OllamaNative,
}

/// <summary>A provider that models are asked at.</summary>
/// <param name="Name">What people see: the host, with its port where one is given. Unique.</param>
/// <param name="BaseUrl">Without a trailing slash. OpenAI: what stands before <c>/chat/completions</c>. Ollama: what stands before <c>/api</c>.</param>
/// <param name="Keys">Provider keys; one is taken at random for each call. Empty: the provider asks for none.</param>
/// <param name="Organization">Sent as <c>OpenAI-Organization</c>.</param>
internal sealed record Connection(
    string Name, ConnectionKind Kind, string BaseUrl, IReadOnlyList<string> Keys, string? Organization = null)
{
    private const string OfficialHost = "https://api.openai.com/";

    public bool IsLocal => Kind != ConnectionKind.OpenAi;

    /// <summary>
    /// A caller's own key may take the place of the server's: only where the provider checks keys. A server without a key
    /// of ours would let any made-up key in, past the access codes.
    /// </summary>
    public bool TakesOwnKeys => Kind == ConnectionKind.OpenAi
        && (Keys.Count > 0 || (BaseUrl + "/").StartsWith(OfficialHost, StringComparison.OrdinalIgnoreCase));

    /// <summary>The URL of a call. The path comes from an allow-list, never from a caller.</summary>
    public Uri UrlFor(Dialect dialect, string path, string query) => new(Kind switch
    {
        ConnectionKind.OpenAi => $"{BaseUrl}/{path}{query}",
        _ => $"{BaseUrl}/{(dialect == Dialect.OllamaNative ? "api" : "v1")}/{path}{query}",
    });
}
