using System.Text.Json.Nodes;

namespace OpenWebUi.Services.Conversations;

/// <summary>The parts of a message's content that stand for files until a provider's body is written.</summary>
internal static class FileParts
{
    /// <summary>The type of our own part, for a text: it never leaves the house.</summary>
    public const string Text = "openwebui_file";

    /// <summary>What stands for a file.</summary>
    public static JsonObject PartFor(JsonObject entry, FileId id)
    {
        var name = ExtraJson.Text(entry, "name") ?? "file";
        var size = entry["size"] is JsonValue value && value.TryGetValue<long>(out var bytes) ? bytes : 0;
        return ExtraJson.Text(entry, "type") == "image"
            ? new() { ["type"] = "image_url", ["image_url"] = new JsonObject { ["url"] = id.Address }, ["name"] = name, ["size"] = size }
            : new() { ["type"] = Text, ["id"] = id.Text, ["name"] = name, ["size"] = size };
    }

    /// <summary>Whether any message names a file of ours. Looks at contents that are lists only.</summary>
    public static bool AreIn(JsonArray messages) => In(messages).Any();

    /// <summary>All that name a file of ours, in order.</summary>
    public static IEnumerable<JsonObject> In(JsonArray messages) =>
        messages.OfType<JsonObject>().Select(message => message["content"]).OfType<JsonArray>().SelectMany(parts => parts.OfType<JsonObject>())
            .Where(part => IdOf(part) is not null);

    /// <summary>The file that a part names; null where it names none of ours.</summary>
    public static FileId? IdOf(JsonObject part) => ExtraJson.Text(part, "type") switch
    {
        Text => FileId.TryParse(ExtraJson.Text(part, "id"), out var id) ? id : null,
        "image_url" => part["image_url"] is JsonObject picture && FileId.TryParseAddress(ExtraJson.Text(picture, "url"), out var id) ? id : null,
        _ => null,
    };
}
