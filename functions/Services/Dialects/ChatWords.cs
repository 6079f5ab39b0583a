using System.Text.Json;

namespace OpenWebUi.Services.Dialects;

/// <summary>What several dialects say in OpenAI's.</summary>
internal static class ChatWords
{
    /// <summary>With usage: other dialects always tell it. Servers that do not know the word ignore it.</summary>
    public static void AskForStream(this Utf8JsonWriter json)
    {
        json.WriteBoolean("stream"u8, true);
        json.WriteStartObject("stream_options"u8);
        json.WriteBoolean("include_usage"u8, true);
        json.WriteEndObject();
    }

    public static void AskForSchema(this Utf8JsonWriter json, JsonElement schema)
    {
        json.WriteStartObject("response_format"u8);
        json.WriteString("type"u8, "json_schema"u8);
        json.WriteStartObject("json_schema"u8);
        json.WriteString("name"u8, "answer"u8);
        json.Write("schema"u8, RawJson.Of(schema));
        json.WriteEndObject();
        json.WriteEndObject();
    }

    public static void WriteTextPart(this Utf8JsonWriter json, ReadOnlySpan<byte> text)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "text"u8);
        json.Write("text"u8, text);
        json.WriteEndObject();
    }

    /// <summary>An image from base64 that is in a document, raw and with its quotes.</summary>
    /// <param name="mediaType">ASCII without quotes.</param>
    public static void WriteImagePart(this Utf8JsonWriter json, ReadOnlySpan<byte> mediaType, ReadOnlySpan<byte> base64)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "image_url"u8);
        json.WriteStartObject("image_url"u8);
        json.WriteDataUrl("url"u8, mediaType, base64);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    public static void WriteDataUrl(this Utf8JsonWriter json, ReadOnlySpan<byte> name, ReadOnlySpan<byte> mediaType, ReadOnlySpan<byte> base64)
    {
        json.WritePropertyName(name);
        byte[] url = [.. "\"data:"u8, .. mediaType, .. ";base64,"u8, .. base64[1..]];
        json.WriteRawValue(url, skipInputValidation: true);
    }

    public static void WriteFunctionCall(this Utf8JsonWriter json, ReadOnlySpan<byte> id, ReadOnlySpan<byte> name, ReadOnlySpan<byte> arguments)
    {
        json.WriteStartObject();
        json.Write("id"u8, id);
        json.WriteString("type"u8, "function"u8);
        json.WriteStartObject("function"u8);
        json.Write("name"u8, name);
        json.WriteString("arguments"u8, arguments);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
