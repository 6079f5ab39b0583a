using System.Diagnostics.CodeAnalysis;

namespace OpenWebUi.Platform.Storage;

/// <summary>A row as it was read, with the tag of the version that was read.</summary>
internal sealed record StoredRow(RowKey Key, RowProperties Properties, ETag ETag);

/// <summary>
/// The version of a row: 1 to 128 printable ASCII characters, opaque, different after every write. It is never used
/// twice, so the tag of a deleted row does not match a row that is made anew under the same key.
/// </summary>
internal readonly record struct ETag
{
    private const int MaxChars = 128;

    /// <exception cref="ArgumentException">The text is no tag; "*" is none, because Azure reads it as "any version".</exception>
    public ETag(string value)
    {
        if (!IsTag(value))
        {
            throw new ArgumentException("An ETag is 1 to 128 printable ASCII characters and not \"*\".", nameof(value));
        }

        Value = value;
    }

    /// <summary>Null only in <c>default</c>, which no condition accepts.</summary>
    public string Value { get; }

    /// <summary>For a tag that a client sent back; one that never existed parses and then matches nothing.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out ETag etag)
    {
        etag = IsTag(text) ? new ETag(text) : default;
        return etag.Value is not null;
    }

    public override string ToString() => Value ?? "";

    private static bool IsTag([NotNullWhen(true)] string? text) =>
        text is { Length: > 0 and <= MaxChars } and not "*" && text.All(c => c is >= ' ' and <= '~');
}

/// <summary>One page of a query, ordered by row key bytes, or of a scan, ordered by partition and row.</summary>
/// <param name="Rows">
/// As many as were asked for, or fewer, even none, though more follow: a page also ends at the back end's page size in
/// bytes (SQLite: 4 MiB) or where a service breaks off (Azure Tables). Only <paramref name="Continuation"/> says whether the end is reached.
/// </param>
/// <param name="Continuation">
/// The row key after which the next page starts (of a scan: a <see cref="ScanPlace"/>), or null at the end. It does not expire, holds no state in the back
/// end and is safe to hand to a client: check it with <see cref="RowKey.IsPart"/> when it comes back. Rows that are
/// there during the whole of a paged query come exactly once; rows inserted meanwhile come once or not at all.
/// </param>
internal sealed record RowPage(IReadOnlyList<StoredRow> Rows, string? Continuation);

/// <summary>A span of row keys in one partition, by bytes; <c>default</c> is all of them.</summary>
internal readonly record struct RowRange
{
    private RowRange(string? from, string? before)
    {
        From = from;
        Before = before;
    }

    /// <summary>All rows of the partition.</summary>
    public static RowRange All => default;

    /// <summary>The first row key, inclusive; null = from the start.</summary>
    public string? From { get; }

    /// <summary>The bound that is no longer part of it; null = to the end.</summary>
    public string? Before { get; }

    /// <summary>From inclusive to before exclusive; null leaves that side open. A span that ends before it starts is empty.</summary>
    /// <exception cref="ArgumentException">A bound could not be a row key.</exception>
    public static RowRange Between(string? from, string? before)
    {
        if (from is not null)
        {
            RowKey.CheckPart(from, nameof(from));
        }

        if (before is not null)
        {
            RowKey.CheckPart(before, nameof(before));
        }

        return new(from, before);
    }

    /// <summary>The rows whose key begins with the prefix.</summary>
    /// <exception cref="ArgumentException">The prefix could not be a row key.</exception>
    public static RowRange Prefix(string prefix)
    {
        RowKey.CheckPart(prefix, nameof(prefix));
        return new(prefix, After(prefix));
    }

    /// <summary>
    /// The least text that is greater than every key with the prefix, made of characters that keys may have (back ends
    /// then need to quote nothing new); null where no key is greater.
    /// </summary>
    private static string? After(string prefix)
    {
        var stem = prefix.TrimEnd(RowKey.LastChar);
        if (stem.Length == 0)
        {
            return null;
        }

        var next = (char)(stem[^1] + 1);
        while (!RowKey.IsAllowed(next))
        {
            next++;
        }

        return stem[..^1] + next;
    }
}
