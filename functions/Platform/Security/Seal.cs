using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;

namespace OpenWebUi.Platform.Security;

/// <summary>Bytes that only this site can read and nobody can change, as text for a cookie: AES-256-GCM, base64url of nonce, text and tag.</summary>
internal static class Seal
{
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    /// <param name="key">32 bytes, of one purpose alone: 96-bit random nonces are safe for 2^32 uses of a key (NIST SP 800-38D, 8.3).</param>
    /// <param name="bytes">What is sealed.</param>
    public static string Close(byte[] key, ReadOnlySpan<byte> bytes)
    {
        var closed = new byte[NonceBytes + bytes.Length + TagBytes];
        RandomNumberGenerator.Fill(closed.AsSpan(0, NonceBytes));
        using var aes = new AesGcm(key, TagBytes);
        aes.Encrypt(closed.AsSpan(0, NonceBytes), bytes, closed.AsSpan(NonceBytes, bytes.Length), closed.AsSpan(NonceBytes + bytes.Length));
        return Base64Url.EncodeToString(closed);
    }

    /// <returns>Null for what was not sealed with this key, or was changed.</returns>
    public static byte[]? Open(byte[] key, string text)
    {
        var bytes = new byte[text.Length];
        // DecodeFromChars, because TryDecodeFromChars throws at what is no base64url.
        if (Base64Url.DecodeFromChars(text, bytes, out _, out var length) != OperationStatus.Done || length < NonceBytes + TagBytes)
        {
            return null;
        }

        var opened = new byte[length - NonceBytes - TagBytes];
        try
        {
            using var aes = new AesGcm(key, TagBytes);
            aes.Decrypt(bytes.AsSpan(0, NonceBytes), bytes.AsSpan(NonceBytes, opened.Length), bytes.AsSpan(NonceBytes + opened.Length, TagBytes), opened);
            return opened;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }
}
