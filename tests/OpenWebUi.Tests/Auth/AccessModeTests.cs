using OpenWebUi.Tests.Package;
using OpenWebUi.Tests.Platform.Azure;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Auth;

/// <summary>Every mode of access on SQLite and on Azurite.</summary>
public sealed class AccessModeTests
{
    public static TheoryData<string> Modes => [.. AccessModes.All.Keys];

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task Mode_OnSqlite_LetsInWhomItSays(string mode)
    {
        await using var site = await TestSite.StartAsync([("WEBUI_AUTH", ""), .. AccessModes.All[mode].Environment]);
        await AccessModes.All[mode].Check(site.Client, true);
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task Mode_OnAzurite_LetsInWhomItSays(string mode)
    {
        // The accounts of a site are one table of its storage account: an empty one for each.
        using var azurite = await AzuriteServer.StartAsync();
        await using var site = await TestSite.StartAsync(
            [("WEBUI_AUTH", ""), ("STORAGE_PROVIDER", "azure"), ("AzureWebJobsStorage", azurite.ConnectionString), .. AccessModes.All[mode].Environment]);
        await AccessModes.All[mode].Check(site.Client, true);
    }
}

/// <summary>Every mode of access as the package has it behind the Functions host.</summary>
[Collection(PackageGroup.Name)]
public sealed class HostedAccessModeTests(PublishedPackage package)
{
    public static TheoryData<string> Modes => AccessModeTests.Modes;

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task Mode_BehindTheHost_LetsInWhomItSays(string mode)
    {
        await using var site = await HostedPackage.StartAsync(package, [("CODE", ""), .. AccessModes.All[mode].Environment]);
        using var client = site.NewClient();
        await AccessModes.All[mode].Check(client, false);
    }
}
