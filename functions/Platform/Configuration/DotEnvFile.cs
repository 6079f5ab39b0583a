using System.Text;

namespace OpenWebUi.Platform.Configuration;

/// <summary>
/// Reads <c>NAME=value</c> lines: <c>#</c> comments, an optional <c>export</c>, single quotes (as written) and double
/// quotes (<c>\n</c>, <c>\"</c>, <c>\\</c>). A value without quotes ends at " #"; what follows a closing quote is a comment. No interpolation.
/// </summary>
internal static class DotEnvFile
{
    public static IEnumerable<KeyValuePair<string, string>> Read(string path, FaultList faults)
    {
        if (!File.Exists(path))
        {
            yield break;
        }

        var number = 0;
        foreach (var raw in File.ReadLines(path))
        {
            number++;
            var line = raw.Trim();
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            if (line.StartsWith("export ", StringComparison.Ordinal))
            {
                line = line["export ".Length..].TrimStart();
            }

            var equals = line.IndexOf('=', StringComparison.Ordinal);
            var name = equals > 0 ? line[..equals].TrimEnd() : "";
            if (name.Length == 0 || name.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('_' or '.' or ':')))
            {
                faults.Add(".env", $"line {number}", "NAME=value");
                continue;
            }

            yield return new(name, Unquote(line[(equals + 1)..]));
        }
    }

    private static string Unquote(string text)
    {
        var value = text.TrimStart();
        if (value.Length > 1 && value[0] == '\'' && value.IndexOf('\'', 1) is > 0 and var end)
        {
            return value[1..end];
        }

        if (value.Length > 1 && value[0] == '"' && Unescape(value) is { } unescaped)
        {
            return unescaped;
        }

        // Before the blanks go: "CODE= # none" holds nothing.
        var comment = text.IndexOf(" #", StringComparison.Ordinal);
        return (comment < 0 ? text : text[..comment]).Trim();
    }

    /// <summary>The text up to the closing double quote, or null when there is none.</summary>
    private static string? Unescape(string value)
    {
        var text = new StringBuilder();
        for (var i = 1; i < value.Length; i++)
        {
            if (value[i] == '"')
            {
                return text.ToString();
            }

            var isEscape = value[i] == '\\' && i + 1 < value.Length && value[i + 1] is 'n' or '"' or '\\';
            text.Append(!isEscape ? value[i] : value[++i] == 'n' ? '\n' : value[i]);
        }

        return null;
    }
}
