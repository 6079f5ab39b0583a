using OpenWebUi.Platform.Configuration;
using OpenWebUi.Platform.Storage.PostgreSql;

namespace OpenWebUi;

/// <summary>Which database the <c>DATABASE_</c> variables name, as Open WebUI has them. <c>DATABASE_URL</c> comes before the others.</summary>
/// <param name="IsNamed">They name one, be it wrongly.</param>
/// <param name="SqlitePath">The file of a SQLite database; null where they name none.</param>
/// <param name="PostgreSql">Null: it is not PostgreSQL.</param>
internal sealed record DatabaseSettings(bool IsNamed, string? SqlitePath, PostgreSqlOptions? PostgreSql)
{
    private const string Sqlite = "sqlite:///";
    private const string What = $"{PostgreSqlUrl.Form}, or sqlite:///<path>";
    private const int MaxPool = 1_000;
    private const int MaxWaitSeconds = 600;
    private const int MaxAgeSeconds = 24 * 60 * 60;

    public static DatabaseSettings Read(VariableReader reader)
    {
        var (url, type) = (reader.Text("DATABASE_URL"), reader.Text("DATABASE_TYPE"));
        var parts = ReadParts(reader, isMeant: url is null && type is not null && PostgreSqlUrl.IsType(type));
        var postgreSql = url is not null ? ReadUrl(reader, url) : parts;
        if (url is null && type is not null && !PostgreSqlUrl.IsType(type) && !type.Equals("sqlite", StringComparison.OrdinalIgnoreCase))
        {
            reader.Fault("DATABASE_TYPE", type, $"postgresql, sqlite or nothing; {Instead(type)}");
        }

        if (url is null && type is null && reader.Text("DATABASE_HOST") is not null)
        {
            reader.Fault("DATABASE_TYPE", "nothing", "postgresql, because DATABASE_HOST is set; or remove DATABASE_HOST");
        }

        return new(url is not null || type is not null, SqlitePathOf(url), WithPool(reader, postgreSql));
    }

    /// <summary>SQLAlchemy's form, as Open WebUI has it: three slashes before a relative path, four before an absolute one.</summary>
    private static string? SqlitePathOf(string? url) =>
        url is not null && url.StartsWith(Sqlite, StringComparison.Ordinal) && url.Length > Sqlite.Length ? Path.GetFullPath(url[Sqlite.Length..]) : null;

    private static PostgreSqlOptions? ReadUrl(VariableReader reader, string url)
    {
        if (SqlitePathOf(url) is not null)
        {
            return null;
        }

        if (!PostgreSqlUrl.Is(url))
        {
            reader.Fault("DATABASE_URL", url, $"{What}; {Instead(url)}", secret: true);
            return null;
        }

        var options = PostgreSqlUrl.Parse(url, out var problem);
        if (options is null)
        {
            reader.Fault("DATABASE_URL", url, $"{PostgreSqlUrl.Form}; {problem}", secret: true);
        }

        return options;
    }

    /// <summary>All of them are asked for whatever they mean; wrong ones are faults only where they are meant.</summary>
    private static PostgreSqlOptions? ReadParts(VariableReader reader, bool isMeant)
    {
        var (host, database, user, password) = (reader.Text("DATABASE_HOST"), reader.Text("DATABASE_NAME"), reader.Text("DATABASE_USER"), reader.Text("DATABASE_PASSWORD"));
        var port = reader.Integer("DATABASE_PORT", 1, ushort.MaxValue);
        if (!isMeant)
        {
            return null;
        }

        foreach (var (name, value) in (ReadOnlySpan<(string, string?)>)[("DATABASE_HOST", host), ("DATABASE_NAME", database), ("DATABASE_USER", user)])
        {
            if (value is null)
            {
                reader.Fault(name, "nothing", "a value, because DATABASE_TYPE is postgresql; or DATABASE_URL, which holds all in one");
            }
        }

        if (host is null || database is null || user is null)
        {
            return null;
        }

        if (PostgreSqlUrl.IsPlace(host, out var place, out var ownPort) && place.Length > 0)
        {
            return new(place, port ?? ownPort, database, user, password);
        }

        reader.Fault("DATABASE_HOST", host, "a host name, an address, or the folder of a Unix socket");
        return null;
    }

    private static PostgreSqlOptions? WithPool(VariableReader reader, PostgreSqlOptions? options)
    {
        var size = reader.Integer("DATABASE_POOL_SIZE", 0, MaxPool);
        var overflow = reader.Integer("DATABASE_POOL_MAX_OVERFLOW", 0, MaxPool);
        var timeout = reader.Integer("DATABASE_POOL_TIMEOUT", 1, MaxWaitSeconds);
        var recycle = reader.Integer("DATABASE_POOL_RECYCLE", 0, MaxAgeSeconds);
        return options is null ? null : options with
        {
            PoolSize = size ?? options.PoolSize,
            MaxOverflow = overflow ?? options.MaxOverflow,
            PoolTimeout = timeout is { } wait ? TimeSpan.FromSeconds(wait) : options.PoolTimeout,
            PoolRecycle = recycle is { } age ? TimeSpan.FromSeconds(age) : options.PoolRecycle,
        };
    }

    private static string Instead(string named) => named.Split("://")[0].ToLowerInvariant() switch
    {
        var scheme when scheme.StartsWith("mysql", StringComparison.Ordinal) || scheme.StartsWith("mariadb", StringComparison.Ordinal) =>
            "MySQL and MariaDB cannot be used: name a PostgreSQL database, or a SQLite file",
        var scheme when scheme.Contains("sqlcipher", StringComparison.Ordinal) =>
            "SQLCipher cannot be used: name a SQLite file on an encrypted disk, or a PostgreSQL database",
        _ => "other databases cannot be used",
    };
}
