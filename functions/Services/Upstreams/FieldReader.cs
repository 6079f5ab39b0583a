using System.Text.Json;
using OpenWebUi.Platform.Security;

namespace OpenWebUi.Services.Upstreams;

/// <summary>Reads fields of a JSON object that people wrote. What is wrong is gathered, so that one answer tells all of it; it reads as "not there".</summary>
internal sealed class FieldReader(JsonElement form)
{
    private readonly Dictionary<string, string> _faults = [];

    /// <summary>What is wrong, by field.</summary>
    public IReadOnlyDictionary<string, string> Faults => _faults;

    /// <param name="field">A field of the form.</param>
    /// <param name="expected">What it must be: it reads after "must be".</param>
    public void Fault(string field, string expected) => Refuse(field, $"'{field}' must be {expected}.");

    /// <summary>The first reason counts.</summary>
    public void Refuse(string field, string message) => _faults.TryAdd(field, message);

    public bool Has(string field) => form.Member(field) is not null;

    /// <summary>The field's value; null where it is not there, or null.</summary>
    public JsonElement? Value(string field) => form.Member(field) is { ValueKind: not JsonValueKind.Null } value ? value : null;

    /// <summary>A text without blanks around it; null where there is none, or an empty one.</summary>
    public string? Text(string field, int maxCharacters, Func<string, bool> isValid, string expected)
    {
        if (Value(field) is null)
        {
            return null;
        }

        var text = form.Text(field)?.Trim();
        if (text is null || text.Length > maxCharacters || (text.Length > 0 && !isValid(text)))
        {
            Fault(field, expected);
            return null;
        }

        return text.Length == 0 ? null : text;
    }

    public string? Choice(string field, IReadOnlyList<string> words) => Text(field, 100, words.Contains, $"one of {string.Join(", ", words)}");

    public bool? Flag(string field)
    {
        var value = Value(field);
        if (value is not (null or { ValueKind: JsonValueKind.True or JsonValueKind.False }))
        {
            Fault(field, "true or false");
            return null;
        }

        return value?.GetBoolean();
    }

    public int? Integer(string field, int least, int most)
    {
        if (Value(field) is not { } value)
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= least && number <= most)
        {
            return number;
        }

        Fault(field, $"a whole number from {least} to {most}");
        return null;
    }

    /// <summary>Distinct texts without blanks around them; null where the field is not there.</summary>
    public IReadOnlyList<string>? Texts(string field, int maxCount, int maxCharacters)
    {
        if (Value(field) is not { } value)
        {
            return null;
        }

        var entries = value.ValueKind == JsonValueKind.Array && value.GetArrayLength() <= maxCount ? value.EnumerateArray().Select(TextOf).ToList() : [null];
        if (entries.Any(text => text is null || text.Length is 0 || text.Length > maxCharacters || text.Any(char.IsControl)))
        {
            Fault(field, $"a list of at most {maxCount} texts of 1 to {maxCharacters} characters");
            return null;
        }

        return [.. entries.OfType<string>().Distinct()];
    }

    /// <summary>The members of an object, whose values are texts or null; null where the field is not there.</summary>
    public IReadOnlyList<(string Name, string? Value)>? Members(string field, int maxCount)
    {
        if (Value(field) is not { } value)
        {
            return null;
        }

        try
        {
            if (value.ValueKind == JsonValueKind.Object && value.GetPropertyCount() <= maxCount
                && value.EnumerateObject().All(member => member.Value.ValueKind is JsonValueKind.String or JsonValueKind.Null))
            {
                return [.. value.EnumerateObject().Select(member => (member.Name.Trim(), member.Value.GetString()?.Trim()))];
            }
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair: no text.
        }

        Fault(field, $"an object of at most {maxCount} names with a text each");
        return null;
    }

    /// <summary>Without blanks around it; null for what is no text.</summary>
    public static string? TextOf(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString()!.Trim() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
