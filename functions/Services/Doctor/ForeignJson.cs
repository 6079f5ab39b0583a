using System.Globalization;
using System.Text.Json;
using OpenWebUi.Platform.Security;

namespace OpenWebUi.Services.Doctor;

/// <summary>Reads JSON that anybody may have written: what is not there, of another type or no text (half a surrogate pair) is null, never an exception.</summary>
internal static class ForeignJson
{
    public static bool Has(this JsonElement json, string name) => json.Member(name) is { ValueKind: not JsonValueKind.Null };

    /// <summary>A text, or a number as text.</summary>
    public static string? Word(this JsonElement json, string name) =>
        json.Member(name) is { ValueKind: JsonValueKind.Number } number ? number.GetRawText() : json.Text(name);

    public static int? Whole(this JsonElement json, string name) =>
        json.Member(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt32(out var number) ? number : null;

    /// <summary>The elements of a list, or null where there is none.</summary>
    public static IReadOnlyList<JsonElement>? List(this JsonElement json, string name) =>
        json.Member(name) is { ValueKind: JsonValueKind.Array } list ? [.. list.EnumerateArray()] : null;

    /// <summary>4096 as 4,096.</summary>
    public static string Shown(int number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
