using System.Text;

namespace OpenWebUi.Users;

/// <summary>One record of a CSV file.</summary>
/// <param name="Line">Where it begins, from 1: a quoted field may hold line breaks.</param>
/// <param name="Fault">What is wrong with its quotes, or null.</param>
internal sealed record CsvRecord(int Line, IReadOnlyList<string> Fields, string? Fault = null)
{
    public bool IsBlank => Fields is [var only] && string.IsNullOrWhiteSpace(only) && Fault is null;
}

/// <summary>
/// Comma-separated values by RFC 4180: a field in quotes may hold commas, line breaks and doubled quotes; lines end with CRLF, or with
/// LF or CR alone. A quote inside of a field that did not begin with one is itself, as spreadsheets read it.
/// </summary>
internal static class CsvText
{
    public static IEnumerable<CsvRecord> Read(string text)
    {
        var (at, line) = (0, 1);
        while (at < text.Length)
        {
            yield return ReadRecord(text, ref at, ref line);
        }
    }

    private static CsvRecord ReadRecord(string text, ref int at, ref int line)
    {
        var (start, fields, fault) = (line, new List<string>(), (string?)null);
        while (true)
        {
            fields.Add(at < text.Length && text[at] == '"' ? Quoted(text, ref at, ref line, ref fault) : Plain(text, ref at));
            if (at < text.Length && text[at] == ',')
            {
                at++;
                continue;
            }

            at += text.AsSpan(at).StartsWith("\r\n", StringComparison.Ordinal) ? 2 : at < text.Length ? 1 : 0;
            line++;
            return new(start, fields, fault);
        }
    }

    private static string Plain(string text, ref int at)
    {
        var length = text.AsSpan(at).IndexOfAny(",\r\n");
        var field = length < 0 ? text[at..] : text.Substring(at, length);
        at += field.Length;
        return field;
    }

    private static string Quoted(string text, ref int at, ref int line, ref string? fault)
    {
        var field = new StringBuilder();
        at++;
        while (true)
        {
            var length = text.AsSpan(at).IndexOf('"');
            if (length < 0)
            {
                fault = "A quote is opened and never closed, up to the end of the file.";
                field.Append(text.AsSpan(at));
                at = text.Length;
                return field.ToString();
            }

            var part = text.AsSpan(at, length);
            line += part.Count('\n') + (part.Contains('\n') ? 0 : part.Count('\r'));
            field.Append(part);
            at += length + 1;
            if (at < text.Length && text[at] == '"')
            {
                field.Append('"');
                at++;
                continue;
            }

            var rest = Plain(text, ref at);
            if (rest.Trim().Length > 0)
            {
                fault = "There is something behind a closing quote. A quote inside of a quoted field is written twice.";
            }

            return field.ToString();
        }
    }
}
