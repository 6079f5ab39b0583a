using Microsoft.Playwright;
using OpenWebUi.StubProvider;
using OpenWebUi.Tests.Site;
using static Microsoft.Playwright.Assertions;

namespace OpenWebUi.Tests.Browser;

/// <summary>The administrator's list of accounts.</summary>
public sealed class AdminUsersTests(BrowserFixture fixture) : AccountTest(fixture)
{
    [Fact]
    public async Task PendingAccount_LetInByOneClick_IsInTheChatWithoutAnotherSignIn()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartWithAccountsAsync(stub);
        var page = await OpenAsAdminAsync(site);
        var newcomer = await OpenAsNewcomerAsync(site, "Bo");
        await Expect(newcomer.GetByTestId("waiting")).ToBeVisibleAsync();

        await page.GetByTestId("admin").ClickAsync();
        await Expect(page).ToHaveURLAsync("/admin/users");
        await Expect(page.GetByTestId("waiting-count")).ToContainTextAsync("1");
        await User(page, "Bo").GetByTestId("approve-user").ClickAsync();

        await Expect(User(page, "Bo").GetByTestId("user-role")).ToHaveAttributeAsync("data-role", "user");
        await Expect(page.GetByTestId("waiting-count")).ToHaveCountAsync(0);
        await Expect(newcomer.GetByTestId("composer-input")).ToBeVisibleAsync(new() { Timeout = 30_000 });
        await page.GoBackAsync();
        await Expect(page.GetByTestId("composer-input")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task ManyAccounts_Selected_AreLetInLoweredAndDeletedAtOnce()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartWithAccountsAsync(stub);
        var page = await OpenUsersAsync(site);
        await ImportAsync(page, "Bo,bo@example.org,a long passphrase,\nCy,cy@example.org,a long passphrase,pending\nDi,di@example.org,a long passphrase,user");
        await Expect(page.GetByTestId("users-waiting")).ToContainTextAsync("2 people");

        await page.GetByTestId("show-waiting").ClickAsync();
        await Expect(page.GetByTestId("user")).ToHaveCountAsync(2);
        await page.GetByTestId("select-all").CheckAsync();
        await page.GetByTestId("approve-selected").ClickAsync();
        await Expect(page.GetByTestId("users-empty")).ToBeVisibleAsync();
        await page.GetByTestId("filter-role").SelectOptionAsync("");
        await Expect(page.GetByTestId("user")).ToHaveCountAsync(4);

        await SelectAsync(page, "Bo", "Di");
        await page.GetByTestId("role-selected").ClickAsync();
        await page.GetByTestId("all-pending").ClickAsync();
        await Expect(User(page, "Di").GetByTestId("user-role")).ToHaveAttributeAsync("data-role", "pending");
        await page.GetByTestId("toast-action").Last.ClickAsync();
        await Expect(User(page, "Di").GetByTestId("user-role")).ToHaveAttributeAsync("data-role", "user");

        await SelectAsync(page, "Bo", "Cy");
        await page.GetByTestId("delete-selected").ClickAsync();
        await Expect(page.GetByTestId("delete-cancel")).ToBeFocusedAsync();
        await Expect(page.GetByTestId("delete-users")).ToContainTextAsync("All chats");
        await page.GetByTestId("delete-confirm").ClickAsync();
        await Expect(page.GetByTestId("user")).ToHaveCountAsync(2);
        await Expect(page.GetByTestId("users-total")).ToHaveTextAsync("2 accounts");
    }

    [Fact]
    public async Task FirstAdminAndOneself_AreProtectedAndSayWhy()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartWithAccountsAsync(stub, ("DEFAULT_USER_ROLE", "admin"));
        await OpenAsAdminAsync(site);
        var second = await OpenAsNewcomerAsync(site, "Bo");
        await Expect(second.GetByTestId("composer-input")).ToBeVisibleAsync();

        await second.GotoAsync("/admin/users");

        await Expect(User(second, "Ada").GetByTestId("user-protected")).ToContainTextAsync("First administrator");
        await Expect(User(second, "Ada").GetByTestId("user-menu")).ToHaveCountAsync(0);
        await Expect(User(second, "Ada").GetByTestId("select-user")).ToHaveCountAsync(0);
        await Expect(User(second, "Bo").GetByTestId("user-protected")).ToContainTextAsync("This is you");
        await User(second, "Bo").GetByTestId("user-menu").ClickAsync();
        await Expect(second.GetByTestId("edit-user")).ToBeVisibleAsync();
        await Expect(second.GetByTestId("delete-user")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Account_AddedWithAGeneratedPassword_SignsIn()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartWithAccountsAsync(stub);
        var page = await OpenUsersAsync(site, expectedStatuses: [400]);

        await page.GetByTestId("add-user").ClickAsync();
        await Expect(page.GetByTestId("user-name")).ToBeFocusedAsync();
        await page.GetByTestId("user-name").FillAsync("Bo");
        await page.GetByTestId("user-email").FillAsync(EmailOf("Ada"));
        await page.GetByTestId("make-password").ClickAsync();
        var password = await page.GetByTestId("user-password").InputValueAsync();
        await page.GetByTestId("save-user").ClickAsync();
        await Expect(page.GetByTestId("user-complaint")).ToBeVisibleAsync();
        await page.GetByTestId("user-email").FillAsync(EmailOf("Bo"));
        await page.GetByTestId("save-user").ClickAsync();
        await Expect(User(page, "Bo")).ToBeVisibleAsync();

        var bo = await OpenAsync(site);
        await SignInAsync(bo, "Bo", password);
        await Expect(bo.GetByTestId("composer-input")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Account_Edited_HasItsNewNameRoleAndPassword()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartWithAccountsAsync(stub);
        var page = await OpenUsersAsync(site);
        await ImportAsync(page, "Bo,bo@example.org,a long passphrase,user");

        await User(page, "Bo").GetByTestId("user-menu").ClickAsync();
        await page.GetByTestId("edit-user").ClickAsync();
        await page.GetByTestId("user-name").FillAsync("Bo Diddley");
        await page.GetByTestId("user-password").FillAsync("another long passphrase");
        await page.GetByRole(AriaRole.Dialog).Locator(".segments label").Nth(2).ClickAsync();
        await page.GetByTestId("save-user").ClickAsync();

        await Expect(User(page, "Bo Diddley").GetByTestId("user-role")).ToHaveAttributeAsync("data-role", "admin");
        var bo = await OpenAsync(site);
        await SignInAsync(bo, "Bo", "another long passphrase");
        await Expect(bo.GetByTestId("admin")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Import_SomeLinesWrong_TellsTheResultOfEach()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartWithAccountsAsync(stub);
        var page = await OpenUsersAsync(site);

        await page.GetByTestId("import-users").ClickAsync();
        await page.GetByTestId("import-text").FillAsync(
            "Name,Email,Password,Role\nBo,bo@example.org,a long passphrase,user\nNobody,,x,user\nAda again,ada@example.org,a long passphrase,user\n\"Cy, the second\",cy@example.org,a long passphrase,");
        await Expect(page.GetByTestId("import-row")).ToHaveCountAsync(4);
        await Expect(page.GetByTestId("import-row").Nth(1)).ToContainTextAsync("no e-mail address");
        await page.GetByTestId("import-send").ClickAsync();

        await Expect(page.GetByTestId("import-result")).ToHaveTextAsync("Added: 2. Not added: 1; the reason stands beside each.");
        await Expect(page.GetByTestId("import-row").Nth(1)).ToContainTextAsync("already");
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.GetByTestId("user")).ToHaveCountAsync(3);
        await Expect(User(page, "Cy, the second").GetByTestId("user-role")).ToHaveAttributeAsync("data-role", "pending");
    }

    [Fact]
    public async Task List_ManyAccounts_IsSearchedSortedAndTurned()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartWithAccountsAsync(stub);
        var page = await OpenUsersAsync(site);
        // A hash takes its time: one would do, but a second page needs 31 accounts.
        await ImportAsync(page, string.Join('\n', Enumerable.Range(1, 31).Select(n => $"Person {n:00},p{n}@example.org,a long passphrase,user")));
        await Expect(page.GetByTestId("page-range")).ToHaveTextAsync("1–30 of 32");

        await page.GetByTestId("page-after").ClickAsync();
        await Expect(page.GetByTestId("user")).ToHaveCountAsync(2);
        await page.GetByRole(AriaRole.Button, new() { Name = "Name", Exact = true }).ClickAsync();
        await Expect(page.GetByTestId("user").First).ToContainTextAsync("Ada");
        await page.GetByRole(AriaRole.Button, new() { Name = "Name", Exact = true }).ClickAsync();
        await Expect(page.GetByTestId("user").First).ToContainTextAsync("Person 31");
        await page.GetByTestId("search-users").FillAsync("p17@");
        await Expect(page.GetByTestId("user")).ToHaveCountAsync(1);
        await Expect(page.GetByTestId("user")).ToContainTextAsync("Person 17");
        await page.GetByTestId("search-users").FillAsync("nobody");
        await Expect(page.GetByTestId("users-empty")).ToBeVisibleAsync();
    }

    private static ILocator User(IPage page, string name) =>
        page.GetByTestId("user").Filter(new() { Has = page.Locator("strong").GetByText(name, new() { Exact = true }) });

    private static async Task SelectAsync(IPage page, params string[] names)
    {
        foreach (var name in names)
        {
            await User(page, name).GetByTestId("select-user").CheckAsync();
        }
    }

    private static async Task ImportAsync(IPage page, string lines)
    {
        await page.GetByTestId("import-users").ClickAsync();
        await page.GetByTestId("import-text").FillAsync(lines);
        await page.GetByTestId("import-send").ClickAsync();
        await Expect(page.GetByTestId("import-result")).ToContainTextAsync("Every line went through", new() { Timeout = 60_000 });
        await page.Keyboard.PressAsync("Escape");
    }

    private async Task<IPage> OpenUsersAsync(TestSite site, int[]? expectedStatuses = null)
    {
        var page = await OpenAsAdminAsync(site, expectedStatuses);
        await page.GetByTestId("admin").ClickAsync();
        await Expect(page.GetByTestId("user").First).ToBeVisibleAsync();
        return page;
    }
}
