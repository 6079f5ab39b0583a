using System.Buffers;

namespace OpenWebUi.Platform.Storage;

/// <summary>The address of one row. Rows of one table and partition are ordered by the bytes of <see cref="Row"/>.</summary>
/// <remarks>
/// The rules are those of the strictest back end (Azure Tables, "Understanding the Table service data model",
/// read 2026-11): partition and row are 1 to 255 printable ASCII characters (U+0020 to U+007E) without <c>/ \ # ?</c>;
/// the table's name is a letter and 2 to 62 letters or digits, and not the reserved word "tables". Azure knows no case
/// in table names: two names of the product must not differ by case alone.
/// A breach is an <see cref="ArgumentException"/>: text of a user is hashed or encoded before it becomes a key.
/// </remarks>
internal sealed record RowKey
{
    /// <summary>The most characters of a partition or a row.</summary>
    public const int MaxChars = 255;

    /// <summary>The character before every one that a key may contain, so that <c>key + FirstChar</c> is the next key.</summary>
    internal const char FirstChar = ' ';
    internal const char LastChar = '~';
    private const int MinTableChars = 3;
    private const int MaxTableChars = 63;

    private static readonly SearchValues<char> Allowed = SearchValues.Create(
        string.Concat(Enumerable.Range(FirstChar, LastChar - FirstChar + 1).Select(c => (char)c).Where(c => c is not ('/' or '\\' or '#' or '?'))));

    public RowKey(string table, string partition, string row)
    {
        CheckTable(table);
        CheckPart(partition, nameof(partition));
        CheckPart(row, nameof(row));
        Table = table;
        Partition = partition;
        Row = row;
    }

    public string Table { get; }

    public string Partition { get; }

    public string Row { get; }

    /// <summary>Whether the text may stand as a partition or a row: for text that comes back from outside, such as a continuation.</summary>
    public static bool IsPart(string? text) =>
        text is { Length: > 0 and <= MaxChars } && !text.AsSpan().ContainsAnyExcept(Allowed);

    /// <summary>The three parts with slashes between them, which no part contains.</summary>
    public override string ToString() => $"{Table}/{Partition}/{Row}";

    internal static bool IsAllowed(char character) => Allowed.Contains(character);

    internal static void CheckTable(string table)
    {
        var fits = table is { Length: >= MinTableChars and <= MaxTableChars }
            && char.IsAsciiLetter(table[0])
            && table.All(char.IsAsciiLetterOrDigit)
            && !table.Equals("tables", StringComparison.OrdinalIgnoreCase);
        if (!fits)
        {
            throw new ArgumentException($"The table name \"{Printable(table)}\" must be a letter and 2 to 62 letters or digits, and not \"tables\".", nameof(table));
        }
    }

    internal static void CheckPart(string text, string part)
    {
        if (!IsPart(text))
        {
            throw new ArgumentException($"The {part} \"{Printable(text)}\" must be 1 to {MaxChars} printable ASCII characters without / \\ # ?.", part);
        }
    }

    /// <summary>What a message may show of a refused key: no control characters, and no more than a line.</summary>
    private static string Printable(string? text) =>
        text is null ? "(null)" : string.Concat(text.Take(MaxChars).Select(c => c is >= FirstChar and <= LastChar ? c : '\uFFFD'));
}
