using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using Npgsql;

namespace OpenWebUi.Platform.Storage.PostgreSql;

/// <summary>What a failed call means: whether to try again, and one sentence for an operator. The states are those of PostgreSQL's appendix A.</summary>
internal static class PostgreSqlFailure
{
    private const string Where = "DATABASE_URL, or the DATABASE_ variables that stand for it";

    /// <summary>Whether the exception is the server's, the network's or the configuration's fault, not a bug and not the caller's cancellation.</summary>
    public static bool Is(Exception exception) =>
        exception is NpgsqlException or IOException or SocketException or TimeoutException or AuthenticationException or CryptographicException
            or InvalidDataException or NotSupportedException or UnauthorizedAccessException;

    /// <summary>Whether trying again soon may help: a lost connection, a server that starts, a transaction that had to give way.</summary>
    public static bool IsPassing(Exception exception) => exception switch
    {
        PostgresException
        {
            SqlState: PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.DuplicateTable or PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected
                or PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow
        } => true,
        PostgresException refusal => refusal.IsTransient || IsEnded(refusal.SqlState),
        // Who has waited for as long as it may take has waited long enough.
        NpgsqlException failure => failure.IsTransient && failure.InnerException is not TimeoutException,
        SocketException or EndOfStreamException => true,
        _ => false,
    };

    /// <summary>Whether the server said that nothing was done; of a lost connection nobody knows.</summary>
    public static bool IsUndone(Exception exception) => exception is PostgresException
    {
        SqlState: PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.UndefinedTable
    } || (exception is PostgresException ended && IsEnded(ended.SqlState));

    /// <summary>Whether the connection, and with it perhaps every other idle one, is gone.</summary>
    public static bool IsLoss(Exception exception) => exception is not PostgresException || exception is PostgresException { SqlState: ['5', '7', 'P', ..] };

    public static StoreUnavailableException Describe(PostgreSqlOptions options, Exception exception) =>
        new($"The PostgreSQL database {options.Shown} {Reason(options, exception)}.", exception);

    public static StoreUnavailableException Busy(PostgreSqlOptions options) =>
        new($"The PostgreSQL database {options.Shown} kept all {options.MaxTurns} connections busy for {options.PoolTimeout.TotalSeconds:0} s; raise DATABASE_POOL_SIZE if the server allows more, or see what makes it slow.");

    /// <summary>The server ended the session because it stood still: idle_in_transaction_session_timeout, idle_session_timeout.</summary>
    private static bool IsEnded(string state) => state is "25P03" or "57P05";

    private static string Reason(PostgreSqlOptions options, Exception exception) => exception switch
    {
        PostgresException refusal => $"{Refusal(options, refusal)} ({refusal.SqlState})",
        InvalidDataException => $"holds a damaged row ({FirstLine(exception)}); restore a backup",
        _ => Broken(options, exception),
    };

    private static string Refusal(PostgreSqlOptions options, PostgresException refusal) => refusal.SqlState switch
    {
        PostgresErrorCodes.InvalidPassword => $"refuses the user {options.User} or the password; check {Where}",
        PostgresErrorCodes.InvalidAuthorizationSpecification =>
            $"does not let the user {options.User} in from here ({FirstLine(refusal)}); check {Where}, and the server's pg_hba.conf or firewall",
        PostgresErrorCodes.InvalidCatalogName => $"is not there; make it (CREATE DATABASE \"{options.Database}\"), or check its name in {Where}",
        PostgresErrorCodes.InsufficientPrivilege or PostgresErrorCodes.InvalidSchemaName =>
            $"does not allow the user {options.User} what is needed ({FirstLine(refusal)}); grant CREATE on the schema public, or make the user the database's owner",
        PostgresErrorCodes.ReadOnlySqlTransaction => "can only be read; name the primary server, not a replica",
        PostgresErrorCodes.TooManyConnections => "has no connection left; lower DATABASE_POOL_SIZE, or raise max_connections of the server",
        PostgresErrorCodes.DiskFull => "cannot grow because the server's disk is full; free some space there",
        PostgresErrorCodes.CannotConnectNow => "is still starting, or goes down; try again soon",
        PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown => "was shut down; start the server again",
        PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected => "met others that change the same rows, again and again; try again",
        PostgresErrorCodes.QueryCanceled => "gave a statement up, perhaps for its statement_timeout; see what makes the server slow",
        PostgresErrorCodes.UndefinedTable => $"lost the table {PostgreSqlSchema.SqlTable} while it was used; try again",
        _ => $"failed ({FirstLine(refusal)})",
    };

    /// <summary>No answer of the server's own: by the first cause that says more.</summary>
    private static string Broken(PostgreSqlOptions options, Exception exception)
    {
        var causes = Causes(exception).ToList();
        var socket = causes.OfType<SocketException>().FirstOrDefault()?.SocketErrorCode;
        var isTls = causes.Any(cause => cause is AuthenticationException) || exception.Message.Contains("SSL", StringComparison.Ordinal);
        return socket switch
        {
            SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => $"has a host that cannot be found; check the name in {Where}",
            SocketError.ConnectionRefused => $"cannot be reached: nothing listens there; start the server, or check host and port in {Where}",
            _ when causes.Any(cause => cause is TimeoutException) => "did not answer in time; check host and port, the network and its firewall, and whether the server is overloaded",
            _ when causes.Any(cause => cause is FileNotFoundException or DirectoryNotFoundException or CryptographicException) && options.AuthorityFile is { } file =>
                $"was not called because the certificates of {file} cannot be read ({FirstLine(causes[^1])}); check sslrootcert",
            _ when isTls && causes.Any(cause => cause is AuthenticationException) =>
                $"has a certificate that is not believed ({FirstLine(causes[^1])}); name its authority's file with sslrootcert, and the host as the certificate does",
            _ when isTls => $"speaks no TLS, which sslmode={Word(options.Tls)} asks for; turn TLS on in the server, or choose another sslmode",
            _ when exception.Message.StartsWith("No password", StringComparison.Ordinal) => $"asks for a password; name one in {Where}",
            _ => $"cannot be reached or broke off ({FirstLine(exception)}); see whether the server runs, and the network",
        };
    }

    private static string Word(SslMode mode) => mode switch
    {
        SslMode.VerifyCA => "verify-ca",
        SslMode.VerifyFull => "verify-full",
        _ => mode.ToString().ToLowerInvariant(),
    };

    private static string FirstLine(Exception exception) =>
        (exception is PostgresException refusal ? refusal.MessageText : exception.Message).Split('\n')[0].Trim().TrimEnd('.');

    private static IEnumerable<Exception> Causes(Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            yield return cause;
        }
    }
}
