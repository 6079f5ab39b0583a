using OpenWebUi.Platform.Storage;

namespace OpenWebUi.Services.Identity;

/// <summary>One account, as its row held it when it was read.</summary>
internal sealed record Account
{
    /// <summary>More sign-ins than this, and the oldest session ends: the row that holds them stays small.</summary>
    public const int MaxSessions = 100;

    public const int MaxKeys = 20;

    public required UserId Id { get; init; }

    /// <summary>In the form of <see cref="EmailAddress"/>.</summary>
    public required string Email { get; init; }

    public required string Name { get; init; }

    public required AccountRole Role { get; init; }

    /// <summary>Null: no password opens it (OAuth, LDAP, trusted identity).</summary>
    public string? PasswordHash { get; init; }

    /// <summary>How the account came in: <c>password</c>, <c>ldap</c>, <c>trusted</c> or a provider's id.</summary>
    public string SignIn { get; init; } = "password";

    /// <summary>The very first account: nobody else changes it.</summary>
    public bool IsFirst { get; init; }

    /// <summary>Raised to end every session at once; tokens bear the number.</summary>
    public long TokenVersion { get; init; }

    /// <summary>Sessions that are not signed out, oldest first; some may be over.</summary>
    public IReadOnlyList<AccountSession> Sessions { get; init; } = [];

    /// <summary>Personal API keys, oldest first.</summary>
    public IReadOnlyList<AccountKey> Keys { get; init; } = [];

    /// <summary>Ids of groups. Some may be deleted since.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>Who it is at which provider.</summary>
    public IReadOnlyList<LinkedIdentity> Links { get; init; } = [];

    /// <summary>An address of this site, or empty.</summary>
    public string Picture { get; init; } = "";

    public string Bio { get; init; } = "";

    public string Gender { get; init; } = "";

    /// <summary>ISO 8601 date, or empty.</summary>
    public string DateOfBirth { get; init; } = "";

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>When it last called, to the hour.</summary>
    public required DateTimeOffset LastActiveAt { get; init; }

    /// <summary>The version of the row; empty for an account that is not stored yet.</summary>
    public ETag Version { get; init; }

    /// <summary>The same account with no session left, whatever tokens are out.</summary>
    public Account WithoutSessions() => this with { TokenVersion = TokenVersion + 1, Sessions = [] };
}

/// <summary>One sign-in that has not ended.</summary>
/// <param name="Id">The <c>jti</c> of its token.</param>
/// <param name="ExpiresAt">Null: never.</param>
/// <param name="Device">What the browser says it is, shortened: "Firefox on Linux".</param>
/// <param name="LogoutId">Provider's <c>sid</c>, for back-channel logout; null for others.</param>
internal sealed record AccountSession(string Id, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt, string Device, string SignIn = "password", string? LogoutId = null)
{
    public bool IsOver(DateTimeOffset now) => ExpiresAt <= now;
}

/// <summary>A personal API key. The key itself was shown once and is not kept.</summary>
/// <param name="Id">A random name for it.</param>
/// <param name="Hash">SHA-256 of the key, base64url.</param>
/// <param name="EndsWith">Its last four characters, to tell keys apart.</param>
/// <param name="Paths">Path prefixes that it may call; empty: all that its account may.</param>
internal sealed record AccountKey(
    string Id, string Name, string Hash, string EndsWith, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt, DateTimeOffset? LastUsedAt, IReadOnlyList<string> Paths);

/// <summary>An account's name at a provider.</summary>
/// <param name="Provider">Id of the provider: <c>google</c>, <c>oidc</c>...</param>
/// <param name="Subject">The provider's own id for the person (<c>sub</c>).</param>
internal sealed record LinkedIdentity(string Provider, string Subject);
