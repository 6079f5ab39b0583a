namespace OpenWebUi.Platform.Configuration;

/// <summary>
/// Reads <c>NAME=value</c> lines: <c>#</c> comments, an optional <c>export</c>, single quotes (as written) and double
/// quotes (<c>\n</c>, <c>\"</c>, <c>\\</c>). A value without quotes ends at " #". No interpolation.
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

            yield return new(name, Unquote(line[(equals + 1)..].Trim()));
        }
    }

    private static string Unquote(string value)
    {
        if (value.Length >= 2 && value[0] == '\'' && value[^1] == '\'')
        {
            return value[1..^1];
        }

        if (value.Length >= 2 && value[0] == '"' && value[^1] == '"')
        {
            return value[1..^1].Replace("\\n", "\n", StringComparison.Ordinal)
                .Replace("\\\"", "\"", StringComparison.Ordinal).Replace("\\\\", "\\", StringComparison.Ordinal);
        }

        var comment = value.IndexOf(" #", StringComparison.Ordinal);
        return comment < 0 ? value : value[..comment].TrimEnd();
    }
}
