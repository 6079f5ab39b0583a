using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Conversations;

namespace OpenWebUi.Chats;

/// <summary>What every route of the slice reads of its request.</summary>
internal static class ChatRequest
{
    public static readonly ErrorReport NotFound = new(404, "not_found", "There is no such chat.");

    public static readonly ErrorReport NoMessage = new(404, "not_found", "There is no such message in this chat.");

    public static readonly ErrorReport Changed = new(
        412, "chat_changed", "This chat was changed by somebody else meanwhile. Read it again, then repeat your change.");

    public static readonly ErrorReport Busy = new(
        409, "chat_busy", "This chat changes faster than your change can be stored. Try again.", RetryAfter: TimeSpan.FromSeconds(1));

    /// <summary>More than the largest chat has, whose messages stand in it twice.</summary>
    private const int MaxValues = 3_000_000;

    /// <summary>Held before the first byte has come.</summary>
    private const int FirstBufferBytes = 64 * 1024;

    public static OwnerId OwnerOf(HttpContext context) => AccessGate.CallerOf(context).Owner!.Value;

    /// <summary>Runs a use case; what it refuses becomes the answer.</summary>
    public static async Task AnswerAsync(HttpContext context, Func<OwnerId, CancellationToken, Task> handle)
    {
        try
        {
            await handle(OwnerOf(context), context.RequestAborted);
        }
        catch (RefusedException e)
        {
            await ErrorWriter.WriteAsync(context, e.Report);
        }
    }

    /// <summary>The caller's chat; refused as missing where it is not the caller's, deleted, or the id is none.</summary>
    public static async Task<Chat> ChatAsync(this ChatStore chats, OwnerId owner, string id, CancellationToken cancellation) =>
        ChatId.TryParse(id, out var chat) && await chats.GetAsync(owner, chat, cancellation) is { } found ? found : throw new RefusedException(NotFound);

    /// <summary>The body as a JSON object.</summary>
    public static async Task<JsonObject> BodyAsync(HttpContext context)
    {
        using var bytes = new MemoryStream((int)Math.Min(context.Request.ContentLength ?? 0, FirstBufferBytes));
        await context.Request.Body.CopyToAsync(bytes, context.RequestAborted);
        var body = bytes.GetBuffer().AsMemory(0, (int)bytes.Length);
        if (JsonSize.HasMoreValuesThan(MaxValues, body.Span))
        {
            throw new RefusedException(JsonSize.TooMany(MaxValues));
        }

        LoneSurrogates.Replace(body.Span);
        try
        {
            return Utf8.IsValid(body.Span)
                && JsonNode.Parse(body.Span, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false }) is JsonObject root
                ? root : throw NoJson();
        }
        catch (JsonException)
        {
            throw NoJson();
        }
    }

    /// <summary>The body, where a route also takes none.</summary>
    public static async Task<JsonObject> OptionalBodyAsync(HttpContext context) =>
        context.Request.ContentLength == 0 || (context.Request.ContentLength is null && !context.Request.Headers.ContainsKey("Transfer-Encoding"))
            ? [] : await BodyAsync(context);

    private static RefusedException NoJson() =>
        new(new ErrorReport(400, "invalid_json", "The request body is not a JSON object in UTF-8, names a field twice, or is nested too deeply."));
}
