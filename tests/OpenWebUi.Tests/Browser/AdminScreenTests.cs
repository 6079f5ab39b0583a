using Microsoft.Playwright;
using OpenWebUi.StubProvider;
using static Microsoft.Playwright.Assertions;

namespace OpenWebUi.Tests.Browser;

/// <summary>The administrator's screens, in every look, as <see cref="ScreenTests"/> does with the others.</summary>
public sealed class AdminScreenTests(BrowserFixture fixture) : AccountTest(fixture)
{
    private const string People = "Grace Hopper,grace@example.org,a long passphrase,admin\nAlan Turing,alan@example.org,a long passphrase,user\n王小云,yun@example.org,a long passphrase,pending";

    [Theory]
    [InlineData("desktop", ColorScheme.Light, "en-US")]
    [InlineData("desktop", ColorScheme.Dark, "zh-CN")]
    [InlineData("phone", ColorScheme.Light, "zh-CN")]
    [InlineData("phone", ColorScheme.Dark, "en-US")]
    public async Task Screens_InThisLook_HaveNoFinding(string device, ColorScheme scheme, string locale)
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartWithAccountsAsync(
            stub,
            ("ENABLE_API_KEYS", "true"),
            ("WEBUI_BANNERS", """[{"id":"b","type":"warning","title":"Closed","content":"On **Sunday**, all day.","dismissible":true,"timestamp":1}]"""));
        var look = new Look(device, scheme, locale);
        var phone = look.IsPhone;
        var page = await OpenAsync(site, options: look.Options);
        Task Check(string screen) => ScreenCheck.CheckAsync(page, look.Name, "admin-" + screen);
        await SignUpAsync(page, "Ada");
        await Expect(page.GetByTestId("banner").Locator(".prose strong")).ToHaveTextAsync("Sunday");
        await Check("banner");

        await page.GotoAsync("/admin");
        await page.GetByTestId("import-users").ClickAsync();
        await page.GetByTestId("import-text").FillAsync(People + "\nNobody,,x,user");
        await Check("import");
        await page.GetByTestId("import-send").ClickAsync();
        await Expect(page.GetByTestId("import-result")).ToBeVisibleAsync();
        await Check("import-result");
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.GetByTestId("user")).ToHaveCountAsync(4);
        await Check("users");
        await page.GetByTestId("select-user").First.CheckAsync();
        await Check("users-selected");
        await page.GetByTestId("select-none").ClickAsync();
        await page.GetByTestId("user-menu").First.ClickAsync();
        await Check("users-menu");
        await page.GetByTestId("edit-user").ClickAsync();
        await Expect(page.GetByTestId("user-name")).ToBeFocusedAsync();
        await Check("user-edit");
        await page.Keyboard.PressAsync("Escape");
        await page.GetByTestId("add-user").ClickAsync();
        await page.GetByTestId("make-password").ClickAsync();
        await Check("user-add");
        await page.Keyboard.PressAsync("Escape");
        await page.GetByTestId("user-menu").First.ClickAsync();
        await page.GetByTestId("delete-user").ClickAsync();
        await Expect(page.GetByTestId("delete-cancel")).ToBeFocusedAsync();
        await Check("user-delete");
        await page.Keyboard.PressAsync("Escape");

        await page.GetByTestId("admin-groups").ClickAsync();
        await Expect(page.GetByTestId("groups-empty")).ToBeVisibleAsync();
        await Check("groups-empty");
        await page.GetByTestId("add-group").ClickAsync();
        await page.GetByTestId("group-name").FillAsync("Research");
        await page.GetByTestId("group-about").FillAsync("People who read papers and need the large models.");
        await Check("group-add");
        await page.GetByTestId("save-group").ClickAsync();
        await page.GetByTestId("member-search").FillAsync("a");
        await page.GetByTestId("add-member").First.ClickAsync();
        await Expect(page.GetByTestId("member")).ToHaveCountAsync(1);
        await Check("group");
        await page.GetByTestId("groups-back").ClickAsync();
        await Expect(page.GetByTestId("group")).ToHaveCountAsync(1);
        await Check("groups");

        await page.GetByTestId("admin-connections").ClickAsync();
        await page.GetByTestId("add-connection").ClickAsync();
        await Check("connections-presets");
        await page.GetByTestId("preset-other").ClickAsync();
        await page.GetByTestId("connection-kind").SelectOptionAsync("ollama");
        await page.GetByTestId("connection-url").FillAsync(stub.OllamaUrl + "/nowhere");
        await page.GetByTestId("test-connection").ClickAsync();
        await Expect(page.GetByTestId("doctor-apply")).ToBeVisibleAsync();
        await Check("connection-ill");
        await page.GetByTestId("doctor-apply").ClickAsync();
        await Expect(page.GetByTestId("step-models")).ToHaveAttributeAsync("data-status", "ok");
        await Check("connection-well");
        await page.Locator("[data-testid=advanced] summary").ClickAsync();
        await page.GetByTestId("connection-weight").FillAsync("3");
        await Check("connection-more");
        await page.GetByTestId("save-connection").ClickAsync();
        await Expect(page.GetByTestId("connection")).ToHaveCountAsync(2);
        await page.GetByTestId("test-connection").Last.ClickAsync();
        await Expect(page.GetByTestId("doctor-models")).ToBeVisibleAsync();
        await Check("connections");

        await page.GetByTestId("admin-settings").ClickAsync();
        await Expect(page.GetByTestId("setting").First).ToBeVisibleAsync();
        await Check("settings");
        await page.GetByTestId("setting-enable_signup").ClickAsync();
        await Expect(page.GetByTestId("save-bar")).ToBeVisibleAsync();
        await Check("settings-changed");
        await page.GetByTestId("discard-settings").ClickAsync();
        await page.GetByTestId("search-settings").FillAsync("zzz");
        await Expect(page.GetByTestId("settings-empty")).ToBeVisibleAsync();
        await Check("settings-none");

        await page.GetByTestId("admin-backup").ClickAsync();
        await Expect(page.GetByTestId("download-backup")).ToBeVisibleAsync();
        await Check("backup");
    }
}
