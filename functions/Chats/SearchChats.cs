using System.Text.Json;
using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Conversations;

namespace OpenWebUi.Chats;

/// <summary>
/// <c>GET /api/v1/chats/search?text=</c>. With <c>after</c> (empty at first) it answers with the next stretch of hits and, while there is
/// more to look at, the header <c>x-openwebui-next</c>; a stretch may be empty. Without it, as Open WebUI's clients ask: 60 hits a page, from what
/// a bounded number of stretches found.
/// </summary>
internal sealed class SearchChats(ChatSearch search)
{
    /// <summary>What one page looks through at most.</summary>
    private const int MaxStretches = 6;

    public Task SearchAsync(HttpContext context) => ChatRequest.AnswerAsync(context, async (owner, cancellation) =>
    {
        var asked = context.Request.Query;
        var text = asked["text"].ToString();
        if (text.Length > SearchQuery.MaxChars)
        {
            throw new RefusedException(new ErrorReport(422, "invalid_query", $"'text' must have at most {SearchQuery.MaxChars} characters.", "text"));
        }

        var query = SearchQuery.Parse(text);
        if (!asked.ContainsKey("after"))
        {
            await SendAsync(context, await PageAsync(owner, query, ListChats.Page(asked["page"]) ?? 1, cancellation), null);
            return;
        }

        var cursor = SearchCursor.Parse(asked["after"].ToString()) ?? throw new RefusedException(
            new ErrorReport(422, "invalid_query", $"'after' must be what the header {ListChats.NextHeader} of the answer before said, or empty.", "after"));
        var stretch = await search.ReadAsync(owner, query, cursor, cancellation);
        await SendAsync(context, stretch.Hits, stretch.Next);
    });

    private async Task<IReadOnlyList<SearchHit>> PageAsync(OwnerId owner, SearchQuery query, int page, CancellationToken cancellation)
    {
        var hits = new List<SearchHit>();
        SearchCursor? at = SearchCursor.Start;
        for (var stretch = 0; at is not null && hits.Count < page * ChatSearch.PageHits && stretch < MaxStretches + page; stretch++)
        {
            var found = await search.ReadAsync(owner, query, at, cancellation);
            hits.AddRange(found.Hits);
            at = found.Next;
        }

        return [.. hits.Skip((page - 1) * ChatSearch.PageHits).Take(ChatSearch.PageHits)];
    }

    private static Task SendAsync(HttpContext context, IReadOnlyList<SearchHit> hits, SearchCursor? next)
    {
        if (next is not null)
        {
            context.Response.Headers[ListChats.NextHeader] = next.ToString();
        }

        return JsonAnswer.WriteAsync(context, json =>
        {
            json.WriteStartArray();
            foreach (var hit in hits)
            {
                Write(json, hit);
            }

            json.WriteEndArray();
        });
    }

    private static void Write(Utf8JsonWriter json, SearchHit hit)
    {
        json.WriteStartObject();
        ChatJson.WriteLineFields(json, hit.Line);
        json.WriteString("snippet", hit.Snippet.Text ?? "");
        json.WriteStartObject("hit");
        json.WriteString("in", hit.Message is null ? "title" : "text");
        json.WriteString("message_id", hit.Message?.Text);
        json.WriteNumber("start", hit.Snippet.Start);
        json.WriteNumber("length", hit.Snippet.Length);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
