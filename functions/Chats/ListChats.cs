using System.Globalization;
using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Conversations;

namespace OpenWebUi.Chats;

/// <summary><c>GET /api/v1/chats</c>, <c>/list</c>, <c>/pinned</c> and <c>/archived</c>: the lines of a list, newest first. A page is one query.</summary>
internal sealed class ListChats(ChatStore chats, FolderOptions folders)
{
    public const string NextHeader = "x-openwebui-next";
    private const int PageLines = 60;

    /// <summary>Further down a list than anybody turns pages: use cursors.</summary>
    private const int MaxPage = 1_000;

    public Task ListAsync(HttpContext context) => ChatRequest.AnswerAsync(context, (owner, cancellation) =>
        WriteAsync(
            context, owner, Flag(context.Request, "include_pinned") ? [Shelf.Normal, Shelf.Pinned] : [Shelf.Normal],
            Flag(context.Request, "include_folders") || !folders.AreOn, cancellation));

    public Task ArchivedAsync(HttpContext context) => ChatRequest.AnswerAsync(context, (owner, cancellation) =>
        WriteAsync(context, owner, [Shelf.Archived], withFolders: false, cancellation));

    public Task PinnedAsync(HttpContext context) => ChatRequest.AnswerAsync(context, async (owner, cancellation) =>
        await SendAsync(context, (await AllAsync(owner, [Shelf.Pinned], withFolders: false, cancellation), null)));

    private async Task WriteAsync(HttpContext context, OwnerId owner, Shelf[] shelves, bool withFolders, CancellationToken cancellation)
    {
        var query = context.Request.Query;
        var page = Page(query["page"]);
        var after = Cursor(query["after"]);
        if (page is not null && after is not null)
        {
            throw new RefusedException(new ErrorReport(422, "invalid_query", "'after' and 'page' exclude each other: leave one out.", "after"));
        }

        await SendAsync(context, page is null && after is null
            ? (await AllAsync(owner, shelves, withFolders, cancellation), null)
            : await PageAsync(owner, shelves, withFolders, page ?? 1, after, cancellation));
    }

    /// <summary>The lines of some lists as one list. Each is read as far as the page could need it; those of folders, which are many lists, whole.</summary>
    private async Task<(IReadOnlyList<ChatLine> Lines, string? Next)> PageAsync(
        OwnerId owner, Shelf[] shelves, bool withFolders, int page, string? after, CancellationToken cancellation)
    {
        var lines = new List<ChatLine>();
        var hasMore = false;
        foreach (var shelf in shelves)
        {
            var read = await chats.ListAsync(owner, shelf, page * PageLines, after is null ? null : ChatRows.ListPrefix(shelf) + after, cancellation);
            lines.AddRange(read.Lines);
            hasMore |= read.Next is not null;
        }

        if (withFolders)
        {
            await foreach (var line in chats.ListAllAsync(owner, ChatRows.FolderLists, cancellation))
            {
                lines.AddRange(after is null || string.CompareOrdinal(line.Place, after) > 0 ? [line] : []);
            }
        }

        var sorted = NewestFirst(lines);
        List<ChatLine> shown = [.. sorted.Skip((page - 1) * PageLines).Take(PageLines)];
        hasMore |= sorted.Count > page * PageLines;
        return (shown, hasMore && shown.Count > 0 ? shown[^1].Place : null);
    }

    private async Task<IReadOnlyList<ChatLine>> AllAsync(OwnerId owner, Shelf[] shelves, bool withFolders, CancellationToken cancellation)
    {
        var lines = new List<ChatLine>();
        string[] filed = withFolders ? [ChatRows.FolderLists] : [];
        foreach (var list in shelves.Select(ChatRows.ListPrefix).Concat(filed))
        {
            await foreach (var line in chats.ListAllAsync(owner, list, cancellation))
            {
                lines.Add(line);
            }
        }

        return NewestFirst(lines);
    }

    private static List<ChatLine> NewestFirst(List<ChatLine> lines) =>
        [.. lines.OrderBy(line => line.Place, StringComparer.Ordinal)];

    private static Task SendAsync(HttpContext context, (IReadOnlyList<ChatLine> Lines, string? Next) page)
    {
        if (page.Next is not null)
        {
            context.Response.Headers[NextHeader] = page.Next;
        }

        return JsonAnswer.WriteAsync(context, json => ChatJson.WriteLines(json, page.Lines));
    }

    public static int? Page(string? text) => text switch
    {
        null => null,
        _ when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var page) && page is >= 1 and <= MaxPage => page,
        _ => throw new RefusedException(new ErrorReport(422, "invalid_query", $"'page' must be a whole number from 1 to {MaxPage}.", "page")),
    };

    private static string? Cursor(string? text) => text is null || ChatRows.IsListPlace(text) ? text
        : throw new RefusedException(new ErrorReport(422, "invalid_query", $"'after' must be what the header {NextHeader} of the page before said.", "after"));

    private static bool Flag(HttpRequest request, string name) => request.Query[name].ToString().ToLowerInvariant() switch
    {
        "" or "false" or "0" => false,
        "true" or "1" => true,
        _ => throw new RefusedException(new ErrorReport(422, "invalid_query", $"'{name}' must be true or false.", name)),
    };
}
