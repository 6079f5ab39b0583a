using System.Buffers;
using System.Text;
using System.Text.Json;

namespace OpenWebUi.Services.Dialects;

/// <summary>Arguments of a tool call: a string of JSON in OpenAI's dialect, an object in the others.</summary>
internal static class ToolArguments
{
    /// <summary>The object, on one line. A model that wrote something else gets that as the only member: the client's tool says what is wrong with it.</summary>
    /// <param name="arguments">A string, an object, or undefined: none.</param>
    public static byte[] AsObject(JsonElement arguments) =>
        AsObject(arguments.ValueKind == JsonValueKind.String ? arguments.GetString()! : arguments.ValueKind == JsonValueKind.Object ? Encoding.UTF8.GetString(RawJson.Of(arguments)) : "");

    /// <inheritdoc cref="AsObject(JsonElement)"/>
    public static byte[] AsObject(string text)
    {
        var buffer = new ArrayBufferWriter<byte>(text.Length + 32);
        using var json = new Utf8JsonWriter(buffer, TranslatedStream.Plain);
        try
        {
            using var document = JsonDocument.Parse(text);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                document.RootElement.WriteTo(json);
                json.Flush();
                return buffer.WrittenSpan.ToArray();
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Half an object, or half a character.
            json.Reset();
            buffer.ResetWrittenCount();
        }

        json.WriteStartObject();
        if (!string.IsNullOrWhiteSpace(text))
        {
            json.WriteString("invalid_arguments"u8, text);
        }

        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }
}
