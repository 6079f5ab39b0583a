using System.Text.Json.Nodes;

namespace OpenWebUi.Services.Conversations;

/// <summary>The two forms of a message's content: a string, or OpenAI's array of parts.</summary>
internal static class MessageContent
{
    /// <summary>The text of it. Parts that are more than text stay whole in <c>contentParts</c> of what the message keeps beside.</summary>
    /// <returns>Null where it is neither form.</returns>
    public static string? Read(JsonNode? content, JsonObject extra)
    {
        switch (content)
        {
            case JsonValue value when value.TryGetValue<string>(out var text):
                return text;
            case JsonArray parts when parts.All(part => part is JsonObject):
                var texts = parts.OfType<JsonObject>().Where(part => ExtraJson.Text(part, "type") == "text").ToList();
                if (texts.Count < parts.Count)
                {
                    extra["contentParts"] = parts.DeepClone();
                }

                return string.Join("\n", texts.Select(part => ExtraJson.Text(part, "text")));
            default:
                return null;
        }
    }
}
