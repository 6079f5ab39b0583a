using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;

namespace OpenWebUi.Services.Access;

/// <summary>
/// What a browser holds after a right code: a random id, the fingerprint of the code and an end, signed with the site's
/// secret. It is checked without a storage read, on every instance, and ends when its code is removed from <c>CODE</c>.
/// </summary>
/// <param name="Id">128 random bits in base64url: two people with one code do not share it.</param>
/// <param name="Fingerprint">Which code opened it (<see cref="AccessCodes.FingerprintOf"/>).</param>
internal sealed record AccessPass(string Id, byte[] Fingerprint, DateTimeOffset ExpiresAt)
{
    public const string CookieName = "access_pass";

    public const int FingerprintBytes = 8;

    /// <summary>Purpose of the signing key (<see cref="OpenWebUi.Platform.Security.SigningKey"/>).</summary>
    public const string KeyPurpose = "access-pass-v1";

    private const int IdBytes = 16;
    private const int SecondsBytes = 8;
    private const int PayloadBytes = IdBytes + FingerprintBytes + SecondsBytes;
    private const int MacBytes = 32;

    public static AccessPass New(byte[] fingerprint, DateTimeOffset expiresAt) =>
        new(Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(IdBytes)), fingerprint, expiresAt);

    /// <summary>The text of the cookie: base64url of id, fingerprint, end (Unix seconds, big-endian) and HMAC-SHA256.</summary>
    public string Sign(byte[] key)
    {
        var bytes = new byte[PayloadBytes + MacBytes];
        Base64Url.DecodeFromChars(Id).CopyTo(bytes, 0);
        Fingerprint.CopyTo(bytes, IdBytes);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(IdBytes + FingerprintBytes), ExpiresAt.ToUnixTimeSeconds());
        HMACSHA256.HashData(key, bytes.AsSpan(0, PayloadBytes), bytes.AsSpan(PayloadBytes));
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>The pass in a cookie, or null when it is forged, broken or over. Whether its code still counts is asked separately.</summary>
    public static AccessPass? Read(string text, byte[] key, DateTimeOffset now) =>
        ReadEvenOver(text, key) is { } pass && pass.ExpiresAt > now ? pass : null;

    /// <summary>The pass in a cookie, or null when it is forged or broken. It may be over: it says whose the browser's chats are, and opens nothing.</summary>
    public static AccessPass? ReadEvenOver(string text, byte[] key)
    {
        Span<byte> bytes = stackalloc byte[PayloadBytes + MacBytes];
        // DecodeFromChars, because TryDecodeFromChars throws at what is no base64url.
        if (text.Length != Base64Url.GetEncodedLength(bytes.Length)
            || Base64Url.DecodeFromChars(text, bytes, out _, out var length) != OperationStatus.Done || length != bytes.Length)
        {
            return null;
        }

        Span<byte> mac = stackalloc byte[MacBytes];
        HMACSHA256.HashData(key, bytes[..PayloadBytes], mac);
        if (!CryptographicOperations.FixedTimeEquals(mac, bytes[PayloadBytes..]))
        {
            return null;
        }

        var expiresAt = DateTimeOffset.FromUnixTimeSeconds(BinaryPrimitives.ReadInt64BigEndian(bytes[(IdBytes + FingerprintBytes)..]));
        return new(
            Base64Url.EncodeToString(bytes[..IdBytes]), bytes.Slice(IdBytes, FingerprintBytes).ToArray(), expiresAt);
    }
}
