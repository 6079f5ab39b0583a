using OpenWebUi.Platform.Storage;
using OpenWebUi.Services.Access;

namespace OpenWebUi.Services.Conversations;

/// <summary>
/// The lines of all lists as one, newest first, read as they are taken. Each list is in order already; those of the folders are read
/// together and sorted, because there may be hundreds of them.
/// </summary>
/// <param name="from">The place of the first line, inclusive; null for the newest.</param>
/// <param name="pageLines">Of one query.</param>
internal sealed class NewestLines(RowStore rows, OwnerId owner, string? from, int pageLines, SearchBudget budget)
{
    private readonly List<Source> _lists = [.. Enum.GetValues<Shelf>().Select(shelf => new Source(ChatRows.ListPrefix(shelf)))];
    private Queue<ChatLine>? _inFolders;

    /// <summary>The line after the one before; null at the end.</summary>
    public async Task<ChatLine?> NextAsync(CancellationToken cancellation)
    {
        _inFolders ??= await ReadFoldersAsync(cancellation);
        var best = _inFolders;
        foreach (var list in _lists)
        {
            if (list.Lines.Count == 0 && !list.IsOver)
            {
                await ReadAsync(list, cancellation);
            }

            if (list.Lines.Count > 0 && (best.Count == 0 || string.CompareOrdinal(list.Lines.Peek().Place, best.Peek().Place) < 0))
            {
                best = list.Lines;
            }
        }

        return best.Count > 0 ? best.Dequeue() : null;
    }

    private async Task ReadAsync(Source list, CancellationToken cancellation)
    {
        var all = RowRange.Prefix(list.Prefix);
        var range = from is null ? all : RowRange.Between(list.Prefix + from, all.Before);
        while (list.Lines.Count == 0 && !list.IsOver)
        {
            budget.Spend();
            var page = await rows.QueryAsync(ChatRows.Table, owner.Text, range, pageLines, list.Continuation, cancellation);
            foreach (var row in page.Rows)
            {
                list.Lines.Enqueue(ChatLine.Of(row));
            }

            (list.Continuation, list.IsOver) = (page.Continuation, page.Continuation is null);
        }
    }

    private async Task<Queue<ChatLine>> ReadFoldersAsync(CancellationToken cancellation)
    {
        var lines = new List<ChatLine>();
        string? continuation = null;
        do
        {
            budget.Spend();
            var page = await rows.QueryAsync(
                ChatRows.Table, owner.Text, RowRange.Prefix(ChatRows.FolderLists), RowLimits.MaxPageRows, continuation, cancellation);
            lines.AddRange(page.Rows.Select(ChatLine.Of).Where(line => from is null || string.CompareOrdinal(line.Place, from) >= 0));
            continuation = page.Continuation;
        }
        while (continuation is not null);

        return new(lines.OrderBy(line => line.Place, StringComparer.Ordinal));
    }

    private sealed class Source(string prefix)
    {
        public string Prefix => prefix;

        public Queue<ChatLine> Lines { get; } = [];

        public string? Continuation { get; set; }

        public bool IsOver { get; set; }
    }
}

/// <summary>What one request may ask of the storage, and how long.</summary>
internal sealed class SearchBudget(int maxReads, TimeSpan maxTime, TimeProvider time)
{
    private readonly long _began = time.GetTimestamp();
    private int _reads;

    public bool IsSpent => _reads >= maxReads || time.GetElapsedTime(_began) >= maxTime;

    public void Spend() => _reads++;
}
