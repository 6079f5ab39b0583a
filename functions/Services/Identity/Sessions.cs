using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Services.Settings;

namespace OpenWebUi.Services.Identity;

/// <summary>A session that has just begun.</summary>
internal sealed record SessionGrant(Account Account, AccountSession Session, string Token);

/// <summary>
/// Sessions: begun at sign-in, ended at sign-out, all of an account's ended when its password or role changes. They stand in
/// the account's row, so that the one read which tells the role also tells whether a session lives.
/// </summary>
internal sealed class Sessions(AccountStore accounts, SessionTokens tokens, AdminSettingsStore settings, TimeProvider time)
{
    private const int IdBytes = 16;

    /// <summary>A time of last use is written at most so often.</summary>
    private static readonly TimeSpan ActivityGrain = TimeSpan.FromHours(1);

    /// <summary>Tokens have whole seconds, and the clocks of instances differ: so much younger than a token must be what is known, to refuse it.</summary>
    private static readonly TimeSpan IssueGrain = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<UserId, bool> _noting = new();

    /// <summary>Begins a session. One write.</summary>
    /// <param name="user">Whose.</param>
    /// <param name="device">At most 60 characters of ASCII.</param>
    /// <param name="signIn">Way of sign-in: <c>password</c>, <c>ldap</c> or a provider's id.</param>
    /// <param name="also">Changes that go with it (a new hash, a new role); null refuses, looking at the account as it is now.</param>
    /// <param name="logoutId">The provider's name for the session there.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>Null when the account is gone, or <paramref name="also"/> refused.</returns>
    public async Task<SessionGrant?> BeginAsync(
        UserId user, string device, string signIn, Func<Account, Account?>? also, string? logoutId, CancellationToken cancellation)
    {
        var lifetime = (await settings.CurrentAsync(cancellation)).SessionLifetime;
        var now = time.GetUtcNow();
        var session = new AccountSession(
            Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(IdBytes)), now, lifetime is { } span ? now + span : null, device, signIn, logoutId);
        var outcome = await accounts.ChangeAsync(
            user,
            before => also is null ? With(before, session, now) : also(before) is { } changed ? With(changed, session, now) : null,
            cancellation);
        return outcome is ChangeOutcome.Changed(var account)
            ? new(account, session, await tokens.IssueAsync(new(user, session.Id, account.TokenVersion, now), session.ExpiresAt, cancellation))
            : null;
    }

    /// <summary>The account and session that a token stands for, or null: forged, over, signed out, deleted.</summary>
    public async Task<(Account Account, AccountSession Session)?> FindAsync(string token, CancellationToken cancellation)
    {
        if (await tokens.ReadAsync(token, cancellation) is not { } claims)
        {
            return null;
        }

        // A token that is younger than what this instance knows was made on another one: look again.
        var account = await accounts.CurrentAsync(claims.User, cancellation);
        if (account is null || Find(account, claims) is null)
        {
            account = await accounts.CurrentAsync(claims.User, cancellation, notBefore: claims.IssuedAt + IssueGrain > time.GetUtcNow() ? time.GetUtcNow() : claims.IssuedAt + IssueGrain);
        }

        return account is not null && Find(account, claims) is { } session ? (account, session) : null;
    }

    /// <summary>Ends one session, or those that <paramref name="isEnded"/> names. Safe to repeat.</summary>
    /// <returns>How many ended.</returns>
    public async Task<int> EndAsync(UserId user, Func<AccountSession, bool> isEnded, CancellationToken cancellation)
    {
        var ended = 0;
        await accounts.ChangeAsync(
            user,
            account =>
            {
                var left = account.Sessions.Where(session => !isEnded(session)).ToList();
                ended = account.Sessions.Count - left.Count;
                return ended == 0 ? null : account with { Sessions = left };
            },
            cancellation);
        return ended;
    }

    /// <summary>Notes that the account is in use, at most once an hour. A note that cannot be written is left out.</summary>
    public async ValueTask NoteUseAsync(Account account, AccountKey? key, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var isStale = now - account.LastActiveAt >= ActivityGrain || (key is not null && now - (key.LastUsedAt ?? default) >= ActivityGrain);
        // One of many requests that come at once does it.
        if (!isStale || !_noting.TryAdd(account.Id, true))
        {
            return;
        }

        try
        {
            await accounts.ChangeAsync(
                account.Id,
                current => current with
                {
                    LastActiveAt = now,
                    Keys = [.. current.Keys.Select(k => k.Id == key?.Id ? k with { LastUsedAt = now } : k)],
                },
                cancellation);
        }
        catch (StoreUnavailableException)
        {
            // The request itself may need no store.
        }
        finally
        {
            _noting.TryRemove(account.Id, out _);
        }
    }

    private AccountSession? Find(Account account, SessionClaims claims) =>
        account.TokenVersion == claims.Version && account.Sessions.FirstOrDefault(s => s.Id == claims.SessionId) is { } session && !session.IsOver(time.GetUtcNow())
            ? session
            : null;

    private static Account With(Account account, AccountSession session, DateTimeOffset now)
    {
        var living = account.Sessions.Where(s => !s.IsOver(now)).ToList();
        return account with { Sessions = [.. living.Skip(Math.Max(0, living.Count + 1 - Account.MaxSessions)), session], LastActiveAt = now };
    }
}
