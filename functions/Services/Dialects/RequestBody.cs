using System.Text.Json;
using OpenWebUi.Platform.Http;

namespace OpenWebUi.Services.Dialects;

/// <summary>Reads a client's request, and says what is wrong with it.</summary>
internal static class RequestBody
{
    /// <exception cref="RefusedException">It is no JSON object.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            var document = JsonDocument.Parse(body);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return document;
            }

            document.Dispose();
        }
        catch (JsonException)
        {
        }

        throw Refusal(null, "The request body must be a JSON object.");
    }

    public static RefusedException Refusal(string? field, string message) => new(new ErrorReport(400, "invalid_request", message, field));

    public static RefusedException NotTranslatable(string field, string what) =>
        Refusal(field, $"The provider of this model takes no {what}. Leave it out, or choose another model.");

    /// <summary>A string that must be there.</summary>
    public static string Required(JsonElement owner, ReadOnlySpan<byte> name, string field) =>
        RawJson.Member(owner, name) is { ValueKind: JsonValueKind.String } value && Text(value, field) is { Length: > 0 } text
            ? text
            : throw Refusal(field, $"'{field}' is missing, or no text.");

    /// <summary>A string, or null.</summary>
    public static string? Optional(JsonElement owner, ReadOnlySpan<byte> name, string field) =>
        RawJson.Member(owner, name) switch
        {
            { ValueKind: JsonValueKind.Undefined } => null,
            { ValueKind: JsonValueKind.String } value => Text(value, field),
            _ => throw Refusal(field, $"'{field}' must be a text."),
        };

    /// <summary>A list that must be there, and not be empty.</summary>
    public static JsonElement List(JsonElement owner, ReadOnlySpan<byte> name, string field) =>
        RawJson.Member(owner, name) is { ValueKind: JsonValueKind.Array } list && list.GetArrayLength() > 0
            ? list
            : throw Refusal(field, $"'{field}' must be a list with something in it.");

    /// <summary>A number, or null.</summary>
    public static double? Number(JsonElement owner, ReadOnlySpan<byte> name, string field) =>
        RawJson.Member(owner, name) switch
        {
            { ValueKind: JsonValueKind.Undefined } => null,
            { ValueKind: JsonValueKind.Number } value when value.TryGetDouble(out var number) && double.IsFinite(number) => number,
            _ => throw Refusal(field, $"'{field}' must be a number."),
        };

    /// <summary>True, false, or null.</summary>
    public static bool? Flag(JsonElement owner, ReadOnlySpan<byte> name, string field) =>
        RawJson.Member(owner, name).ValueKind switch
        {
            JsonValueKind.Undefined => null,
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw Refusal(field, $"'{field}' must be true or false."),
        };

    /// <summary>The string itself; half a character in it is the client's mistake.</summary>
    public static string Text(JsonElement value, string field)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Refusal(field, $"'{field}' holds half a character (a surrogate without its other half).");
        }
    }
}
