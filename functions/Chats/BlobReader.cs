using OpenWebUi.Platform.Http;
using System.Text.Json.Nodes;
using OpenWebUi.Services.Conversations;

namespace OpenWebUi.Chats;

/// <summary>A message of a blob before it has its place: what the client wrote, and what it refers to.</summary>
/// <param name="Order">Its place in the blob.</param>
/// <param name="Children">In the client's order; null where it named none, not even an empty list.</param>
/// <param name="Fields">As they came.</param>
internal sealed record SentMessage(MessageId Id, MessageId? ParentId, int Order, IReadOnlyList<MessageId>? Children, JsonObject Fields);

/// <summary>Open WebUI's blob of a chat, or the part of it that a client sent.</summary>
internal sealed class Blob
{
    /// <summary>Trimmed; null where it was not sent. Empty where it was sent empty.</summary>
    public string? Title { get; init; }

    /// <summary>Everything that has no place of its own here, ready for <see cref="Chat.Extra"/>.</summary>
    public required JsonObject Extra { get; init; }

    /// <summary>Null: none were sent, which is not the same as that there are none.</summary>
    public IReadOnlyList<SentMessage>? Messages { get; init; }

    public MessageId? CurrentId { get; init; }

    /// <summary>Every message names its children, and all parents and children are there: what is not there was removed.</summary>
    public bool HoldsWholeTree { get; init; }
}

/// <summary>Reads a blob, as <see cref="Blob"/>. What it finds wrong is refused with the field's name.</summary>
internal static class BlobReader
{
    public const int MaxMessages = 50_000;

    /// <summary><c>{chat: {...}}</c></summary>
    public static JsonObject ChatOf(JsonObject body) =>
        body["chat"] as JsonObject ?? throw new RefusedException("chat", "'chat' must be an object.");

    /// <param name="sent">Taken apart while it is read.</param>
    /// <param name="takesLegacy">Old exports have a list of <c>messages</c> and no <c>history</c>; elsewhere that list repeats the history.</param>
    public static Blob Read(JsonObject sent, bool takesLegacy)
    {
        var history = Take(sent, "history");
        var legacy = Take(sent, "messages");
        sent.Remove("id");
        var title = Title(Take(sent, "title"));
        if (history is not (null or JsonObject))
        {
            throw new RefusedException("chat.history", "'chat.history' must be an object.");
        }

        var fields = history as JsonObject;
        var tree = fields is null ? null : Take(fields, "messages");
        var current = fields is null ? null : Take(fields, "currentId");
        var messages = tree is not null ? Tree(tree) : fields is null && takesLegacy && legacy is not null ? Line(legacy) : null;
        if (fields is { Count: > 0 })
        {
            sent["history"] = fields;
        }

        return new()
        {
            Title = title,
            Extra = sent,
            Messages = messages,
            CurrentId = current is null ? null : Id(current) ?? throw new RefusedException("chat.history.currentId", "'chat.history.currentId' must be a message's id, or null."),
            HoldsWholeTree = messages is not null && IsWhole(messages),
        };
    }

    /// <summary>The field's name of a message, for what is wrong with it.</summary>
    public static string FieldOf(MessageId id, string name) => $"chat.history.messages.{id}.{name}";

    /// <summary>Takes a field out, so that what is left is what nobody knew.</summary>
    public static JsonNode? Take(JsonObject fields, string name)
    {
        var value = fields[name];
        fields.Remove(name);
        return value;
    }

    private static string? Title(JsonNode? title)
    {
        if (title is null)
        {
            return null;
        }

        var text = title is JsonValue value && value.TryGetValue<string>(out var sent) ? sent.Trim() : throw new RefusedException("chat.title", "'chat.title' must be a string.");
        return text.Length <= Chat.MaxTitleChars ? text
            : throw new RefusedException("chat.title", $"'chat.title' has {text.Length} characters; a title has at most {Chat.MaxTitleChars}.");
    }

    private static List<SentMessage> Tree(JsonNode tree)
    {
        if (tree is not JsonObject nodes)
        {
            throw new RefusedException("chat.history.messages", "'chat.history.messages' must be an object of messages by id.");
        }

        CheckCount(nodes.Count);
        var messages = new List<SentMessage>(nodes.Count);
        foreach (var (name, node) in nodes)
        {
            if (!MessageId.TryParse(name, out var id))
            {
                throw new RefusedException("chat.history.messages", "The id of a message must be 1 to 64 letters, digits, '-' or '_'.");
            }

            if (node is not JsonObject fields)
            {
                throw new RefusedException($"chat.history.messages.{id}", "A message must be an object.");
            }

            var parent = Take(fields, "parentId");
            messages.Add(new(id, parent is null ? null : Id(parent) ?? throw new RefusedException(FieldOf(id, "parentId"), "'parentId' must be a message's id, or null."),
                messages.Count, Children(id, Take(fields, "childrenIds")), fields));
        }

        return messages;
    }

    private static List<SentMessage> Line(JsonNode line)
    {
        if (line is not JsonArray nodes || nodes.Any(node => node is not JsonObject))
        {
            throw new RefusedException("chat.messages", "'chat.messages' must be an array of objects.");
        }

        CheckCount(nodes.Count);
        var messages = new List<SentMessage>(nodes.Count);
        var taken = new HashSet<MessageId>();
        foreach (var fields in nodes.OfType<JsonObject>())
        {
            var id = Id(fields["id"]) is { } own && taken.Add(own) ? own : MessageId.New();
            fields.Remove("parentId");
            fields.Remove("childrenIds");
            messages.Add(new(id, messages.LastOrDefault()?.Id, messages.Count, null, fields));
        }

        return messages;
    }

    private static void CheckCount(int count)
    {
        if (count > MaxMessages)
        {
            throw new RefusedException("chat.history.messages", $"The chat has {count} messages; at most {MaxMessages} are kept.");
        }
    }

    private static List<MessageId>? Children(MessageId id, JsonNode? children) => children switch
    {
        null => null,
        JsonArray ids when ids.All(child => Id(child) is not null) => [.. ids.Select(child => Id(child)!.Value).Distinct()],
        _ => throw new RefusedException(FieldOf(id, "childrenIds"), "'childrenIds' must be an array of messages' ids."),
    };

    private static bool IsWhole(IReadOnlyList<SentMessage> messages)
    {
        var ids = messages.Select(m => m.Id).ToHashSet();
        return messages.All(m => m.Children is not null && m.Children.All(ids.Contains) && (m.ParentId is not { } parent || ids.Contains(parent)));
    }

    private static MessageId? Id(JsonNode? node) =>
        node is JsonValue value && value.TryGetValue<string>(out var text) && MessageId.TryParse(text, out var id) ? id : null;
}
