using OpenWebUi.StubProvider;
using static Microsoft.Playwright.Assertions;

namespace OpenWebUi.Tests.Browser;

/// <summary>The administrator's groups.</summary>
public sealed class AdminGroupsTests(BrowserFixture fixture) : AccountTest(fixture)
{
    [Fact]
    public async Task Group_CreatedFilledAndAllowed_GivesItsMembersWhatOthersDoNotHave()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartWithAccountsAsync(stub, ("DEFAULT_USER_ROLE", "user"), ("ENABLE_API_KEYS", "true"));
        var page = await OpenAsAdminAsync(site);
        var member = await OpenAsNewcomerAsync(site, "Bo");
        await Expect(member.GetByTestId("composer-input")).ToBeVisibleAsync();
        await page.GotoAsync("/admin/groups");
        await Expect(page.GetByTestId("groups-empty")).ToBeVisibleAsync();

        await page.GetByTestId("add-group").ClickAsync();
        await Expect(page.GetByTestId("group-name")).ToBeFocusedAsync();
        await page.GetByTestId("group-name").FillAsync("Developers");
        await page.GetByTestId("save-group").ClickAsync();
        await Expect(page.GetByTestId("group-title")).ToHaveTextAsync("Developers");
        await page.GetByTestId("member-search").FillAsync("bo");
        await page.GetByTestId("add-member").ClickAsync();
        await Expect(page.GetByTestId("member")).ToContainTextAsync("Bo");
        await Expect(page.GetByTestId("permission-chat-edit")).ToBeDisabledAsync();
        await page.GetByTestId("permission-features-api_keys").ClickAsync();
        await Expect(page.GetByTestId("permission-features-api_keys")).ToHaveAttributeAsync("aria-checked", "true");

        await EventuallyAsync(
            () => member.EvaluateAsync<bool>("async () => (await (await fetch('/api/config')).json()).permissions.features.api_keys"),
            "the member may make keys");
        await page.ReloadAsync();
        await Expect(page.GetByTestId("permission-features-api_keys")).ToHaveAttributeAsync("aria-checked", "true");
        await page.GetByTestId("drop-member").ClickAsync();
        await Expect(page.GetByTestId("member")).ToHaveCountAsync(0);
        await page.GetByTestId("toast-action").ClickAsync();
        await Expect(page.GetByTestId("member")).ToHaveCountAsync(1);

        await page.GetByTestId("group-name").FillAsync("Builders");
        await page.GetByTestId("save-group").ClickAsync();
        await Expect(page.GetByTestId("group-title")).ToHaveTextAsync("Builders");
        await page.GoBackAsync();
        await Expect(page.GetByTestId("group")).ToContainTextAsync("Builders");
        await page.GetByTestId("group").ClickAsync();
        await page.GetByTestId("delete-group").ClickAsync();
        await page.GetByTestId("delete-group-confirm").ClickAsync();
        await Expect(page.GetByTestId("groups-empty")).ToBeVisibleAsync();
    }
}
