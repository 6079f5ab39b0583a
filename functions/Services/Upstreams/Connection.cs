namespace OpenWebUi.Services.Upstreams;

/// <summary>What a provider speaks, and where its paths are.</summary>
internal enum ConnectionKind
{
    /// <summary>The OpenAI API, and every server that speaks it.</summary>
    OpenAi,

    /// <summary>Azure OpenAI: OpenAI's dialect under routes of its own, with deployments in place of models.</summary>
    AzureOpenAi,

    /// <summary>Ollama: its native API under <c>/api</c>, the OpenAI dialect under <c>/v1</c>.</summary>
    Ollama,

    /// <summary>Anthropic's Messages API.</summary>
    Anthropic,

    /// <summary>The built-in <c>guide</c> model. No network.</summary>
    Guide,
}

/// <summary>The dialect in which one call is made.</summary>
internal enum Dialect
{
    OpenAi,
    OllamaNative,
    Anthropic,
}

/// <summary>How a call proves itself to the provider.</summary>
internal enum ConnectionAuth
{
    /// <summary>One of the connection's keys, where it has any.</summary>
    Key,
    None,

    /// <summary>A token of the platform's identity (Azure OpenAI only).</summary>
    ManagedIdentity,
}

/// <summary>A provider that models are asked at.</summary>
/// <param name="Id">Stable: <c>c-...</c> of the store, <c>env-openai-1</c> of the environment.</param>
/// <param name="Name">What people see: by default the host, with its port where one is given. Unique.</param>
/// <param name="BaseUrl">Without a trailing slash, as <see cref="Upstreams.BaseUrl"/> makes it. OpenAI: what stands before <c>/chat/completions</c>. Ollama: before <c>/api</c>. Azure: before <c>/openai</c>. Anthropic: before <c>/v1</c>.</param>
/// <param name="Keys">Provider keys; one is taken for each call. Empty: the provider asks for none.</param>
internal sealed record Connection(string Id, string Name, ConnectionKind Kind, string BaseUrl, IReadOnlyList<string> Keys)
{
    private const int MinSecretCharacters = 8;
    private const string OfficialHost = "https://api.openai.com";
    private const string AnthropicUrl = "https://api.anthropic.com";

    public ConnectionAuth Auth { get; init; }

    /// <summary>Sent as <c>OpenAI-Organization</c>, with keys of ours.</summary>
    public string? Organization { get; init; }

    /// <summary>Added to every call. Secrets like keys: never shown.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = Nothing;

    /// <summary>What no answer may repeat: keys, and values of headers that are long enough to be one.</summary>
    public IEnumerable<string> Secrets => Headers.Count == 0 ? Keys : Keys.Concat(Headers.Values.Where(value => value.Length >= MinSecretCharacters));

    /// <summary>Models are called <c>prefix.model</c>; null: as the provider calls them.</summary>
    public string? PrefixId { get; init; }

    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>The only models that are reached, as the provider calls them; empty: all.</summary>
    public IReadOnlyList<string> ModelIds { get; init; } = [];

    /// <summary>1 to 100: its share among connections that list the same model.</summary>
    public int Weight { get; init; } = 1;

    /// <summary>Switched off it is shown to administrators and asked by nobody.</summary>
    public bool IsEnabled { get; init; } = true;

    /// <summary>Azure: the route of deployments in this version of the API; null: the <c>v1</c> route.</summary>
    public string? ApiVersion { get; init; }

    /// <summary>Azure: the deployment of a model; one that is not here is its own deployment's name.</summary>
    public IReadOnlyDictionary<string, string> Deployments { get; init; } = Nothing;

    /// <summary>Where an administrator says so: the server is one's own. Null: by kind.</summary>
    public bool? SaysLocal { get; init; }

    /// <summary>The groups whose members reach it; null: everybody.</summary>
    public IReadOnlyList<string>? GroupIds { get; init; }

    /// <summary>The variable that fixes it; null: an administrator made it.</summary>
    public string? Variable { get; init; }

    /// <summary>What <c>CUSTOM_MODELS</c> calls it behind the <c>@</c>, in lower case: <c>openai</c>, <c>azure</c>, <c>deepseek</c>...</summary>
    public string Provider { get; init; } = "";

    private static readonly IReadOnlyDictionary<string, string> Nothing = new Dictionary<string, string>();

    public bool IsLocal => SaysLocal ?? Kind is ConnectionKind.Ollama or ConnectionKind.Guide;

    /// <summary>The server is OpenAI's own, or Azure's copy: its rules for the parameters of reasoning models hold.</summary>
    public bool IsOfficial => Kind == ConnectionKind.AzureOpenAi
        || (Kind == ConnectionKind.OpenAi && BaseUrl.StartsWith(OfficialHost, StringComparison.OrdinalIgnoreCase)
            && (BaseUrl.Length == OfficialHost.Length || BaseUrl[OfficialHost.Length] == '/'));

    /// <summary>
    /// A caller's own key may take the place of the server's: only where the provider checks keys. A server without a key
    /// of ours would let any made-up key in, past the access codes.
    /// </summary>
    public bool TakesOwnKeys => Kind switch
    {
        ConnectionKind.OpenAi => Keys.Count > 0 || IsOfficial,
        ConnectionKind.Anthropic => Keys.Count > 0 || BaseUrl.Equals(AnthropicUrl, StringComparison.OrdinalIgnoreCase),
        _ => false,
    };

    /// <summary>The dialect in which a call of this dialect is made here: the same where the provider speaks it.</summary>
    public Dialect Spoken(Dialect dialect) => Kind switch
    {
        ConnectionKind.Anthropic => Dialect.Anthropic,
        ConnectionKind.Ollama or ConnectionKind.Guide => dialect == Dialect.OllamaNative ? dialect : Dialect.OpenAi,
        _ => Dialect.OpenAi,
    };

    /// <summary>What the provider calls a model that callers call <paramref name="modelId"/>; null when that is not a model of this connection by its prefix.</summary>
    public string? NameAtProvider(string modelId)
    {
        if (PrefixId is { } prefix)
        {
            if (!modelId.StartsWith(prefix + ".", StringComparison.Ordinal))
            {
                return null;
            }

            modelId = modelId[(prefix.Length + 1)..];
        }

        return Deployments.GetValueOrDefault(modelId, modelId);
    }

    /// <summary>What callers call a model of this provider.</summary>
    public string NameForCallers(string model) => PrefixId is null ? model : $"{PrefixId}.{model}";

    /// <summary>Whether the models that the connection is limited to, if it is, have the one with this name at the provider.</summary>
    public bool Allows(string name) => ModelIds.Count == 0 || ModelIds.Contains(name) || Deployments.Any(d => d.Value == name && ModelIds.Contains(d.Key));

    /// <summary>The URL of a call. The path comes from an allow-list, never from a caller.</summary>
    /// <param name="dialect">One that the connection speaks (<see cref="Spoken"/>).</param>
    /// <param name="path">Behind the base of that dialect.</param>
    /// <param name="query">Empty, or with its question mark.</param>
    /// <param name="model">As <see cref="NameAtProvider"/> says: Azure's route of deployments has it in the path.</param>
    public Uri UrlFor(Dialect dialect, string path, string query, string? model = null) => KnownUrls.Of(Kind switch
    {
        ConnectionKind.OpenAi => $"{BaseUrl}/{path}{query}",
        ConnectionKind.AzureOpenAi when ApiVersion is null => $"{BaseUrl}/openai/v1/{path}{query}",
        ConnectionKind.AzureOpenAi => $"{BaseUrl}/openai/{(model is null ? "" : $"deployments/{PathSegment(model)}/")}{path}{WithVersion(query, ApiVersion)}",
        ConnectionKind.Anthropic => $"{BaseUrl}/v1/{path}{query}",
        _ => $"{BaseUrl}/{(dialect == Dialect.OllamaNative ? "api" : "v1")}/{path}{query}",
    });

    /// <summary>One segment and nothing else: two dots alone would climb.</summary>
    private static string PathSegment(string model) => model.Trim('.').Length == 0 ? "-" : Uri.EscapeDataString(model);

    private static string WithVersion(string query, string version) =>
        query.Contains("api-version=", StringComparison.OrdinalIgnoreCase) ? query : $"{(query.Length > 1 ? query + "&" : "?")}api-version={Uri.EscapeDataString(version)}";
}
