using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace OpenWebUi.Services.Identity;

/// <summary>What a password is for a stored hash.</summary>
internal enum PasswordCheck
{
    Wrong,

    Right,

    /// <summary>Right, and the hash is of an older kind or cost: store <see cref="PasswordHashes.HashAsync"/> of this password.</summary>
    RightRehash,

    /// <summary>Not looked at: too many others wait. Answer 503 with Retry-After. Never of <see cref="PasswordHashes.Verify"/>.</summary>
    Busy,
}

/// <summary>
/// Password hashes: made by ASP.NET Core's hasher with PBKDF2-HMAC-SHA512, 220,000 iterations (OWASP Password Storage Cheat
/// Sheet, revision of 2026-05-12); checked in that form at any lower cost, or as <see cref="Bcrypt"/>, which Open WebUI stores.
/// <para>An unknown e-mail costs what a wrong password costs: no hash, and any that cannot be checked, is checked as a fixed one
/// that no password fits. A bcrypt hash costs its own time and no more: work added to it could not make it look like an unknown
/// e-mail, only last longer, and to let every attempt last as long as the slowest bcrypt would charge everybody always for
/// accounts that are gone with their first sign-in. Until then the time tells that such an account exists.</para>
/// <para>At most one hashing a core runs at once, and 16 a core wait (some 2 to 4 s). Safe for concurrent callers.</para>
/// </summary>
internal sealed class PasswordHashes : IDisposable
{
    public const int Iterations = 220_000;

    /// <summary>A stored cost above this is not worked off: no version made one, and it would hold a core for seconds.</summary>
    private const int MaxIterations = 10 * Iterations;

    private const int WaitingForEachCore = 16;
    private const int HeaderBytes = 13;
    private const int Sha512 = 2;
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly string _noPassword = MakeUnfitting();
    private readonly IPasswordHasher<PasswordHashes> _hasher;
    private readonly HashingQueue _queue;

    public PasswordHashes()
        : this(MakeHasher(Iterations), new HashingQueue(Environment.ProcessorCount, WaitingForEachCore * Environment.ProcessorCount))
    {
    }

    internal PasswordHashes(IPasswordHasher<PasswordHashes> hasher, HashingQueue queue) => (_hasher, _queue) = (hasher, queue);

    /// <summary>The framework's hasher at a cost.</summary>
    internal static PasswordHasher<PasswordHashes> MakeHasher(int iterations) => new(Options.Create(new PasswordHasherOptions { IterationCount = iterations }));

    /// <summary>On a thread of its own. See <see cref="Hash"/>.</summary>
    /// <returns>Null when too many others wait: answer 503 with Retry-After.</returns>
    public Task<string?> HashAsync(string password, CancellationToken cancellationToken) =>
        _queue.RunAsync<string?>(() => Hash(password), null, cancellationToken);

    /// <summary>On a thread of its own. See <see cref="Verify"/>.</summary>
    /// <returns><see cref="PasswordCheck.Busy"/> when too many others wait.</returns>
    public Task<PasswordCheck> VerifyAsync(string? hash, string password, CancellationToken cancellationToken) =>
        _queue.RunAsync(() => Verify(hash, password), PasswordCheck.Busy, cancellationToken);

    /// <summary>About 86 characters of ASCII, with salt, cost and algorithm in them.</summary>
    /// <param name="password">One that <see cref="PasswordPolicy.Fault"/> has nothing against.</param>
    public string Hash(string password) => _hasher.HashPassword(this, password);

    /// <summary>Takes as long as the hash's cost says, whatever the password; 0.11 to 0.27 s for ours (seen on 2 shared cores).</summary>
    /// <param name="hash">Null for an account without a password, or no account: <see cref="PasswordCheck.Wrong"/> after the usual work.</param>
    public PasswordCheck Verify(string? hash, string password)
    {
        // Half a surrogate pair is no text that any hash was made of, and the hasher throws at it.
        var isText = TryEncode(password, out var bytes);
        if (isText && hash is not null && Bcrypt.Parse(hash) is { } bcrypt)
        {
            return bcrypt.Matches(bytes) ? PasswordCheck.RightRehash : PasswordCheck.Wrong;
        }

        var fitting = isText && hash is not null && IsOurs(hash) ? hash : _noPassword;
        return _hasher.VerifyHashedPassword(this, fitting, isText ? password : "") switch
        {
            PasswordVerificationResult.Success => PasswordCheck.Right,
            PasswordVerificationResult.SuccessRehashNeeded => PasswordCheck.RightRehash,
            _ => PasswordCheck.Wrong,
        };
    }

    public void Dispose() => _queue.Dispose();

    private static bool TryEncode(string password, out byte[] bytes)
    {
        try
        {
            bytes = StrictUtf8.GetBytes(password);
            return true;
        }
        catch (EncoderFallbackException)
        {
            bytes = [];
            return false;
        }
    }

    /// <summary>The framework's third form: base 64 of 1, algorithm, iterations and length of salt (4 bytes each, big-endian), salt, subkey. Salt and subkey have 16 bytes at least.</summary>
    private static bool IsOurs(string hash)
    {
        var bytes = new byte[hash.Length];
        return Convert.TryFromBase64String(hash, bytes, out var length) && length >= HeaderBytes + 32 && bytes[0] == 1
            && BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(1)) <= Sha512
            && BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(5)) is > 0 and <= MaxIterations
            && BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(9)) is var salt && salt >= 16 && salt <= length - HeaderBytes - 16;
    }

    /// <summary>A hash of the cost of ours whose subkey came of no password.</summary>
    private static string MakeUnfitting()
    {
        const int saltBytes = 16, subkeyBytes = 32;
        var bytes = RandomNumberGenerator.GetBytes(HeaderBytes + saltBytes + subkeyBytes);
        bytes[0] = 1;
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(1), Sha512);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(5), Iterations);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(9), saltBytes);
        return Convert.ToBase64String(bytes);
    }
}
