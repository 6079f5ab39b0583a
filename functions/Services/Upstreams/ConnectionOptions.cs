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
    private const string OfficialUrl = "https://api.openai.com/v1";
    private const int DefaultIdleSeconds = 600;

    public static ConnectionOptions Read(VariableReader reader, HostingOptions hosting)
    {
        var connections = new List<Connection>();
        if (reader.Flag("ENABLE_OPENAI_API") ?? true)
        {
            AddOpenAi(reader, connections);
        }

        var usesOllama = reader.Flag("ENABLE_OLLAMA_API") ?? true;
        var ollama = usesOllama ? Urls(reader, "OLLAMA_BASE_URLS", "OLLAMA_BASE_URL", alias: null) : (null, "");
        foreach (var text in ollama.Urls ?? [])
        {
            Add(reader, connections, ConnectionKind.Ollama, text, ollama.Variable, [], null);
        }

        return new(
            connections,
            reader.Flag("ENABLE_GUIDE_MODEL"),
            usesOllama && ollama.Urls is null && !hosting.UnderFunctionsHost,
            TimeSpan.FromSeconds(reader.Integer("AIOHTTP_CLIENT_STREAM_IDLE_TIMEOUT", 5, 3600) ?? DefaultIdleSeconds));
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
        for (var i = 0; i < urls.Count; i++)
        {
            Add(reader, connections, ConnectionKind.OpenAi, urls[i], variable, i < keyLists.Count ? keyLists[i] : [], organization);
        }
    }

    /// <summary><c>OPENAI_API_KEYS</c>: one for each URL. <c>OPENAI_API_KEY</c>: for the first URL, several with commas between them (NextChat), one taken at random for each call.</summary>
    private static List<IReadOnlyList<string>> KeyLists(VariableReader reader)
    {
        const StringSplitOptions clean = StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries;
        var lists = reader.List("OPENAI_API_KEYS", secret: true)?.Select(key => (IReadOnlyList<string>)(key.Length > 0 ? [key] : [])).ToList()
            ?? (reader.Text("OPENAI_API_KEY") is { } one ? [one.Split(',', clean)] : []);
        if (lists.SelectMany(keys => keys).Any(key => key.Any(c => c is <= ' ' or > '~')))
        {
            reader.Fault("OPENAI_API_KEY", "a key with a blank or a character outside ASCII", "the key as the provider shows it", secret: false);
        }

        return lists;
    }

    private static (IReadOnlyList<string>? Urls, string Variable) Urls(VariableReader reader, string plural, string singular, string? alias)
    {
        if (reader.List(plural) is { } list)
        {
            return (list.Where(url => url.Length > 0).ToList() is { Count: > 0 } some ? some : null, plural);
        }

        var text = alias is null ? reader.Text(singular) : reader.Text(singular, alias);
        return (text is null ? null : [text], reader.Text(singular) is null && alias is not null ? alias : singular);
    }

    private static void Add(
        VariableReader reader, List<Connection> connections, ConnectionKind kind, string text, string variable, IReadOnlyList<string> keys, string? organization)
    {
        var url = kind == ConnectionKind.Ollama ? BaseUrl.OfOllama(text) : BaseUrl.OfOpenAi(text);
        if (url is null)
        {
            // It may be a key in the wrong variable, or hold user:password.
            reader.Fault(variable, text, "an http or https URL such as https://api.openai.com/v1, without user name, query or fragment",
                secret: text.StartsWith("sk-", StringComparison.Ordinal) || text.Contains('@', StringComparison.Ordinal) || text.Contains('?', StringComparison.Ordinal));
            return;
        }

        var name = BaseUrl.NameOf(url);
        var twins = connections.Count(c => c.Name == name || c.Name.StartsWith(name + " #", StringComparison.Ordinal));
        connections.Add(new(twins == 0 ? name : $"{name} #{twins + 1}", kind, url, keys, organization));
    }
}
