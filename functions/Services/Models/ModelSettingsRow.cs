using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Services.Access;

namespace OpenWebUi.Services.Models;

/// <summary>A model's settings as a row, and as Open WebUI's wire form has their parts.</summary>
internal static class ModelSettingsRow
{
    /// <summary>A page never sees this text, so nothing in it needs escaping.</summary>
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static RowProperties Properties(ModelSettings settings) => new()
    {
        ["Id"] = settings.Id,
        ["Name"] = settings.Name,
        ["Meta"] = Text(json => WriteMeta(json, settings.Meta)),
        ["Readers"] = settings.Readers is { } readers ? Text(json => Readers.Write(json, readers)) : null,
        ["IsActive"] = settings.IsActive,
        ["UserId"] = settings.UserId.Length == 0 ? null : settings.UserId,
        ["CreatedAt"] = settings.CreatedAt,
        ["UpdatedAt"] = settings.UpdatedAt,
    };

    public static ModelSettings Read(StoredRow row)
    {
        var properties = row.Properties;
        return new(
            properties.GetText("Id") ?? "", properties.GetText("Name"), ReadMeta(properties.GetText("Meta")), Readers.OfStored(properties.GetText("Readers")),
            properties.GetBoolean("IsActive") ?? false, properties.GetText("UserId") ?? "",
            properties.GetTime("CreatedAt") ?? default, properties.GetTime("UpdatedAt") ?? default, row.ETag);
    }

    /// <summary><c>{description, profile_image_url, capabilities:{name:bool}, tags:[{name}]}</c>.</summary>
    public static void WriteMeta(Utf8JsonWriter json, ModelMeta meta)
    {
        json.WriteStartObject();
        json.WriteString("description", meta.Description);
        json.WriteString("profile_image_url", meta.PictureUrl);
        WriteCapabilities(json, meta.Capabilities);
        WriteTags(json, meta.Tags);
        json.WriteEndObject();
    }

    public static void WriteCapabilities(Utf8JsonWriter json, IReadOnlyDictionary<string, bool> capabilities)
    {
        json.WriteStartObject("capabilities");
        foreach (var (name, has) in capabilities)
        {
            json.WriteBoolean(name, has);
        }

        json.WriteEndObject();
    }

    public static void WriteTags(Utf8JsonWriter json, IReadOnlyList<string> tags)
    {
        json.WriteStartArray("tags");
        foreach (var tag in tags)
        {
            json.WriteStartObject();
            json.WriteString("name", tag);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    public static ModelMeta ReadMeta(string? text)
    {
        if (text is null)
        {
            return ModelMeta.Empty;
        }

        try
        {
            using var document = JsonDocument.Parse(text);
            var root = document.RootElement;
            return new(
                root.GetProperty("description").GetString(), root.GetProperty("profile_image_url").GetString(),
                root.GetProperty("capabilities").EnumerateObject().ToDictionary(member => member.Name, member => member.Value.GetBoolean()),
                [.. root.GetProperty("tags").EnumerateArray().Select(tag => tag.GetProperty("name").GetString()!)]);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            // Another version's: it shows less, it opens nothing.
            return ModelMeta.Empty;
        }
    }

    /// <summary>What is written, as a text.</summary>
    public static string Text(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Plain))
        {
            write(json);
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}
