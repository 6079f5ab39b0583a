using Npgsql;

namespace OpenWebUi.Platform.Storage.PostgreSql;

/// <summary>Runs calls on connections of one database: each gets its turn, a connection with the table behind it, and another try where that is safe.</summary>
/// <remarks>
/// Tried again is what failed for a reason that passes (<see cref="PostgreSqlFailure.IsPassing"/>): after a restart of the server every
/// connection of the pool is dead. At most <see cref="Delays"/> more often, and not after <see cref="RepeatLimit"/>, because somebody waits.
/// </remarks>
internal sealed class PostgreSqlPool : IDisposable
{
    private static readonly TimeSpan RepeatLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan[] Delays = [TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(1)];

    /// <summary>A firewall or a balancer in between forgets a silent connection after minutes; this keeps it known, and finds out when it is gone.</summary>
    private const int KeepAliveSeconds = 30;
    private const int KeepAliveIntervalSeconds = 5;
    private const int MaxIdleSeconds = 300;
    private const int CancelMilliseconds = 2_000;

    private readonly PostgreSqlOptions _options;
    private readonly TimeProvider _time;
    private readonly NpgsqlDataSource _source;
    private readonly SemaphoreSlim _turns;
    private volatile bool _isReady;

    public PostgreSqlPool(PostgreSqlOptions options, TimeProvider time)
    {
        (_options, _time) = (options, time);
        _turns = new(options.MaxTurns, options.MaxTurns);
        // Slim: only what is named is linked in.
        var builder = new NpgsqlSlimDataSourceBuilder(Settings(options).ConnectionString);
        builder.EnableTransportSecurity();
        builder.EnableArrays();
        _source = builder.Build();
    }

    /// <param name="call">Gets a connection, and whether a try before may have been done although its answer was lost.</param>
    /// <param name="cancellationToken">Ends the wait, and asks the server to give the statement up.</param>
    /// <exception cref="StoreUnavailableException">It could not be done.</exception>
    public async Task<T> RunAsync<T>(Func<NpgsqlConnection, bool, CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        if (!await _turns.WaitAsync(_options.PoolTimeout, cancellationToken))
        {
            throw PostgreSqlFailure.Busy(_options);
        }

        try
        {
            return await RepeatAsync(call, cancellationToken);
        }
        finally
        {
            _turns.Release();
        }
    }

    /// <summary>Closes what is idle at once and the rest after its call; calls that come later throw <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose() => _source.Dispose();

    private async Task<T> RepeatAsync<T>(Func<NpgsqlConnection, bool, CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        var start = _time.GetTimestamp();
        var mayHaveBeenDone = false;
        for (var tries = 0; ; tries++)
        {
            var isCalled = false;
            try
            {
                await using var connection = await OpenAsync(cancellationToken);
                isCalled = true;
                return await call(connection, mayHaveBeenDone, cancellationToken);
            }
            catch (Exception exception) when (PostgreSqlFailure.Is(exception))
            {
                if (tries == Delays.Length || !PostgreSqlFailure.IsPassing(exception) || _time.GetElapsedTime(start) >= RepeatLimit)
                {
                    throw PostgreSqlFailure.Describe(_options, exception);
                }

                mayHaveBeenDone |= isCalled && !PostgreSqlFailure.IsUndone(exception);
                Prepare(exception);
            }

            await Task.Delay(Delays[tries], _time, cancellationToken);
        }
    }

    /// <summary>Before the next try: dead connections go, and a table that is gone is made anew.</summary>
    private void Prepare(Exception exception)
    {
        if (PostgreSqlFailure.IsLoss(exception))
        {
            _source.Clear();
        }

        _isReady = _isReady && exception is not PostgresException { SqlState: PostgresErrorCodes.UndefinedTable };
    }

    private async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = await _source.OpenConnectionAsync(cancellationToken);
        try
        {
            if (!_isReady)
            {
                await PostgreSqlSchema.EnsureAsync(connection, _options, cancellationToken);
                _isReady = true;
            }

            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private static NpgsqlConnectionStringBuilder Settings(PostgreSqlOptions options) => new()
    {
        Host = options.Host,
        Port = options.Port,
        Database = options.Database,
        Username = options.User,
        Password = options.Password,
        SslMode = options.Tls,
        RootCertificate = options.AuthorityFile,
        ChannelBinding = options.ChannelBinding,
        // Kerberos is not offered, and looking for its library would write to the standard error.
        GssEncryptionMode = GssEncryptionMode.Disable,
        ApplicationName = options.ApplicationName,
        Timeout = (int)options.ConnectTimeout.TotalSeconds,
        CommandTimeout = (int)options.CommandTimeout.TotalSeconds,
        CancellationTimeout = CancelMilliseconds,
        Pooling = options.PoolSize > 0,
        MaxPoolSize = options.MaxTurns,
        ConnectionLifetime = (int)options.PoolRecycle.TotalSeconds,
        ConnectionIdleLifetime = MaxIdleSeconds,
        TcpKeepAlive = true,
        TcpKeepAliveTime = KeepAliveSeconds,
        TcpKeepAliveInterval = KeepAliveIntervalSeconds,
        // No statement of ours leaves anything behind in a session.
        NoResetOnClose = true,
        Enlist = false,
    };
}
