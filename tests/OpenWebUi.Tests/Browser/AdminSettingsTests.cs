using Microsoft.Playwright;
using OpenWebUi.StubProvider;
using static Microsoft.Playwright.Assertions;

namespace OpenWebUi.Tests.Browser;

/// <summary>The administrator's settings, and the banners that come of them.</summary>
public sealed class AdminSettingsTests(BrowserFixture fixture) : AccountTest(fixture)
{
    [Fact]
    public async Task Settings_SavedInThePage_HoldForEverybody()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartWithAccountsAsync(stub);
        var page = await OpenSettingsAsync(await OpenAsAdminAsync(site));
        var stranger = await OpenAsync(site);
        await Expect(stranger.GetByTestId("to-sign-up")).ToBeVisibleAsync();

        await page.GetByTestId("setting-name").FillAsync("The Lighthouse");
        await page.GetByTestId("setting-enable_signup").ClickAsync();
        await Expect(page.GetByTestId("save-bar")).ToContainTextAsync("2 changes");
        await page.GetByTestId("save-settings").ClickAsync();
        await Expect(page.GetByTestId("save-bar")).ToHaveCountAsync(0);

        await page.GetByTestId("admin-back").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Navigation)).ToContainTextAsync("The Lighthouse");
        await EventuallyAsync(
            async () =>
            {
                await stranger.ReloadAsync();
                await Expect(stranger.GetByTestId("sign-in-email")).ToBeVisibleAsync();
                return await stranger.GetByTestId("to-sign-up").CountAsync() == 0;
            },
            "sign-up is closed");
    }

    [Fact]
    public async Task NewerRelease_IsToldInThePage_UntilItIsDismissed()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartWithAccountsAsync(stub, ("ENABLE_VERSION_UPDATE_CHECK", "true"), ("VERSION_UPDATE_REPOSITORY", "ann/chat"));
        var page = await OpenAsAdminAsync(site);
        // What GitHub says is tested without a browser (UpdateTests); here it is what the page makes of it.
        var latest = "2.0.0";
        await page.Context.RouteAsync("**/api/version/updates", route => route.FulfillAsync(new()
        {
            ContentType = "application/json",
            Body = $$"""{"current":"1.0.0","latest":"{{latest}}","url":"https://github.com/ann/chat/releases/tag/v{{latest}}"}""",
        }));
        page = await OpenSettingsAsync(page);
        var notice = page.GetByTestId("update-notice");
        await Expect(notice).ToContainTextAsync("Version 2.0.0 is out; this is 1.0.0.");
        await Expect(notice.GetByRole(AriaRole.Link)).ToHaveAttributeAsync("href", "https://github.com/ann/chat/releases/tag/v2.0.0");
        await page.GetByTestId("update-dismiss").ClickAsync();
        await Expect(notice).ToHaveCountAsync(0);

        await page.ReloadAsync();
        await Expect(page.GetByTestId("setting-name")).ToBeVisibleAsync();
        await Expect(notice).ToHaveCountAsync(0);
        latest = "2.1.0";
        await page.ReloadAsync();
        await Expect(notice).ToContainTextAsync("Version 2.1.0");
    }

    [Fact]
    public async Task Setting_FixedByTheEnvironment_NamesItsVariableAndCannotBeChanged()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartWithAccountsAsync(stub, ("ENABLE_API_KEYS", "true"), ("USER_PERMISSIONS_CHAT_DELETE", "false"));
        var page = await OpenSettingsAsync(await OpenAsAdminAsync(site));

        await Expect(Setting(page, "enable_api_keys")).ToContainTextAsync("Set by ENABLE_API_KEYS");
        await Expect(page.GetByTestId("setting-enable_api_keys")).ToBeDisabledAsync();
        await Expect(page.GetByTestId("permission-chat-delete")).ToBeDisabledAsync();
        await Expect(Setting(page, "permissions")).ToContainTextAsync("Set by USER_PERMISSIONS_CHAT_DELETE");
    }

    [Fact]
    public async Task Settings_SavedBySomebodyElseMeanwhile_AreShownAndTheOwnOnesKept()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartWithAccountsAsync(stub);
        var page = await OpenSettingsAsync(await OpenAsAdminAsync(site, expectedStatuses: [412]));
        var other = await OpenTabAsync(page.Context, site, "/admin/settings");
        await other.GetByTestId("setting-admin_email").FillAsync("help@example.org");

        await page.GetByTestId("setting-name").FillAsync("Mine");
        await other.GetByTestId("save-settings").ClickAsync();
        await Expect(other.GetByTestId("save-bar")).ToHaveCountAsync(0);
        await page.GetByTestId("save-settings").ClickAsync();

        await Expect(page.GetByTestId("save-bar")).ToContainTextAsync("Somebody else has saved");
        await Expect(page.GetByTestId("setting-admin_email")).ToHaveValueAsync("help@example.org");
        await Expect(page.GetByTestId("setting-name")).ToHaveValueAsync("Mine");
        await page.GetByTestId("save-settings").ClickAsync();
        await Expect(page.GetByTestId("save-bar")).ToHaveCountAsync(0);
        await other.ReloadAsync();
        await Expect(other.GetByTestId("setting-name")).ToHaveValueAsync("Mine");
        await Expect(other.GetByTestId("setting-admin_email")).ToHaveValueAsync("help@example.org");
    }

    [Fact]
    public async Task Settings_NotSaved_SurviveAnotherPageAndAReload()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartWithAccountsAsync(stub);
        var page = await OpenSettingsAsync(await OpenAsAdminAsync(site));

        await page.GetByTestId("setting-pending_user_overlay_title").FillAsync("One moment");
        await page.GetByTestId("admin-back").ClickAsync();
        await Expect(page.GetByTestId("composer-input")).ToBeVisibleAsync();
        await page.GoBackAsync();
        await Expect(page.GetByTestId("setting-pending_user_overlay_title")).ToHaveValueAsync("One moment");
        var asked = 0;
        page.Dialog += (_, _) => asked++;
        await page.ReloadAsync();
        await Expect(page.GetByTestId("setting-pending_user_overlay_title")).ToHaveValueAsync("One moment");
        Assert.Equal(1, asked);

        await page.GetByTestId("discard-settings").ClickAsync();
        await Expect(page.GetByTestId("setting-pending_user_overlay_title")).ToHaveValueAsync("");
        await Expect(page.GetByTestId("save-bar")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Setting_WithAWrongValue_SaysAtItsFieldWhatIsExpected()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartWithAccountsAsync(stub);
        var page = await OpenSettingsAsync(await OpenAsAdminAsync(site, expectedStatuses: [422]));

        await page.GetByTestId("search-settings").FillAsync("session");
        await Expect(page.GetByTestId("setting")).ToHaveCountAsync(1);
        await page.GetByTestId("duration-unit").SelectOptionAsync("text");
        await page.GetByTestId("duration-number").FillAsync("soon");
        await page.GetByTestId("save-settings").ClickAsync();

        await Expect(page.GetByTestId("save-bar")).ToContainTextAsync("Not saved");
        await Expect(page.GetByTestId("duration-number")).ToHaveAttributeAsync("aria-invalid", "true");
        await page.GetByTestId("duration-unit").SelectOptionAsync("d");
        await page.GetByTestId("duration-number").FillAsync("10");
        await page.GetByTestId("save-settings").ClickAsync();
        await Expect(page.GetByTestId("save-bar")).ToHaveCountAsync(0);
        await page.ReloadAsync();
        await Expect(page.GetByTestId("duration-number")).ToHaveValueAsync("10");
    }

    [Fact]
    public async Task Settings_ExportedAndImported_AreAsTheyWere()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartWithAccountsAsync(stub);
        var page = await OpenSettingsAsync(await OpenAsAdminAsync(site));
        await page.GetByTestId("setting-name").FillAsync("First");
        await page.GetByTestId("save-settings").ClickAsync();
        await Expect(page.GetByTestId("save-bar")).ToHaveCountAsync(0);

        var download = await page.RunAndWaitForDownloadAsync(() => page.GetByTestId("export-settings").ClickAsync());
        await page.GetByTestId("setting-name").FillAsync("Second");
        await page.GetByTestId("save-settings").ClickAsync();
        await Expect(page.GetByTestId("save-bar")).ToHaveCountAsync(0);
        await page.GetByTestId("settings-file").SetInputFilesAsync(await download.PathAsync());
        await page.GetByTestId("import-settings-confirm").ClickAsync();

        await Expect(page.GetByTestId("setting-name")).ToHaveValueAsync("First");
    }

    [Fact]
    public async Task Banner_WrittenByAnAdministrator_IsSeenByOthersUntilTheyDismissIt()
    {
        // DOMPurify parses into a document without scripting; Chromium reports what the policy would have blocked there.
        Tolerates = text => text.Contains("violates the following Content Security Policy directive", StringComparison.Ordinal)
            || text is "CSP script-src-attr inline ";
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartWithAccountsAsync(stub, ("DEFAULT_USER_ROLE", "user"));
        var page = await OpenAsAdminAsync(site);
        var member = await OpenAsNewcomerAsync(site, "Bo");
        await Expect(member.GetByTestId("composer-input")).ToBeVisibleAsync();
        await OpenSettingsAsync(page);

        await page.GetByTestId("add-banner").ClickAsync();
        await page.GetByTestId("banner-type").SelectOptionAsync("warning");
        await page.GetByTestId("banner-content").FillAsync("Closed on **Sunday**. <img src=x onerror=alert(1)>");
        await Expect(page.GetByTestId("banner").Locator("strong")).ToHaveTextAsync("Sunday");
        await page.GetByTestId("save-settings").ClickAsync();
        await Expect(page.GetByTestId("save-bar")).ToHaveCountAsync(0);

        await EventuallyAsync(
            async () =>
            {
                await member.ReloadAsync();
                await Expect(member.GetByTestId("composer-input")).ToBeVisibleAsync();
                return await member.GetByTestId("banner").CountAsync() == 1;
            },
            "the banner is there");
        await Expect(member.GetByTestId("banner")).ToHaveAttributeAsync("data-type", "warning");
        await Expect(member.GetByTestId("banner").Locator("strong")).ToHaveTextAsync("Sunday");
        await member.GetByTestId("banner-dismiss").ClickAsync();
        await Expect(member.GetByTestId("banner")).ToHaveCountAsync(0);
        await member.ReloadAsync();
        await Expect(member.GetByTestId("composer-input")).ToBeVisibleAsync();
        await Expect(member.GetByTestId("banner")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task AdminAddress_OpenedByAUser_SaysThatItIsNotTheirs()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartWithAccountsAsync(stub, ("DEFAULT_USER_ROLE", "user"));
        await OpenAsAdminAsync(site);
        var member = await OpenAsNewcomerAsync(site, "Bo");
        await Expect(member.GetByTestId("composer-input")).ToBeVisibleAsync();
        await Expect(member.GetByTestId("admin")).ToHaveCountAsync(0);

        await member.GotoAsync("/admin/settings");

        await Expect(member.GetByTestId("admin-not-yours")).ToBeVisibleAsync();
        await member.GetByRole(AriaRole.Button, new() { Name = "Back to the chats" }).ClickAsync();
        await Expect(member.GetByTestId("composer-input")).ToBeVisibleAsync();
    }

    private static ILocator Setting(IPage page, string key) => page.Locator($"[data-testid=setting][data-key={key}]");

    private static async Task<IPage> OpenSettingsAsync(IPage page)
    {
        await page.GotoAsync("/admin/settings");
        await Expect(page.GetByTestId("setting").First).ToBeVisibleAsync();
        return page;
    }
}
