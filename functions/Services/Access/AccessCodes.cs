using System.Security.Cryptography;
using System.Text;

namespace OpenWebUi.Services.Access;

/// <summary>The site's access codes, held as hashes.</summary>
/// <param name="codes"><c>CODE</c>.</param>
/// <param name="administratorsCodes"><c>ADMIN_CODE</c>: codes as well, which open more.</param>
internal sealed class AccessCodes(IEnumerable<string> codes, IReadOnlyList<string> administratorsCodes)
{
    private readonly byte[][] _hashes = [.. codes.Concat(administratorsCodes).Select(Hash)];
    private readonly byte[][] _administratorsHashes = [.. administratorsCodes.Select(Hash)];

    /// <summary>True when the text is one of the codes. Every code is compared, each in fixed time.</summary>
    public bool Contains(string text) => Find(Hash(text)) is not null;

    /// <summary>A name for the code inside passes: it says which code opened one, and nothing of the code.</summary>
    /// <returns>8 bytes, keyed by the site's secret; null when the text is no code.</returns>
    public byte[]? FingerprintOf(string text, byte[] key) => Find(Hash(text)) is { } hash ? Fingerprint(hash, key) : null;

    /// <summary>What a fingerprint under one key is under another; null when its code is not configured, or the key is not the one.</summary>
    public byte[]? FingerprintUnder(byte[] fingerprint, byte[] before, byte[] now)
    {
        byte[]? found = null;
        foreach (var hash in _hashes)
        {
            if (CryptographicOperations.FixedTimeEquals(Fingerprint(hash, before), fingerprint))
            {
                found = Fingerprint(hash, now);
            }
        }

        return found;
    }

    /// <summary>True while the code with this fingerprint is still configured.</summary>
    public bool HasFingerprint(ReadOnlySpan<byte> fingerprint, byte[] key) => IsAmong(_hashes, fingerprint, key);

    /// <summary>True while this fingerprint is that of a code of administrators.</summary>
    public bool IsAdministrators(ReadOnlySpan<byte> fingerprint, byte[] key) => IsAmong(_administratorsHashes, fingerprint, key);

    private static bool IsAmong(byte[][] hashes, ReadOnlySpan<byte> fingerprint, byte[] key)
    {
        var found = false;
        foreach (var hash in hashes)
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
