using OpenWebUi.Platform.Storage;
using OpenWebUi.Platform.Storage.PostgreSql;

namespace OpenWebUi.Tests.Platform.Storage;

/// <summary>The contract on PostgreSQL.</summary>
public sealed class PostgreSqlRowStoreTests : RowStoreContract
{
    private static readonly Lazy<Task<PostgreSqlOptions>> Database = new(async () =>
    {
        var server = await PostgresServer.GetAsync();
        return server.OptionsOf(await server.NewDatabaseAsync());
    });

    private protected override async Task<IRowBackEnd> CreateBackEndAsync() => new PostgreSqlRowBackEnd(await Database.Value, TimeProvider.System);
}

/// <summary>The contract where the database sorts as English does: keys are compared by bytes all the same. Over TLS, checked as far as it goes.</summary>
public sealed class PostgreSqlEnglishRowStoreTests : RowStoreContract
{
    private static readonly Lazy<Task<PostgreSqlOptions>> Database = new(async () =>
    {
        var server = await PostgresServer.GetAsync();
        return server.OptionsOf(await server.NewDatabaseAsync("en-US")) with
        {
            Host = PostgresServer.Host, Tls = Npgsql.SslMode.VerifyFull, AuthorityFile = server.Certificates!.AuthorityFile,
        };
    });

    private protected override async Task<IRowBackEnd> CreateBackEndAsync() => new PostgreSqlRowBackEnd(await Database.Value, TimeProvider.System);

    [Fact]
    public async Task Database_SortsOtherwise()
    {
        var server = await PostgresServer.GetAsync();
        Assert.Equal("a", await server.ScalarAsync((await Database.Value).Database, "SELECT min(x) FROM (VALUES ('a'), ('B')) AS v(x)"));
    }
}
