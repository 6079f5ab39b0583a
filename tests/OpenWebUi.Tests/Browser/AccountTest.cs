using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using OpenWebUi.Services.Identity;
using OpenWebUi.StubProvider;
using OpenWebUi.Tests.Site;
using static Microsoft.Playwright.Assertions;

namespace OpenWebUi.Tests.Browser;

/// <summary>A browser test of a site with accounts, and the steps that its people take.</summary>
public abstract class AccountTest(BrowserFixture fixture) : BrowserTest(fixture)
{
    protected const string Password = "a long passphrase";

    private protected static Task<TestSite> StartWithAccountsAsync(StubServer stub, params (string Name, string Value)[] environment) => StartSiteAsync(
        [("WEBUI_AUTH", "true"), ("ENABLE_TITLE_GENERATION", "false"), ("BASE_URL", stub.BaseUrl), ("OPENAI_API_KEY", "sk-site"), .. environment]);

    /// <summary>From the sign-up form to wherever that leads.</summary>
    protected static async Task SignUpAsync(IPage page, string name)
    {
        await page.GetByTestId("sign-in-name").FillAsync(name);
        await SignInAsync(page, name);
    }

    protected static async Task SignInAsync(IPage page, string name, string password = Password)
    {
        await page.GetByTestId("sign-in-email").FillAsync(EmailOf(name));
        await page.GetByTestId("sign-in-password").FillAsync(password);
        await page.GetByTestId("sign-in-password").PressAsync("Enter");
    }

    protected static string EmailOf(string name) => name.ToLowerInvariant() + "@example.org";

    /// <summary>The first account, in the chat.</summary>
    private protected async Task<IPage> OpenAsAdminAsync(TestSite site, int[]? expectedStatuses = null)
    {
        var page = await OpenAsync(site, expectedStatuses);
        await SignUpAsync(page, "Ada");
        await Expect(page.GetByTestId("composer-input")).ToBeVisibleAsync();
        return page;
    }

    /// <summary>A further account, in a browser of its own; where it is let in at once it is in the chat.</summary>
    private protected async Task<IPage> OpenAsNewcomerAsync(TestSite site, string name, int[]? expectedStatuses = null)
    {
        var page = await OpenAsync(site, expectedStatuses);
        await page.GetByTestId("to-sign-up").ClickAsync();
        await SignUpAsync(page, name);
        await Expect(page.GetByTestId("sign-in")).ToBeHiddenAsync();
        return page;
    }

    private protected static async Task ApproveAsync(TestSite site, string name)
    {
        var accounts = site.Services.GetRequiredService<AccountStore>();
        var account = await accounts.FindByEmailAsync(EmailOf(name), CancellationToken.None);
        var outcome = await accounts.ChangeAsync(account!.Id, pending => pending with { Role = AccountRole.User }, CancellationToken.None);
        Assert.IsType<ChangeOutcome.Changed>(outcome);
    }

    /// <summary>Opens the account's settings and one of their parts, counted from 0.</summary>
    protected static async Task OpenAccountAsync(IPage page, string part)
    {
        await page.GetByTestId("account").Filter(new() { Visible = true }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog).Locator(".segments label").Filter(new() { HasText = part }).ClickAsync();
    }
}
