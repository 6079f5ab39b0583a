using System.Globalization;
using System.Text;

namespace OpenWebUi.Services.Conversations;

internal enum AnswerPart
{
    Content,
    Reasoning,
}

/// <summary>A stretch of an answer, as it came.</summary>
internal readonly record struct AnswerPiece(AnswerPart Part, string Text);

/// <summary>
/// What an answer says, in the order in which it came. A position in it (a sequence) counts UTF-16 units of both parts
/// together, so that a reader who has the first n units gets the rest and nothing twice, wherever it reads on.
/// </summary>
internal sealed class AnswerText
{
    private readonly List<AnswerPiece> _pieces = [];

    public static AnswerText Empty => new();

    public IReadOnlyList<AnswerPiece> Pieces => _pieces;

    public int Sequence { get; private set; }

    /// <summary>Many small pieces as few long ones.</summary>
    public static AnswerText Of(IEnumerable<AnswerPiece> pieces)
    {
        var text = new AnswerText();
        var run = new StringBuilder();
        AnswerPart? part = null;
        foreach (var piece in pieces)
        {
            if (part is { } before && before != piece.Part)
            {
                text.Append(new AnswerPiece(before, run.ToString()));
                run.Clear();
            }

            part = piece.Part;
            run.Append(piece.Text);
        }

        text.Append(new AnswerPiece(part ?? AnswerPart.Content, run.ToString()));
        return text;
    }

    public void Append(AnswerPiece piece)
    {
        if (piece.Text.Length == 0)
        {
            return;
        }

        Sequence += piece.Text.Length;
        if (_pieces.Count > 0 && _pieces[^1].Part == piece.Part)
        {
            _pieces[^1] = new(piece.Part, _pieces[^1].Text + piece.Text);
        }
        else
        {
            _pieces.Add(piece);
        }
    }

    public void Append(AnswerText more)
    {
        foreach (var piece in more._pieces)
        {
            Append(piece);
        }
    }

    /// <summary>What stands after a sequence; nothing when that is at or behind the end.</summary>
    public AnswerText From(int sequence)
    {
        var rest = new AnswerText();
        foreach (var piece in _pieces)
        {
            if (sequence < piece.Text.Length)
            {
                rest.Append(new AnswerPiece(piece.Part, piece.Text[Math.Max(0, sequence)..]));
            }

            sequence -= piece.Text.Length;
        }

        return rest;
    }

    /// <summary>The beginning: at most so many units in so many pieces, never half a character.</summary>
    public AnswerText Take(int units, int pieces)
    {
        var start = new AnswerText();
        foreach (var (part, text) in _pieces.Take(pieces))
        {
            var length = Math.Min(text.Length, units - start.Sequence);
            var isCut = length < text.Length;
            start.Append(new AnswerPiece(part, text[..(isCut && length > 0 && char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)]));
            if (isCut)
            {
                break; // whatever comes behind a cut is not the beginning
            }
        }

        return start;
    }

    public string All(AnswerPart part) => string.Concat(_pieces.Where(p => p.Part == part).Select(p => p.Text));

    /// <summary>How the parts take turns, as <c>r120c400r5c80</c>; null in the usual orders: content alone, or reasoning before it.</summary>
    public string? Layout =>
        _pieces is [] or [_] or [{ Part: AnswerPart.Reasoning }, _] ? null
            : string.Concat(_pieces.Select(p => (p.Part == AnswerPart.Reasoning ? "r" : "c") + p.Text.Length.ToString(CultureInfo.InvariantCulture)));

    /// <summary>
    /// Whether a layout that somebody sent is one that <see cref="Layout"/> could have given for the texts: parts in turn, none empty, all of both.
    /// Anything else would cost a quadratic time to follow.
    /// </summary>
    public static bool Fits(string layout, string content, string reasoning)
    {
        var rest = (Content: content.Length, Reasoning: reasoning.Length);
        var before = '\0';
        for (var at = 0; at < layout.Length;)
        {
            var part = layout[at++];
            var digits = layout.AsSpan(at);
            digits = digits[..(digits.IndexOfAnyExceptInRange('0', '9') is var end and >= 0 ? end : digits.Length)];
            if (part is not ('r' or 'c') || part == before || !int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var length) || length == 0)
            {
                return false;
            }

            rest = part == 'r' ? (rest.Content, rest.Reasoning - length) : (rest.Content - length, rest.Reasoning);
            if (rest.Content < 0 || rest.Reasoning < 0)
            {
                return false;
            }

            (before, at) = (part, at + digits.Length);
        }

        return rest == (0, 0);
    }

    /// <summary>Puts the parts together again. A layout that does not fit the texts, which somebody may have edited, is left aside.</summary>
    public static AnswerText Of(string content, string reasoning, string? layout)
    {
        var text = new AnswerText();
        if (layout is null || !text.TryFollow(layout, content, reasoning))
        {
            text = new AnswerText();
            text.Append(new AnswerPiece(AnswerPart.Reasoning, reasoning));
            text.Append(new AnswerPiece(AnswerPart.Content, content));
        }

        return text;
    }

    private bool TryFollow(string layout, string content, string reasoning)
    {
        int taken = 0, thought = 0;
        for (var at = 0; at < layout.Length;)
        {
            var part = layout[at++] == 'r' ? AnswerPart.Reasoning : AnswerPart.Content;
            var length = 0;
            while (at < layout.Length && char.IsAsciiDigit(layout[at]))
            {
                length = (length * 10) + (layout[at++] - '0');
            }

            var (source, from) = part == AnswerPart.Reasoning ? (reasoning, thought) : (content, taken);
            if (length < 0 || length > source.Length - from)
            {
                return false;
            }

            Append(new AnswerPiece(part, source.Substring(from, length)));
            (thought, taken) = part == AnswerPart.Reasoning ? (thought + length, taken) : (thought, taken + length);
        }

        return taken == content.Length && thought == reasoning.Length;
    }
}
