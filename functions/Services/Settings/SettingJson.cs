using System.Text.Json;

namespace OpenWebUi.Services.Settings;

/// <summary>Fields of an object in a setting: null where it has none, refused where it is of another type.</summary>
internal static class SettingJson
{
    public static string? Text(JsonElement json, string name) =>
        !Has(json, name, out var value) ? null : value.ValueKind == JsonValueKind.String ? value.GetString() : throw new SettingRefusedException($"one whose {name} is text");

    public static bool? Flag(JsonElement json, string name) =>
        !Has(json, name, out var value) ? null
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw new SettingRefusedException($"one whose {name} is true or false");

    public static long? Number(JsonElement json, string name) =>
        !Has(json, name, out var value) ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : throw new SettingRefusedException($"one whose {name} is a whole number");

    private static bool Has(JsonElement json, string name, out JsonElement value) =>
        json.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;
}
