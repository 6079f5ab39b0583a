using OpenWebUi.Platform.Configuration;

namespace OpenWebUi.Services.Upstreams;

/// <summary>
/// NextChat's variables for single vendors: <c>AZURE_URL</c>, and <c>&lt;VENDOR&gt;_API_KEY</c> with <c>&lt;VENDOR&gt;_URL</c>. A key alone takes the vendor's
/// own address; a URL alone (a gateway that has the key) is enough, too.
/// </summary>
internal static class VendorVariables
{
    private const string DefaultAzureVersion = "2024-10-21";

    /// <summary>Vendors whose API is OpenAI's (their documentation, read 2026-11). An address without a path gets the one of the vendor's own.</summary>
    private static readonly Vendor[] Vendors =
    [
        new("google", "GOOGLE", "https://generativelanguage.googleapis.com/v1beta/openai"),
        new("deepseek", "DEEPSEEK", "https://api.deepseek.com/v1"),
        new("xai", "XAI", "https://api.x.ai/v1"),
        new("moonshot", "MOONSHOT", "https://api.moonshot.cn/v1"),
        new("siliconflow", "SILICONFLOW", "https://api.siliconflow.cn/v1"),
        new("chatglm", "CHATGLM", "https://open.bigmodel.cn/api/paas/v4"),
        new("bytedance", "BYTEDANCE", "https://ark.cn-beijing.volces.com/api/v3"),
        new("alibaba", "ALIBABA", "https://dashscope.aliyuncs.com/compatible-mode/v1"),
        new("ai302", "AI302", "https://api.302.ai/v1"),
    ];

    /// <summary>The beginnings of their variables, with the vendors' own addresses.</summary>
    public static IEnumerable<(string Prefix, string Url)> Known => Vendors.Select(vendor => (vendor.Prefix, vendor.Url));

    /// <summary>Every variable that is read here.</summary>
    public static IEnumerable<string> Names =>
        [.. Vendors.Append(new("anthropic", "ANTHROPIC", "")).Append(new("azure", "AZURE", "")).SelectMany(v => (string[])[v.Prefix + "_URL", v.Prefix + "_API_KEY"]),
            "AZURE_API_VERSION", "ANTHROPIC_API_VERSION"];

    public static IEnumerable<DraftConnection> Read(VariableReader reader)
    {
        if (Azure(reader) is { } azure)
        {
            yield return azure;
        }

        if (Draft(reader, new("anthropic", "ANTHROPIC", "https://api.anthropic.com"), ConnectionKind.Anthropic) is { } anthropic)
        {
            yield return reader.Text("ANTHROPIC_API_VERSION") is { } version
                ? anthropic with { Headers = new Dictionary<string, string> { ["anthropic-version"] = version } } : anthropic;
        }

        foreach (var vendor in Vendors)
        {
            if (Draft(reader, vendor, ConnectionKind.OpenAi) is { } draft)
            {
                yield return draft;
            }
        }
    }

    /// <summary>With a key, or without one by the identity of this site. The version <c>v1</c> takes the route without versions.</summary>
    private static DraftConnection? Azure(VariableReader reader)
    {
        var key = reader.Text("AZURE_API_KEY");
        if (reader.Text("AZURE_URL") is not { } url)
        {
            if (key is not null)
            {
                reader.Fault("AZURE_URL", "nothing", "the address of the resource, such as https://RESOURCE.openai.azure.com, beside AZURE_API_KEY");
            }

            return null;
        }

        var version = reader.Text("AZURE_API_VERSION") ?? DefaultAzureVersion;
        return new("azure", ConnectionKind.AzureOpenAi, url, "AZURE_URL", KeysOf(reader, "AZURE_API_KEY"))
        {
            Auth = key is null ? ConnectionAuth.ManagedIdentity : ConnectionAuth.Key,
            ApiVersion = version is "v1" or "preview" ? null : version,
        };
    }

    private static DraftConnection? Draft(VariableReader reader, Vendor vendor, ConnectionKind kind)
    {
        var keys = KeysOf(reader, vendor.Prefix + "_API_KEY");
        var url = reader.Text(vendor.Prefix + "_URL");
        if (keys.Length == 0 && url is null)
        {
            return null;
        }

        // The vendor's path where the address has none, because it is not /v1 everywhere.
        if (url is not null && kind == ConnectionKind.OpenAi && Uri.TryCreate(url.Contains("://", StringComparison.Ordinal) ? url : "https://" + url, UriKind.Absolute, out var given)
            && given.AbsolutePath == "/")
        {
            url = url.TrimEnd('/') + new Uri(vendor.Url).AbsolutePath;
        }

        return new(vendor.Provider, kind, url ?? vendor.Url, url is null ? vendor.Prefix + "_API_KEY" : vendor.Prefix + "_URL", keys);
    }

    /// <summary>Several with commas between them, as NextChat has them.</summary>
    private static string[] KeysOf(VariableReader reader, string name)
    {
        string[] keys = reader.Text(name)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
        if (keys.Any(key => key.Any(c => c is <= ' ' or > '~')))
        {
            reader.Fault(name, "a key with a blank or a character outside ASCII", "the key as the provider shows it");
        }

        return keys;
    }

    /// <param name="Provider">What NextChat calls it.</param>
    /// <param name="Prefix">Of its variables.</param>
    /// <param name="Url">Its own address.</param>
    private sealed record Vendor(string Provider, string Prefix, string Url);
}

/// <summary>A connection as variables describe it, before its address is understood and its name is chosen.</summary>
/// <param name="Provider">What <c>CUSTOM_MODELS</c> calls it.</param>
/// <param name="Kind">What it speaks.</param>
/// <param name="Url">As it stands in the variable.</param>
/// <param name="Variable">Which one.</param>
/// <param name="Keys">Provider keys.</param>
internal sealed record DraftConnection(string Provider, ConnectionKind Kind, string Url, string Variable, IReadOnlyList<string> Keys)
{
    public ConnectionAuth Auth { get; init; }

    public string? Organization { get; init; }

    public string? ApiVersion { get; init; }

    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();
}
