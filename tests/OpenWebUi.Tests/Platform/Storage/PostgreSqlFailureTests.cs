using System.Net;
using System.Net.Sockets;
using Npgsql;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Platform.Storage.PostgreSql;

namespace OpenWebUi.Tests.Platform.Storage;

/// <summary>A server that is not as it should be: one sentence for the operator, never a password, and work goes on when it is well again.</summary>
public sealed class PostgreSqlFailureTests
{
    private static readonly RowKey Key = new("things", "p", "a");
    private static readonly RowProperties Some = new() { ["Text"] = "x" };

    [Theory]
    [InlineData("password", "refuses the user owner or the password; check DATABASE_URL")]
    [InlineData("no password", "asks for a password")]
    [InlineData("user", "refuses the user stranger or the password")]
    [InlineData("database", "is not there; make it (CREATE DATABASE \"nowhere\")")]
    [InlineData("port", "cannot be reached: nothing listens there")]
    [InlineData("host", "has a host that cannot be found")]
    [InlineData("authority", "has a certificate that is not believed")]
    [InlineData("name", "has a certificate that is not believed")]
    [InlineData("file", "cannot be read")]
    public async Task Options_WithOneThingWrong_AreOneSentenceThatSaysWhich(string wrong, string expected)
    {
        var server = await PostgresServer.GetAsync();
        var right = server.OptionsOf("postgres");
        var options = wrong switch
        {
            "password" => right with { Password = "zq7marker-wrong" },
            "no password" => right with { Password = null },
            "user" => right with { User = "stranger" },
            "database" => right with { Database = "nowhere" },
            "port" => right with { Port = ClosedPort() },
            "host" => right with { Host = "no-such-host.invalid" },
            "authority" => right with { Host = PostgresServer.Host, Tls = SslMode.VerifyFull },
            "name" => right with { Tls = SslMode.VerifyFull, AuthorityFile = server.Certificates!.AuthorityFile },
            _ => right with { Host = PostgresServer.Host, Tls = SslMode.VerifyFull, AuthorityFile = "/nowhere/authority.pem" },
        };
        var failure = await FailureAsync(options);
        Assert.True(failure.Contains(expected, StringComparison.Ordinal), failure);
    }

    [Fact]
    public async Task Database_WhereTheUserMayMakeNothing_IsOneSentence()
    {
        var server = await PostgresServer.GetAsync();
        var database = await server.NewDatabaseAsync();
        await server.ScalarAsync(database, $"DROP ROLE IF EXISTS guest{database[..8]}; CREATE ROLE guest{database[..8]} LOGIN PASSWORD 'zq7marker-guest'");

        Assert.Contains("grant CREATE on the schema public", await FailureAsync(server.OptionsOf(database) with { User = "guest" + database[..8], Password = "zq7marker-guest" }), StringComparison.Ordinal);
        await server.ScalarAsync(database, $"DROP ROLE guest{database[..8]}");
    }

    [Fact]
    public async Task Database_ThatCanOnlyBeRead_IsOneSentence()
    {
        var server = await PostgresServer.GetAsync();
        var database = await server.NewDatabaseAsync();
        await server.ScalarAsync(database, $"ALTER DATABASE {database} SET default_transaction_read_only = on");

        Assert.Contains("can only be read", await FailureAsync(server.OptionsOf(database)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("serializable")]
    [InlineData("repeatable read")]
    public async Task Database_WithAnotherIsolation_CountsRightAllTheSame(string isolation)
    {
        var server = await PostgresServer.GetAsync();
        var database = await server.NewDatabaseAsync();
        await server.ScalarAsync(database, $"ALTER DATABASE {database} SET default_transaction_isolation = '{isolation}'");
        using var rows = new PostgreSqlRowBackEnd(server.OptionsOf(database), TimeProvider.System);
        await rows.PutAsync(Key, new() { ["Count"] = 0 }, PutCondition.Always, default);

        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Task.Run(async () =>
        {
            while (true)
            {
                var row = (await rows.GetAsync(Key, default))!;
                row.Properties["Count"] = row.Properties.GetInt64("Count") + 1;
                if (await rows.PutAsync(Key, row.Properties, PutCondition.IfMatch(row.ETag), default) is PutOutcome.Stored)
                {
                    return;
                }
            }
        })));
        Assert.Equal(5, (await rows.GetAsync(Key, default))!.Properties.GetInt64("Count"));
    }

    [Fact]
    public async Task Server_WithoutTls_IsRefusedWhereTlsIsAskedFor_KilledAndStartedAgain_IsUsedAgain()
    {
        await using var server = await PostgresServer.StartAsync(hasTls: false);
        var options = server.OptionsOf(await server.NewDatabaseAsync());
        Assert.Contains("speaks no TLS, which sslmode=require asks for", await FailureAsync(options with { Tls = SslMode.Require }), StringComparison.Ordinal);

        using var rows = new PostgreSqlRowBackEnd(options, TimeProvider.System);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => rows.PutAsync(Key, Some, PutCondition.Always, default)));
        await server.KillAsync();
        var failure = await Assert.ThrowsAsync<StoreUnavailableException>(() => rows.GetAsync(Key, default));
        Assert.Contains("cannot be reached", failure.Message, StringComparison.Ordinal);
        await server.StartAgainAsync();
        Assert.Equal("x", (await rows.GetAsync(Key, default))!.Properties.GetText("Text"));

        // Every connection of the pool is dead, and nobody has noticed yet: the call does not either.
        await server.KillAsync();
        await server.StartAgainAsync();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(async () =>
        {
            Assert.IsType<PutOutcome.Stored>(await rows.PutAsync(new("things", "p", $"new{i}"), Some, PutCondition.IfAbsent, default));
            Assert.IsType<BatchOutcome.Committed>(await rows.BatchAsync("things", "p", [new RowOperation.Put($"more{i}", Some, PutCondition.IfAbsent)], default));
        })));
    }

    [Fact]
    public async Task Lock_HeldByAnother_EndsTheCallAfterItsTimeAndNotBefore()
    {
        var server = await PostgresServer.GetAsync();
        var options = server.OptionsOf(await server.NewDatabaseAsync()) with { CommandTimeout = TimeSpan.FromSeconds(1), PoolSize = 1, PoolTimeout = TimeSpan.FromMilliseconds(50) };
        using var rows = new PostgreSqlRowBackEnd(options, TimeProvider.System);
        await rows.PutAsync(Key, Some, PutCondition.Always, default);
        await using var other = await server.OpenAsync(options.Database);
        await using var transaction = await other.BeginTransactionAsync();
        await new NpgsqlCommand("SELECT 1 FROM openwebui_rows FOR UPDATE", other).ExecuteNonQueryAsync();

        var put = rows.PutAsync(Key, Some, PutCondition.Always, default);
        var second = await Assert.ThrowsAsync<StoreUnavailableException>(() => rows.GetAsync(Key, default));
        Assert.Contains("kept all 1 connections busy", second.Message, StringComparison.Ordinal);
        var first = await Assert.ThrowsAsync<StoreUnavailableException>(() => put);
        Assert.Contains("did not answer in time", first.Message, StringComparison.Ordinal);

        using var leaving = new CancellationTokenSource();
        var left = rows.PutAsync(Key, Some, PutCondition.Always, leaving.Token);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);

        await transaction.RollbackAsync();
        Assert.IsType<PutOutcome.Stored>(await rows.PutAsync(Key, Some, PutCondition.Always, default));
    }

    [Fact]
    public async Task Store_Disposed_ThrowsThatItIs()
    {
        var server = await PostgresServer.GetAsync();
        var rows = new PostgreSqlRowBackEnd(server.OptionsOf(await server.NewDatabaseAsync()), TimeProvider.System);
        await rows.PutAsync(Key, Some, PutCondition.Always, default);
        rows.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => rows.GetAsync(Key, default));
    }

    private static async Task<string> FailureAsync(PostgreSqlOptions options)
    {
        using var rows = new PostgreSqlRowBackEnd(options, TimeProvider.System);
        var failure = await Assert.ThrowsAsync<StoreUnavailableException>(() => rows.PutAsync(Key, Some, PutCondition.Always, default));
        Assert.StartsWith("The PostgreSQL database ", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("zq7marker", failure.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
        return failure.Message;
    }

    private static int ClosedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
