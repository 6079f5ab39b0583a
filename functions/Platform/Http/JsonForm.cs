using System.Text.Json;

namespace OpenWebUi.Platform.Http;

/// <summary>
/// A small JSON body, an object, read field by field. What is missing, of another type or too long is refused with the field's
/// name (422), what is no JSON with 400; fields that nobody reads are ignored, as the clients of Open WebUI expect.
/// </summary>
internal sealed class JsonForm : IDisposable
{
    private readonly JsonDocument _document;

    private JsonForm(JsonDocument document) => _document = document;

    public JsonElement Root => _document.RootElement;

    /// <summary>Reads the body; its size is the route's <see cref="BodyLimit"/>.</summary>
    /// <exception cref="RefusedException">No JSON (400), or no object (422).</exception>
    public static async Task<JsonForm> ReadAsync(HttpContext context)
    {
        JsonDocument document;
        try
        {
            document = await JsonDocument.ParseAsync(context.Request.Body, default, context.RequestAborted);
        }
        catch (JsonException)
        {
            throw new RefusedException(new(400, "invalid_json", "The request body is not valid JSON."));
        }

        if (!HasReadableNames(document.RootElement))
        {
            document.Dispose();
            throw new RefusedException(new(400, "invalid_json", "A name in the request body is no text."));
        }

        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            document.Dispose();
            throw new RefusedException(new(422, "invalid_body", "The request body must be a JSON object."));
        }

        try
        {
            await StillAdmitted.DemandAsync(context);
        }
        catch
        {
            document.Dispose();
            throw;
        }

        return new(document);
    }

    /// <summary>A text that must be there.</summary>
    public string Text(string name, int maxCharacters, bool mayBeEmpty = false)
    {
        var text = OptionalText(name, maxCharacters);
        return text is null ? throw new RefusedException(name, $"'{name}' is missing.")
            : !mayBeEmpty && string.IsNullOrWhiteSpace(text) ? throw new RefusedException(name, $"'{name}' must not be empty.")
            : text;
    }

    /// <summary>A text, or null when it is left out or null.</summary>
    public string? OptionalText(string name, int maxCharacters)
    {
        if (!Root.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.String || TextOf(value) is not { } text)
        {
            throw new RefusedException(name, $"'{name}' must be a text.");
        }

        return text.Length <= maxCharacters ? text : throw new RefusedException(name, $"'{name}' must have at most {maxCharacters} characters.");
    }

    /// <summary>A list of texts; empty when it is left out or null.</summary>
    public IReadOnlyList<string> Texts(string name, int maxCount, int maxCharacters)
    {
        if (!Root.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return [];
        }

        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > maxCount)
        {
            throw new RefusedException(name, $"'{name}' must be a list of at most {maxCount} texts.");
        }

        return [.. value.EnumerateArray().Select(entry => entry.ValueKind == JsonValueKind.String && TextOf(entry) is { } text && text.Length <= maxCharacters
            ? text : throw new RefusedException(name, $"'{name}' must be a list of texts of at most {maxCharacters} characters."))];
    }

    /// <summary>A moment in Unix seconds, or null when it is left out or null.</summary>
    public DateTimeOffset? OptionalTime(string name)
    {
        if (!Root.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var seconds) && seconds is >= 0 and < 253_402_300_800
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : throw new RefusedException(name, $"'{name}' must be a moment in Unix seconds.");
    }

    public void Dispose() => _document.Dispose();

    /// <summary>Half a surrogate pair in a name makes every look for a property throw.</summary>
    private static bool HasReadableNames(JsonElement element)
    {
        try
        {
            return element.ValueKind switch
            {
                JsonValueKind.Object => element.EnumerateObject().All(member => member.Name is not null && HasReadableNames(member.Value)),
                JsonValueKind.Array => element.EnumerateArray().All(HasReadableNames),
                _ => true,
            };
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>Null for half a surrogate pair, which is no text.</summary>
    private static string? TextOf(JsonElement value)
    {
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
