using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using OpenWebUi.Platform.Storage;

namespace OpenWebUi.Platform.Security;

/// <summary>One key of a purpose.</summary>
/// <param name="Id">Names the secret behind it and tells nothing of it: 8 hexadecimal digits.</param>
/// <param name="Bytes">32 bytes.</param>
internal sealed record PurposeKey(string Id, byte[] Bytes);

/// <summary>
/// The site's secret: <c>WEBUI_SECRET_KEY</c>, else 32 random bytes made once, kept in the store and shared by every
/// instance on it. Read at first use, so that a start touches no store.
/// <para>A secret is replaced without losing what the one before signed: the old one moves to <c>WEBUI_SECRET_KEY_PREVIOUS</c>, or
/// in the store to the property <c>Previous</c> (<see cref="RotateAsync"/>); it still verifies, and signs nothing new.</para>
/// </summary>
/// <param name="configured"><c>WEBUI_SECRET_KEY</c>; null uses the store's.</param>
/// <param name="previous"><c>WEBUI_SECRET_KEY_PREVIOUS</c>: secrets that still verify.</param>
/// <param name="store">Keeps a secret that nobody configured.</param>
internal sealed class SigningKey(string? configured, IReadOnlyList<string> previous, RowStore store, TimeProvider time)
{
    /// <summary>An instance that runs looks so often whether the secret was replaced.</summary>
    private static readonly TimeSpan MaxAge = TimeSpan.FromMinutes(5);

    /// <summary>What no known secret has signed may be of a new one, but made-up things may not make an instance read the store all the time.</summary>
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromSeconds(30);

    /// <summary>Where the store keeps it.</summary>
    public static readonly RowKey Row = new("Secrets", "site", "signing-key");
    private readonly Lock _gate = new();
    private (long At, Task<Secrets> Read)? _last;

    /// <summary>An HMAC-SHA256 key of 32 bytes for one purpose. Different purposes never share a key.</summary>
    public async ValueTask<byte[]> ForAsync(string purpose, CancellationToken cancellation) => (await RingAsync(purpose, cancellation))[0].Bytes;

    /// <summary>The keys of a purpose: the first signs, all verify.</summary>
    public async ValueTask<IReadOnlyList<PurposeKey>> RingAsync(string purpose, CancellationToken cancellation) => (await SecretsAsync(MaxAge, cancellation)).Ring(purpose);

    /// <summary>The key with an id that something signed bears.</summary>
    public ValueTask<PurposeKey?> FindAsync(string purpose, string id, CancellationToken cancellation) =>
        FirstAsync(purpose, key => key.Id == id ? key : null, cancellation);

    /// <summary>
    /// What the first key reads of something signed, the current key before the older ones; null when none does. Then the key may be new,
    /// made by another instance: the store is looked at again, at most every 30 s.
    /// </summary>
    public async ValueTask<T?> FirstAsync<T>(string purpose, Func<PurposeKey, T?> read, CancellationToken cancellation)
        where T : class
    {
        var known = await SecretsAsync(MaxAge, cancellation);
        if (First(known) is { } found)
        {
            return found;
        }

        var current = await SecretsAsync(LookAgainAfter, cancellation);
        return ReferenceEquals(current, known) ? null : First(current);

        T? First(Secrets secrets) => secrets.Ring(purpose).Select(read).FirstOrDefault(result => result is not null);
    }

    /// <summary>Puts a new secret before the stored one, which goes on verifying. Only the last one before is kept.</summary>
    public async Task RotateAsync(CancellationToken cancellation)
    {
        await StoredAsync(cancellation);
        var row = (await store.GetAsync(Row, cancellation))!;
        var properties = new RowProperties { ["Value"] = RandomNumberGenerator.GetBytes(32), ["Previous"] = row.Properties.GetBytes("Value") };
        if (await store.PutAsync(Row, properties, PutCondition.IfMatch(row.ETag), cancellation) is not PutOutcome.Stored)
        {
            throw new StoreUnavailableException("The signing key was replaced by somebody else at the same moment. Look, then try again.");
        }

        lock (_gate)
        {
            _last = null;
        }
    }

    /// <summary>The secrets, read at most so long ago. Whoever comes while they are read waits for that; a store that cannot be reached leaves those that were known.</summary>
    private Task<Secrets> SecretsAsync(TimeSpan maxAge, CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (_last is not { Read.IsFaulted: false } last || (configured is null && last.Read.IsCompleted && time.GetElapsedTime(last.At) > maxAge))
            {
                var before = _last is { Read.IsCompletedSuccessfully: true } known ? known.Read.Result : null;
                last = (time.GetTimestamp(), Task.Run(() => ReadSecretsAsync(before), CancellationToken.None));
                _last = last;
            }

            return last.Read.WaitAsync(cancellation);
        }
    }

    /// <param name="before">What was known: stays the same object while nothing has changed.</param>
    private async Task<Secrets> ReadSecretsAsync(Secrets? before)
    {
        try
        {
            IReadOnlyList<byte[]> own = configured is null ? await StoredAsync(CancellationToken.None) : [OfText(configured)];
            var read = new Secrets([.. own, .. previous.Select(OfText)]);
            return before is not null && before.IsSame(read) ? before : read;
        }
        catch (StoreUnavailableException) when (before is not null)
        {
            return before;
        }
    }

    private async Task<List<byte[]>> StoredAsync(CancellationToken cancellation)
    {
        if (await ReadAsync(cancellation) is { } known)
        {
            return known;
        }

        var made = RandomNumberGenerator.GetBytes(32);
        var properties = new RowProperties { ["Value"] = made };
        // Two instances may start at once: the first put wins, and the other reads it.
        var outcome = await store.PutAsync(Row, properties, PutCondition.IfAbsent, cancellation);
        return outcome is PutOutcome.Stored ? [made]
            : await ReadAsync(cancellation) ?? throw new StoreUnavailableException("The signing key was written by another instance and then removed. Try again.");
    }

    private async Task<List<byte[]>?> ReadAsync(CancellationToken cancellation)
    {
        if ((await store.GetAsync(Row, cancellation))?.Properties is not { } properties || properties.GetBytes("Value") is not { } value)
        {
            return null;
        }

        return properties.GetBytes("Previous") is { } before ? [value.ToArray(), before.ToArray()] : [value.ToArray()];
    }

    private static byte[] OfText(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));

    private sealed class Secrets(IReadOnlyList<byte[]> all)
    {
        private readonly ConcurrentDictionary<string, IReadOnlyList<PurposeKey>> _rings = new(StringComparer.Ordinal);

        public IReadOnlyList<PurposeKey> Ring(string purpose) => _rings.GetOrAdd(purpose, name => [.. all.Select(secret => new PurposeKey(
            Convert.ToHexStringLower(HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, 4, info: "key-id"u8.ToArray())),
            HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, 32, info: Encoding.UTF8.GetBytes(name))))]);

        public bool IsSame(Secrets other) => Ring("").Select(key => key.Id).SequenceEqual(other.Ring("").Select(key => key.Id));
    }
}
