using System.Collections.Concurrent;
using System.Text.Json;

namespace OpenWebUi.Services.OpenId;

/// <summary>Discovery documents and keys of providers, each kept for an hour. Keys are read anew when a token names one that is not there, but at most every 30 s.</summary>
internal sealed class ProviderDocuments(ProviderWire wire, TimeProvider time)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    /// <summary>Anybody can send a logout token with a made-up key id: it must not become a call to the provider each time.</summary>
    public static readonly TimeSpan LeastAge = TimeSpan.FromSeconds(30);

    /// <summary>A failure is told again for so long without asking: else everybody who waits for a silent provider would wait his own 10 s, one after the other.</summary>
    public static readonly TimeSpan FailureLifetime = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<Uri, Kept<ProviderMetadata>> _metadata = new();
    private readonly ConcurrentDictionary<Uri, Kept<IReadOnlyList<ProviderKey>>> _keys = new();

    /// <exception cref="ProviderUnavailableException">It could not be read.</exception>
    public Task<ProviderMetadata> MetadataAsync(SignInProvider provider, CancellationToken cancellation) =>
        ReadAsync(_metadata, Lifetime, provider, ProviderLeg.Discovery, provider.Address, json => ProviderMetadata.Read(json, provider.Address), cancellation);

    /// <exception cref="ProviderUnavailableException">They could not be read.</exception>
    public Task<IReadOnlyList<ProviderKey>> KeysAsync(SignInProvider provider, ProviderMetadata metadata, CancellationToken cancellation) =>
        ReadAsync(_keys, Lifetime, provider, ProviderLeg.Keys, metadata.KeysAddress, ProviderKeys.Read, cancellation);

    /// <summary>The keys after a change of keys: read anew, unless they have just been.</summary>
    /// <exception cref="ProviderUnavailableException">They could not be read.</exception>
    public Task<IReadOnlyList<ProviderKey>> NewerKeysAsync(SignInProvider provider, ProviderMetadata metadata, CancellationToken cancellation) =>
        ReadAsync(_keys, LeastAge, provider, ProviderLeg.Keys, metadata.KeysAddress, ProviderKeys.Read, cancellation);

    private async Task<T> ReadAsync<T>(
        ConcurrentDictionary<Uri, Kept<T>> all, TimeSpan lifetime, SignInProvider provider, ProviderLeg leg, Uri address, Func<JsonElement, T?> read, CancellationToken cancellation)
        where T : class
    {
        var kept = all.GetOrAdd(address, _ => new());
        // One reads, the others wait for it: a site that wakes with many people at its door asks once.
        await kept.Gate.WaitAsync(cancellation);
        try
        {
            if (kept.Value is { } value && time.GetElapsedTime(kept.ReadAt) < lifetime)
            {
                return value;
            }

            if (kept.Failure is { } failure && time.GetElapsedTime(kept.FailedAt) < FailureLifetime)
            {
                throw new ProviderUnavailableException(failure);
            }

            value = read(await wire.GetAsync(provider, leg, address, accessToken: null, cancellation))
                ?? throw ProviderWire.Failed(provider, leg, ProviderProblem.Unreadable);
            (kept.Value, kept.ReadAt, kept.Failure) = (value, time.GetTimestamp(), null);
            return value;
        }
        catch (ProviderUnavailableException e)
        {
            (kept.Failure, kept.FailedAt) = (e.Failure, kept.Failure is null || time.GetElapsedTime(kept.FailedAt) >= FailureLifetime ? time.GetTimestamp() : kept.FailedAt);
            throw;
        }
        finally
        {
            kept.Gate.Release();
        }
    }

    private sealed class Kept<T>
        where T : class
    {
        public SemaphoreSlim Gate { get; } = new(1, 1);

        public T? Value { get; set; }

        public long ReadAt { get; set; }

        public ProviderFailure? Failure { get; set; }

        public long FailedAt { get; set; }
    }
}
