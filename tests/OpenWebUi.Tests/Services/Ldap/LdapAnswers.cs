using System.Buffers.Binary;
using System.Text;

namespace OpenWebUi.Tests.Services.Ldap;

/// <summary>A directory's answers as bytes (RFC 4511), written as Active Directory writes them: every length in four bytes.</summary>
internal static class LdapAnswers
{
    public const int Bind = 1;
    public const int SearchDone = 5;
    public const int Extended = 24;

    public static byte[] Result(int id, int kind, int code, string words = "") =>
        Message(id, Part((byte)(0x60 | kind), Part(0x0A, [(byte)code]), Part(0x04), Text(words)));

    public static byte[] Entry(int id, string dn, params (string Attribute, string[] Values)[] attributes) => Message(id, Part(
        0x64, Text(dn), Part(0x30, [.. attributes.Select(a => Part(0x30, Text(a.Attribute), Part(0x31, [.. a.Values.Select(Text)])))])));

    public static byte[] Reference(int id, string url) => Message(id, Part(0x73, Text(url)));

    public static byte[] Part(byte tag, params byte[][] content)
    {
        byte[] all = [.. content.SelectMany(c => c)];
        var length = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, all.Length);
        return [tag, 0x84, .. length, .. all];
    }

    private static byte[] Text(string text) => Part(0x04, Encoding.UTF8.GetBytes(text));

    private static byte[] Message(int id, byte[] operation) => Part(0x30, Part(0x02, [(byte)id]), operation);
}
