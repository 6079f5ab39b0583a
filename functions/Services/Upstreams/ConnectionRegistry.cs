namespace OpenWebUi.Services.Upstreams;

/// <summary>
/// The connections that answer now, in order of precedence: the environment's, an administrator's, an Ollama found on this
/// machine, and the guide while nothing else answers.
/// </summary>
internal sealed class ConnectionRegistry(ConnectionOptions options, ConnectionStore store)
{
    public static readonly Connection Guide = new("guide", "OpenWebUi", ConnectionKind.Guide, "http://guide.invalid", []);

    private volatile Connection? _discovered;
    private volatile Merged? _merged;
    private volatile On? _on;

    /// <summary>The models that the discovered Ollama offers decide whether the guide steps back: an Ollama without a model answers nobody.</summary>
    public void Discovered(Connection? ollama) => _discovered = ollama;

    /// <summary>Everything but Ollama may be asked: <c>ENABLE_OPENAI_API</c>, else what an administrator says.</summary>
    public bool EnablesOpenAi => options.EnablesOpenAi ?? store.Current.EnablesOpenAi;

    /// <summary>Ollama may be asked: <c>ENABLE_OLLAMA_API</c>, else what an administrator says.</summary>
    public bool EnablesOllama => options.EnablesOllama ?? store.Current.EnablesOllama;

    /// <summary>Those that are switched on.</summary>
    public IReadOnlyList<Connection> All
    {
        get
        {
            var (everything, discovered, openAi, ollamas) = (Everything, _discovered, EnablesOpenAi, EnablesOllama);
            if (_on is { } on && ReferenceEquals(on.Everything, everything) && ReferenceEquals(on.Discovered, discovered) && on.OpenAi == openAi && on.Ollamas == ollamas)
            {
                return on.All;
            }

            List<Connection> all = [.. everything.Where(IsOn)];
            if (discovered is { } ollama && EnablesOllama && !all.Any(c => c.Kind == ConnectionKind.Ollama && c.BaseUrl == ollama.BaseUrl))
            {
                all.Add(ollama);
            }

            if (options.GuideModel ?? all.Count == 0)
            {
                all.Add(Guide);
            }

            _on = new(everything, discovered, openAi, ollamas, all);
            return all;
        }
    }

    /// <summary>Also those that are switched off, for who administers them; without the discovered Ollama and the guide.</summary>
    public IReadOnlyList<Connection> Everything
    {
        get
        {
            var stored = store.Current;
            var merged = _merged;
            if (merged is null || !ReferenceEquals(merged.Stored, stored))
            {
                _merged = merged = new(stored, Merge(stored));
            }

            return merged.Connections;
        }
    }

    /// <summary>Takes models that no connection lists, and callers' own keys: the first OpenAI-compatible connection.</summary>
    public Connection? Default => All.FirstOrDefault(c => c.Kind == ConnectionKind.OpenAi);

    /// <summary>
    /// Where a caller's own key goes, in a call of this dialect: the first connection of the provider whose clients speak it. Never to another
    /// provider, that would see it. Null: nowhere.
    /// </summary>
    public Connection? ForOwnKey(Dialect dialect) => dialect switch
    {
        Dialect.OpenAi => Default is { TakesOwnKeys: true } own ? own : null,
        Dialect.Anthropic => All.FirstOrDefault(c => c.Kind == ConnectionKind.Anthropic) is { TakesOwnKeys: true } own ? own : null,
        _ => null,
    };

    public bool TakesOwnKeys => ForOwnKey(Dialect.OpenAi) is not null || ForOwnKey(Dialect.Anthropic) is not null;

    /// <summary>It may be asked: neither it nor its kind is switched off.</summary>
    public bool IsOn(Connection connection) => connection.IsEnabled && (connection.Kind == ConnectionKind.Ollama ? EnablesOllama : EnablesOpenAi);

    /// <summary>The names that an administrator's connection cannot have.</summary>
    public HashSet<string> FixedNames() => ConnectionNames.SetOf([.. options.Configured.Select(c => c.Name), Guide.Name, OllamaDiscovery.Name]);

    /// <summary>Call before a decision on connections: waits, a second at most, where what is known of the store is older than 5 s. Without the store the last known ones stand in.</summary>
    public ValueTask RefreshAsync(CancellationToken cancellation) => store.RefreshAsync(cancellation);

    /// <summary>A name that the environment took after an administrator had given it goes on with a number.</summary>
    private List<Connection> Merge(StoredConnections stored)
    {
        List<Connection> all = [.. options.Configured];
        var taken = FixedNames();
        foreach (var connection in stored.Connections)
        {
            var name = ConnectionNames.Free(connection.Name, taken);
            all.Add(name == connection.Name ? connection : connection with { Name = name });
            taken.Add(name);
        }

        return all;
    }

    /// <summary>Every call asks for the list: it is made once for each change.</summary>
    private sealed record On(IReadOnlyList<Connection> Everything, Connection? Discovered, bool OpenAi, bool Ollamas, IReadOnlyList<Connection> All);

    private sealed record Merged(StoredConnections Stored, IReadOnlyList<Connection> Connections);
}
