using System.Text.Json;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Services.Access;

namespace OpenWebUi.Services.Models;

/// <summary>A preset as a row. Each text is a property of its own: one has at most 32,767 characters.</summary>
internal static class PresetRow
{
    public static RowProperties Properties(Preset preset) => new()
    {
        ["Id"] = preset.Id,
        ["BaseModelId"] = preset.BaseModelId,
        ["Name"] = preset.Name,
        ["Meta"] = ModelSettingsRow.Text(json => ModelSettingsRow.WriteMeta(json, preset.Meta)),
        ["System"] = preset.Words.System,
        ["Parameters"] = preset.Words.Parameters,
        ["Greeting"] = preset.Words.Greeting,
        ["Starters"] = ModelSettingsRow.Text(json => WriteStarters(json, preset.Words.Starters)),
        ["Readers"] = preset.Readers is { } readers ? ModelSettingsRow.Text(json => Readers.Write(json, readers)) : null,
        ["IsActive"] = preset.IsActive,
        ["Owner"] = preset.Owner.Text,
        ["CreatedAt"] = preset.CreatedAt,
        ["UpdatedAt"] = preset.UpdatedAt,
    };

    public static Preset Read(StoredRow row)
    {
        var properties = row.Properties;
        return new(
            properties.GetText("Id") ?? "", properties.GetText("BaseModelId") ?? "", properties.GetText("Name") ?? "",
            ModelSettingsRow.ReadMeta(properties.GetText("Meta")),
            new(properties.GetText("System") ?? "", properties.GetText("Parameters") ?? "{}", properties.GetText("Greeting") ?? "", ReadStarters(properties.GetText("Starters"))),
            Readers.OfStored(properties.GetText("Readers")), properties.GetBoolean("IsActive") ?? false, new(properties.GetText("Owner") ?? ""),
            properties.GetTime("CreatedAt") ?? default, properties.GetTime("UpdatedAt") ?? default, row.ETag);
    }

    private static void WriteStarters(Utf8JsonWriter json, IReadOnlyList<string> starters)
    {
        json.WriteStartArray();
        foreach (var starter in starters)
        {
            json.WriteStringValue(starter);
        }

        json.WriteEndArray();
    }

    private static IReadOnlyList<string> ReadStarters(string? text)
    {
        try
        {
            using var document = JsonDocument.Parse(text ?? "[]");
            return [.. document.RootElement.EnumerateArray().Select(starter => starter.GetString()!)];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Another version's.
            return [];
        }
    }
}
