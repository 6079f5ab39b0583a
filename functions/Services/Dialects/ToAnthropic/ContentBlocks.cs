using System.Text;
using System.Text.Json;
using static OpenWebUi.Services.Dialects.RequestBody;

namespace OpenWebUi.Services.Dialects.ToAnthropic;

/// <summary>Parts of OpenAI's messages as blocks of Anthropic's.</summary>
internal sealed class ContentBlocks(Utf8JsonWriter json)
{
    /// <summary>The parts of a message that are not empty: a text is the string itself.</summary>
    public static IEnumerable<JsonElement> Parts(JsonElement message, string field)
    {
        var content = RawJson.Member(message, "content"u8);
        return content.ValueKind switch
        {
            JsonValueKind.Undefined => [],
            JsonValueKind.String => IsBlank(content) ? [] : [content],
            JsonValueKind.Array => content.EnumerateArray().Where(part => !IsBlank(part)),
            _ => throw Refusal(field + ".content", "'content' must be a text or a list of parts."),
        };
    }

    /// <summary>A text of nothing but blanks, which the API refuses.</summary>
    public static bool IsBlank(JsonElement part) =>
        TextOf(part) is { ValueKind: JsonValueKind.String } text && RawJson.IsBlank(RawJson.Of(text));

    /// <param name="isCutAtEnd">Without the blanks at its end.</param>
    public void WriteText(JsonElement part, string field, bool isCutAtEnd = false)
    {
        var text = TextOf(part);
        if (text.ValueKind != JsonValueKind.String)
        {
            throw Refusal(field + ".content", "Only texts can stand in this message.");
        }

        json.WriteStartObject();
        json.WriteString("type"u8, "text"u8);
        if (isCutAtEnd)
        {
            json.WriteString("text"u8, Text(text, field + ".content").TrimEnd());
        }
        else
        {
            json.Write("text"u8, RawJson.Of(text));
        }

        json.Copy("cache_control"u8, part, "cache_control"u8);
        json.WriteEndObject();
    }

    public void WriteUserPart(JsonElement part, string field)
    {
        if (RawJson.Is(part, "type"u8, "image_url"u8))
        {
            WriteImage(part, field);
        }
        else if (RawJson.Is(part, "type"u8, "file"u8))
        {
            WriteDocument(part, field);
        }
        else if (TextOf(part).ValueKind == JsonValueKind.String)
        {
            WriteText(part, field);
        }
        else
        {
            throw NotTranslatable(field + ".content", $"parts of the type '{Optional(part, "type"u8, field + ".content.type")}'");
        }
    }

    public void WriteToolUse(JsonElement call, string field)
    {
        var function = RawJson.Member(call, "function"u8);
        json.WriteStartObject();
        json.WriteString("type"u8, "tool_use"u8);
        json.WriteString("id"u8, ToolId(Required(call, "id"u8, field + ".id")));
        json.WriteString("name"u8, Required(function, "name"u8, field + ".function.name"));
        WriteInput(RawJson.Member(function, "arguments"u8), field);
        json.WriteEndObject();
    }

    public void WriteToolResult(JsonElement message, string field)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "tool_result"u8);
        json.WriteString("tool_use_id"u8, ToolId(Required(message, "tool_call_id"u8, field + ".tool_call_id")));
        json.WriteStartArray("content"u8);
        foreach (var part in Parts(message, field))
        {
            WriteUserPart(part, field);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static JsonElement TextOf(JsonElement part)
    {
        if (part.ValueKind == JsonValueKind.String)
        {
            return part;
        }

        // An assistant's refusal is what it said.
        return RawJson.Is(part, "type"u8, "refusal"u8) ? RawJson.Member(part, "refusal"u8)
            : RawJson.Is(part, "type"u8, "text"u8) ? RawJson.Member(part, "text"u8)
            : default;
    }

    /// <summary>Ids are letters, digits, - and _ there; other houses use more.</summary>
    private static string ToolId(string id) => string.Create(id.Length, id, static (to, from) =>
    {
        for (var i = 0; i < to.Length; i++)
        {
            to[i] = char.IsAsciiLetterOrDigit(from[i]) || from[i] is '-' or '_' ? from[i] : '_';
        }
    });

    /// <summary>Arguments are a string of JSON here, an object there. A model may have written something else: then that is its only member, and the chat goes on.</summary>
    private void WriteInput(JsonElement arguments, string field)
    {
        json.WritePropertyName("input"u8);
        if (arguments.ValueKind == JsonValueKind.Object)
        {
            json.WriteRawValue(RawJson.Of(arguments), skipInputValidation: true);
            return;
        }

        var text = arguments.ValueKind == JsonValueKind.String ? Text(arguments, field + ".function.arguments") : "";
        if (IsObject(text))
        {
            json.WriteRawValue(text, skipInputValidation: true);
            return;
        }

        json.WriteStartObject();
        if (!string.IsNullOrWhiteSpace(text))
        {
            json.WriteString("invalid_arguments"u8, text);
        }

        json.WriteEndObject();
    }

    private static bool IsObject(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private void WriteImage(JsonElement part, string field)
    {
        var image = RawJson.Member(part, "image_url"u8);
        var url = image.ValueKind == JsonValueKind.String ? image : RawJson.Member(image, "url"u8);
        json.WriteStartObject();
        json.WriteString("type"u8, "image"u8);
        WriteSource(url, field + ".content.image_url");
        json.Copy("cache_control"u8, part, "cache_control"u8);
        json.WriteEndObject();
    }

    private void WriteDocument(JsonElement part, string field)
    {
        var file = RawJson.Member(part, "file"u8);
        var data = RawJson.Member(file, "file_data"u8);
        if (data.ValueKind != JsonValueKind.String)
        {
            throw NotTranslatable(field + ".content.file", "files by their id, only 'file_data'");
        }

        json.WriteStartObject();
        json.WriteString("type"u8, "document"u8);
        WriteSource(data, field + ".content.file.file_data");
        json.Copy("title"u8, file, "filename"u8);
        json.Copy("cache_control"u8, part, "cache_control"u8);
        json.WriteEndObject();
    }

    /// <summary>A <c>data:</c> URL as its type and its base64, any other as it is. Megabytes: no string is made of them.</summary>
    private void WriteSource(JsonElement url, string field)
    {
        if (url.ValueKind != JsonValueKind.String)
        {
            throw Refusal(field, $"'{field}' must be a URL.");
        }

        var text = RawJson.Of(url)[1..^1];
        if (text.Contains((byte)'\\'))
        {
            text = Encoding.UTF8.GetBytes(Text(url, field));
        }

        json.WriteStartObject("source"u8);
        if (text.StartsWith("data:"u8))
        {
            var comma = text.IndexOf((byte)',');
            var head = comma < 0 ? default : text[5..comma];
            if (!head.EndsWith(";base64"u8))
            {
                throw Refusal(field, "A data URL must be base64: data:image/png;base64,...");
            }

            json.WriteString("type"u8, "base64"u8);
            json.WriteString("media_type"u8, head[..head.IndexOf((byte)';')]);
            json.WriteString("data"u8, text[(comma + 1)..]);
        }
        else if (text.StartsWith("https://"u8) || text.StartsWith("http://"u8))
        {
            json.WriteString("type"u8, "url"u8);
            json.WriteString("url"u8, text);
        }
        else
        {
            throw Refusal(field, $"'{field}' must begin with data:, https:// or http://.");
        }

        json.WriteEndObject();
    }
}
