namespace OpenWebUi.Services.Identity;

/// <summary>E-mail addresses as accounts have them: one spelling for one address. Letters beyond ASCII stay as they are composed: the program runs without the tables of normalisation (InvariantGlobalization).</summary>
internal static class EmailAddress
{
    /// <summary>RFC 5321, 4.5.3.1.3: a path is at most 256 characters with its brackets.</summary>
    public const int MaxCharacters = 254;

    /// <summary>Trimmed, in lower case; null for what is no address: <c>a@b.c</c>, or <c>a@localhost</c>.</summary>
    public static string? Parse(string? text)
    {
        var trimmed = text?.Trim() ?? "";
        // Parts of a character that stands alone can be neither composed nor hashed.
        if (trimmed.Length is 0 or > MaxCharacters || trimmed.Any(c => char.IsControl(c) || char.IsWhiteSpace(c) || char.IsSurrogate(c)))
        {
            return null;
        }

        var address = trimmed.ToLowerInvariant();
        var at = address.LastIndexOf('@');
        var domain = address[(at + 1)..];
        var isAddress = at > 0 && !address[..at].Contains('@', StringComparison.Ordinal)
            && (domain == "localhost" || (domain.Contains('.', StringComparison.Ordinal) && domain.Split('.').All(label => label.Length > 0)));
        return isAddress ? address : null;
    }
}
