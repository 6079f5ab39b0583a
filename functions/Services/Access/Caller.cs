using OpenWebUi.Services.Identity;

namespace OpenWebUi.Services.Access;

/// <summary>What a caller may do, least first: every route names the least it asks for.</summary>
internal enum Standing
{
    Stranger,

    /// <summary>An account that waits until an administrator lets it in: it reaches its own account only.</summary>
    Pending,

    /// <summary>A browser that redeemed an access code: chats of its own, no account.</summary>
    Guest,
    User,
    Admin,
}

/// <summary>Who is calling, decided once for each request.</summary>
/// <param name="Standing">What the caller may do on every route.</param>
/// <param name="PassId">The random id of a guest's pass: the owner of what the guest will store. Null for everybody else.</param>
/// <param name="IsRelayOnly">The caller proved itself by <c>nk-</c> or by a key of its own: it reaches the relay routes only and stores nothing.</param>
/// <param name="OwnKey">A provider key that the caller brought. It goes to the default connection in place of the server's, and is never kept.</param>
/// <param name="Account">The account, as it was at most 5 s ago. Null for guests and for the local account of open mode.</param>
/// <param name="Proof">How an account proved itself.</param>
internal sealed record Caller(
    Standing Standing, string? PassId = null, bool IsRelayOnly = false, string? OwnKey = null, Account? Account = null, AccountProof? Proof = null)
{
    public static readonly Caller Stranger = new(Standing.Stranger);

    /// <summary>The caller has nothing but its own key: only the default connection serves it.</summary>
    public bool HasOnlyOwnKey => OwnKey is not null && Standing == Standing.Stranger;

    /// <summary>Whose data the caller stores and sees; null for a caller that stores nothing.</summary>
    public OwnerId? Owner => IsRelayOnly ? null : Standing switch
    {
        _ when Account is not null => Standing >= Standing.User ? OwnerId.OfAccount(Account.Id) : null,
        _ when PassId is not null => OwnerId.OfPass(PassId),
        Standing.User or Standing.Admin => OwnerId.Local,
        _ => null,
    };

    /// <summary>For the request log: what kind of caller, never which.</summary>
    public string Kind => HasOnlyOwnKey ? "own-key" : IsRelayOnly ? "code" : Standing.ToString().ToLowerInvariant();

    public static Caller Of(Account account, AccountProof proof) => new(
        account.Role switch { AccountRole.Admin => Standing.Admin, AccountRole.User => Standing.User, _ => Standing.Pending },
        Account: account, Proof: proof);
}

/// <summary>How an account proved itself for one request.</summary>
internal abstract record AccountProof
{
    /// <param name="Entry">The session, one of the account's.</param>
    /// <param name="IsCookie">By the cookie: then no answer repeats the token.</param>
    /// <param name="Token">The token that was presented.</param>
    public sealed record Session(AccountSession Entry, bool IsCookie, string Token) : AccountProof;

    public sealed record ApiKey(AccountKey Key) : AccountProof;

    /// <summary>A proxy or the platform names the account on every request.</summary>
    public sealed record Trusted : AccountProof;
}
