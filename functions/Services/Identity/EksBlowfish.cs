using System.Buffers.Binary;
using System.Numerics;

namespace OpenWebUi.Services.Identity;

/// <summary>
/// The expensive-key-schedule Blowfish of bcrypt (Provos and Mazières, "A Future-Adaptable Password Scheme", USENIX 1999).
/// <para>Its first state is no table here: the boxes are the hexadecimal digits of pi after the point, which are computed
/// once, at the first bcrypt hash that this process meets.</para>
/// </summary>
internal sealed class EksBlowfish
{
    private const int Subkeys = 18;
    private const int Words = Subkeys + (4 * 256);

    private static readonly Lazy<uint[]> DigitsOfPi = new(ComputeDigitsOfPi);

    private readonly uint[] _subkeys = DigitsOfPi.Value[..Subkeys];
    private readonly uint[] _boxes = DigitsOfPi.Value[Subkeys..];

    /// <param name="cost">Logarithm of the number of rounds.</param>
    /// <param name="salt">16 bytes.</param>
    /// <param name="key">1 to 72 bytes, the terminator counted.</param>
    public EksBlowfish(int cost, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> key)
    {
        var keyWords = Repeat(key);
        var saltWords = Repeat(salt);
        Expand(keyWords, saltWords.AsSpan(0, 4));
        for (var round = 1L << cost; round > 0; round--)
        {
            Expand(keyWords, default);
            Expand(saltWords, default);
        }
    }

    public void Encrypt(ref uint left, ref uint right)
    {
        // Locals, so that the loop's bounds are known where it is compiled.
        var (p, s) = (_subkeys, _boxes);
        var (l, r) = (left, right);
        for (var i = 0; i < Subkeys - 2; i += 2)
        {
            l ^= p[i];
            r ^= Mix(s, l);
            r ^= p[i + 1];
            l ^= Mix(s, r);
        }

        left = r ^ p[Subkeys - 1];
        right = l ^ p[Subkeys - 2];
    }

    private static uint Mix(uint[] s, uint x) =>
        ((s[(int)(x >> 24)] + s[256 + (int)((x >> 16) & 0xFF)]) ^ s[512 + (int)((x >> 8) & 0xFF)]) + s[768 + (int)(x & 0xFF)];

    /// <param name="salt">4 words, or none: then the chain of blocks is not salted.</param>
    private void Expand(uint[] key, ReadOnlySpan<uint> salt)
    {
        for (var i = 0; i < Subkeys; i++)
        {
            _subkeys[i] ^= key[i];
        }

        uint left = 0, right = 0;
        var half = 0;
        foreach (var words in (ReadOnlySpan<uint[]>)[_subkeys, _boxes])
        {
            for (var i = 0; i < words.Length; i += 2, half ^= 2)
            {
                if (salt.Length > 0)
                {
                    left ^= salt[half];
                    right ^= salt[half + 1];
                }

                Encrypt(ref left, ref right);
                (words[i], words[i + 1]) = (left, right);
            }
        }
    }

    /// <summary>18 big-endian words of the bytes, begun anew at their end.</summary>
    private static uint[] Repeat(ReadOnlySpan<byte> bytes)
    {
        var words = new uint[Subkeys];
        for (var i = 0; i < Subkeys * 4; i++)
        {
            words[i / 4] = (words[i / 4] << 8) | bytes[i % bytes.Length];
        }

        return words;
    }

    /// <summary>Machin's formula, pi/4 = 4 arctan(1/5) - arctan(1/239), in whole numbers of 2^-bits. What is cut off is less than 2^10 of them; 64 bits more than wanted hold it far off.</summary>
    private static uint[] ComputeDigitsOfPi()
    {
        const int guard = 64;
        const int bits = (Words * 32) + guard;
        var pi = 4 * ((4 * ArcTangentOfOneBy(5, bits)) - ArcTangentOfOneBy(239, bits));
        var bytes = ((pi - (new BigInteger(3) << bits)) >> guard).ToByteArray(isUnsigned: true, isBigEndian: true);
        return [.. Enumerable.Range(0, Words).Select(i => BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(i * 4)))];
    }

    private static BigInteger ArcTangentOfOneBy(int x, int bits)
    {
        var terms = (int)(bits / (2 * Math.Log2(x))) + 1;
        var (sum, odds, powers) = Sum(x, 0, terms);
        return ((sum * x) << bits) / (odds * powers);
    }

    /// <summary>
    /// The terms (-1)^k / ((2k+1) x^(2(k - first + 1))) for k from <paramref name="first"/> to before <paramref name="end"/> as one fraction, sum/(odds powers).
    /// By halves, so that most numbers are short: 30 to 65 ms seen, where adding term by term took 80 to 130.
    /// </summary>
    private static (BigInteger Sum, BigInteger Odds, BigInteger Powers) Sum(int x, int first, int end)
    {
        if (end - first == 1)
        {
            return (first % 2 == 0 ? 1 : -1, (2 * first) + 1, x * x);
        }

        var middle = (first + end) / 2;
        var (sum, odds, powers) = Sum(x, first, middle);
        var (moreSum, moreOdds, morePowers) = Sum(x, middle, end);
        return ((sum * moreOdds * morePowers) + (moreSum * odds), odds * moreOdds, powers * morePowers);
    }
}
