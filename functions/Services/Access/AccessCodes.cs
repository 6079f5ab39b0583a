using System.Security.Cryptography;
using System.Text;

namespace OpenWebUi.Services.Access;

/// <summary>The site's access codes, held as hashes.</summary>
internal sealed class AccessCodes(IEnumerable<string> codes)
{
    private readonly byte[][] _hashes = [.. codes.Select(Hash)];

    /// <summary>True when the text is one of the codes. Every code is compared, each in fixed time.</summary>
    public bool Contains(string text) => Find(Hash(text)) is not null;

    /// <summary>A name for the code inside passes: it says which code opened one, and nothing of the code.</summary>
    /// <returns>8 bytes, keyed by the site's secret; null when the text is no code.</returns>
    public byte[]? FingerprintOf(string text, byte[] key) => Find(Hash(text)) is { } hash ? Fingerprint(hash, key) : null;

    /// <summary>True while the code with this fingerprint is still configured.</summary>
    public bool HasFingerprint(ReadOnlySpan<byte> fingerprint, byte[] key)
    {
        var found = false;
        foreach (var hash in _hashes)
        {
            found |= CryptographicOperations.FixedTimeEquals(Fingerprint(hash, key), fingerprint);
        }

        return found;
    }

    private byte[]? Find(byte[] wanted)
    {
        byte[]? found = null;
        foreach (var hash in _hashes)
        {
            if (CryptographicOperations.FixedTimeEquals(hash, wanted))
            {
                found = hash;
            }
        }

        return found;
    }

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text.Trim()));

    private static byte[] Fingerprint(byte[] hash, byte[] key) => HMACSHA256.HashData(key, hash)[..AccessPass.FingerprintBytes];
}
