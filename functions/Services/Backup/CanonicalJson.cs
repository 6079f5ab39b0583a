using System.Globalization;
using System.Text;

namespace OpenWebUi.Services.Backup;

/// <summary>
/// Text as RFC 8785 (section 3.2.2.2) writes it: only what must be escaped is escaped, in one way. The program's own writer may
/// change its mind with a new runtime, and a hash must not.
/// </summary>
internal static class CanonicalJson
{
    public static StringBuilder AppendQuoted(this StringBuilder json, string text)
    {
        json.Append('"');
        foreach (var c in text)
        {
            _ = c switch
            {
                '"' or '\\' => json.Append('\\').Append(c),
                '\b' => json.Append("\\b"),
                '\t' => json.Append("\\t"),
                '\n' => json.Append("\\n"),
                '\f' => json.Append("\\f"),
                '\r' => json.Append("\\r"),
                < ' ' => json.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => json.Append(c),
            };
        }

        return json.Append('"');
    }
}
