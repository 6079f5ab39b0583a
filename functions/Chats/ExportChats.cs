using System.Buffers;
using System.Globalization;
using System.Text.Json;
using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Conversations;

namespace OpenWebUi.Chats;

/// <summary>
/// <c>GET /api/v1/chats/all</c> and <c>/all/archived</c>: rows with everything, one chat after the other, so that no more than one is held.
/// With <c>?limit=</c> a part of at most so many, and in the header <c>x-openwebui-next</c> what asks for the part after it (<c>?after=</c>).
/// </summary>
internal sealed class ExportChats(ChatStore chats, MessageStore messages, AnswerFollower answers)
{
    private const int MaxLimit = 100;

    /// <summary>The routes, for the group at <c>/api/v1/chats</c>.</summary>
    public static void Map(IEndpointRouteBuilder chats)
    {
        chats.MapGet("/all", (HttpContext context, ExportChats export) => export.WriteAsync(context, ChatRows.Lists));
        chats.MapGet("/all/archived", (HttpContext context, ExportChats export) => export.WriteAsync(context, ChatRows.ListPrefix(Shelf.Archived)));
    }

    private Task WriteAsync(HttpContext context, string list) => ChatRequest.AnswerAsync(context, async (owner, cancellation) =>
    {
        var limit = Limit(context.Request.Query["limit"]);
        var after = Cursor(context.Request.Query["after"], list);
        var response = context.Response;
        ChatPage? part = null;
        if (limit is { } most)
        {
            part = await chats.ListAsync(owner, list, most, after, cancellation);
            if (part.Next is { } next)
            {
                response.Headers[ListChats.NextHeader] = next;
            }
        }

        response.ContentType = "application/json";
        response.Headers.CacheControl = "no-store";
        if (HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }

        response.BodyWriter.Write("["u8);
        var isFirst = true;
        try
        {
            await foreach (var line in part?.Lines.ToAsyncEnumerable() ?? chats.ListAllAsync(owner, list, cancellation))
            {
                // Deleted since its line was read.
                if (await chats.GetAsync(owner, line.Id, cancellation) is not { } chat)
                {
                    continue;
                }

                var all = await answers.NowAsync(owner, chat.Id, await messages.ReadAllAsync(owner, chat.Id, cancellation), cancellation);
                if (!isFirst)
                {
                    response.BodyWriter.Write(","u8);
                }

                isFirst = false;
                using (var json = new Utf8JsonWriter(response.BodyWriter, JsonAnswer.Relaxed))
                {
                    ChatJson.WriteWhole(json, owner, chat, all);
                }

                await response.BodyWriter.FlushAsync(cancellation);
            }
        }
        catch when (response.HasStarted)
        {
            // Half a list must not look like a whole one.
            context.Abort();
            throw;
        }

        response.BodyWriter.Write("]"u8);
        await response.BodyWriter.FlushAsync(cancellation);
    });

    private static int? Limit(string? text) => text switch
    {
        null => null,
        _ when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit is >= 1 and <= MaxLimit => limit,
        _ => throw new RefusedException(new ErrorReport(422, "invalid_query", $"'limit' must be a whole number from 1 to {MaxLimit}.", "limit")),
    };

    private static string? Cursor(string? text, string list) =>
        text is null || (text.StartsWith(list, StringComparison.Ordinal) && ChatRows.IsListKey(text))
        ? text : throw new RefusedException(new ErrorReport(422, "invalid_query", $"'after' must be what the header {ListChats.NextHeader} of the part before said.", "after"));
}
