using System.Text.Json;
using static OpenWebUi.Services.Dialects.RequestBody;

namespace OpenWebUi.Services.Dialects.FromAnthropic;

/// <summary>
/// <c>system</c> and <c>messages</c> of a client of Anthropic's, as OpenAI's list. Texts that stand beside each other become one, two lines apart: many
/// servers take parts only for images. Results of tools come first, each as a message of its own; images in them follow in the user's
/// message, because a tool's message holds text. Thoughts and what Anthropic's own tools did are left out.
/// </summary>
internal sealed class ChatMessages(Utf8JsonWriter json)
{
    /// <summary>A blank line, as JSON writes it.</summary>
    private static ReadOnlySpan<byte> BlankLine => "\\n\\n"u8;

    public void Write(JsonElement system, JsonElement messages)
    {
        json.WriteStartArray("messages"u8);
        WriteText("system", system, "system");
        var place = 0;
        foreach (var message in messages.EnumerateArray())
        {
            var field = $"messages[{place++}]";
            var content = RawJson.Member(message, "content"u8);
            if (content.ValueKind is not (JsonValueKind.String or JsonValueKind.Array))
            {
                throw Refusal(field + ".content", "'content' must be a text or a list of blocks.");
            }

            switch (Required(message, "role"u8, field + ".role"))
            {
                case "user":
                    WriteUser(content, field);
                    break;
                case "assistant":
                    WriteAssistant(content, field);
                    break;
                case "system":
                    WriteText("system", content, field);
                    break;
                case var other:
                    throw Refusal(field + ".role", $"The role '{other}' is not known: it is user or assistant.");
            }
        }

        json.WriteEndArray();
    }

    /// <summary>A message of text alone; none where there is no text.</summary>
    private void WriteText(string role, JsonElement content, string field)
    {
        var text = TextOf(content, field);
        if (!text.IsEmpty)
        {
            json.WriteStartObject();
            json.WriteString("role"u8, role);
            json.WritePropertyName("content"u8);
            text.WriteTo(json);
            json.WriteEndObject();
        }
    }

    private void WriteUser(JsonElement content, string field)
    {
        var parts = new List<JsonElement>();
        foreach (var block in RawJson.Items(content))
        {
            if (!RawJson.Is(block, "type"u8, "tool_result"u8))
            {
                parts.Add(block);
                continue;
            }

            var result = RawJson.Member(block, "content"u8);
            json.WriteStartObject();
            json.WriteString("role"u8, "tool"u8);
            json.WriteString("tool_call_id"u8, Required(block, "tool_use_id"u8, field + ".content.tool_use_id"));
            json.WritePropertyName("content"u8);
            TextOf(result, field).WriteTo(json);
            json.WriteEndObject();
            parts.AddRange(RawJson.Items(result).Where(part => !RawJson.Is(part, "type"u8, "text"u8)));
        }

        if (!parts.Exists(part => UserParts.IsMedia(part)))
        {
            WriteText("user", content, field);
            return;
        }

        json.WriteStartObject();
        json.WriteString("role"u8, "user"u8);
        json.WriteStartArray("content"u8);
        foreach (var part in parts)
        {
            UserParts.Write(json, part, field + ".content");
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void WriteAssistant(JsonElement content, string field)
    {
        var text = TextOf(content, field);
        var tools = RawJson.Items(content).Where(block => RawJson.Is(block, "type"u8, "tool_use"u8)).ToList();
        if (text.IsEmpty && tools.Count == 0)
        {
            return;
        }

        json.WriteStartObject();
        json.WriteString("role"u8, "assistant"u8);
        json.WritePropertyName("content"u8);
        if (text.IsEmpty)
        {
            json.WriteNullValue();
        }
        else
        {
            text.WriteTo(json);
        }

        if (tools.Count > 0)
        {
            json.WriteStartArray("tool_calls"u8);
            foreach (var tool in tools)
            {
                WriteToolUse(tool, field);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private void WriteToolUse(JsonElement tool, string field)
    {
        var (id, name, input) = (RawJson.Member(tool, "id"u8), RawJson.Member(tool, "name"u8), RawJson.Member(tool, "input"u8));
        if (id.ValueKind != JsonValueKind.String || name.ValueKind != JsonValueKind.String || input.ValueKind is not (JsonValueKind.Object or JsonValueKind.Undefined))
        {
            throw Refusal(field + ".content", "A 'tool_use' needs an 'id', a 'name' and an object as its 'input'.");
        }

        json.WriteFunctionCall(RawJson.Of(id), RawJson.Of(name), input.ValueKind == JsonValueKind.Object ? RawJson.Of(input) : "{}"u8);
    }

    /// <summary>All texts of a content, blocks of other types left out.</summary>
    private static RawText TextOf(JsonElement content, string field)
    {
        var text = new RawText();
        switch (content.ValueKind)
        {
            case JsonValueKind.String:
                text.Add(RawJson.Of(content));
                break;
            case JsonValueKind.Array:
                foreach (var block in content.EnumerateArray())
                {
                    text.Add(RawJson.Is(block, "type"u8, "text"u8) ? RawJson.TextOf(block, "text"u8) : default, BlankLine);
                }

                break;
            case JsonValueKind.Undefined:
                break;
            default:
                throw Refusal(field, $"'{field}' must be a text or a list of blocks.");
        }

        return text;
    }
}
