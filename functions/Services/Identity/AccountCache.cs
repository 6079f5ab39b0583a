using System.Collections.Concurrent;

namespace OpenWebUi.Services.Identity;

/// <summary>
/// What this instance knows of accounts, at most 5 s old: so long may a role, a session or a key live on after it was taken
/// away on another instance, and so seldom is an account read, however much it calls. Callers of one account share a read.
/// </summary>
internal sealed class AccountCache(TimeProvider time)
{
    public static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(5);

    /// <summary>An entry is about 2 kB; what is over goes when there are more.</summary>
    private const int MaxEntries = 10_000;

    private readonly ConcurrentDictionary<UserId, Entry> _entries = new();

    /// <summary>The account as it was at most <see cref="MaxAge"/> ago, or after <paramref name="notBefore"/>; null when there is none.</summary>
    public ValueTask<Account?> GetAsync(UserId id, DateTimeOffset notBefore, Func<CancellationToken, Task<Account?>> read, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        if (_entries.TryGetValue(id, out var known) && now - known.ReadAt < MaxAge && known.ReadAt >= notBefore && !known.Read.IsFaulted && !known.Read.IsCanceled)
        {
            return Wait(known.Read, cancellation);
        }

        // The read is nobody's: a caller that goes away must not take it from the others that wait for it.
        var entry = new Entry(now, new(() => read(CancellationToken.None)));
        var shared = _entries.AddOrUpdate(id, entry, (_, other) =>
            ReferenceEquals(other, known) || now - other.ReadAt >= MaxAge || other.ReadAt < notBefore || other.Read.IsFaulted ? entry : other);
        Trim(now);
        return Wait(shared.Read, cancellation);
    }

    private static ValueTask<Account?> Wait(Task<Account?> read, CancellationToken cancellation) =>
        read.IsCompletedSuccessfully ? new(read.Result) : new(read.WaitAsync(cancellation));

    /// <summary>
    /// The account was changed on this instance: the next caller here reads it anew. Every read that began before is in the
    /// dictionary, and goes with it; to put the changed account there instead would let two changes at once leave the older one.
    /// </summary>
    public void Forget(UserId id) => _entries.TryRemove(id, out _);

    private void Trim(DateTimeOffset now)
    {
        if (_entries.Count > MaxEntries)
        {
            foreach (var (id, _) in _entries.Where(e => now - e.Value.ReadAt >= MaxAge).ToList())
            {
                _entries.TryRemove(id, out _);
            }
        }
    }

    private sealed record Entry(DateTimeOffset ReadAt, Lazy<Task<Account?>> Lazy)
    {
        public Task<Account?> Read => Lazy.Value;
    }
}
