using System.Globalization;
using System.Text.Json;
using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Services.Models;

/// <summary>Providers' model lists, each in its own form.</summary>
internal static class ModelListReader
{
    /// <summary>The end of the year 9999: what is beyond is no time in seconds.</summary>
    private const long MaxUnixSeconds = 253_402_300_799;

    /// <summary>The entries of a list; one without an id is left out.</summary>
    /// <exception cref="InvalidOperationException">It is no list, as are the other two.</exception>
    /// <exception cref="KeyNotFoundException"/>
    /// <exception cref="JsonException"/>
    public static IEnumerable<ListedModel> Read(JsonElement root, ConnectionKind kind) =>
        kind == ConnectionKind.Ollama ? OfOllama(root) : OfOpenAi(root);

    /// <summary>Anthropic: what the next page begins after, or null at the end.</summary>
    public static string? NextPage(JsonElement root) =>
        root.TryGetProperty("has_more", out var more) && more.ValueKind == JsonValueKind.True ? TextOf(root, "last_id") : null;

    /// <summary>The connection says itself which models it has.</summary>
    public static bool Names(Connection connection) => connection.ModelIds.Count > 0 || connection.Deployments.Count > 0;

    /// <summary>The models that the connection says it has: described as listed, or by their names alone. Where it says nothing, those that are listed.</summary>
    public static IReadOnlyList<ListedModel> Named(Connection connection, IReadOnlyList<ListedModel> listed)
    {
        if (!Names(connection))
        {
            return listed;
        }

        var (only, deployments) = (connection.ModelIds, connection.Deployments);
        var named = deployments.Where(d => only.Count == 0 || only.Contains(d.Key) || only.Contains(d.Value)).Select(d => (Id: d.Value, CallerId: d.Key))
            .Concat(only.Where(id => !deployments.ContainsKey(id) && !deployments.Values.Contains(id)).Select(id => (Id: id, CallerId: id)));
        return [.. from name in named
                   let found = listed.FirstOrDefault(model => model.Id == name.Id)
                   select found is null ? OfName(name.Id, name.CallerId) : found with { CallerId = name.CallerId }];
    }

    /// <summary>A model of which nothing is known but its name.</summary>
    public static ListedModel OfName(string id, string callerId)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            WriteOpenAi(json, callerId, 0, "system");
        }

        return new(id, callerId, callerId, 0, JsonDocument.Parse(buffer.ToArray()).RootElement);
    }

    /// <summary>The least that OpenAI's form says of a model.</summary>
    public static void WriteOpenAi(Utf8JsonWriter json, string id, long createdAt, string ownedBy)
    {
        json.WriteStartObject();
        json.WriteString("id", id);
        json.WriteString("object", "model");
        json.WriteNumber("created", createdAt);
        json.WriteString("owned_by", ownedBy);
        json.WriteEndObject();
    }

    private static IEnumerable<ListedModel> OfOpenAi(JsonElement root)
    {
        // OpenAI wraps the list in data; some servers send the bare array. Anthropic's form differs in two names.
        var list = root.ValueKind == JsonValueKind.Array ? root : root.GetProperty("data");
        return from element in list.EnumerateArray()
               let id = TextOf(element, "id")
               where id is not null
               let created = NumberOf(element, "created")
               select new ListedModel(id, id, TextOf(element, "name") ?? TextOf(element, "display_name") ?? id,
                   created == 0 ? UnixTimeOf(element, "created_at") : created, element.Clone());
    }

    private static IEnumerable<ListedModel> OfOllama(JsonElement root) =>
        from element in root.GetProperty("models").EnumerateArray()
        let id = TextOf(element, "model") ?? TextOf(element, "name")
        where id is not null
        select new ListedModel(id, id, TextOf(element, "name") ?? id, UnixTimeOf(element, "modified_at"), element.Clone());

    private static string? TextOf(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
        && value.GetString() is { Length: > 0 } text ? text : null;

    private static long NumberOf(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number)
        && number is > 0 and <= MaxUnixSeconds ? number : 0;

    private static long UnixTimeOf(JsonElement element, string name) =>
        DateTimeOffset.TryParse(TextOf(element, name), CultureInfo.InvariantCulture, out var time) ? time.ToUnixTimeSeconds() : 0;
}
