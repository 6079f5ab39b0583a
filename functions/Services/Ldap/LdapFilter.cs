using System.Formats.Asn1;
using System.Globalization;
using System.Text;

namespace OpenWebUi.Services.Ldap;

/// <summary>
/// A search filter in the text form of RFC 4515, compiled once to the form that goes over the wire (RFC 4511, 4.5.1):
/// <c>(&amp;(a=b)(|(c=d*)(!(e=*))))</c>, with <c>&gt;=</c>, <c>&lt;=</c>, <c>~=</c> and matching rules (<c>a:1.2.3:=b</c>).
/// Several filters one after the other must all match, as in Open WebUI, which puts the text inside its own <c>(&amp;...)</c>.
/// </summary>
/// <remarks>
/// What a person types never comes here: it is sent as the value of an equality (<see cref="WriteWithEquality"/>), with its
/// length before it. The wire has no character that could end it, so nothing has to be escaped and nothing can be forgotten.
/// </remarks>
internal sealed class LdapFilter
{
    /// <summary>Far beyond any filter that people write; a bound for the parser's own stack.</summary>
    private const int MaxDepth = 32;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private readonly List<byte[]> _all;

    private LdapFilter(List<byte[]> all) => _all = all;

    /// <summary>Matches everything.</summary>
    public static LdapFilter None { get; } = new([]);

    /// <summary>The compiled filter, or null when the text is none: parentheses that do not match, an empty name, a bare <c>\</c>.</summary>
    public static LdapFilter? TryParse(string text)
    {
        var parser = new Parser(text);
        var all = new List<byte[]>();
        while (!parser.IsAtEnd)
        {
            var writer = new AsnWriter(AsnEncodingRules.BER);
            if (!parser.TryFilter(writer, 0))
            {
                return null;
            }

            all.Add(writer.Encode());
        }

        return new(all);
    }

    /// <summary>Writes <c>(&amp;(attribute=value)this)</c>.</summary>
    /// <param name="value">Any text; it is compared, never read as a filter.</param>
    public void WriteWithEquality(AsnWriter writer, string attribute, string value)
    {
        using (writer.PushSetOf(Tag(0)))
        {
            WriteAssertion(writer, 3, Utf8.GetBytes(attribute), Utf8.GetBytes(value));
            foreach (var filter in _all)
            {
                writer.WriteEncodedValue(filter);
            }
        }
    }

    private static void WriteAssertion(AsnWriter writer, int choice, byte[] attribute, byte[] value)
    {
        using (writer.PushSequence(Tag(choice)))
        {
            writer.WriteOctetString(attribute);
            writer.WriteOctetString(value);
        }
    }

    private static Asn1Tag Tag(int number) => new(TagClass.ContextSpecific, number);

    private sealed class Parser(string text)
    {
        private int _at;

        public bool IsAtEnd
        {
            get
            {
                SkipBlanks();
                return _at == text.Length;
            }
        }

        public bool TryFilter(AsnWriter writer, int depth)
        {
            if (depth > MaxDepth || !TryTake('('))
            {
                return false;
            }

            SkipBlanks();
            var isRead = Peek() switch
            {
                '&' => TryList(writer, 0, depth),
                '|' => TryList(writer, 1, depth),
                '!' => TryNot(writer, depth),
                _ => TryItem(writer),
            };
            return isRead && TryTake(')');
        }

        private bool TryList(AsnWriter writer, int choice, int depth)
        {
            _at++;
            using (writer.PushSetOf(Tag(choice)))
            {
                do
                {
                    if (!TryFilter(writer, depth + 1))
                    {
                        return false;
                    }

                    SkipBlanks();
                }
                while (Peek() == '(');
            }

            return true;
        }

        private bool TryNot(AsnWriter writer, int depth)
        {
            _at++;
            using (writer.PushSequence(Tag(2)))
            {
                return TryFilter(writer, depth + 1);
            }
        }

        /// <summary>Name, operator and value up to the closing parenthesis.</summary>
        private bool TryItem(AsnWriter writer)
        {
            var end = text.IndexOfAny(['(', ')'], _at);
            var equals = text.IndexOf('=', _at);
            if (end < 0 || text[end] == '(' || equals <= _at || equals > end)
            {
                return false;
            }

            var (name, value) = (text[_at..equals].Trim(), text[(equals + 1)..end]);
            _at = end;
            if (name.EndsWith(':'))
            {
                return TryUnescape(value) is { } matched && TryExtensible(writer, name[..^1], matched);
            }

            var choice = name[^1..] switch { ">" => 5, "<" => 6, "~" => 8, _ => 3 };
            name = choice == 3 ? name : name[..^1];
            if (!LdapOptions.IsAttribute(name))
            {
                return false;
            }

            if (choice == 3 && value.Contains('*', StringComparison.Ordinal))
            {
                return TrySubstrings(writer, name, value.Split('*'));
            }

            if (TryUnescape(value) is not { } bytes)
            {
                return false;
            }

            WriteAssertion(writer, choice, Utf8.GetBytes(name), bytes);
            return true;
        }

        /// <summary><c>a=*</c> asks whether there is a value; <c>a=b*c*d</c> for its beginning, middle and end.</summary>
        private static bool TrySubstrings(AsnWriter writer, string name, string[] parts)
        {
            if (parts.All(part => part.Length == 0))
            {
                writer.WriteOctetString(Utf8.GetBytes(name), Tag(7));
                return parts.Length == 2;
            }

            using (writer.PushSequence(Tag(4)))
            {
                writer.WriteOctetString(Utf8.GetBytes(name));
                using (writer.PushSequence())
                {
                    for (var i = 0; i < parts.Length; i++)
                    {
                        if (parts[i].Length == 0 && (i == 0 || i == parts.Length - 1))
                        {
                            continue;
                        }

                        if (parts[i].Length == 0 || TryUnescape(parts[i]) is not { } bytes)
                        {
                            return false;
                        }

                        writer.WriteOctetString(bytes, Tag(i == 0 ? 0 : i == parts.Length - 1 ? 2 : 1));
                    }
                }
            }

            return true;
        }

        /// <summary><c>attribute:dn:rule:=value</c>, of which <c>:dn</c> and one of the others may be missing.</summary>
        private static bool TryExtensible(AsnWriter writer, string name, byte[] value)
        {
            var parts = name.Split(':').ToList();
            var attribute = parts[0];
            parts.RemoveAt(0);
            var isWithDn = parts.Count > 0 && parts[0].Equals("dn", StringComparison.OrdinalIgnoreCase);
            if (isWithDn)
            {
                parts.RemoveAt(0);
            }

            if (parts.Count > 1 || (attribute.Length == 0 && parts.Count == 0)
                || (attribute.Length > 0 && !LdapOptions.IsAttribute(attribute)) || (parts.Count == 1 && !LdapOptions.IsAttribute(parts[0])))
            {
                return false;
            }

            using (writer.PushSequence(Tag(9)))
            {
                if (parts.Count == 1)
                {
                    writer.WriteOctetString(Utf8.GetBytes(parts[0]), Tag(1));
                }

                if (attribute.Length > 0)
                {
                    writer.WriteOctetString(Utf8.GetBytes(attribute), Tag(2));
                }

                writer.WriteOctetString(value, Tag(3));
                if (isWithDn)
                {
                    writer.WriteBoolean(true, Tag(4));
                }
            }

            return true;
        }

        /// <summary>The bytes of a value; <c>\2a</c> stands for the byte 2A. Null for a <c>\</c> without two digits, or a NUL.</summary>
        private static byte[]? TryUnescape(string value)
        {
            var bytes = new List<byte>(value.Length);
            var parts = value.Split('\\');
            for (var i = 0; i < parts.Length; i++)
            {
                var part = parts[i];
                if (i > 0)
                {
                    if (part.Length < 2 || !byte.TryParse(part.AsSpan(0, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var escaped))
                    {
                        return null;
                    }

                    bytes.Add(escaped);
                    part = part[2..];
                }

                if (part.Contains('\0', StringComparison.Ordinal))
                {
                    return null;
                }

                bytes.AddRange(Utf8.GetBytes(part));
            }

            return [.. bytes];
        }

        private char Peek() => _at < text.Length ? text[_at] : '\0';

        private bool TryTake(char c)
        {
            SkipBlanks();
            if (Peek() != c)
            {
                return false;
            }

            _at++;
            return true;
        }

        private void SkipBlanks()
        {
            while (_at < text.Length && char.IsWhiteSpace(text[_at]))
            {
                _at++;
            }
        }
    }
}
