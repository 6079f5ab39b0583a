using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using OpenWebUi.Platform.Configuration;
using OpenWebUi.Services.Settings;
using OpenWebUi.Tests.Package;

namespace OpenWebUi.Tests.Documents;

/// <summary>Which environment variables the code reads, found in two ways that check each other: by configuring it and listening, and by its source.</summary>
internal static partial class ReadVariables
{
    /// <summary>.NET's own; it is set and not only read (InlineSockets), so no options class asks for it.</summary>
    private const string ThreadCount = "DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT";

    /// <summary>Some variables are asked for only where others are set: sites that between them use everything.</summary>
    public static readonly IReadOnlyList<Dictionary<string, string>> Sites =
    [
        new() { ["DATA_DIR"] = "./data" },
        new() { ["FUNCTIONS_CUSTOMHANDLER_PORT"] = "7071", ["WEBSITE_AUTH_ENABLED"] = "true", ["WEBSITE_SITE_NAME"] = "chat", ["AzureWebJobsStorage__accountName"] = "chatstore" },
        new() { ["CODE"] = "a-long-access-code", ["OPENAI_API_KEY"] = "k", ["AZURE_URL"] = "https://x.openai.azure.com", ["AZURE_API_KEY"] = "k", ["ANTHROPIC_API_KEY"] = "k", ["OLLAMA_BASE_URL"] = "http://127.0.0.1:11434" },
        new()
        {
            ["GOOGLE_CLIENT_ID"] = "i", ["GOOGLE_CLIENT_SECRET"] = "s", ["GITHUB_CLIENT_ID"] = "i", ["GITHUB_CLIENT_SECRET"] = "s",
            ["MICROSOFT_CLIENT_ID"] = "i", ["MICROSOFT_CLIENT_SECRET"] = "s", ["MICROSOFT_CLIENT_TENANT_ID"] = "common",
            ["OAUTH_CLIENT_ID"] = "i", ["OAUTH_CLIENT_SECRET"] = "s", ["OPENID_PROVIDER_URL"] = "https://id.example.org",
        },
        new() { ["ENABLE_LDAP"] = "true", ["LDAP_SEARCH_BASE"] = "dc=example,dc=org", ["LDAP_APP_DN"] = "cn=x,dc=example,dc=org", ["LDAP_APP_PASSWORD"] = "p" },
        new() { ["ENABLE_PASSWORD_VALIDATION"] = "true", ["WEBUI_ADMIN_EMAIL"] = "ann@example.org", ["WEBUI_ADMIN_PASSWORD"] = "Long-enough-1" },
        new() { ["STORAGE_PROVIDER"] = "s3", ["S3_BUCKET_NAME"] = "chats", ["S3_ACCESS_KEY_ID"] = "i", ["S3_SECRET_ACCESS_KEY"] = "s" },
        new() { ["DATABASE_URL"] = "postgresql://me:secret@db.example.org/chats" },
        new() { ["DATABASE_TYPE"] = "postgresql", ["DATABASE_HOST"] = "db.example.org", ["DATABASE_NAME"] = "chats", ["DATABASE_USER"] = "me" },
        new() { ["WEBUI_AUTH_TRUSTED_EMAIL_HEADER"] = "X-Email", ["FORWARDED_ALLOW_IPS"] = "10.0.0.1" },
    ];

    /// <summary>By listening. A colon in a name is another way to write two underscores.</summary>
    public static IReadOnlySet<string> Asked()
    {
        var asked = new SortedSet<string>(StringComparer.Ordinal) { ThreadCount };
        foreach (var site in Sites)
        {
            var listening = new Listening(site);
            var faults = new FaultList();
            SiteSettings.Read(new Variables(listening), faults);
            Assert.True(faults.All.Count == 0, faults.ToString());
            asked.UnionWith(listening.Asked.Select(name => name.Replace(":", "__", StringComparison.Ordinal)));
        }

        return asked;
    }

    /// <summary>Texts of the source that look like names of variables, but for those that are listed because they do nothing.</summary>
    public static IReadOnlySet<string> InSource() =>
        Directory.EnumerateFiles(Path.Combine(PublishedPackage.Repository(), "functions"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal) && Path.GetFileName(file) != "IgnoredVariables.cs")
            .SelectMany(file => QuotedName().Matches(File.ReadAllText(file))).Select(match => match.Groups[1].Value)
            .Where(name => !IsIgnored(name)).ToSortedSet();

    public static bool IsIgnored(string name) => IgnoredVariables.Among(new Variables(new Dictionary<string, string> { [name] = "x" })).Any();

    public static SortedSet<string> ToSortedSet(this IEnumerable<string> names) => new(names, StringComparer.Ordinal);

    [GeneratedRegex("\"(?<name>[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex QuotedName();

    /// <summary>An environment that remembers what it was asked for.</summary>
    private sealed class Listening(IReadOnlyDictionary<string, string> values) : IReadOnlyDictionary<string, string>
    {
        public HashSet<string> Asked { get; } = [];

        public IEnumerable<string> Keys => values.Keys;

        public IEnumerable<string> Values => values.Values;

        public int Count => values.Count;

        public string this[string key] => TryGetValue(key, out var value) ? value : throw new KeyNotFoundException(key);

        public bool ContainsKey(string key) => TryGetValue(key, out _);

        public bool TryGetValue(string key, [MaybeNullWhen(false)] out string value)
        {
            Asked.Add(key);
            return values.TryGetValue(key, out value);
        }

        public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => values.GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
