using System.Buffers;
using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace OpenWebUi.Services.Identity;

/// <summary>
/// Personal API keys: <c>sk-ow-</c> and 64 characters, of which the account's id is a part, so that the one read of the account
/// finds the key too. Of the key itself only a hash is kept; 256 random bits need no slow one.
/// </summary>
internal sealed class ApiKeys(AccountStore accounts, TimeProvider time)
{
    public const string Prefix = "sk-ow-";
    public const int MaxNameCharacters = 60;
    public const int MaxPaths = 10;
    public const int MaxPathCharacters = 100;
    private const int MaxRemembered = 10_000;
    private const int IdBytes = 16;
    private const int SecretBytes = 32;
    private const int KeyIdBytes = 9;
    private const int EndCharacters = 4;

    /// <summary>A key that this instance does not know may be new on another one: it looks again, at most so often for an account.</summary>
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromSeconds(1);

    /// <summary>Hashes of keys that were right, and whose they are.</summary>
    private readonly ConcurrentDictionary<string, UserId> _right = new(StringComparer.Ordinal);

    /// <summary>Makes a key. One write.</summary>
    /// <param name="replaces">Keys that go in the same write.</param>
    /// <returns>The key and its text, which nobody can see again; null when the account is gone or has <see cref="Account.MaxKeys"/>.</returns>
    public async Task<(AccountKey Key, string Text)?> CreateAsync(
        UserId user, string name, DateTimeOffset? expiresAt, IReadOnlyList<string> paths, Func<AccountKey, bool>? replaces, CancellationToken cancellation)
    {
        var bytes = new byte[IdBytes + SecretBytes];
        Guid.ParseExact(user.Text, "D").TryWriteBytes(bytes, bigEndian: true, out _);
        RandomNumberGenerator.Fill(bytes.AsSpan(IdBytes));
        var text = Prefix + Base64Url.EncodeToString(bytes);
        var key = new AccountKey(
            Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(KeyIdBytes)), name, Hash(text), text[^EndCharacters..], time.GetUtcNow(), expiresAt, null, paths);
        var outcome = await accounts.ChangeAsync(
            user,
            account =>
            {
                var kept = account.Keys.Where(k => replaces?.Invoke(k) != true).ToList();
                return kept.Count >= Account.MaxKeys ? null : account with { Keys = [.. kept, key] };
            },
            cancellation);
        return outcome is ChangeOutcome.Changed ? (key, text) : null;
    }

    /// <summary>Ends a key, here at once and on other instances within 5 s. Safe to repeat.</summary>
    /// <returns>False when the account has no such key.</returns>
    public async Task<bool> RevokeAsync(UserId user, Func<AccountKey, bool> isRevoked, CancellationToken cancellation)
    {
        var outcome = await accounts.ChangeAsync(
            user, account => account.Keys.Any(isRevoked) ? account with { Keys = [.. account.Keys.Where(k => !isRevoked(k))] } : null, cancellation);
        return outcome is ChangeOutcome.Changed;
    }

    /// <summary>What is kept of a key: made once for each call, and handed to the two below.</summary>
    public static string Hash(string text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        Span<byte> bytes = stackalloc byte[256];
        SHA256.HashData(Encoding.UTF8.TryGetBytes(text, bytes, out var length) ? bytes[..length] : Encoding.UTF8.GetBytes(text), hash);
        return Base64Url.EncodeToString(hash);
    }

    /// <summary>Whether the key with this hash was right on this instance before, and not found wrong since.</summary>
    public bool WasRight(string hash) => _right.ContainsKey(hash);

    /// <summary>The account and key that a text stands for, or null: unknown, revoked, over, or no key at all.</summary>
    /// <param name="text">The key.</param>
    /// <param name="hash">Its <see cref="Hash"/>.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async ValueTask<(Account Account, AccountKey Key)?> FindAsync(string text, string hash, CancellationToken cancellation)
    {
        if (!_right.TryGetValue(hash, out var user))
        {
            if (UserOf(text) is not { } named)
            {
                return null;
            }

            user = named;
        }

        var now = time.GetUtcNow();
        var account = await accounts.CurrentAsync(user, cancellation);
        if (Find(account, hash) is null)
        {
            account = await accounts.CurrentAsync(user, cancellation, notBefore: now - LookAgainAfter);
        }

        if (Find(account, hash) is { } key && !(key.ExpiresAt <= now))
        {
            Remember(key.Hash, user);
            return (account!, key);
        }

        _right.TryRemove(hash, out _);
        return null;
    }

    private void Remember(string hash, UserId user)
    {
        // Every call comes by here; counting or writing would take the dictionary's locks.
        if (!_right.ContainsKey(hash))
        {
            if (_right.Count >= MaxRemembered)
            {
                _right.Clear();
            }

            _right[hash] = user;
        }
    }

    private static AccountKey? Find(Account? account, string hash)
    {
        foreach (var key in account?.Keys ?? [])
        {
            if (CryptographicOperations.FixedTimeEquals(MemoryMarshal.AsBytes(key.Hash.AsSpan()), MemoryMarshal.AsBytes(hash.AsSpan())))
            {
                return key;
            }
        }

        return null;
    }

    private static UserId? UserOf(string text)
    {
        Span<byte> bytes = stackalloc byte[IdBytes + SecretBytes];
        return text.StartsWith(Prefix, StringComparison.Ordinal) && text.Length == Prefix.Length + Base64Url.GetEncodedLength(bytes.Length)
            && Base64Url.DecodeFromChars(text.AsSpan(Prefix.Length), bytes, out _, out var length) == OperationStatus.Done && length == bytes.Length
            ? new(new Guid(bytes[..IdBytes], bigEndian: true).ToString("D"))
            : null;
    }
}
