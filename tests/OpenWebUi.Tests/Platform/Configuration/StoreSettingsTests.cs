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
    [InlineData("DATABASE_URL", "postgresql://me:secret@host/db", "DATABASE_URL")]
    [InlineData("DATABASE_TYPE", "postgresql", "DATABASE_TYPE")]
    [InlineData("STORAGE_PROVIDER", "gcs", "STORAGE_PROVIDER")]
    [InlineData("STORAGE_PROVIDER", "azure", "AzureWebJobsStorage")]
    [InlineData("WEBSITE_SITE_NAME", "site", "AzureWebJobsStorage")]
    public void WhatCannotBe_IsAFaultThatNamesItsVariable(string name, string value, string expected)
    {
        var faults = Faults((name, value));
        Assert.Contains(expected, faults, StringComparison.Ordinal);
        Assert.DoesNotContain("secret@", faults, StringComparison.Ordinal);
    }

    [Fact]
    public void SqliteInAzure_IsRefusedHoweverItIsNamed()
    {
        Assert.Contains("does not last", Faults(("WEBSITE_SITE_NAME", "site"), Azurite, UnderHost, ("STORAGE_PROVIDER", "local")), StringComparison.Ordinal);
        Assert.Contains("does not last", Faults(("WEBSITE_SITE_NAME", "site"), Azurite, UnderHost, ("DATABASE_URL", "sqlite:///x.db")), StringComparison.Ordinal);
        Assert.Equal("", Faults(("WEBSITE_SITE_NAME", "site"), Azurite, UnderHost));
    }

    private static string Shown(params (string Name, string Value)[] environment)
    {
        var (settings, faults) = Read(environment);
        Assert.Equal("", faults);
        return settings.Store.Shown;
    }

    private static string Faults(params (string Name, string Value)[] environment) => Read(environment).Faults;

    private static (SiteSettings Settings, string Faults) Read((string Name, string Value)[] environment)
    {
        var faults = new FaultList();
        var settings = SiteSettings.Read(new Variables(environment.ToDictionary(e => e.Name, e => e.Value)), faults);
        return (settings, faults.All.Count == 0 ? "" : faults.ToString());
    }
}
