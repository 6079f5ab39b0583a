using Microsoft.Playwright;
using OpenWebUi.FunctionsHostDouble;
using OpenWebUi.Tests.Site;
using static Microsoft.Playwright.Assertions;

namespace OpenWebUi.Tests.Browser;

/// <summary>A deployment while the page is open: nothing that was written is lost, and nobody is left with half a page.</summary>
public sealed class NewVersionTests(BrowserFixture fixture) : BrowserTest(fixture)
{
    private const string Draft = "words that are not sent yet";
    private static readonly string Dist = Path.Combine(Repository, "static-web", "dist");

    /// <summary>Pain 15b of front-end.md (LibreChat 13686).</summary>
    [Fact]
    public async Task Pain15_StaleChunkAfterDeploy_ReloadsOnceAndKeepsTheDraft()
    {
        using var builds = new BuiltPage(Dist);
        var (site, page) = await OpenOldAsync(builds);
        var loads = 0;
        page.Load += (_, _) => loads++;
        await using var next = await DeployAsync(site, builds);

        await page.GetByTestId("settings").ClickAsync();

        await Expect(page.Locator("script[src*='-next.js']")).ToHaveCountAsync(1);
        await Expect(page.GetByTestId("composer-input")).ToHaveValueAsync(Draft);
        await page.GetByTestId("settings").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToBeVisibleAsync();
        await Expect(page.GetByTestId("update-note")).ToHaveCountAsync(0);
        Assert.Equal(1, loads);
    }

    [Fact]
    public async Task NewVersion_WhileThePageIsOpen_IsOfferedAndComesWhenTheReaderSaysSo()
    {
        using var builds = new BuiltPage(Dist);
        var (site, page) = await OpenOldAsync(builds);
        await using var next = await DeployAsync(site, builds);

        await page.ReloadAsync();

        await Expect(page.GetByTestId("update-note")).ToBeVisibleAsync();
        await Expect(page.Locator("script[src*='-next.js']")).ToHaveCountAsync(0);
        await page.GetByTestId("update-now").ClickAsync();
        await Expect(page.Locator("script[src*='-next.js']")).ToHaveCountAsync(1);
        await Expect(page.GetByTestId("composer-input")).ToHaveValueAsync(Draft);
        await Expect(page.GetByTestId("update-note")).ToHaveCountAsync(0);
    }

    /// <summary>The page of the earlier build with a draft in it, and its worker in charge.</summary>
    private async Task<(TestSite Site, IPage Page)> OpenOldAsync(BuiltPage builds)
    {
        Tolerates = said => said.Contains("/assets/", StringComparison.Ordinal) || said.Contains("net::ERR_", StringComparison.Ordinal);
        var site = await StartSiteAsync(("PORT", $"{FreePort.Find()}"), ("FRONTEND_BUILD_DIR", builds.Now));
        var page = await OpenAsync(site.Address, CancellationToken.None, [404, 503]);
        await page.GetByTestId("composer-input").FillAsync(Draft);
        await EventuallyAsync(() => KeptByBrowser.HasAsync(page, "/open-chats-", "/OfflineNotes-", "/offline-text-", "/Shortcuts-", "/ComposerTools-", "/AttachButtons-", "/shell-worker", "/ModelPanel-"), "what the page fetches by itself is kept");
        return (site, page);
    }

    private static async Task<TestSite> DeployAsync(TestSite site, BuiltPage builds)
    {
        // The data stays as long as one site uses it.
        await using var between = await site.StartAnewAsync(("FRONTEND_BUILD_DIR", builds.Next));
        await site.DisposeAsync();
        return await between.StartAnewAsync(("PORT", $"{site.Address.Port}"), ("FRONTEND_BUILD_DIR", builds.Next));
    }
}
