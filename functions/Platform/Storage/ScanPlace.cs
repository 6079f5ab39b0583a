namespace OpenWebUi.Platform.Storage;

/// <summary>How far a scan of a table has come, as its continuation: <c>{partition}/{row}</c>. Neither part contains a slash.</summary>
/// <param name="Partition">The partition of the last row that came.</param>
/// <param name="Row">That row; empty when the whole partition has come.</param>
internal readonly record struct ScanPlace(string Partition, string Row)
{
    /// <exception cref="ArgumentException">The text is none that a page gave.</exception>
    public static ScanPlace Parse(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && RowKey.IsPart(text[..slash]) && (slash == text.Length - 1 || RowKey.IsPart(text[(slash + 1)..]))
            ? new(text[..slash], text[(slash + 1)..])
            : throw new ArgumentException("The continuation is none that a page of a scan gave.", nameof(text));
    }

    public static ScanPlace Of(RowKey key) => new(key.Partition, key.Row);

    public override string ToString() => $"{Partition}/{Row}";
}
