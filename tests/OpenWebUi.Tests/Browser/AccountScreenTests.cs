using Microsoft.Playwright;
using OpenWebUi.StubProvider;
using static Microsoft.Playwright.Assertions;

namespace OpenWebUi.Tests.Browser;

/// <summary>The screens of sign-in, waiting and account settings, in every look, as <see cref="ScreenTests"/> does with the others.</summary>
public sealed class AccountScreenTests(BrowserFixture fixture) : AccountTest(fixture)
{
    private static readonly string[] Parts = ["profile", "password", "keys", "sessions"];

    [Theory]
    [InlineData("desktop", ColorScheme.Light, "en-US")]
    [InlineData("desktop", ColorScheme.Dark, "zh-CN")]
    [InlineData("phone", ColorScheme.Light, "zh-CN")]
    [InlineData("phone", ColorScheme.Dark, "en-US")]
    public async Task Screens_InThisLook_HaveNoFinding(string device, ColorScheme scheme, string locale)
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartWithAccountsAsync(stub, ("ENABLE_API_KEYS", "true"), ("CODE", "open-sesame"));
        var look = new Look(device, scheme, locale);
        var phone = look.IsPhone;
        var page = await OpenAsync(site, expectedStatuses: [400, 401], look.Options);
        Task Check(string screen) => ScreenCheck.CheckAsync(page, look.Name, screen);

        await Expect(page.GetByTestId("code-input")).ToBeFocusedAsync();
        await Check("sign-in-1-code");
        await page.GetByTestId("code-input").FillAsync("open-sesame");
        await page.GetByTestId("code-submit").ClickAsync();
        await Expect(page.GetByTestId("sign-in-name")).ToBeFocusedAsync();
        await Check("sign-in-2-first-admin");
        await page.GetByTestId("sign-in-submit").ClickAsync();
        await Expect(page.GetByTestId("sign-in-name-error")).ToBeVisibleAsync();
        await Check("sign-in-3-missing");
        await SignUpAsync(page, "Ada");
        await Expect(page.GetByTestId("composer-input")).ToBeVisibleAsync();
        if (phone)
        {
            await page.GetByTestId("open-chats").ClickAsync();
        }

        await Check("account-button");
        await page.GetByTestId("account").Filter(new() { Visible = true }).ClickAsync();
        for (var part = 0; part < Parts.Length; part++)
        {
            await page.GetByRole(AriaRole.Dialog).Locator(".segments label").Nth(part).ClickAsync();
            await Expect(page.GetByTestId("account-" + Parts[part])).ToBeVisibleAsync();
            await Expect(page.GetByTestId(part switch { 0 => "profile-name", 1 => "password-old", 2 => "key-new", _ => "session" })).ToBeVisibleAsync();
            await Check("account-" + Parts[part]);
        }

        await page.GetByRole(AriaRole.Dialog).Locator(".segments label").Nth(2).ClickAsync();
        await page.GetByTestId("key-new").ClickAsync();
        await page.Locator("summary").ClickAsync();
        await Check("account-key-form");
        await page.GetByTestId("key-name").FillAsync("My editor");
        await page.GetByTestId("key-create").ClickAsync();
        await Expect(page.GetByTestId("key-fresh")).ToBeVisibleAsync();
        await Check("account-key-made");
        await page.GetByTestId("key-done").ClickAsync();
        await page.GetByTestId("key-revoke").ClickAsync();
        await Check("account-key-revoke");
        await page.GetByTestId("sign-out").ClickAsync();
        await Expect(page.GetByTestId("sign-in-email")).ToBeFocusedAsync();
        await Check("sign-in-4-back");
        await SignInAsync(page, "Ada", "not this one");
        await Expect(page.GetByTestId("sign-in-password-error")).ToBeVisibleAsync();
        await Check("sign-in-5-wrong");
        await page.GotoAsync("/auth?error=domain_not_allowed");
        await Expect(page.GetByTestId("sign-in-error")).ToBeVisibleAsync();
        await Check("sign-in-6-provider-error");

        await page.GetByTestId("to-sign-up").ClickAsync();
        await SignUpAsync(page, "Bob");
        await Expect(page.GetByTestId("admin-to-ask")).ToBeVisibleAsync();
        await Check("waiting");
    }
}
