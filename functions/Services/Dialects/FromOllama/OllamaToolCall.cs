using System.Text;
using System.Text.Json;

namespace OpenWebUi.Services.Dialects.FromOllama;

/// <summary>A call of a tool, put together: Ollama tells it whole, with an object for its arguments.</summary>
/// <param name="id">With quotes, or empty.</param>
internal sealed class OllamaToolCall(byte[] id, byte[] name)
{
    private readonly StringBuilder _arguments = new();

    /// <summary>Adds the pieces of a call to the calls before it.</summary>
    public static void Add(List<OllamaToolCall> calls, bool isNew, int place, ReadOnlySpan<byte> id, ReadOnlySpan<byte> name, JsonElement arguments)
    {
        if (isNew)
        {
            calls.Add(new(id.ToArray(), name.IsEmpty ? [.. "\"\""u8] : name.ToArray()));
        }

        calls[place]._arguments.Append(arguments.ValueKind switch
        {
            JsonValueKind.String => arguments.GetString(),
            JsonValueKind.Object => Encoding.UTF8.GetString(RawJson.Of(arguments)),
            _ => null,
        });
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        if (id.Length > 0)
        {
            json.Write("id"u8, id);
        }

        json.WriteStartObject("function"u8);
        json.Write("name"u8, name);
        json.Write("arguments"u8, ToolArguments.AsObject(_arguments.ToString()));
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
