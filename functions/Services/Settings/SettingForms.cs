using System.Text.Json;
using OpenWebUi.Platform.Storage;

namespace OpenWebUi.Services.Settings;

/// <summary>The forms that settings have. What is wrong with a value is said so that it reads after "must be".</summary>
internal static class SettingForms
{
    /// <summary>A value is one property of the row.</summary>
    public const int MaxJsonCharacters = RowLimits.MaxTextChars;

    public static readonly SettingForm<bool> Flag = new(
        json => json.ValueKind is JsonValueKind.True or JsonValueKind.False ? json.GetBoolean() : throw new SettingRefusedException("true or false"),
        text => text.ToLowerInvariant() switch
        {
            "true" or "1" or "yes" or "on" => true,
            "false" or "0" or "no" or "off" => false,
            _ => throw new SettingRefusedException("true or false"),
        },
        (json, value) => json.WriteBooleanValue(value));

    /// <summary>Trimmed text without control characters.</summary>
    public static SettingForm<string> Line(int least, int most) => Text(text =>
        text.Length >= least && text.Length <= most && !text.Any(char.IsControl), $"one line of {least} to {most} characters");

    /// <summary>Trimmed text of several lines.</summary>
    public static SettingForm<string> Lines(int most) => Text(
        text => text.Length <= most && !text.Any(c => char.IsControl(c) && c is not ('\n' or '\r' or '\t')), $"text of at most {most} characters");

    public static SettingForm<string> Choice(IReadOnlyList<string> options) => Text(options.Contains, "one of " + string.Join(", ", options));

    /// <param name="isTaken">Whether a trimmed text is taken.</param>
    /// <param name="expected">What is.</param>
    public static SettingForm<string> Text(Func<string, bool> isTaken, string expected)
    {
        return new(json => Checked(json.ValueKind == JsonValueKind.String ? json.GetString()! : throw new SettingRefusedException(expected)),
            Checked, (json, value) => json.WriteStringValue(value));

        string Checked(string text)
        {
            text = text.Trim();
            return isTaken(text) ? text : throw new SettingRefusedException(expected);
        }
    }

    /// <summary>A list of different ids. As a variable: a JSON array, or entries with semicolons between them.</summary>
    public static SettingForm<IReadOnlyList<string>> Ids(int mostIds, int mostCharacters)
    {
        var expected = $"a list of at most {mostIds} texts of 1 to {mostCharacters} characters, each once";
        return new(
            json => Checked(json.ValueKind == JsonValueKind.Array
                ? [.. json.EnumerateArray().Select(e => e.ValueKind == JsonValueKind.String ? e.GetString()!.Trim() : throw new SettingRefusedException(expected))]
                : throw new SettingRefusedException(expected)),
            text => text.StartsWith('[') ? OfJson(text, expected, json => Checked([.. json.EnumerateArray().Select(e => e.GetString() ?? "")]))
                : Checked(text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)),
            (json, value) =>
            {
                json.WriteStartArray();
                foreach (var id in value)
                {
                    json.WriteStringValue(id);
                }

                json.WriteEndArray();
            });

        IReadOnlyList<string> Checked(string[] ids) =>
            ids.Length <= mostIds && ids.All(id => id.Length > 0 && id.Length <= mostCharacters && !id.Any(char.IsControl)) && ids.Distinct().Count() == ids.Length
                ? ids : throw new SettingRefusedException(expected);
    }

    /// <summary>A list of objects; as a variable its JSON.</summary>
    /// <param name="most">The most that the list holds.</param>
    /// <param name="expected">What the list is.</param>
    /// <param name="read">Reads one; throws.</param>
    /// <param name="write">Writes one.</param>
    public static SettingForm<IReadOnlyList<T>> List<T>(int most, string expected, Func<JsonElement, T> read, Action<Utf8JsonWriter, T> write)
    {
        return new(Read, text => OfJson(text, expected, Read), (json, value) =>
        {
            json.WriteStartArray();
            foreach (var entry in value)
            {
                write(json, entry);
            }

            json.WriteEndArray();
        });

        IReadOnlyList<T> Read(JsonElement json) => json.ValueKind == JsonValueKind.Array && json.GetArrayLength() <= most
            ? [.. json.EnumerateArray().Select(e => e.ValueKind == JsonValueKind.Object ? read(e) : throw new SettingRefusedException(expected))]
            : throw new SettingRefusedException(expected);
    }

    /// <summary>The permissions that the value names, over ours; the variables of single flags come over it later.</summary>
    public static readonly SettingForm<PermissionSet> Permissions = new(
        json => PermissionSet.Read(json, PermissionSet.Default),
        _ => throw new SettingRefusedException("set by the variables of its flags"),
        (json, value) => value.WriteTo(json));

    /// <summary>Reads a value that came from outside.</summary>
    /// <exception cref="SettingRefusedException">The setting does not take it.</exception>
    public static T Checked<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (InvalidOperationException)
        {
            // A text with half of a surrogate pair: no reader could show it.
            throw new SettingRefusedException("made of whole Unicode characters");
        }
    }

    private static T OfJson<T>(string text, string expected, Func<JsonElement, T> read)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new SettingRefusedException(expected + ", as JSON");
        }
    }
}
