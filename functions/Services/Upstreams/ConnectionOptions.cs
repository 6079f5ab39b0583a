using OpenWebUi.Platform.Configuration;
using OpenWebUi.Platform.Hosting;

namespace OpenWebUi.Services.Upstreams;

/// <summary>The connections that the environment configures, and the clocks of every call.</summary>
/// <param name="Configured">In order: OpenAI-compatible ones first; the first of them is the default.</param>
/// <param name="GuideModel"><c>ENABLE_GUIDE_MODEL</c>: true always, false never, null while nothing else answers.</param>
/// <param name="FindsOllama">An Ollama on this machine is found by itself: not under the Functions host, not with <c>ENABLE_OLLAMA_API=false</c>, not where <c>OLLAMA_BASE_URL(S)</c> names one.</param>
/// <param name="IdleTimeout"><c>AIOHTTP_CLIENT_STREAM_IDLE_TIMEOUT</c> in seconds, default 600: how long nothing may move in either direction before a call is given up. There is no total timeout.</param>
internal sealed record ConnectionOptions(
    IReadOnlyList<Connection> Configured, bool? GuideModel, bool FindsOllama, TimeSpan IdleTimeout)
{
    /// <summary><c>ENABLE_OPENAI_API</c>: false, and no connection but Ollama is asked; null: an administrator says.</summary>
    public bool? EnablesOpenAi { get; init; }

    /// <summary><c>ENABLE_OLLAMA_API</c>: false, and no Ollama is asked; null: an administrator says.</summary>
    public bool? EnablesOllama { get; init; }

    /// <summary><c>AZURE_CLIENT_ID</c>: which managed identity asks Azure OpenAI; null: the system's.</summary>
    public string? IdentityClientId { get; init; }

    private const string OfficialUrl = "https://api.openai.com/v1";
    private const int DefaultIdleSeconds = 600;

    public static ConnectionOptions Read(VariableReader reader, HostingOptions hosting)
    {
        var connections = new List<Connection>();
        if (reader.Flag("ENABLE_OPENAI_API") ?? true)
        {
            AddOpenAi(reader, connections);
            foreach (var draft in VendorVariables.Read(reader))
            {
                Add(reader, connections, draft);
            }
        }

        var usesOllama = reader.Flag("ENABLE_OLLAMA_API") ?? true;
        var ollama = usesOllama ? Urls(reader, "OLLAMA_BASE_URLS", "OLLAMA_BASE_URL", alias: null) : (null, "");
        AddOllama(reader, connections, ollama.Urls ?? [], ollama.Variable);
        return new(
            connections,
            reader.Flag("ENABLE_GUIDE_MODEL"),
            usesOllama && ollama.Urls is null && !hosting.UnderFunctionsHost,
            TimeSpan.FromSeconds(reader.Integer("AIOHTTP_CLIENT_STREAM_IDLE_TIMEOUT", 5, 3600) ?? DefaultIdleSeconds))
        {
            EnablesOpenAi = reader.Flag("ENABLE_OPENAI_API"),
            EnablesOllama = reader.Flag("ENABLE_OLLAMA_API"),
            IdentityClientId = reader.Text("AZURE_CLIENT_ID"),
        };
    }

    private static void AddOllama(VariableReader reader, List<Connection> connections, IReadOnlyList<string> urls, string variable)
    {
        if (urls.Count == 0)
        {
            return;
        }

        var configs = new EnvironmentConfigs(reader, "OLLAMA_API_CONFIGS");
        foreach (var (place, url) in urls.Index().Where(entry => entry.Item.Length > 0))
        {
            Add(reader, connections, new("ollama", ConnectionKind.Ollama, url, variable, []), connection => configs.Apply(connection, place, url));
        }

        configs.End();
    }

    private static void AddOpenAi(VariableReader reader, List<Connection> connections)
    {
        var (urls, variable) = Urls(reader, "OPENAI_API_BASE_URLS", "OPENAI_API_BASE_URL", alias: "BASE_URL");
        var keyLists = KeyLists(reader);
        if (urls is null)
        {
            if (keyLists.All(keys => keys.Count == 0))
            {
                return;
            }

            (urls, variable) = ([OfficialUrl], "OPENAI_API_BASE_URL");
        }

        if (keyLists.Count > urls.Count)
        {
            reader.Fault("OPENAI_API_KEYS", $"{keyLists.Count} keys", $"at most one for each of the {urls.Count} base URLs in {variable}");
        }

        var organization = reader.Text("OPENAI_ORG_ID");
        var configs = new EnvironmentConfigs(reader, "OPENAI_API_CONFIGS");
        foreach (var (place, text) in urls.Index())
        {
            var url = text.Length > 0 ? text : OfficialUrl;
            Add(reader, connections, new("openai", ConnectionKind.OpenAi, url, variable, place < keyLists.Count ? keyLists[place] : [])
            {
                Organization = organization,
            }, connection => configs.Apply(connection, place, url));
        }

        configs.End();
    }

    /// <summary><c>OPENAI_API_KEYS</c>: one for each URL. <c>OPENAI_API_KEY</c>: for the first URL, several with commas between them (NextChat), one taken at random for each call.</summary>
    private static List<IReadOnlyList<string>> KeyLists(VariableReader reader)
    {
        const StringSplitOptions clean = StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries;
        var list = reader.List("OPENAI_API_KEYS", secret: true);
        var lists = (list is null ? null : WithoutEmptyEnd(list))?.Select(key => (IReadOnlyList<string>)(key.Length > 0 ? [key] : [])).ToList()
            ?? (reader.Text("OPENAI_API_KEY") is { } one ? [one.Split(',', clean)] : []);
        if (lists.SelectMany(keys => keys).Any(key => key.Any(c => c is <= ' ' or > '~')))
        {
            reader.Fault(list is null ? "OPENAI_API_KEY" : "OPENAI_API_KEYS", "a key with a blank or a character outside ASCII", "the key as the provider shows it");
        }

        return lists;
    }

    /// <summary>An empty entry keeps its place, so that pairs stay pairs; at the end of the list it is a semicolon too many.</summary>
    private static List<string> WithoutEmptyEnd(IReadOnlyList<string> list) =>
        [.. list.Take(list.Count - list.Reverse().TakeWhile(entry => entry.Length == 0).Count())];

    /// <summary>An empty entry of <paramref name="plural"/> means OpenAI's own address, as in Open WebUI.</summary>
    private static (IReadOnlyList<string>? Urls, string Variable) Urls(VariableReader reader, string plural, string singular, string? alias)
    {
        if (reader.List(plural) is { } list)
        {
            return (WithoutEmptyEnd(list) is { Count: > 0 } some ? some : null, plural);
        }

        var text = alias is null ? reader.Text(singular) : reader.Text(singular, alias);
        return (text is null ? null : [text], reader.Text(singular) is null && alias is not null ? alias : singular);
    }

    /// <param name="adjust">What more is said of the connection; null: nothing.</param>
    private static void Add(VariableReader reader, List<Connection> connections, DraftConnection draft, Func<Connection, Connection>? adjust = null)
    {
        var url = BaseUrl.Of(draft.Kind, draft.Url);
        if (url is null)
        {
            reader.Fault(draft.Variable, draft.Url, "an http or https URL such as https://api.openai.com/v1, without user name, query or fragment");
            return;
        }

        if (AddressGuard.Refuses(new Uri(url)))
        {
            reader.Fault(draft.Variable, draft.Url, "an address that is neither link-local nor of a cloud's metadata service");
            return;
        }

        var name = BaseUrl.NameOf(url);
        var twins = connections.Count(c => c.Name == name || c.Name.StartsWith(name + " #", StringComparison.Ordinal));
        var made = new Connection($"env-{draft.Provider}-{connections.Count(c => c.Provider == draft.Provider) + 1}", twins == 0 ? name : $"{name} #{twins + 1}", draft.Kind, url, draft.Keys)
        {
            Auth = draft.Auth,
            Organization = draft.Organization,
            ApiVersion = draft.ApiVersion,
            Headers = draft.Headers,
            Provider = draft.Provider,
            Variable = draft.Variable,
        };
        connections.Add(adjust is null ? made : adjust(made));
    }
}
