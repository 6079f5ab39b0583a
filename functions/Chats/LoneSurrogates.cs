namespace OpenWebUi.Chats;

/// <summary>
/// Half a surrogate pair, escaped in JSON: JavaScript cuts texts inside characters (titles, last sentences) and sends it so,
/// but no UTF-8 can carry it. It becomes U+FFFD, as browsers' own encoders do, so that such a chat can be kept at all.
/// </summary>
internal static class LoneSurrogates
{
    /// <summary>Replaces them in place: both escapes have six bytes.</summary>
    public static void Replace(Span<byte> json)
    {
        var at = 0;
        while (json[at..].IndexOf((byte)'\\') is var found and >= 0)
        {
            at += found;
            if (Unit(json[at..]) is not { } unit)
            {
                at = Math.Min(at + 2, json.Length); // another escape, a backslash itself among them
            }
            else if (char.IsHighSurrogate(unit) && Unit(json[(at + 6)..]) is { } next && char.IsLowSurrogate(next))
            {
                at += 12;
            }
            else
            {
                if (char.IsSurrogate(unit))
                {
                    "\\uFFFD"u8.CopyTo(json[at..]);
                }

                at += 6;
            }
        }
    }

    private static char? Unit(ReadOnlySpan<byte> json) =>
        json.Length >= 6 && json[0] == '\\' && json[1] == 'u'
        && ushort.TryParse(json[2..6], System.Globalization.NumberStyles.AllowHexSpecifier, null, out var unit) ? (char)unit : null;
}
