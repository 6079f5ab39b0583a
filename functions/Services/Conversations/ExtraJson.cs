using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace OpenWebUi.Services.Conversations;

/// <summary>What clients keep with chats and messages beyond our own fields: JSON objects that pass unchanged.</summary>
internal static class ExtraJson
{
    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The object; an empty one for null, and for what is no object.</summary>
    public static JsonObject Read(string? extra) => extra is null ? [] : JsonNode.Parse(extra) as JsonObject ?? [];

    /// <summary>Compact JSON; null for an empty object.</summary>
    public static string? Write(JsonObject extra) => extra.Count == 0 ? null : Text(extra);

    public static string Text(JsonNode node)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, Compact))
        {
            node.WriteTo(json);
        }

        return System.Text.Encoding.UTF8.GetString(bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
    }

    public static string? Text(JsonObject extra, string name) =>
        extra[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
