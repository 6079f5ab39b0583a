namespace OpenWebUi.Services.Conversations;

/// <summary>
/// What is looked for, in Open WebUI's words: <c>tag:</c>, <c>folder:</c>, <c>pinned:</c>, <c>archived:</c> and <c>shared:</c> narrow the
/// chats, every other word must stand in the title, or in one message. No case is told apart; a word is any piece of text, so that
/// languages without spaces work.
/// </summary>
internal sealed record SearchQuery(
    IReadOnlyList<string> Words, IReadOnlyList<TagId> Tags, IReadOnlyList<string> Folders, bool? IsPinned, bool? IsArchived, bool? IsShared)
{
    public const int MaxChars = 500;

    private const int MaxWords = 16;

    private const int SnippetBefore = 40;

    private const int SnippetChars = 160;

    /// <summary>A chat without a tag.</summary>
    public bool WantsNoTag { get; init; }

    public static SearchQuery Parse(string text)
    {
        var (words, tags, folders, noTag) = (new List<string>(), new List<TagId>(), new List<string>(), false);
        bool? pinned = null, archived = null, shared = null;
        foreach (var word in text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            switch (word.Split(':', 2))
            {
                case ["tag", "none"]:
                    noTag = true;
                    break;
                case ["tag", { Length: > 0 } tag]:
                    // What cannot be a tag is on no chat.
                    tags.Add(TagId.Of(tag) ?? TagId.None);
                    break;
                case ["folder", { Length: > 0 } folder]:
                    folders.Add(NameOf(folder));
                    break;
                case ["pinned", { Length: > 0 } flag]:
                    pinned = IsTrue(flag);
                    break;
                case ["archived", { Length: > 0 } flag]:
                    archived = IsTrue(flag);
                    break;
                case ["shared", { Length: > 0 } flag]:
                    shared = IsTrue(flag);
                    break;
                default:
                    words.Add(word);
                    break;
            }
        }

        return new([.. words.Distinct(StringComparer.OrdinalIgnoreCase).Take(MaxWords)], tags, folders, pinned, archived, shared) { WantsNoTag = noTag };
    }

    /// <summary>A folder's name as it stands behind <c>folder:</c>.</summary>
    public static string NameOf(string folder) => string.Join('_', folder.ToLowerInvariant().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    /// <summary>Whether a line is among the chats that are meant. <c>shared:true</c> is none: nothing is shared yet.</summary>
    /// <param name="line">The line.</param>
    /// <param name="folders">The folders that <c>folder:</c> names, with what lies in them; null where it was not said.</param>
    public bool Admits(ChatLine line, IReadOnlySet<FolderId>? folders) =>
        (IsPinned is null || line.IsPinned == IsPinned) && (IsArchived is null || line.IsArchived == IsArchived) && IsShared is not true
        && (!WantsNoTag || line.Tags.Count == 0) && Tags.All(tag => line.Tags.Contains(tag))
        && (folders is null || (line.Folder is { } folder && folders.Contains(folder)));

    public bool IsIn(string text) => Words.All(word => text.Contains(word, StringComparison.OrdinalIgnoreCase));

    /// <summary>The place of the hit with some text around it, on one line. For a text in which everything stands.</summary>
    public Snippet Cut(string text)
    {
        var phrase = string.Join(' ', Words);
        var (at, length) = text.IndexOf(phrase, StringComparison.OrdinalIgnoreCase) is var whole and >= 0 ? (whole, phrase.Length)
            : (text.IndexOf(Words[0], StringComparison.OrdinalIgnoreCase), Words[0].Length);
        var from = WholeCharacter(text, Math.Max(0, at - SnippetBefore));
        var to = WholeCharacter(text, Math.Min(text.Length, Math.Max(from + SnippetChars, at + length)));
        var start = from > 0 ? "…" : "";
        var middle = string.Create(to - from, (text, from), static (span, source) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                var character = source.text[source.from + i];
                span[i] = char.IsControl(character) ? ' ' : character;
            }
        });
        return new(start + middle + (to < text.Length ? "…" : ""), start.Length + at - from, length);
    }

    private static bool IsTrue(string flag) => flag.Equals("true", StringComparison.OrdinalIgnoreCase);

    private static int WholeCharacter(string text, int at) => at > 0 && at < text.Length && char.IsLowSurrogate(text[at]) ? at - 1 : at;
}

/// <summary>A piece of a text around a hit.</summary>
/// <param name="Start">Where the hit begins in it, in UTF-16 units.</param>
internal readonly record struct Snippet(string Text, int Start, int Length);
