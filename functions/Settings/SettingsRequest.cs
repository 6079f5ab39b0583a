using System.Text.Json;
using System.Text.Unicode;
using OpenWebUi.Platform.Http;

namespace OpenWebUi.Settings;

/// <summary>What a client sent cannot be done: the answer.</summary>
internal sealed class RefusedException(ErrorReport report) : Exception(report.Message)
{
    public ErrorReport Report => report;
}

/// <summary>What every changing route of the slice reads of its request.</summary>
internal static class SettingsRequest
{
    public static readonly ErrorReport Changed = new(
        412, "settings_changed", "Somebody else changed the settings meanwhile. Read them again, then repeat your change.");

    public static readonly ErrorReport Busy = new(
        409, "settings_busy", "The settings change faster than your change can be stored. Try again.", RetryAfter: TimeSpan.FromSeconds(1));

    private const int MaxValues = 50_000;
    private const int MaxNamedFields = 20;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>Runs a use case on the body, which is a JSON object; what it refuses becomes the answer.</summary>
    public static async Task AnswerAsync(HttpContext context, Func<JsonElement, CancellationToken, Task> handle)
    {
        try
        {
            using var body = await BodyAsync(context);
            await handle(body.RootElement, context.RequestAborted);
        }
        catch (RefusedException e)
        {
            await ErrorWriter.WriteAsync(context, e.Report);
        }
    }

    /// <summary>A field that must be there.</summary>
    public static JsonElement Field(JsonElement body, string name, JsonValueKind kind, string expected) =>
        body.TryGetProperty(name, out var value) && value.ValueKind == kind ? value : throw Invalid([(name, expected)]);

    /// <summary>The members of an object by name.</summary>
    public static List<(string Name, JsonElement Value)> Members(JsonElement json)
    {
        try
        {
            return [.. json.EnumerateObject().Select(member => (member.Name, member.Value))];
        }
        catch (InvalidOperationException)
        {
            // A name with half of a surrogate pair.
            throw NoJson();
        }
    }

    /// <param name="fields">Each field at fault, and what it must be.</param>
    public static RefusedException Invalid(IReadOnlyList<(string Field, string Expected)> fields)
    {
        var messages = fields.DistinctBy(f => f.Field).Take(MaxNamedFields).ToDictionary(f => f.Field, f => $"{f.Field} must be {f.Expected}.");
        return new(new ErrorReport(422, "invalid_body", string.Join(" ", messages.Values), Fields: messages));
    }

    private static async Task<JsonDocument> BodyAsync(HttpContext context)
    {
        using var bytes = new MemoryStream();
        await context.Request.Body.CopyToAsync(bytes, context.RequestAborted);
        var body = bytes.GetBuffer().AsMemory(0, (int)bytes.Length);
        if (JsonSize.HasMoreValuesThan(MaxValues, body.Span))
        {
            throw new RefusedException(JsonSize.TooMany(MaxValues));
        }

        try
        {
            // A copy of its own: the document outlives the stream.
            var document = Utf8.IsValid(body.Span) ? JsonDocument.Parse(body.ToArray(), Strict) : null;
            return document?.RootElement.ValueKind == JsonValueKind.Object ? document : throw NoJson();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw NoJson();
        }
    }

    private static RefusedException NoJson() =>
        new(new ErrorReport(400, "invalid_json", "The request body is not a JSON object in UTF-8, names a field twice, or is nested too deeply."));
}
