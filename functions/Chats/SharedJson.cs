using System.Text.Json;
using System.Text.Json.Nodes;
using OpenWebUi.Services.Conversations;

namespace OpenWebUi.Chats;

/// <summary>
/// What the public reads of a chat, in the form of a row with its blob: the branch that its owner sees, and of each message what is
/// said, by which model and when. Nothing names the owner or the chat; other branches, the system prompt, parameters, files'
/// addresses, errors and whatever a client keeps beside are left out.
/// </summary>
internal static class SharedJson
{
    public static void Write(Utf8JsonWriter json, Chat chat, ShareId id, DateTimeOffset at, IReadOnlyList<Message> messages)
    {
        var path = ChatJson.Path(chat, messages).ToList();
        json.WriteStartObject();
        json.WriteString("id", id.Text);
        json.WriteString("user_id", "shared");
        json.WriteString("title", chat.Title);
        json.WriteNumber("updated_at", at.ToUnixTimeSeconds());
        json.WriteNumber("created_at", chat.CreatedAt.ToUnixTimeSeconds());
        json.WriteString("share_id", id.Text);
        json.WriteNumber("shared_at", at.ToUnixTimeSeconds());
        json.WriteBoolean("archived", false);
        json.WriteBoolean("pinned", false);
        json.WriteStartObject("meta");
        json.WriteEndObject();
        json.WriteNull("folder_id");
        json.WriteStartObject("chat");
        json.WriteString("id", id.Text);
        json.WriteString("title", chat.Title);
        json.WriteStartArray("models");
        foreach (var model in path.Select(m => m.Model).OfType<string>().Distinct())
        {
            json.WriteStringValue(model);
        }

        json.WriteEndArray();
        json.WriteStartObject("history");
        json.WriteString("currentId", path.Count > 0 ? path[^1].Id.Text : null);
        json.WriteStartObject("messages");
        for (var i = 0; i < path.Count; i++)
        {
            WriteMessage(json, path[i], path.ElementAtOrDefault(i - 1)?.Id, path.ElementAtOrDefault(i + 1)?.Id);
        }

        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteMessage(Utf8JsonWriter json, Message message, MessageId? parent, MessageId? child)
    {
        json.WriteStartObject(message.Id.Text);
        json.WriteString("id", message.Id.Text);
        json.WriteString("parentId", parent?.Text);
        json.WriteStartArray("childrenIds");
        if (child is { } next)
        {
            json.WriteStringValue(next.Text);
        }

        json.WriteEndArray();
        json.WriteString("role", message.Role);
        json.WriteString("content", message.Content);
        json.WriteNumber("timestamp", message.CreatedAt.ToUnixTimeSeconds());
        var extra = ExtraJson.Read(message.Extra);
        if (!message.IsUser)
        {
            json.WriteString("model", message.Model);
            if (extra["modelName"] is JsonValue name && name.TryGetValue<string>(out var text))
            {
                json.WriteString("modelName", text);
            }

            json.WriteBoolean("done", true);
            // What still ran when the snapshot was taken goes on in the chat only.
            json.WriteString("state", MessageJson.StateText(message.State == MessageState.Running ? MessageState.Interrupted : message.State));
            if (message.Reasoning.Length > 0)
            {
                json.WriteString("reasoning", message.Reasoning);
            }

            if (message.ReasoningMs is { } milliseconds)
            {
                json.WriteNumber("reasoningMs", milliseconds);
            }
        }

        WriteFileNames(json, extra["files"] as JsonArray);
        json.WriteEndObject();
    }

    /// <summary>That there were files, and what they were called; not where they are.</summary>
    private static void WriteFileNames(Utf8JsonWriter json, JsonArray? files)
    {
        List<(string Type, string? Name)> named = [.. (files ?? []).OfType<JsonObject>().Select(file => (Text(file["type"]) ?? "file", Text(file["name"])))];
        if (named.Count == 0)
        {
            return;
        }

        json.WriteStartArray("files");
        foreach (var (type, name) in named)
        {
            json.WriteStartObject();
            json.WriteString("type", type);
            json.WriteString("name", name);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
