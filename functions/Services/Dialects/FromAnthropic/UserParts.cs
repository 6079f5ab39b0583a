using System.Text.Json;
using static OpenWebUi.Services.Dialects.RequestBody;

namespace OpenWebUi.Services.Dialects.FromAnthropic;

/// <summary>Blocks of a user's message as parts of OpenAI's.</summary>
internal static class UserParts
{
    /// <summary>A message with it cannot be one text. A document of plain text counts too: it becomes a part.</summary>
    public static bool IsMedia(JsonElement block) => RawJson.Is(block, "type"u8, "image"u8) || RawJson.Is(block, "type"u8, "document"u8);

    /// <summary>Writes a text, an image or a document; leaves out the rest.</summary>
    public static void Write(Utf8JsonWriter json, JsonElement block, string field)
    {
        if (RawJson.Is(block, "type"u8, "text"u8))
        {
            var text = RawJson.TextOf(block, "text"u8);
            if (!text.IsEmpty)
            {
                json.WriteTextPart(text);
            }
        }
        else if (RawJson.Is(block, "type"u8, "image"u8))
        {
            WriteImage(json, RawJson.Member(block, "source"u8), field);
        }
        else if (RawJson.Is(block, "type"u8, "document"u8))
        {
            WriteDocument(json, block, RawJson.Member(block, "source"u8), field);
        }
    }

    private static void WriteImage(Utf8JsonWriter json, JsonElement source, string field)
    {
        if (IsBase64(source, out var mediaType, out var data))
        {
            json.WriteImagePart(mediaType, data);
        }
        else if (RawJson.TextOf(source, "url"u8) is { Length: > 0 } url)
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "image_url"u8);
            json.WriteStartObject("image_url"u8);
            json.Write("url"u8, url);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        else
        {
            throw NotTranslatable(field, "images by their file id, only base64 and URLs");
        }
    }

    private static void WriteDocument(Utf8JsonWriter json, JsonElement block, JsonElement source, string field)
    {
        if (RawJson.Is(source, "type"u8, "text"u8) && RawJson.TextOf(source, "data"u8) is { Length: > 0 } text)
        {
            json.WriteTextPart(text);
        }
        else if (IsBase64(source, out var mediaType, out var data))
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "file"u8);
            json.WriteStartObject("file"u8);
            json.Write("filename"u8, RawJson.TextOf(block, "title"u8) is { Length: > 0 } title ? title : "\"document.pdf\""u8);
            json.WriteDataUrl("file_data"u8, mediaType, data);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        else
        {
            throw NotTranslatable(field, "documents by their URL or file id, only base64 and text");
        }
    }

    private static bool IsBase64(JsonElement source, out ReadOnlySpan<byte> mediaType, out ReadOnlySpan<byte> data)
    {
        var type = RawJson.TextOf(source, "media_type"u8);
        mediaType = data = default;
        if (!RawJson.Is(source, "type"u8, "base64"u8) || type.IsEmpty)
        {
            return false;
        }

        mediaType = type[1..^1];
        data = RawJson.TextOf(source, "data"u8);
        return !data.IsEmpty;
    }
}
