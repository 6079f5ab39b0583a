using System.Text;

namespace OpenWebUi.Services.Completion;

/// <summary>
/// Keeps characters outside the basic plane whole: providers cut an escaped pair (<c>\uD83D\uDE00</c>) between two chunks.
/// A half that nothing completes becomes U+FFFD.
/// </summary>
internal sealed class WholeCharacters
{
    private string _half = "";

    /// <summary>The piece with the half that was held before it, without a half at its end.</summary>
    public string Pass(string piece)
    {
        var text = _half + piece;
        _half = text.Length > 0 && char.IsHighSurrogate(text[^1]) ? text[^1..] : "";
        return Mend(text[..^_half.Length]);
    }

    /// <summary>What is still held when no more comes.</summary>
    public string Rest()
    {
        var rest = Mend(_half);
        _half = "";
        return rest;
    }

    /// <summary>The text with U+FFFD for every half.</summary>
    public static string Mend(string text) =>
        text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF') ? Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)) : text;

    /// <summary>The text's beginning, of at most so many UTF-16 units, ending with a whole character as a reader sees it.</summary>
    public static string Cut(string text, int maxLength)
    {
        if (text.Length <= maxLength)
        {
            return text;
        }

        var end = 0;
        while (System.Globalization.StringInfo.GetNextTextElementLength(text, end) is var length && end + length <= maxLength)
        {
            end += length;
        }

        return text[..end];
    }
}
