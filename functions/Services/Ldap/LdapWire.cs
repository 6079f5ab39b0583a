using System.Buffers.Binary;
using System.Formats.Asn1;
using System.Text;

namespace OpenWebUi.Services.Ldap;

/// <summary>The codes of RFC 4511, appendix A, that are told apart here.</summary>
internal enum LdapCode
{
    Success = 0,
    OperationsError = 1,
    ProtocolError = 2,
    TimeLimitExceeded = 3,
    SizeLimitExceeded = 4,
    AuthMethodNotSupported = 7,
    StrongerAuthRequired = 8,
    Referral = 10,
    AdminLimitExceeded = 11,
    ConfidentialityRequired = 13,
    NoSuchObject = 32,
    InsufficientAccessRights = 50,
    Busy = 51,
    Unavailable = 52,
    Other = 80,
}

/// <summary>The end of an operation.</summary>
/// <param name="Diagnostic">The directory's own words, for the log: one line, at most 200 characters.</param>
internal sealed record LdapResult(LdapCode Code, string Diagnostic);

/// <summary>One entry of a search.</summary>
/// <param name="Dn">Never empty.</param>
/// <param name="Values">By attribute, whose case does not matter. Values that are no UTF-8 are left out.</param>
internal sealed record LdapEntry(string Dn, IReadOnlyDictionary<string, IReadOnlyList<string>> Values)
{
    public IReadOnlyList<string> Of(string attribute) => Values.GetValueOrDefault(attribute) ?? [];
}

/// <summary>A search below a base at any depth, aliases not followed.</summary>
/// <param name="MaxEntries">The directory stops after these with <see cref="LdapCode.SizeLimitExceeded"/>.</param>
internal sealed record LdapSearch(string Base, LdapFilter Filter, string Attribute, string Value, IReadOnlyList<string> Wanted, int MaxEntries, TimeSpan Limit);

/// <summary>The messages of LDAPv3 (RFC 4511) that a sign-in needs, as bytes: BER, definite lengths.</summary>
internal static class LdapWire
{
    public const int BindResponse = 1;
    public const int SearchEntry = 4;
    public const int SearchDone = 5;
    public const int SearchReference = 19;
    public const int ExtendedResponse = 24;

    /// <summary>Over this a message is refused: an entry with thousands of groups has some hundred kilobytes.</summary>
    public const int MaxMessageBytes = 4 * 1024 * 1024;

    private const int MaxDiagnosticCharacters = 200;
    private static readonly byte[] StartTlsName = "1.3.6.1.4.1.1466.20037"u8.ToArray();
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private enum Scope
    {
        WholeSubtree = 2,
    }

    private enum Aliases
    {
        Never = 0,
    }

    public static byte[] Bind(int id, string dn, string password) => Message(id, writer =>
    {
        using (writer.PushSequence(Application(0)))
        {
            writer.WriteInteger(3);
            writer.WriteOctetString(Encoding.UTF8.GetBytes(dn));
            writer.WriteOctetString(Encoding.UTF8.GetBytes(password), new Asn1Tag(TagClass.ContextSpecific, 0));
        }
    });

    public static byte[] Search(int id, LdapSearch search) => Message(id, writer =>
    {
        using (writer.PushSequence(Application(3)))
        {
            writer.WriteOctetString(Encoding.UTF8.GetBytes(search.Base));
            writer.WriteEnumeratedValue(Scope.WholeSubtree);
            writer.WriteEnumeratedValue(Aliases.Never);
            writer.WriteInteger(search.MaxEntries);
            writer.WriteInteger((int)Math.Ceiling(search.Limit.TotalSeconds));
            writer.WriteBoolean(false);
            search.Filter.WriteWithEquality(writer, search.Attribute, search.Value);
            using (writer.PushSequence())
            {
                foreach (var name in search.Wanted)
                {
                    writer.WriteOctetString(Encoding.UTF8.GetBytes(name));
                }
            }
        }
    });

    public static byte[] StartTls(int id) => Message(id, writer =>
    {
        using (writer.PushSequence(Application(23)))
        {
            writer.WriteOctetString(StartTlsName, new Asn1Tag(TagClass.ContextSpecific, 0));
        }
    });

    /// <summary>How many bytes follow the tag and length that <paramref name="head"/> begins with; null while it is too short to say.</summary>
    /// <exception cref="LdapException">This is no LDAP, or too long.</exception>
    public static int? BodyLength(ReadOnlySpan<byte> head)
    {
        if (head.Length > 0 && head[0] != 0x30)
        {
            throw new LdapException("what answers there does not speak LDAP (a port for TLS only? Then put ldaps:// before LDAP_SERVER_HOST)");
        }

        if (head.Length < 2)
        {
            return null;
        }

        // Active Directory writes every length in four bytes, however small.
        var more = head[1] < 0x80 ? 0 : head[1] & 0x7F;
        if (head[1] == 0x80 || more > 4)
        {
            throw new LdapException("it sent a message whose length cannot be read");
        }

        if (head.Length < 2 + more)
        {
            return null;
        }

        Span<byte> number = stackalloc byte[4];
        head.Slice(2, more).CopyTo(number[(4 - more)..]);
        var length = more == 0 ? head[1] : BinaryPrimitives.ReadUInt32BigEndian(number);
        return length <= MaxMessageBytes ? (int)length : throw new LdapException($"it sent a message of more than {MaxMessageBytes} bytes");
    }

    /// <summary>The id, the kind (a number of <c>[APPLICATION n]</c>) and the content of a message's body.</summary>
    /// <exception cref="AsnContentException">It is no such message.</exception>
    public static (int Id, int Kind, AsnReader Content) Open(byte[] body)
    {
        var reader = new AsnReader(body, AsnEncodingRules.BER);
        if (!reader.TryReadInt32(out var id))
        {
            throw new AsnContentException();
        }

        var tag = reader.PeekTag();
        return tag.TagClass == TagClass.Application
            ? (id, tag.TagValue, reader.ReadSequence(tag))
            : throw new AsnContentException();
    }

    public static LdapResult Result(AsnReader content)
    {
        var code = content.ReadEnumeratedBytes().Span;
        content.ReadOctetString();
        var words = Encoding.UTF8.GetString(content.ReadOctetString());
        var line = new string([.. words.Where(c => !char.IsControl(c)).Take(MaxDiagnosticCharacters)]);
        return new(code.Length == 1 ? (LdapCode)code[0] : LdapCode.Other, line);
    }

    public static LdapEntry Entry(AsnReader content)
    {
        var dn = Text(content.ReadOctetString());
        if (string.IsNullOrEmpty(dn))
        {
            // Who binds with an empty name is nobody, and welcome with any password (RFC 4513, 5.1.2).
            throw new LdapException("it found an entry without a name");
        }

        var values = new Dictionary<string, IReadOnlyList<string>>(StringComparer.OrdinalIgnoreCase);
        var attributes = content.ReadSequence();
        while (attributes.HasData)
        {
            var attribute = attributes.ReadSequence();
            var name = Text(attribute.ReadOctetString()) ?? "";
            var list = new List<string>();
            var set = attribute.ReadSetOf(skipSortOrderValidation: true);
            while (set.HasData)
            {
                if (Text(set.ReadOctetString()) is { } value)
                {
                    list.Add(value);
                }
            }

            values[name] = list;
        }

        return new(dn, values);
    }

    private static string? Text(byte[] bytes)
    {
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static byte[] Message(int id, Action<AsnWriter> write)
    {
        var writer = new AsnWriter(AsnEncodingRules.BER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(id);
            write(writer);
        }

        return writer.Encode();
    }

    private static Asn1Tag Application(int number) => new(TagClass.Application, number);
}
