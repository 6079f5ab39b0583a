using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace OpenWebUi.Services.OpenId;

/// <summary>
/// What must be known when the browser comes back, and what nobody but that browser may bring: the slice seals its bytes into a cookie.
/// About 130 bytes and the redirect URI.
/// </summary>
/// <param name="ProviderId">Where the browser was sent.</param>
/// <param name="RedirectUri">Where it comes back to: the token endpoint wants to hear it again.</param>
/// <param name="State">43 characters; ties the answer to this browser.</param>
/// <param name="Nonce">43 characters; ties the id token to this sign-in.</param>
/// <param name="Verifier">43 characters; ties the code to this sign-in (RFC 7636).</param>
/// <param name="BegunAt">In whole seconds.</param>
internal sealed record PendingSignIn(string ProviderId, string RedirectUri, string State, string Nonce, string Verifier, DateTimeOffset BegunAt)
{
    /// <summary>How long somebody may take to sign in at the provider.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(15);

    private const byte Format = 1;
    private const int RandomBytes = 32;
    private const int HeadBytes = 1 + sizeof(long) + (3 * RandomBytes) + 1;

    public static PendingSignIn Begin(string providerId, string redirectUri, DateTimeOffset now) =>
        new(providerId, redirectUri, Random(), Random(), Random(), DateTimeOffset.FromUnixTimeSeconds(now.ToUnixTimeSeconds()));

    /// <summary>What the authorization endpoint gets of the verifier (S256).</summary>
    public string Challenge => Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(Verifier)));

    /// <summary>Format, time, three random values, length of the provider's id, id, redirect URI to the end.</summary>
    public byte[] ToBytes()
    {
        var (id, uri) = (Encoding.UTF8.GetBytes(ProviderId), Encoding.UTF8.GetBytes(RedirectUri));
        var bytes = new byte[HeadBytes + id.Length + uri.Length];
        bytes[0] = Format;
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(1), BegunAt.ToUnixTimeSeconds());
        var position = 1 + sizeof(long);
        foreach (var text in (ReadOnlySpan<string>)[State, Nonce, Verifier])
        {
            position += Base64Url.DecodeFromChars(text, bytes.AsSpan(position));
        }

        bytes[position++] = checked((byte)id.Length);
        id.CopyTo(bytes, position);
        uri.CopyTo(bytes, position + id.Length);
        return bytes;
    }

    /// <summary>Null for bytes of another form. That nobody has made them up is for the seal to say.</summary>
    public static PendingSignIn? FromBytes(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeadBytes || bytes[0] != Format || bytes.Length < HeadBytes + bytes[HeadBytes - 1])
        {
            return null;
        }

        var seconds = BinaryPrimitives.ReadInt64BigEndian(bytes[1..]);
        if (seconds < 0 || seconds > DateTimeOffset.MaxValue.ToUnixTimeSeconds())
        {
            return null;
        }

        var random = bytes[(1 + sizeof(long))..];
        var rest = bytes[HeadBytes..];
        var idLength = bytes[HeadBytes - 1];
        return new(
            Encoding.UTF8.GetString(rest[..idLength]), Encoding.UTF8.GetString(rest[idLength..]),
            Base64Url.EncodeToString(random[..RandomBytes]),
            Base64Url.EncodeToString(random.Slice(RandomBytes, RandomBytes)),
            Base64Url.EncodeToString(random.Slice(2 * RandomBytes, RandomBytes)),
            DateTimeOffset.FromUnixTimeSeconds(seconds));
    }

    /// <summary>Leaves the secrets out.</summary>
    public override string ToString() => $"{ProviderId}, begun {BegunAt:O}";

    private static string Random() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes));
}
