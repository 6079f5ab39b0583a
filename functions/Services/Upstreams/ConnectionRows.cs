using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using OpenWebUi.Platform.Http;
using OpenWebUi.Platform.Security;
using OpenWebUi.Platform.Storage;

namespace OpenWebUi.Services.Upstreams;

/// <summary>
/// How connections stand in the store: one partition, a row for each (<c>Fields</c>: JSON; <c>Secrets</c>: keys and header values, sealed),
/// and the row <c>site</c> with their order and the two switches. What is sealed names the connection and the host that it was entered for:
/// whoever can write rows, but does not know the site's secret, cannot send a key elsewhere.
/// </summary>
internal static class ConnectionRows
{
    public const string Table = "Connections";
    public const string Partition = "site";
    public const string SiteRow = "site";

    /// <summary>Fields and secrets of one connection; 50 of both still fit into a batch (4 MiB), whatever characters they have.</summary>
    public const int MaxFieldCharacters = 24_000;

    /// <inheritdoc cref="MaxFieldCharacters"/>
    public const int MaxSecretBytes = 16_000;

    private const string Prefix = "c.";
    private const string KeyPurpose = "connections";
    private const string Letters = "abcdefghijklmnopqrstuvwxyz0123456789";

    public static string NewId() => "c-" + RandomNumberGenerator.GetString(Letters, 10);

    public static string RowOf(string id) => Prefix + id;

    public static string? IdOf(StoredRow row) => row.Key.Row.StartsWith(Prefix, StringComparison.Ordinal) ? row.Key.Row[Prefix.Length..] : null;

    /// <summary>Those that the order names, then others.</summary>
    public static StoredConnections Set(StoredRow? site, Dictionary<string, StoredConnection> found)
    {
        var order = site?.Properties.GetText("Order")?.Split(',') ?? [];
        var places = order.Index().DistinctBy(entry => entry.Item).ToDictionary(entry => entry.Item, entry => entry.Index);
        return new(
            [.. found.Values.OrderBy(row => places.GetValueOrDefault(row.Connection.Id, int.MaxValue)).ThenBy(row => row.Connection.Id, StringComparer.Ordinal)],
            site?.Properties.GetBoolean("EnablesOpenAi") ?? true, site?.Properties.GetBoolean("EnablesOllama") ?? true, site?.ETag);
    }

    public static bool IsSameSite(StoredConnections one, StoredConnections other) =>
        OrderOf(one) == OrderOf(other) && (one.EnablesOpenAi, one.EnablesOllama) == (other.EnablesOpenAi, other.EnablesOllama);

    public static RowProperties SiteProperties(StoredConnections set) => new()
    {
        ["Order"] = OrderOf(set),
        ["EnablesOpenAi"] = set.EnablesOpenAi,
        ["EnablesOllama"] = set.EnablesOllama,
    };

    /// <summary>What a batch stored, with the versions that it gave.</summary>
    public static StoredConnections Stored(StoredConnections set, IReadOnlyList<RowOperation> operations, IReadOnlyList<ETag?> versions)
    {
        var byRow = operations.Zip(versions).ToDictionary(pair => pair.First.Row, pair => pair.Second);
        return new(
            [.. set.Rows.Select(row => byRow.TryGetValue(RowOf(row.Connection.Id), out var version) ? row with { Version = version!.Value } : row)],
            set.EnablesOpenAi, set.EnablesOllama, byRow[SiteRow]);
    }

    public static async ValueTask<RowProperties> PropertiesAsync(StoredConnection row, SigningKey keys, CancellationToken cancellation)
    {
        var connection = row.Connection;
        var hasSecrets = connection.Keys.Count > 0 || connection.Headers.Count > 0;
        return new()
        {
            ["Fields"] = Encoding.UTF8.GetString(Fields(connection)),
            ["Secrets"] = hasSecrets ? Seal.Close(await keys.ForAsync(KeyPurpose, cancellation), Secrets(connection)) : row.LostSecrets,
        };
    }

    /// <summary>Null for what this version does not understand.</summary>
    /// <exception cref="StoreUnavailableException">The site's secret cannot be read.</exception>
    public static async Task<StoredConnection?> ReadAsync(StoredRow row, SigningKey keys, CancellationToken cancellation)
    {
        Connection connection;
        try
        {
            using var document = JsonDocument.Parse(row.Properties.GetText("Fields") ?? "");
            connection = ReadFields(IdOf(row)!, document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or UriFormatException or FormatException)
        {
            return null;
        }

        if (row.Properties.GetText("Secrets") is not { } text)
        {
            return new(connection, row.ETag);
        }

        var opened = await keys.FirstAsync(KeyPurpose, key => Open(connection, Seal.Open(key.Bytes, text)), cancellation);
        return opened is null ? new(connection, row.ETag, text) : new(opened, row.ETag);
    }

    /// <summary>JSON of everything but secrets. In ASCII: any other character counts as the six that it takes in a batch.</summary>
    public static byte[] Fields(Connection connection) => JsonBytes.Object(json =>
    {
        json.WriteString("name", connection.Name);
        json.WriteString("kind", ConnectionWords.Of(connection.Kind));
        json.WriteString("base_url", connection.BaseUrl);
        json.WriteString("auth", ConnectionWords.Of(connection.Auth));
        json.WriteString("organization", connection.Organization);
        json.WriteString("api_version", connection.ApiVersion);
        json.WriteString("prefix_id", connection.PrefixId);
        json.WriteNumber("weight", connection.Weight);
        json.WriteBoolean("enabled", connection.IsEnabled);
        Map(json, "deployments", connection.Deployments);
        List(json, "tags", connection.Tags);
        List(json, "model_ids", connection.ModelIds);
        if (connection.SaysLocal is { } local)
        {
            json.WriteBoolean("local", local);
        }

        if (connection.GroupIds is { } groups)
        {
            List(json, "group_ids", groups);
        }
    });

    /// <summary>What is sealed of a connection.</summary>
    public static byte[] Secrets(Connection connection) => JsonBytes.Object(json =>
    {
        json.WriteString("for", Binding(connection));
        List(json, "keys", connection.Keys);
        Map(json, "headers", connection.Headers);
    });

    private static string OrderOf(StoredConnections set) => string.Join(',', set.Rows.Select(row => row.Connection.Id));

    private static string Binding(Connection connection) => $"{connection.Id} {BaseUrl.OriginOf(connection.BaseUrl)}";

    private static Connection ReadFields(string id, JsonElement json)
    {
        var kind = ConnectionWords.Kind(json.GetProperty("kind").GetString()) ?? throw new FormatException();
        return new(id, json.GetProperty("name").GetString()!, kind, new Uri(json.GetProperty("base_url").GetString()!).OriginalString, [])
        {
            Provider = ConnectionWords.Of(kind),
            Auth = ConnectionWords.Auth(json.GetProperty("auth").GetString()) ?? throw new FormatException(),
            Organization = json.Text("organization"),
            ApiVersion = json.Text("api_version"),
            PrefixId = json.Text("prefix_id"),
            Weight = json.GetProperty("weight").GetInt32(),
            IsEnabled = json.GetProperty("enabled").GetBoolean(),
            Deployments = ReadMap(json.GetProperty("deployments"), StringComparer.Ordinal),
            Tags = ReadList(json.GetProperty("tags")),
            ModelIds = ReadList(json.GetProperty("model_ids")),
            SaysLocal = json.Member("local")?.GetBoolean(),
            GroupIds = json.Member("group_ids") is { } groups ? ReadList(groups) : null,
        };
    }

    private static Connection? Open(Connection connection, byte[]? opened)
    {
        if (opened is null)
        {
            return null;
        }

        return StrictJson.Parse(opened) is not { } json || json.Text("for") != Binding(connection) ? null : connection with
        {
            Keys = ReadList(json.GetProperty("keys")),
            Headers = ReadMap(json.GetProperty("headers"), StringComparer.OrdinalIgnoreCase),
        };
    }

    private static void List(Utf8JsonWriter json, string name, IReadOnlyList<string> entries)
    {
        json.WriteStartArray(name);
        foreach (var entry in entries)
        {
            json.WriteStringValue(entry);
        }

        json.WriteEndArray();
    }

    private static void Map(Utf8JsonWriter json, string name, IReadOnlyDictionary<string, string> entries)
    {
        json.WriteStartObject(name);
        foreach (var (key, value) in entries)
        {
            json.WriteString(key, value);
        }

        json.WriteEndObject();
    }

    private static List<string> ReadList(JsonElement json) => [.. json.EnumerateArray().Select(entry => entry.GetString()!)];

    private static Dictionary<string, string> ReadMap(JsonElement json, StringComparer names) =>
        json.EnumerateObject().ToDictionary(member => member.Name, member => member.Value.GetString()!, names);
}
