namespace OpenWebUi.Services.Upstreams;

/// <summary>The connections that answer now: configured ones, an Ollama found on this machine, and the guide while nothing else answers.</summary>
internal sealed class ConnectionRegistry(ConnectionOptions options)
{
    public static readonly Connection Guide = new("OpenWebUi", ConnectionKind.Guide, "http://guide.invalid", []);

    private volatile Connection? _discovered;

    /// <summary>The models that the discovered Ollama offers decide whether the guide steps back: an Ollama without a model answers nobody.</summary>
    public void Discovered(Connection? ollama) => _discovered = ollama;

    public IReadOnlyList<Connection> All
    {
        get
        {
            List<Connection> all = [.. options.Configured];
            if (_discovered is { } ollama)
            {
                all.Add(ollama);
            }

            if (options.GuideModel ?? all.Count == 0)
            {
                all.Add(Guide);
            }

            return all;
        }
    }

    /// <summary>Takes models that no connection lists, and callers' own keys: the first OpenAI-compatible connection.</summary>
    public Connection? Default => options.Configured.FirstOrDefault(c => c.Kind == ConnectionKind.OpenAi);

    public bool TakesOwnKeys => Default is { TakesOwnKeys: true };
}
