using System.Globalization;
using System.Text;

namespace OpenWebUi.Services.Ldap;

/// <summary>Reads names of entries in the text form of RFC 4514: <c>cn=Sales\, North,ou=groups,dc=example,dc=com</c>.</summary>
internal static class DistinguishedName
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The value of the entry's own <c>cn</c>, unescaped; null when its name has none, or is no name.</summary>
    public static string? CommonNameOf(string dn)
    {
        foreach (var part in OwnParts(dn))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0 && part[..equals].Trim() is var type
                && (type.Equals("cn", StringComparison.OrdinalIgnoreCase) || type == "2.5.4.3") && Unescape(part[(equals + 1)..]) is { Length: > 0 } value)
            {
                return value;
            }
        }

        return null;
    }

    /// <summary>What is before the first bare comma, split at bare plus signs.</summary>
    private static IEnumerable<string> OwnParts(string dn)
    {
        var start = 0;
        for (var i = 0; i <= dn.Length; i++)
        {
            if (i == dn.Length || dn[i] is ',' or '+' or ';')
            {
                yield return dn[start..i];
                start = i + 1;
                if (i < dn.Length && dn[i] != '+')
                {
                    yield break;
                }
            }
            else if (dn[i] == '\\')
            {
                i++;
            }
        }
    }

    /// <summary><c>\,</c> is the character, <c>\2C</c> the byte. Null for what is no text (<c>#04...</c>, broken escapes).</summary>
    private static string? Unescape(string value)
    {
        var text = value.TrimStart(' ');
        text = text.EndsWith("\\ ", StringComparison.Ordinal) ? text : text.TrimEnd(' ');
        if (text.StartsWith('#'))
        {
            return null;
        }

        var bytes = new List<byte>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\')
            {
                var length = char.IsHighSurrogate(text[i]) && i + 1 < text.Length ? 2 : 1;
                bytes.AddRange(Encoding.UTF8.GetBytes(text.Substring(i, length)));
                i += length - 1;
            }
            else if (i + 2 < text.Length && byte.TryParse(text.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var escaped))
            {
                bytes.Add(escaped);
                i += 2;
            }
            else if (i + 1 < text.Length)
            {
                bytes.AddRange(Encoding.UTF8.GetBytes(text[++i].ToString()));
            }
            else
            {
                return null;
            }
        }

        try
        {
            return Strict.GetString([.. bytes]);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
