using System.Text.Json;
using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Connections;

/// <summary>How a connection looks in our own wire form. No key and no header's value is ever in it.</summary>
internal static class ConnectionJson
{
    /// <param name="json">Where to.</param>
    /// <param name="connection">What.</param>
    /// <param name="stored">Its row; null where the environment fixes it.</param>
    /// <param name="writeStatus">How it is.</param>
    public static void Write(Utf8JsonWriter json, Connection connection, StoredConnection? stored, Action<Utf8JsonWriter> writeStatus)
    {
        json.WriteStartObject();
        json.WriteString("id", connection.Id);
        json.WriteString("name", connection.Name);
        json.WriteString("kind", ConnectionWords.Of(connection.Kind));
        json.WriteString("base_url", connection.BaseUrl);
        json.WriteString("auth", ConnectionWords.Of(connection.Auth));
        json.WriteNumber("key_count", connection.Keys.Count);
        json.WriteStartObject("headers");
        foreach (var name in connection.Headers.Keys)
        {
            json.WriteNull(name);
        }

        json.WriteEndObject();
        json.WriteString("organization", connection.Organization);
        json.WriteString("api_version", connection.ApiVersion);
        json.WriteStartObject("deployments");
        foreach (var (model, deployment) in connection.Deployments)
        {
            json.WriteString(model, deployment);
        }

        json.WriteEndObject();
        json.WriteString("prefix_id", connection.PrefixId);
        Texts(json, "tags", connection.Tags);
        Texts(json, "model_ids", connection.ModelIds);
        json.WriteNumber("weight", connection.Weight);
        json.WriteBoolean("enabled", connection.IsEnabled);
        json.WriteString("connection_type", connection.IsLocal ? "local" : "external");
        if (connection.GroupIds is { } groups)
        {
            Texts(json, "group_ids", groups);
        }
        else
        {
            json.WriteNull("group_ids");
        }

        json.WriteString("locked_by", connection.Variable);
        json.WriteString("version", stored?.Version.Value);
        json.WritePropertyName("status");
        writeStatus(json);
        json.WriteEndObject();
    }

    private static void Texts(Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }
}
