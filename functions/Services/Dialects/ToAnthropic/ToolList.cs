using System.Text.Json;
using static OpenWebUi.Services.Dialects.RequestBody;

namespace OpenWebUi.Services.Dialects.ToAnthropic;

/// <summary><c>tools</c>, <c>tool_choice</c> and <c>parallel_tool_calls</c>. <c>strict</c> is left out.</summary>
internal static class ToolList
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
        WriteChoice(json, RawJson.Member(root, "tool_choice"u8), Flag(root, "parallel_tool_calls"u8, "parallel_tool_calls") == false);
    }

    private static void WriteTool(Utf8JsonWriter json, JsonElement tool, string field)
    {
        var function = RawJson.Member(tool, "function"u8);
        if (!RawJson.Is(tool, "type"u8, "function"u8) || function.ValueKind != JsonValueKind.Object)
        {
            throw NotTranslatable(field, "tools that are no functions");
        }

        json.WriteStartObject();
        json.WriteString("name"u8, Required(function, "name"u8, field + ".function.name"));
        json.Copy("description"u8, function, "description"u8);
        WriteSchema(json, RawJson.Member(function, "parameters"u8), field);
        json.Copy("cache_control"u8, tool, "cache_control"u8);
        json.WriteEndObject();
    }

    /// <summary>A schema must say that it is an object's; OpenAI's may be left out for a function without parameters.</summary>
    private static void WriteSchema(Utf8JsonWriter json, JsonElement schema, string field)
    {
        if (schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty("type"u8, out _))
        {
            json.Write("input_schema"u8, RawJson.Of(schema));
            return;
        }

        if (schema.ValueKind is not (JsonValueKind.Object or JsonValueKind.Undefined))
        {
            throw Refusal(field + ".function.parameters", "'parameters' must be a JSON schema.");
        }

        json.WriteStartObject("input_schema"u8);
        json.WriteString("type"u8, "object"u8);
        if (schema.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in schema.EnumerateObject())
            {
                json.WritePropertyName(member.Name);
                json.WriteRawValue(RawJson.Of(member.Value), skipInputValidation: true);
            }
        }

        json.WriteEndObject();
    }

    private static void WriteChoice(Utf8JsonWriter json, JsonElement choice, bool oneAtATime)
    {
        if (choice.ValueKind == JsonValueKind.Undefined && !oneAtATime)
        {
            return;
        }

        string? name = null;
        var type = choice.ValueKind switch
        {
            JsonValueKind.Undefined => "auto",
            JsonValueKind.String when choice.ValueEquals("auto"u8) => "auto",
            JsonValueKind.String when choice.ValueEquals("none"u8) => "none",
            JsonValueKind.String when choice.ValueEquals("required"u8) => "any",
            JsonValueKind.Object when RawJson.Is(choice, "type"u8, "function"u8) => "tool",
            _ => throw NotTranslatable("tool_choice", "such 'tool_choice'; it takes \"auto\", \"none\", \"required\" or one function"),
        };
        if (type == "tool")
        {
            name = Required(RawJson.Member(choice, "function"u8), "name"u8, "tool_choice.function.name");
        }

        json.WriteStartObject("tool_choice"u8);
        json.WriteString("type"u8, type);
        if (name is not null)
        {
            json.WriteString("name"u8, name);
        }

        if (oneAtATime && type != "none")
        {
            json.WriteBoolean("disable_parallel_tool_use"u8, true);
        }

        json.WriteEndObject();
    }
}
