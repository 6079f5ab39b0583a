using Npgsql;

namespace OpenWebUi.Platform.Storage.PostgreSql;

/// <summary>Which database, and how it is used.</summary>
/// <param name="Host">A name, an address, or the folder of a Unix socket (begins with a slash).</param>
/// <param name="Port">Its port; names the socket's file in a folder.</param>
/// <param name="Database">Its name. The table is made there, at first use, in the first schema of the user's search path.</param>
/// <param name="User">Who signs in.</param>
/// <param name="Password">Null: the server asks for none (trust, peer).</param>
internal sealed record PostgreSqlOptions(string Host, int Port, string Database, string User, string? Password)
{
    public const int DefaultPort = 5432;

    /// <summary>As libpq has it; default <c>prefer</c>, libpq's own: TLS where the server offers it, and no look at its certificate.</summary>
    public SslMode Tls { get; init; } = SslMode.Prefer;

    /// <summary>PEM file of the authorities that <c>verify-ca</c> and <c>verify-full</c> believe; null: the system's.</summary>
    public string? AuthorityFile { get; init; }

    /// <summary>Whether a password is bound to the TLS connection (SCRAM-SHA-256-PLUS). Default: where the server can.</summary>
    public ChannelBinding ChannelBinding { get; init; } = ChannelBinding.Prefer;

    /// <summary>How long connecting may take, TLS and sign-in included. Default 5 s: a server that is there answers in milliseconds.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long one statement may take, waiting for another's lock included. Default 15 s: the slowest takes milliseconds.</summary>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Under which name the server's administrator sees us.</summary>
    public string ApplicationName { get; init; } = "OpenWebUi";

    /// <summary>
    /// Most open connections. Default 10: a call has one for about a millisecond, and ten instances stay within the hundred that a
    /// server allows by default. 0: none is kept, for a pooler in between; then ten at once.
    /// </summary>
    public int PoolSize { get; init; } = 10;

    /// <summary>How many more while many call at once. Default 0.</summary>
    public int MaxOverflow { get; init; }

    /// <summary>How long a call waits for its turn when all are in use. Default 30 s.</summary>
    public TimeSpan PoolTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>After which age a connection is replaced. Default an hour, so that a server behind a name that moved is found.</summary>
    public TimeSpan PoolRecycle { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How many calls run at once.</summary>
    public int MaxTurns => (PoolSize == 0 ? 10 : PoolSize) + MaxOverflow;

    /// <summary>Which database, for people; no user, no password.</summary>
    public string Shown => $"{Database} at {(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{Port}";

    /// <summary>What may stand in a log: a record would tell the password.</summary>
    public override string ToString() => Shown;
}
