namespace OpenWebUi.Services.Completion;

/// <summary>
/// Some servers (vLLM or llama.cpp without a reasoning parser) send the reasoning inside the text, as one
/// <c>&lt;think&gt;...&lt;/think&gt;</c> at its very beginning. Splits it off, wherever the chunks are cut; a tag anywhere else is text.
/// The page has the same class for pure relay calls.
/// </summary>
internal sealed class ThinkTags
{
    private const string Open = "<think>";
    private const string Close = "</think>";

    private Place _place = Place.Before;
    private string _held = "";

    private enum Place
    {
        Before,
        Inside,
        After,
    }

    public IEnumerable<CompletionEvent> Split(string chunk)
    {
        if (_place == Place.After)
        {
            return Part(Place.After, chunk);
        }

        _held += chunk;
        if (_place == Place.Before && !Enter())
        {
            return [];
        }

        return _place == Place.Inside ? Inside() : Rest();
    }

    /// <summary>What is still held back when the answer has ended.</summary>
    public IEnumerable<CompletionEvent> Rest()
    {
        var rest = _held;
        _held = "";
        return Part(_place, rest);
    }

    /// <summary>False while it cannot be told yet whether the answer begins with the tag.</summary>
    private bool Enter()
    {
        var start = _held.TrimStart();
        if (start.Length < Open.Length && Open.StartsWith(start, StringComparison.Ordinal))
        {
            return false;
        }

        _place = start.StartsWith(Open, StringComparison.Ordinal) ? Place.Inside : Place.After;
        _held = _place == Place.Inside ? start[Open.Length..] : _held;
        return true;
    }

    private IEnumerable<CompletionEvent> Inside()
    {
        var close = _held.IndexOf(Close, StringComparison.Ordinal);
        if (close >= 0)
        {
            var last = _held[..close];
            _held = _held[(close + Close.Length)..];
            _place = Place.After;
            return [.. Part(Place.Inside, last), .. Rest()];
        }

        var keep = Math.Min(Close.Length - 1, _held.Length);
        while (!Close.StartsWith(_held[^keep..], StringComparison.Ordinal))
        {
            keep--;
        }

        var reasoning = _held[..^keep];
        _held = _held[^keep..];
        return Part(Place.Inside, reasoning);
    }

    private static IEnumerable<CompletionEvent> Part(Place place, string text) =>
        text.Length == 0 ? [] : [place == Place.Inside ? new CompletionEvent.Reasoning(text) : new CompletionEvent.Text(text)];
}
