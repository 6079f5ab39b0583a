using System.Text.Json;
using static OpenWebUi.Services.Dialects.RequestBody;

namespace OpenWebUi.Services.Dialects.FromAnthropic;

/// <summary><c>tools</c> and <c>tool_choice</c> of a client of Anthropic's, as OpenAI has them.</summary>
internal static class ChatTools
{
    public static void Write(Utf8JsonWriter json, JsonElement root)
    {
        var tools = RawJson.Member(root, "tools"u8);
        if (!RawJson.Items(tools).Any())
        {
            return;
        }

        json.WriteStartArray("tools"u8);
        var place = 0;
        foreach (var tool in tools.EnumerateArray())
        {
            WriteTool(json, tool, $"tools[{place++}]");
        }

        json.WriteEndArray();
        WriteChoice(json, RawJson.Member(root, "tool_choice"u8));
    }

    private static void WriteTool(Utf8JsonWriter json, JsonElement tool, string field)
    {
        if (Optional(tool, "type"u8, field + ".type") is { } type and not "custom")
        {
            throw NotTranslatable(field, $"tool '{type}', which only Anthropic's API has");
        }

        json.WriteStartObject();
        json.WriteString("type"u8, "function"u8);
        json.WriteStartObject("function"u8);
        json.WriteString("name"u8, Required(tool, "name"u8, field + ".name"));
        json.Copy("description"u8, tool, "description"u8);
        json.Copy("parameters"u8, tool, "input_schema"u8);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteChoice(Utf8JsonWriter json, JsonElement choice)
    {
        if (choice.ValueKind == JsonValueKind.Undefined)
        {
            return;
        }

        switch (Required(choice, "type"u8, "tool_choice.type"))
        {
            case "auto":
                json.WriteString("tool_choice"u8, "auto"u8);
                break;
            case "any":
                json.WriteString("tool_choice"u8, "required"u8);
                break;
            case "none":
                json.WriteString("tool_choice"u8, "none"u8);
                break;
            case "tool":
                json.WriteStartObject("tool_choice"u8);
                json.WriteString("type"u8, "function"u8);
                json.WriteStartObject("function"u8);
                json.WriteString("name"u8, Required(choice, "name"u8, "tool_choice.name"));
                json.WriteEndObject();
                json.WriteEndObject();
                break;
            case var other:
                throw Refusal("tool_choice.type", $"'{other}' is not known: it is auto, any, tool or none.");
        }

        if (RawJson.IsTrue(choice, "disable_parallel_tool_use"u8))
        {
            json.WriteBoolean("parallel_tool_calls"u8, false);
        }
    }
}
