using System.Text;
using System.Text.Json;
using static OpenWebUi.Services.Dialects.RequestBody;

namespace OpenWebUi.Services.Dialects.FromOllama;

/// <summary>
/// Ollama's <c>messages</c> as OpenAI's. Calls of tools have ids only since 2025, and many clients send none: then calls are numbered, and a result belongs to
/// the first call of its <c>tool_name</c> that has none yet, or to the first at all. <c>thinking</c> of earlier answers is left out.
/// </summary>
internal sealed class OllamaMessages(Utf8JsonWriter json)
{
    private readonly List<(byte[] Id, byte[] Name)> _open = [];
    private int _calls;

    public void Write(JsonElement messages)
    {
        json.WriteStartArray("messages"u8);
        var place = 0;
        foreach (var message in messages.EnumerateArray())
        {
            var field = $"messages[{place++}]";
            var role = Required(message, "role"u8, field + ".role");
            json.WriteStartObject();
            json.WriteString("role"u8, role);
            WriteContent(json, RawJson.Member(message, "content"u8), RawJson.Member(message, "images"u8), field + ".images");
            switch (role)
            {
                case "system" or "user":
                    break;
                case "assistant":
                    WriteCalls(RawJson.Member(message, "tool_calls"u8), field);
                    break;
                case "tool":
                    json.Write("tool_call_id"u8, TakeCall(message, field));
                    break;
                default:
                    throw Refusal(field + ".role", $"The role '{role}' is not known: it is system, user, assistant or tool.");
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>A text, or parts where there are images.</summary>
    /// <param name="images">Base64, whose type shows in its first characters; also data URLs, which some clients send.</param>
    public static void WriteContent(Utf8JsonWriter json, JsonElement content, JsonElement images, string field)
    {
        if (content.ValueKind is not (JsonValueKind.String or JsonValueKind.Undefined))
        {
            throw Refusal(field, "'content' must be a text.");
        }

        var text = content.ValueKind == JsonValueKind.String ? RawJson.Of(content) : "\"\""u8;
        if (!RawJson.Items(images).Any())
        {
            json.Write("content"u8, text);
            return;
        }

        json.WriteStartArray("content"u8);
        if (text.Length > 2)
        {
            json.WriteTextPart(text);
        }

        foreach (var image in images.EnumerateArray())
        {
            WriteImage(json, image, field);
        }

        json.WriteEndArray();
    }

    private static void WriteImage(Utf8JsonWriter json, JsonElement image, string field)
    {
        var raw = image.ValueKind == JsonValueKind.String ? RawJson.Of(image) : default;
        if (raw.Length <= 2 || raw.Contains((byte)'\\'))
        {
            // Escaped slashes, as PHP writes them.
            raw = raw.Length > 2 ? Encoding.UTF8.GetBytes($"\"{Text(image, field)}\"") : throw Refusal(field, $"'{field}' must be base64.");
        }

        var head = raw[1..];
        if (head.StartsWith("data:"u8) && head.IndexOf(";base64,"u8) is > 0 and var end)
        {
            json.WriteImagePart(head[5..end], head[(end + ";base64,".Length - 1)..]);
            return;
        }

        json.WriteImagePart(
            head.StartsWith("/9j/"u8) ? "image/jpeg"u8
            : head.StartsWith("R0lGOD"u8) ? "image/gif"u8
            : head.StartsWith("UklGR"u8) ? "image/webp"u8
            : "image/png"u8,
            raw);
    }

    private void WriteCalls(JsonElement calls, string field)
    {
        if (!RawJson.Items(calls).Any())
        {
            return;
        }

        _open.Clear();
        json.WriteStartArray("tool_calls"u8);
        foreach (var call in calls.EnumerateArray())
        {
            var function = RawJson.Member(call, "function"u8);
            var name = RawJson.TextOf(function, "name"u8);
            if (name.IsEmpty)
            {
                throw Refusal(field + ".tool_calls", "A call of a tool needs 'function.name'.");
            }

            var id = RawJson.TextOf(call, "id"u8) is { Length: > 0 } given ? given.ToArray() : Encoding.UTF8.GetBytes($"\"call_{_calls}\"");
            _calls++;
            _open.Add((id, name.ToArray()));
            json.WriteFunctionCall(id, name, ToolArguments.AsObject(RawJson.Member(function, "arguments"u8)));
        }

        json.WriteEndArray();
    }

    private byte[] TakeCall(JsonElement message, string field)
    {
        if (RawJson.TextOf(message, "tool_call_id"u8) is { Length: > 0 } given)
        {
            var id = given.ToArray();
            _open.RemoveAll(call => call.Id.AsSpan().SequenceEqual(id));
            return id;
        }

        var tool = RawJson.TextOf(message, "tool_name"u8) is { Length: > 0 } named ? named.ToArray() : RawJson.TextOf(message, "name"u8).ToArray();
        var found = Math.Max(0, _open.FindIndex(call => call.Name.AsSpan().SequenceEqual(tool)));
        if (_open.Count == 0)
        {
            throw Refusal(field, "A message of the role 'tool' must follow the call that it answers.");
        }

        var open = _open[found].Id;
        _open.RemoveAt(found);
        return open;
    }
}
