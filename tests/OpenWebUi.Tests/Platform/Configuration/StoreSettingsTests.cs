using Npgsql;
using OpenWebUi.Platform.Configuration;

namespace OpenWebUi.Tests.Platform.Configuration;

/// <summary>Which store a start takes, and what it refuses.</summary>
public sealed class StoreSettingsTests
{
    private static readonly (string, string) Azurite = ("AzureWebJobsStorage", "UseDevelopmentStorage=true");
    private static readonly (string, string) UnderHost = ("FUNCTIONS_CUSTOMHANDLER_PORT", "7071");

    [Fact]
    public void NothingSet_SqliteInTheDataFolder() =>
        Assert.Equal("SQLite /data/openwebui.db", Shown(("DATA_DIR", "/data")));

    [Fact]
    public void Account_OutsideTheHost_IsTakenOnlyWhenAskedFor()
    {
        Assert.StartsWith("SQLite", Shown(Azurite), StringComparison.Ordinal);
        Assert.Equal("Azure Storage, account devstoreaccount1 (127.0.0.1)", Shown(Azurite, ("STORAGE_PROVIDER", "azure")));
    }

    [Fact]
    public void Account_UnderTheHost_IsTakenByItself()
    {
        Assert.StartsWith("Azure Storage", Shown(Azurite, UnderHost), StringComparison.Ordinal);
        Assert.StartsWith("SQLite", Shown(Azurite, UnderHost, ("STORAGE_PROVIDER", "local")), StringComparison.Ordinal);
        Assert.StartsWith("SQLite", Shown(UnderHost), StringComparison.Ordinal);
    }

    [Fact]
    public void DatabaseUrl_ComesFirst()
    {
        Assert.Equal("SQLite /var/lib/chats.db", Shown(("DATABASE_URL", "sqlite:////var/lib/chats.db"), Azurite, UnderHost));
        Assert.StartsWith("SQLite", Shown(("DATABASE_TYPE", "sqlite"), Azurite, UnderHost), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("DATABASE_URL", "mysql+pymysql://me:secret@host/db", "MySQL and MariaDB cannot be used: name a PostgreSQL database")]
    [InlineData("DATABASE_URL", "sqlite+sqlcipher:///secret@x.db", "SQLCipher cannot be used: name a SQLite file")]
    [InlineData("DATABASE_URL", "oracle://me:secret@host/db", "postgresql://<user>:<password>@<host>:<port>/<database>, or sqlite:///<path>")]
    [InlineData("DATABASE_URL", "postgresql://me:secret@host", "names no database")]
    [InlineData("DATABASE_URL", "postgresql://host/db", "names no user")]
    [InlineData("DATABASE_URL", "postgresql://me:secret@/db", "names no host")]
    [InlineData("DATABASE_URL", "postgresql://me:secret@one,two/db", "its host is none")]
    [InlineData("DATABASE_URL", "postgresql://me:p@secret@host/db", "percent-encoded")]
    [InlineData("DATABASE_URL", "postgresql://me:secret@host:70000/db", "its host is none")]
    [InlineData("DATABASE_URL", "postgresql://me:secret@host/db?sslmode=yes", "its sslmode is none of disable")]
    [InlineData("DATABASE_URL", "postgresql://me:secret@host/db?sslpassword=secret@", "a parameter that is not known here; those are sslmode")]
    [InlineData("DATABASE_URL", "postgresql://me:secret@host/db?connect_timeout=0", "connect_timeout is no number")]
    [InlineData("DATABASE_TYPE", "postgresql", "DATABASE_HOST: holds 'nothing'; expected a value")]
    [InlineData("DATABASE_TYPE", "mysql", "MySQL and MariaDB cannot be used")]
    [InlineData("DATABASE_TYPE", "sqlite+sqlcipher", "SQLCipher cannot be used")]
    [InlineData("DATABASE_HOST", "host", "DATABASE_TYPE: holds 'nothing'; expected postgresql")]
    [InlineData("DATABASE_POOL_SIZE", "many", "DATABASE_POOL_SIZE")]
    [InlineData("DATABASE_PORT", "0", "DATABASE_PORT")]
    [InlineData("STORAGE_PROVIDER", "gcs", "STORAGE_PROVIDER")]
    [InlineData("STORAGE_PROVIDER", "azure", "AzureWebJobsStorage")]
    [InlineData("WEBSITE_SITE_NAME", "site", "AzureWebJobsStorage")]
    public void WhatCannotBe_IsAFaultThatNamesItsVariable(string name, string value, string expected)
    {
        var faults = Faults((name, value));
        Assert.Contains(expected, faults, StringComparison.Ordinal);
        Assert.DoesNotContain("secret@", faults, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("postgresql://me:secret@db.example.org/chats", "db.example.org", 5432, "chats", "me", "secret", SslMode.Prefer)]
    [InlineData("postgres://me:secret@db.example.org:6432/chats?sslmode=verify-full", "db.example.org", 6432, "chats", "me", "secret", SslMode.VerifyFull)]
    [InlineData("postgresql+psycopg2://me:p%40ss%2Fw%3Ard%20%25@10.0.0.1/my%20chats?sslmode=require&channel_binding=require", "10.0.0.1", 5432, "my chats", "me", "p@ss/w:rd %", SslMode.Require)]
    [InlineData("POSTGRESQL+asyncpg://me@[::1]:5433/chats?ssl=disable", "::1", 5433, "chats", "me", null, SslMode.Disable)]
    [InlineData("postgresql://m%40e:a/b?c#d@db/chats?sslrootcert=system", "db", 5432, "chats", "m@e", "a/b?c#d", SslMode.Prefer)]
    [InlineData("postgresql://me:secret@/chats?host=/var/run/postgresql&application_name=x@y", "/var/run/postgresql", 5432, "chats", "me", "secret", SslMode.Prefer)]
    public void PostgreSqlUrl_IsReadAsOthersReadIt(string url, string host, int port, string database, string user, string? password, SslMode tls)
    {
        var read = Settings(("DATABASE_URL", url)).PostgreSql!;
        Assert.Equal((host, port, database, user, password, tls), (read.Host, read.Port, read.Database, read.User, read.Password, read.Tls));
    }

    [Fact]
    public void PostgreSqlUrl_TellsAllThatItSays()
    {
        var read = Settings(("DATABASE_URL", "postgresql://me:secret@db/chats?sslmode=verify-ca&sslrootcert=%2Fetc%2Fca.pem&connect_timeout=9&application_name=chat&channel_binding=disable")).PostgreSql!;
        Assert.Equal((SslMode.VerifyCA, "/etc/ca.pem", TimeSpan.FromSeconds(9), "chat", ChannelBinding.Disable), (read.Tls, read.AuthorityFile, read.ConnectTimeout, read.ApplicationName, read.ChannelBinding));
        Assert.DoesNotContain("secret", read.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void PostgreSqlParts_AreTakenAsTheyAre_AndTheUrlComesFirst()
    {
        (string, string)[] parts =
        [
            ("DATABASE_TYPE", "postgresql"), ("DATABASE_USER", "me"), ("DATABASE_PASSWORD", "p%40ss@:/"), ("DATABASE_HOST", "db"), ("DATABASE_NAME", "chats"), ("DATABASE_PORT", "6432"),
            ("DATABASE_POOL_SIZE", "3"), ("DATABASE_POOL_MAX_OVERFLOW", "2"), ("DATABASE_POOL_TIMEOUT", "7"), ("DATABASE_POOL_RECYCLE", "0"),
        ];
        var read = Settings(parts).PostgreSql!;
        Assert.Equal(("db", 6432, "chats", "me", "p%40ss@:/"), (read.Host, read.Port, read.Database, read.User, read.Password));
        Assert.Equal((3, 5, TimeSpan.FromSeconds(7), TimeSpan.Zero), (read.PoolSize, read.MaxTurns, read.PoolTimeout, read.PoolRecycle));
        Assert.Equal("other", Settings([("DATABASE_URL", "postgresql://me@other/chats"), .. parts]).PostgreSql!.Host);
        Assert.Equal("SQLite /x.db", Shown([("DATABASE_URL", "sqlite:////x.db"), .. parts]));
    }

    [Fact]
    public void PostgreSql_HasItsFilesWhereTheyWouldBeElse()
    {
        var url = ("DATABASE_URL", "postgresql://me:secret@db/chats");
        Assert.Equal("PostgreSQL chats at db:5432, files in /data/blobs", Shown(url, ("DATA_DIR", "/data")));
        Assert.Equal("PostgreSQL chats at db:5432, files in /data/blobs", Shown(url, ("DATA_DIR", "/data"), Azurite));
        Assert.Equal("PostgreSQL chats at db:5432, files in Azure Storage, account devstoreaccount1 (127.0.0.1)", Shown(url, Azurite, ("STORAGE_PROVIDER", "azure")));
        Assert.Equal("PostgreSQL chats at db:5432, files in Azure Storage, account devstoreaccount1 (127.0.0.1)", Shown(url, Azurite, UnderHost, ("WEBSITE_SITE_NAME", "site")));
        Assert.Contains("files cannot be kept on it beside PostgreSQL", Faults(url, UnderHost, ("WEBSITE_SITE_NAME", "site")), StringComparison.Ordinal);
        Assert.Contains("files cannot be kept on it beside PostgreSQL", Faults(url, Azurite, UnderHost, ("STORAGE_PROVIDER", "local"), ("WEBSITE_SITE_NAME", "site")), StringComparison.Ordinal);
    }

    [Fact]
    public void SqliteInAzure_IsRefusedHoweverItIsNamed()
    {
        Assert.Contains("does not last", Faults(("WEBSITE_SITE_NAME", "site"), Azurite, UnderHost, ("STORAGE_PROVIDER", "local")), StringComparison.Ordinal);
        Assert.Contains("does not last", Faults(("WEBSITE_SITE_NAME", "site"), Azurite, UnderHost, ("DATABASE_URL", "sqlite:///x.db")), StringComparison.Ordinal);
        Assert.Equal("", Faults(("WEBSITE_SITE_NAME", "site"), Azurite, UnderHost));
    }

    private static string Shown(params (string Name, string Value)[] environment) => Settings(environment).Shown;

    private static StoreSettings Settings(params (string Name, string Value)[] environment)
    {
        var (settings, faults) = Read(environment);
        Assert.Equal("", faults);
        return settings.Store;
    }

    private static string Faults(params (string Name, string Value)[] environment) => Read(environment).Faults;

    private static (SiteSettings Settings, string Faults) Read((string Name, string Value)[] environment)
    {
        var faults = new FaultList();
        var settings = SiteSettings.Read(new Variables(environment.ToDictionary(e => e.Name, e => e.Value)), faults);
        return (settings, faults.All.Count == 0 ? "" : faults.ToString());
    }
}
