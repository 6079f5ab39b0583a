using OpenWebUi.Platform.Storage;
using OpenWebUi.Services.Access;

namespace OpenWebUi.Services.Conversations;

/// <summary>A chat that was found.</summary>
/// <param name="Message">In which message; null: in the title.</param>
internal sealed record SearchHit(ChatLine Line, MessageId? Message, Snippet Snippet);

/// <summary>Some hits.</summary>
/// <param name="Next">Where to go on; null when everything was looked at.</param>
internal sealed record SearchPage(IReadOnlyList<SearchHit> Hits, SearchCursor? Next);

/// <summary>How far a search has come: <c>t[.place]</c> among the titles, <c>m[.place[.row]]</c> among the texts.</summary>
/// <param name="Place">Of the last line that was looked at.</param>
/// <param name="Row">The last message of that chat that was looked at; null: all of them were.</param>
internal sealed record SearchCursor(bool IsInTexts, string? Place, string? Row)
{
    private const int DepthDigits = 8;

    public static SearchCursor Start => new(false, null, null);

    public override string ToString() =>
        (IsInTexts ? "m" : "t") + (Place is null ? "" : "." + Place) + (Row is null ? "" : "." + Row);

    /// <summary>Null for what never was one.</summary>
    public static SearchCursor? Parse(string text)
    {
        if (text.Length == 0)
        {
            return Start;
        }

        var parts = text.Split('.');
        var place = parts.Length >= 3 ? $"{parts[1]}.{parts[2]}" : null;
        var row = parts.Length == 5 ? $"{parts[3]}.{parts[4]}" : null;
        var fits = parts[0] is "t" or "m" && parts.Length is 1 or 3 or 5 && (place is null || ChatRows.IsListPlace(place))
            && (row is null || (parts[0] == "m" && parts[3].Length == DepthDigits && parts[3].All(char.IsAsciiDigit) && MessageId.TryParse(parts[4], out _)));
        return fits ? new(parts[0] == "m", place, row) : null;
    }
}

/// <summary>
/// Looks for an owner's chats: first the titles of all, then the texts from the newest chat on, each chat from its deepest message. A chat
/// is found once. What one call reads is bounded; the cursor goes on where it ended, also inside a chat.
/// </summary>
internal sealed class ChatSearch(RowStore rows, MessageOverflow overflow, FolderStore folders, TimeProvider time)
{
    public const int PageHits = 60;

    /// <summary>Storage reads of one call; more only to end what was begun.</summary>
    public const int MaxReads = 40;

    /// <summary>So that hits come while the search goes on.</summary>
    private static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(2);

    /// <summary>Of one query of lines, while texts are read: some of them will not be needed.</summary>
    private const int LinesAtOnce = 100;

    /// <summary>The next stretch: of the titles as far as they go, or of the texts.</summary>
    public async Task<SearchPage> ReadAsync(OwnerId owner, SearchQuery query, SearchCursor cursor, CancellationToken cancellation)
    {
        var budget = new SearchBudget(MaxReads, MaxTime, time);
        return cursor.IsInTexts
            ? await TextsAsync(owner, query, cursor, budget, cancellation)
            : await TitlesAsync(owner, query, cursor, budget, cancellation);
    }

    private async Task<SearchPage> TitlesAsync(OwnerId owner, SearchQuery query, SearchCursor cursor, SearchBudget budget, CancellationToken cancellation)
    {
        var within = await FoldersAsync(owner, query, budget, cancellation);
        var lines = new NewestLines(rows, owner, cursor.Place, RowLimits.MaxPageRows, budget);
        var hits = new List<SearchHit>();
        while (await lines.NextAsync(cancellation) is { } line)
        {
            if (line.Place != cursor.Place && query.Admits(line, within) && query.IsIn(line.Title))
            {
                hits.Add(new(line, null, query.Words.Count == 0 ? default : query.Cut(line.Title)));
            }

            if (hits.Count == PageHits || budget.IsSpent)
            {
                return new(hits, new(false, line.Place, null));
            }
        }

        return new(hits, query.Words.Count == 0 ? null : new(true, null, null));
    }

    private async Task<SearchPage> TextsAsync(OwnerId owner, SearchQuery query, SearchCursor cursor, SearchBudget budget, CancellationToken cancellation)
    {
        var within = await FoldersAsync(owner, query, budget, cancellation);
        var lines = new NewestLines(rows, owner, cursor.Place, LinesAtOnce, budget);
        var hits = new List<SearchHit>();
        while (await lines.NextAsync(cancellation) is { } line)
        {
            var isBegun = line.Place == cursor.Place;
            if ((!isBegun || cursor.Row is not null) && query.Admits(line, within) && !query.IsIn(line.Title))
            {
                var (hit, row) = await InTextsAsync(owner, query, line, isBegun ? cursor.Row : null, budget, cancellation);
                if (row is not null)
                {
                    return new(hits, new(true, line.Place, row));
                }

                hits.AddRange(hit is null ? [] : [hit]);
            }

            if (hits.Count == PageHits || budget.IsSpent)
            {
                return new(hits, new(true, line.Place, null));
            }
        }

        return new(hits, null);
    }

    /// <summary>The newest message with everything that is looked for; or where to go on, when the budget ended before the chat.</summary>
    private async Task<(SearchHit? Hit, string? Row)> InTextsAsync(
        OwnerId owner, SearchQuery query, ChatLine line, string? after, SearchBudget budget, CancellationToken cancellation)
    {
        var prefix = ChatRows.Messages(line.Id);
        var continuation = after is null ? null : prefix + after;
        do
        {
            budget.Spend();
            var page = await rows.QueryAsync(ChatRows.Table, owner.Text, RowRange.Prefix(prefix), RowLimits.MaxPageRows, continuation, cancellation);
            foreach (var row in page.Rows)
            {
                var message = Message.Of(row);
                if (message.Overflow is not null)
                {
                    budget.Spend();
                    message = await overflow.FetchAsync(message, cancellation);
                }

                if (query.IsIn(message.Content))
                {
                    return (new(line, message.Id, query.Cut(message.Content)), null);
                }

                if (budget.IsSpent && message.Overflow is not null)
                {
                    return (null, row.Key.Row[prefix.Length..]);
                }
            }

            continuation = page.Continuation;
        }
        while (continuation is not null && !budget.IsSpent);

        return (null, continuation?[prefix.Length..]);
    }

    /// <summary>The folders of the names that are asked for, with those in them; null where none is.</summary>
    private async Task<IReadOnlySet<FolderId>?> FoldersAsync(OwnerId owner, SearchQuery query, SearchBudget budget, CancellationToken cancellation)
    {
        if (query.Folders.Count == 0)
        {
            return null;
        }

        budget.Spend();
        var all = await folders.ListAsync(owner, cancellation);
        return all.Where(folder => query.Folders.Contains(SearchQuery.NameOf(folder.Name)) || query.Folders.Contains(folder.Id.Text))
            .SelectMany(folder => FolderStore.Within(all, folder.Id)).Select(folder => folder.Id).ToHashSet();
    }
}
