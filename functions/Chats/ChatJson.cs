using System.Text.Json;
using System.Text.Json.Nodes;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Conversations;

namespace OpenWebUi.Chats;

/// <summary>Chats in Open WebUI's forms: a line of a list, the row with its blob, and the head of a branch.</summary>
internal static class ChatJson
{
    public static void WriteLine(Utf8JsonWriter json, ChatLine line)
    {
        json.WriteStartObject();
        WriteLineFields(json, line);
        json.WriteEndObject();
    }

    public static void WriteLineFields(Utf8JsonWriter json, ChatLine line)
    {
        json.WriteString("id", line.Id.Text);
        json.WriteString("title", line.Title);
        json.WriteNumber("updated_at", line.UpdatedAt.ToUnixTimeSeconds());
        json.WriteNumber("created_at", line.CreatedAt.ToUnixTimeSeconds());
        json.WriteBoolean("pinned", line.IsPinned);
        json.WriteBoolean("archived", line.IsArchived);
        json.WriteString("folder_id", line.Folder?.Text);
        json.WriteStartArray("tags");
        foreach (var tag in line.Tags)
        {
            json.WriteStringValue(tag.Text);
        }

        json.WriteEndArray();
    }

    /// <summary>An array of lines: a list.</summary>
    public static void WriteLines(Utf8JsonWriter json, IEnumerable<ChatLine> lines)
    {
        json.WriteStartArray();
        foreach (var line in lines)
        {
            WriteLine(json, line);
        }

        json.WriteEndArray();
    }

    /// <summary>Everything.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="owner">Whose.</param>
    /// <param name="chat">The chat.</param>
    /// <param name="messages">All of its messages, in any order.</param>
    public static void WriteWhole(Utf8JsonWriter json, OwnerId owner, Chat chat, IReadOnlyList<Message> messages) =>
        WriteRow(json, owner, chat, messages);

    /// <summary>The row whose blob has no <c>history</c> and no <c>messages</c>: what a change of the chat alone answers.</summary>
    public static void WriteWithoutMessages(Utf8JsonWriter json, OwnerId owner, Chat chat) => WriteRow(json, owner, chat, null);

    /// <summary>The row without its blob, and the blob's fields that a page shows.</summary>
    public static void WriteHead(Utf8JsonWriter json, OwnerId owner, Chat chat)
    {
        var extra = ExtraJson.Read(chat.Extra);
        json.WriteStartObject();
        WriteRowFields(json, owner, chat);
        WriteField(json, "models", extra["models"] ?? new JsonArray());
        WriteField(json, "system", extra["system"]);
        WriteField(json, "params", extra["params"] ?? new JsonObject());
        json.WriteString("currentId", chat.CurrentId?.Text);
        json.WriteEndObject();
    }

    private static void WriteRow(Utf8JsonWriter json, OwnerId owner, Chat chat, IReadOnlyList<Message>? messages)
    {
        json.WriteStartObject();
        WriteRowFields(json, owner, chat);
        json.WritePropertyName("chat");
        WriteBlob(json, chat, messages);
        json.WriteEndObject();
    }

    private static void WriteRowFields(Utf8JsonWriter json, OwnerId owner, Chat chat)
    {
        json.WriteString("id", chat.Id.Text);
        json.WriteString("user_id", OwnerWords.IdOf(owner));
        json.WriteString("title", chat.Title);
        json.WriteNumber("updated_at", chat.UpdatedAt.ToUnixTimeSeconds());
        json.WriteNumber("created_at", chat.CreatedAt.ToUnixTimeSeconds());
        json.WriteString("share_id", chat.ShareId?.Text);
        if (chat.SharedAt is { } shared)
        {
            json.WriteNumber("shared_at", shared.ToUnixTimeSeconds());
        }

        json.WriteBoolean("archived", chat.IsArchived);
        json.WriteBoolean("pinned", chat.IsPinned);
        WriteField(json, "meta", ExtraJson.Read(chat.Meta));
        json.WriteString("folder_id", chat.Folder?.Text);
    }

    private static void WriteBlob(Utf8JsonWriter json, Chat chat, IReadOnlyList<Message>? messages)
    {
        var extra = ExtraJson.Read(chat.Extra);
        var history = extra["history"] as JsonObject ?? [];
        extra.Remove("history");
        json.WriteStartObject();
        json.WriteString("id", chat.Id.Text);
        json.WriteString("title", chat.Title);
        WriteField(json, "models", extra["models"] ?? new JsonArray());
        WriteField(json, "params", extra["params"] ?? new JsonObject());
        WriteField(json, "files", extra["files"] ?? new JsonArray());
        WriteField(json, "tags", extra["tags"] ?? new JsonArray());
        WriteField(json, "timestamp", extra["timestamp"] ?? JsonValue.Create(chat.CreatedAt.ToUnixTimeMilliseconds()));
        foreach (var (name, value) in extra)
        {
            if (name is not ("models" or "params" or "files" or "tags" or "timestamp"))
            {
                WriteField(json, name, value);
            }
        }

        if (messages is not null)
        {
            WriteHistory(json, chat, messages, history);
        }

        json.WriteEndObject();
    }

    private static void WriteHistory(Utf8JsonWriter json, Chat chat, IReadOnlyList<Message> messages, JsonObject history)
    {
        var children = messages.Where(m => m.ParentId is not null).GroupBy(m => m.ParentId!.Value)
            .ToDictionary(g => g.Key, g => (IReadOnlyList<MessageId>)[.. InOrder(g).Select(m => m.Id)]);
        json.WriteStartObject("history");
        json.WriteString("currentId", chat.CurrentId?.Text);
        foreach (var (name, value) in history)
        {
            WriteField(json, name, value);
        }

        json.WriteStartObject("messages");
        foreach (var message in messages.GroupBy(m => m.Depth).OrderBy(g => g.Key).SelectMany(InOrder))
        {
            json.WritePropertyName(message.Id.Text);
            MessageJson.Write(json, message, children.GetValueOrDefault(message.Id, []));
        }

        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteStartArray("messages");
        foreach (var message in Path(chat, messages))
        {
            MessageJson.Write(json, message, children.GetValueOrDefault(message.Id, []));
        }

        json.WriteEndArray();
    }

    /// <summary>From the first message to the current one.</summary>
    public static Stack<Message> Path(Chat chat, IReadOnlyList<Message> messages)
    {
        var byId = messages.ToDictionary(m => m.Id);
        var path = new Stack<Message>();
        for (var id = chat.CurrentId; id is { } next && byId.TryGetValue(next, out var message) && path.Count < messages.Count; id = message.ParentId)
        {
            path.Push(message);
        }

        return path;
    }

    private static IEnumerable<Message> InOrder(IEnumerable<Message> siblings) =>
        siblings.OrderBy(m => m.Rank).ThenBy(m => m.Id.Text, StringComparer.Ordinal);

    private static void WriteField(Utf8JsonWriter json, string name, JsonNode? value)
    {
        json.WritePropertyName(name);
        if (value is null)
        {
            json.WriteNullValue();
        }
        else
        {
            value.WriteTo(json);
        }
    }
}
