using OpenWebUi.Platform.Security;

namespace OpenWebUi.Services.Access;

/// <summary>A pass that counts.</summary>
/// <param name="IsAdministrators">It was opened by a code of <c>ADMIN_CODE</c>.</param>
internal sealed record HeldPass(AccessPass Pass, bool IsAdministrators);

/// <summary>
/// Gives and reads the passes that browsers hold. A pass that an older secret of the site signed (<see cref="SigningKey"/>) is as good as
/// any, and becomes one of the current secret when it is renewed.
/// </summary>
internal sealed class Passes(SigningKey signingKey, AccessCodes codes, TimeProvider time)
{
    /// <summary>A pass for a right code.</summary>
    /// <param name="code">One of the site's codes.</param>
    /// <param name="id">The id that the browser has had, so that its chats stay its own; null for a new one.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>The pass and the text of its cookie.</returns>
    public async ValueTask<(AccessPass Pass, string Text)> GiveAsync(string code, string? id, CancellationToken cancellation)
    {
        var key = await signingKey.ForAsync(AccessPass.KeyPurpose, cancellation);
        var pass = AccessPass.New(codes.FingerprintOf(code, key)!, time.GetUtcNow() + AccessOptions.PassLifetime);
        pass = pass with { Id = id ?? pass.Id };
        return (pass, pass.Sign(key));
    }

    /// <summary>The same pass with a new end.</summary>
    /// <param name="pass">One that <see cref="FindAsync"/> found.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>Null when its code has been taken away since.</returns>
    public async ValueTask<(AccessPass Pass, string Text)?> RenewAsync(AccessPass pass, CancellationToken cancellation)
    {
        var ring = await signingKey.RingAsync(AccessPass.KeyPurpose, cancellation);
        // The fingerprint is of the secret that signed the pass; the new one bears that of the current secret.
        var fingerprint = ring.Select(key => codes.FingerprintUnder(pass.Fingerprint, key.Bytes, ring[0].Bytes)).FirstOrDefault(one => one is not null);
        if (fingerprint is null)
        {
            return null;
        }

        var renewed = pass with { Fingerprint = fingerprint, ExpiresAt = time.GetUtcNow() + AccessOptions.PassLifetime };
        return (renewed, renewed.Sign(ring[0].Bytes));
    }

    /// <summary>The pass in a cookie, or null: forged, broken, over, or of a code that is gone.</summary>
    public ValueTask<HeldPass?> FindAsync(string cookie, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        return signingKey.FirstAsync(AccessPass.KeyPurpose,
            key => AccessPass.Read(cookie, key.Bytes, now) is { } pass && codes.HasFingerprint(pass.Fingerprint, key.Bytes)
                ? new HeldPass(pass, codes.IsAdministrators(pass.Fingerprint, key.Bytes)) : null,
            cancellation);
    }

    /// <summary>The id of a pass that may be over, or of a code that is gone: it says whose the browser's chats are, and opens nothing.</summary>
    public ValueTask<string?> IdOfAsync(string cookie, CancellationToken cancellation) =>
        signingKey.FirstAsync(AccessPass.KeyPurpose, key => AccessPass.ReadEvenOver(cookie, key.Bytes)?.Id, cancellation);
}
