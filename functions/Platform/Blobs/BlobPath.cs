using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace OpenWebUi.Platform.Blobs;

/// <summary>
/// The address of one blob: segments with <c>/</c> between them, such as <c>files/4fq2/original</c>. Ordered by bytes.
/// </summary>
/// <remarks>
/// <para>A segment is 1 to 120 of <c>A-Z a-z 0-9 . _ -</c> and neither begins nor ends with a dot, so no path leaves the
/// root, none is hidden, and Azure keeps every name as it is ("Naming and Referencing Containers, Blobs, and Metadata",
/// learn.microsoft.com, read 2026-11: no segment should end with a dot). The whole has at most 512 characters.</para>
/// <para>Case matters, on every back end alike: the local disk writes a capital as <c>=</c> and the small letter, so that
/// names that differ by case alone do not meet on a disk that knows no case.</para>
/// <para>A breach is an <see cref="ArgumentException"/>: text of a user is hashed or encoded before it becomes a path.</para>
/// </remarks>
internal sealed record BlobPath
{
    public const int MaxChars = 512;
    public const int MaxSegmentChars = 120;

    private static readonly SearchValues<char> SegmentChars =
        SearchValues.Create("-._0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <exception cref="ArgumentException">The text is no path.</exception>
    public BlobPath(string text)
    {
        if (!IsPath(text))
        {
            throw new ArgumentException(
                $"The blob path \"{Printable(text)}\" must be segments of 1 to {MaxSegmentChars} letters, digits, . _ - (no dot at either end) with / between them, {MaxChars} characters at most.",
                nameof(text));
        }

        Text = text;
    }

    public string Text { get; }

    /// <summary>For a name that comes from outside, such as a listing.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out BlobPath? path)
    {
        path = IsPath(text) ? new BlobPath(text) : null;
        return path is not null;
    }

    /// <summary>A blob or folder inside this one: <c>new BlobPath("files").Then("4fq2")</c>.</summary>
    /// <exception cref="ArgumentException">The rest is no path, or the whole is too long.</exception>
    public BlobPath Then(string rest) => new($"{Text}/{rest}");

    public string[] Segments() => Text.Split('/');

    public override string ToString() => Text;

    internal static bool IsSegment(ReadOnlySpan<char> text) =>
        text.Length is > 0 and <= MaxSegmentChars && text[0] != '.' && text[^1] != '.' && !text.ContainsAnyExcept(SegmentChars);

    /// <summary>The beginning of a segment, which may still go on.</summary>
    internal static bool IsSegmentStart(ReadOnlySpan<char> text) =>
        text.IsEmpty || (text.Length <= MaxSegmentChars && text[0] != '.' && !text.ContainsAnyExcept(SegmentChars));

    /// <summary>What a message may show of a refused text: no control characters, and no more than a line.</summary>
    internal static string Printable(string? text) =>
        text is null ? "(null)" : string.Concat(text.Take(MaxSegmentChars).Select(c => c is >= ' ' and <= '~' ? c : '\uFFFD'));

    private static bool IsPath([NotNullWhen(true)] string? text)
    {
        if (text is not { Length: > 0 and <= MaxChars })
        {
            return false;
        }

        foreach (var segment in text.AsSpan().Split('/'))
        {
            if (!IsSegment(text.AsSpan(segment)))
            {
                return false;
            }
        }

        return true;
    }
}
