namespace OpenWebUi.Services.Access;

/// <summary>What somebody tries: it chooses the words of a refusal, and whether the limits need the store.</summary>
internal enum AttemptKind
{
    /// <summary>An access code. It is compared in memory, so it is limited in memory too while the store cannot be reached.</summary>
    Code,

    /// <summary>E-mail and password.</summary>
    SignIn,

    /// <summary>A new account: every try counts, right or wrong.</summary>
    SignUp,

    /// <summary>User name and password of a directory.</summary>
    Ldap,

    /// <summary>A personal API key.</summary>
    ApiKey,
}

/// <summary>Whether an attempt may be looked at.</summary>
internal abstract record AttemptDecision
{
    public static readonly AttemptDecision Allow = new Allowed();

    public sealed record Allowed : AttemptDecision;

    /// <summary>Too many wrong ones of this address or for this account: <paramref name="Wait"/> until it may try again.</summary>
    public sealed record Locked(TimeSpan Wait) : AttemptDecision;

    /// <summary>Too much is being tried at this moment: the site's slow lane is full, or too many others wait for the same record.</summary>
    public sealed record Busy(TimeSpan Wait) : AttemptDecision;
}
