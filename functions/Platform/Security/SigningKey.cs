using System.Security.Cryptography;
using System.Text;
using OpenWebUi.Platform.Storage;

namespace OpenWebUi.Platform.Security;

/// <summary>
/// The site's secret: <c>WEBUI_SECRET_KEY</c>, else 32 random bytes made once, kept in the store and shared by every
/// instance on it. Read at first use, so that a start touches no store.
/// </summary>
internal sealed class SigningKey(string? configured, RowStore store)
{
    private static readonly RowKey Row = new("Secrets", "site", "signing-key");
    private byte[]? _key;

    /// <summary>An HMAC-SHA256 key of 32 bytes for one purpose. Different purposes never share a key.</summary>
    public async ValueTask<byte[]> ForAsync(string purpose, CancellationToken cancellation)
    {
        _key ??= configured is null
            ? await StoredAsync(cancellation)
            : SHA256.HashData(Encoding.UTF8.GetBytes(configured));
        return HKDF.DeriveKey(HashAlgorithmName.SHA256, _key, 32, info: Encoding.UTF8.GetBytes(purpose));
    }

    private async Task<byte[]> StoredAsync(CancellationToken cancellation)
    {
        if (await ReadAsync(cancellation) is { } known)
        {
            return known;
        }

        var made = RandomNumberGenerator.GetBytes(32);
        var properties = new RowProperties { ["Value"] = made };
        // Two instances may start at once: the first put wins, and the other reads it.
        var outcome = await store.PutAsync(Row, properties, PutCondition.IfAbsent, cancellation);
        return outcome is PutOutcome.Stored ? made
            : await ReadAsync(cancellation) ?? throw new StoreUnavailableException("The signing key was written by another instance and then removed. Try again.");
    }

    private async Task<byte[]?> ReadAsync(CancellationToken cancellation) =>
        (await store.GetAsync(Row, cancellation))?.Properties.GetBytes("Value")?.ToArray();
}
