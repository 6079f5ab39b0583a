using System.Text.Json;

namespace OpenWebUi.Services.Completion;

/// <summary>Takes the title out of what a model wrote: plain text, or <c>{"title": "..."}</c>, in a code fence or not.</summary>
internal static class TitleText
{
    private const int MaxCharacters = 80;
    private static readonly string[] Starts = ["# ", "## ", "### ", "> ", "- ", "* ", "title:", "**title:**", "**title**:"];

    /// <summary>What may stand around a title: quotation marks of several languages, and Markdown.</summary>
    private static readonly (string Open, string Close)[] Wraps =
    [
        ("\"", "\""), ("'", "'"), ("“", "”"), ("„", "“"), ("„", "”"), ("‘", "’"), ("«", "»"), ("»", "«"), ("「", "」"), ("『", "』"), ("《", "》"),
        ("***", "***"), ("**", "**"), ("__", "__"), ("*", "*"), ("_", "_"), ("`", "`"),
    ];

    /// <returns>One line of at most 80 UTF-16 units; null when nothing is left.</returns>
    public static string? Of(string said)
    {
        var text = WithoutFence(said.Trim());
        var title = OfJson(text) ?? (text.StartsWith('{') ? "" : text);
        var line = title.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).FirstOrDefault() ?? "";
        line = Bare(string.Join(' ', string.Concat(line.Select(c => char.IsControl(c) ? ' ' : c)).Split(' ', StringSplitOptions.RemoveEmptyEntries)));
        return line.Length == 0 ? null : WholeCharacters.Cut(line, MaxCharacters).TrimEnd();
    }

    private static string WithoutFence(string text)
    {
        if (!text.StartsWith("```", StringComparison.Ordinal) || text.IndexOf('\n') is not (> 0 and var firstLine))
        {
            return text;
        }

        var end = text.LastIndexOf("```", StringComparison.Ordinal);
        return (end > firstLine ? text[firstLine..end] : text[firstLine..]).Trim();
    }

    /// <summary>Null when no object with a title stands in the text.</summary>
    private static string? OfJson(string text)
    {
        var (start, end) = (text.IndexOf('{'), text.LastIndexOf('}'));
        if (start < 0 || end < start)
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(text.AsMemory(start, end - start + 1));
            return JsonText.Of(document.RootElement, "title") is { } title ? WholeCharacters.Mend(title) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Bare(string line)
    {
        string before;
        do
        {
            before = line;
            line = Starts.FirstOrDefault(start => line.StartsWith(start, StringComparison.OrdinalIgnoreCase)) is { } start ? line[start.Length..] : line;
            line = line.TrimEnd('.', '。').Trim();
            foreach (var (open, close) in Wraps)
            {
                // Around the whole: two words in marks of their own keep them.
                if (line.StartsWith(open, StringComparison.Ordinal) && line.Length > open.Length && line.IndexOf(close, open.Length, StringComparison.Ordinal) == line.Length - close.Length)
                {
                    line = line[open.Length..^close.Length].Trim();
                }
            }
        }
        while (line != before);

        return line;
    }
}
