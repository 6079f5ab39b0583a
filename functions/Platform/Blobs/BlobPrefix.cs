namespace OpenWebUi.Platform.Blobs;

/// <summary>What the paths of a listing begin with; <c>default</c> is every path.</summary>
internal readonly record struct BlobPrefix
{
    private readonly string? text;

    private BlobPrefix(string text) => this.text = text;

    /// <summary>Every blob of the store.</summary>
    public static BlobPrefix All => default;

    /// <summary>Empty for <see cref="All"/>.</summary>
    public string Text => text ?? "";

    /// <summary>What lies inside the folder: <c>files/4f</c> holds <c>files/4f/a</c>, but not <c>files/4fq</c>.</summary>
    public static BlobPrefix Inside(BlobPath folder) => new(folder.Text + "/");

    /// <summary>Paths that begin with the text: whole segments, and the last one may be cut anywhere (<c>files/4f</c>, <c>files/</c>).</summary>
    /// <exception cref="ArgumentException">No path begins like this.</exception>
    public static BlobPrefix StartingWith(string text)
    {
        var last = text.LastIndexOf('/');
        var fits = text.Length <= BlobPath.MaxChars
            && (last < 0 || BlobPath.TryParse(text[..last], out _))
            && BlobPath.IsSegmentStart(text.AsSpan(last + 1));
        return fits
            ? new BlobPrefix(text)
            : throw new ArgumentException($"No blob path begins with \"{BlobPath.Printable(text)}\".", nameof(text));
    }
}
