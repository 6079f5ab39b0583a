using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace OpenWebUi.Services.Completion;

/// <summary>
/// Tool calls, put together from their deltas (OpenAI API reference, chat completion chunk, <c>delta.tool_calls</c>): the arguments
/// come in pieces, everything else once. Fields that we do not know are kept: Gemini wants its signatures back.
/// </summary>
internal sealed class ToolCallList
{
    private readonly List<Entry> _calls = [];

    public bool IsEmpty => _calls.Count == 0;

    public void Add(JsonElement deltas)
    {
        var place = 0;
        foreach (var delta in deltas.EnumerateArray().Where(delta => delta.ValueKind == JsonValueKind.Object))
        {
            Merge(delta, EntryFor(delta, place++));
        }
    }

    /// <summary>The array as a whole message has it.</summary>
    public string ToJson() => new JsonArray([.. _calls.Select(call => (JsonNode)call.Whole())]).ToJsonString();

    /// <summary>By index; by place where a whole answer has none. Gemini gives parallel calls one index and different ids.</summary>
    private Entry EntryFor(JsonElement delta, int place)
    {
        var index = delta.TryGetProperty("index", out var number) && number.ValueKind == JsonValueKind.Number && number.TryGetInt32(out var given) ? given : place;
        var id = JsonText.Of(delta, "id");
        var entry = _calls.LastOrDefault(call => call.Index == index);
        if (entry is null || (!string.IsNullOrEmpty(id) && entry.Id is { } other && other != id))
        {
            _calls.Add(entry = new Entry(index));
        }

        return entry;
    }

    private static void Merge(JsonElement delta, Entry entry)
    {
        foreach (var field in delta.EnumerateObject().Where(field => field.Name != "index" && !JsonText.IsBlank(field.Value)))
        {
            if (field.Name == "function" && field.Value.ValueKind == JsonValueKind.Object)
            {
                entry.Arguments.Append(ArgumentsOf(field.Value));
                entry.Name ??= JsonText.Of(field.Value, "name") is { Length: > 0 } name ? name : null;
            }
            else
            {
                entry.Fields[field.Name] = JsonText.Of(field.Value) is { } text ? WholeCharacters.Mend(text) : JsonNode.Parse(JsonText.Compact(field.Value));
            }
        }
    }

    /// <summary>A string of JSON; some servers send the object itself.</summary>
    private static string ArgumentsOf(JsonElement function) =>
        !function.TryGetProperty("arguments", out var arguments) || JsonText.IsBlank(arguments) ? "" : JsonText.Of(arguments) ?? arguments.GetRawText();

    private sealed class Entry(int index)
    {
        public int Index => index;

        public string? Id => Fields["id"]?.ToString();

        public string? Name { get; set; }

        public StringBuilder Arguments { get; } = new();

        public JsonObject Fields { get; } = [];

        public JsonObject Whole()
        {
            Fields["type"] ??= "function";
            Fields["function"] = new JsonObject { ["name"] = WholeCharacters.Mend(Name ?? ""), ["arguments"] = WholeCharacters.Mend(Arguments.ToString()) };
            return Fields;
        }
    }
}
