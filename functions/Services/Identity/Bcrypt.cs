using System.Buffers.Binary;
using System.Security.Cryptography;

namespace OpenWebUi.Services.Identity;

/// <summary>
/// A bcrypt hash that was made elsewhere (<c>$2b$12$</c>, 22 characters of salt, 31 of digest), to check passwords against.
/// It makes none: what it finds right is hashed anew by <see cref="PasswordHashes"/>.
/// <para>The prefixes 2a, 2b and 2y are one algorithm for text: where implementations of 2a differ, they do so for keys with
/// the byte FF, which UTF-8 never has, or longer than 255 bytes, which Open WebUI cut at 72.</para>
/// </summary>
internal sealed class Bcrypt
{
    public const int MinCost = 4;

    /// <summary>4 times the work of Open WebUI's 12: 1.1 to 2 s of a core (seen on 2 shared cores) at every attempt.</summary>
    public const int MaxCost = 14;

    private const int HashCharacters = 60;
    private const int SaltBytes = 16;
    private const int SaltCharacters = 22;
    private const int DigestBytes = 23;
    private const int MaxKeyBytes = 72;
    private const string Alphabet = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    private readonly byte[] _salt;
    private readonly byte[] _digest;

    private Bcrypt(int cost, byte[] salt, byte[] digest) => (Cost, _salt, _digest) = (cost, salt, digest);

    /// <summary>Logarithm of the number of rounds.</summary>
    public int Cost { get; }

    /// <summary>Reads a hash; does none of its work.</summary>
    /// <returns>Null when the text is no bcrypt hash, or one of a cost outside of 4 to 14.</returns>
    public static Bcrypt? Parse(string hash)
    {
        if (hash.Length != HashCharacters || hash is not ['$', '2', 'a' or 'b' or 'y', '$', >= '0' and <= '9', >= '0' and <= '9', '$', ..])
        {
            return null;
        }

        var cost = ((hash[4] - '0') * 10) + (hash[5] - '0');
        var salt = Decode(hash.AsSpan(7, SaltCharacters), SaltBytes);
        var digest = Decode(hash.AsSpan(7 + SaltCharacters), DigestBytes);
        return cost is < MinCost or > MaxCost || salt is null || digest is null ? null : new(cost, salt, digest);
    }

    /// <summary>Whether the hash was made of this password. Takes as long as the cost says, and compares in fixed time.</summary>
    /// <param name="password">UTF-8. As bcrypt reads it: a NUL follows the password and belongs to the key; past 72 bytes nothing counts, the NUL neither. A password with a NUL inside never matches: bcrypt would take its beginning for all of it.</param>
    public bool Matches(ReadOnlySpan<byte> password)
    {
        Span<byte> key = stackalloc byte[MaxKeyBytes];
        key.Clear();
        var length = Math.Min(password.Length, MaxKeyBytes);
        password[..length].CopyTo(key);
        var cipher = new EksBlowfish(Cost, _salt, key[..Math.Min(length + 1, MaxKeyBytes)]);
        CryptographicOperations.ZeroMemory(key);
        return CryptographicOperations.FixedTimeEquals(Digest(cipher), _digest) && !password.Contains((byte)0);
    }

    private static ReadOnlySpan<byte> Digest(EksBlowfish cipher)
    {
        var text = "OrpheanBeholderScryDoubt"u8.ToArray();
        for (var at = 0; at < text.Length; at += 8)
        {
            var left = BinaryPrimitives.ReadUInt32BigEndian(text.AsSpan(at));
            var right = BinaryPrimitives.ReadUInt32BigEndian(text.AsSpan(at + 4));
            for (var i = 0; i < 64; i++)
            {
                cipher.Encrypt(ref left, ref right);
            }

            BinaryPrimitives.WriteUInt32BigEndian(text.AsSpan(at), left);
            BinaryPrimitives.WriteUInt32BigEndian(text.AsSpan(at + 4), right);
        }

        // The 24th byte was never part of the format.
        return text.AsSpan(0, DigestBytes);
    }

    /// <summary>bcrypt's own base 64. The bits that the last character has too many are not looked at.</summary>
    private static byte[]? Decode(ReadOnlySpan<char> text, int bytes)
    {
        var result = new byte[bytes];
        int held = 0, bits = 0, written = 0;
        foreach (var character in text)
        {
            var value = Alphabet.IndexOf(character, StringComparison.Ordinal);
            if (value < 0)
            {
                return null;
            }

            held = (held << 6) | value;
            bits += 6;
            if (bits >= 8 && written < bytes)
            {
                bits -= 8;
                result[written++] = (byte)(held >> bits);
            }
        }

        return result;
    }
}
