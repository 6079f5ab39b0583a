using System.Text.Json;

namespace OpenWebUi.Services.Upstreams;

/// <summary>Keys and added headers of a connection, as an administrator writes them over those that are there. Messages repeat none of them.</summary>
internal static class ConnectionSecrets
{
    private const int MaxKeys = 20;
    private const int MaxHeaders = 20;
    private const int MaxCharacters = 4_096;
    private const int MaxNameCharacters = 100;

    /// <summary>They belong to the connection, to the body, or to HTTP itself. Those with <c>Content-</c> too.</summary>
    private static readonly HashSet<string> Reserved = new(StringComparer.OrdinalIgnoreCase)
    {
        "Host", "Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authorization", "Proxy-Authenticate", "TE", "Trailer", "Transfer-Encoding", "Upgrade",
        "Expect", "Accept-Encoding", "Range", "Allow", "Expires", "Last-Modified",
    };

    /// <summary><c>keys</c>: an empty text keeps the key at its place, null takes it away; not there, all stay.</summary>
    /// <param name="fields">The form.</param>
    /// <param name="kept">Whose keys may stay; null: nobody's.</param>
    public static IReadOnlyList<string> Keys(FieldReader fields, Connection? kept)
    {
        IReadOnlyList<string> before = kept?.Keys ?? [];
        if (fields.Value("keys") is not { } list)
        {
            return before;
        }

        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > MaxKeys)
        {
            fields.Fault("keys", $"a list of at most {MaxKeys} texts");
            return before;
        }

        var keys = new List<string>();
        foreach (var (place, entry) in list.EnumerateArray().Index())
        {
            var text = entry.ValueKind == JsonValueKind.String ? FieldReader.TextOf(entry) : null;
            if (text is { Length: > 0 and <= MaxCharacters } && text.All(c => c is > ' ' and <= '~'))
            {
                keys.Add(text);
            }
            else if (text is { Length: 0 } && place < before.Count)
            {
                keys.Add(before[place]);
            }
            else if (text is not { Length: 0 } && entry.ValueKind != JsonValueKind.Null)
            {
                fields.Fault("keys", $"texts of visible ASCII characters, at most {MaxCharacters} each; an empty one keeps the key at its place");
            }
        }

        return [.. keys.Distinct()];
    }

    /// <summary><c>headers</c>: null keeps a value, and a header that is not named is removed; not there, all stay.</summary>
    /// <param name="fields">The form.</param>
    /// <param name="kept">Whose values may stay; null: nobody's.</param>
    public static IReadOnlyDictionary<string, string> Headers(FieldReader fields, Connection? kept)
    {
        var before = kept?.Headers ?? new Dictionary<string, string>();
        if (fields.Members("headers", MaxHeaders) is not { } sent)
        {
            return before;
        }

        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in sent)
        {
            if (name.Length is 0 or > MaxNameCharacters || !name.All(IsTokenCharacter))
            {
                fields.Refuse("headers", $"A header's name has 1 to {MaxNameCharacters} ASCII letters, digits and dashes.");
            }
            else if (Reserved.Contains(name) || name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase))
            {
                fields.Refuse("headers", $"The header {name} is not yours to set: it belongs to the call itself.");
            }
            else if (value is not null && (value.Length is 0 or > MaxCharacters || !value.All(c => c is >= ' ' and <= '~' or '\t')))
            {
                fields.Refuse("headers", $"The value of {name} must be one line of 1 to {MaxCharacters} ASCII characters.");
            }
            else if ((value ?? before.FirstOrDefault(h => h.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value) is { } known)
            {
                headers[name] = known;
            }
        }

        return headers;
    }

    /// <summary>What of both does not go together.</summary>
    public static void Check(FieldReader fields, Connection connection)
    {
        if (OfKey(connection) is { } taken && connection.Headers.Keys.Any(name => name.Equals(taken, StringComparison.OrdinalIgnoreCase)))
        {
            fields.Refuse("headers", $"The key goes into the header {taken}. Remove the keys, or the header.");
        }

        if (ConnectionRows.Secrets(connection).Length > ConnectionRows.MaxSecretBytes)
        {
            fields.Refuse("keys", $"Keys and headers together have more than {ConnectionRows.MaxSecretBytes} characters.");
        }
    }

    /// <summary>The header that proves who calls; null: nothing does.</summary>
    private static string? OfKey(Connection connection) => connection switch
    {
        { Auth: ConnectionAuth.ManagedIdentity } => "Authorization",
        { Auth: ConnectionAuth.None } or { Keys.Count: 0 } => null,
        { Kind: ConnectionKind.AzureOpenAi } => "api-key",
        { Kind: ConnectionKind.Anthropic } => "x-api-key",
        _ => "Authorization",
    };

    /// <summary>RFC 9110, 5.6.2.</summary>
    private static bool IsTokenCharacter(char c) => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal);
}
