using Microsoft.Playwright;
using OpenWebUi.StubProvider;
using OpenWebUi.Tests.Services.Ldap;
using OpenWebUi.Tests.Services.OpenId;
using OpenWebUi.Tests.Site;
using static Microsoft.Playwright.Assertions;

namespace OpenWebUi.Tests.Browser;

/// <summary>The page with a real OpenID provider and a real directory.</summary>
public sealed class SignInElsewhereTests(BrowserFixture fixture) : AccountTest(fixture)
{
    [Fact]
    public async Task Provider_FirstSignIn_ComesBackToWhereItBegan()
    {
        var (provider, stub, site) = await StartWithProviderAsync(("ENABLE_OAUTH_SIGNUP", "true"));
        await using var both = stub;
        await using var alive = site;
        var page = await OpenAsync(site, expectedStatuses: [404]);
        await page.GotoAsync("/?q=a%20question");

        await page.GetByTestId("provider").ClickAsync();
        await EnterNameAsync(page, provider, "alice");

        await Expect(page.GetByTestId("composer-input")).ToHaveValueAsync("a question");
        await Expect(page.GetByTestId("account")).ToContainTextAsync("Alice Example");
        Assert.Equal("/", new Uri(page.Url).PathAndQuery);
    }

    [Fact]
    public async Task Provider_PersonRefusesThere_IsToldInWordsAndMayTryAgain()
    {
        var (provider, stub, site) = await StartWithProviderAsync(("ENABLE_OAUTH_SIGNUP", "true"));
        await using var both = stub;
        await using var alive = site;
        var page = await OpenAsync(site, expectedStatuses: [404]);

        await page.GetByTestId("provider").ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Refuse" }).ClickAsync();
        await Expect(page.GetByTestId("sign-in-error")).ToContainTextAsync("cancelled");
        await page.GetByTestId("provider").ClickAsync();
        await EnterNameAsync(page, provider, "alice");

        await Expect(page.GetByTestId("composer-input")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Provider_NewcomerOnASiteWithCodes_EntersTheCodeThenComesIn()
    {
        var (provider, stub, site) = await StartWithProviderAsync(("ENABLE_OAUTH_SIGNUP", "true"), ("CODE", "open-sesame"), ("ENABLE_LOGIN_FORM", "false"), ("ENABLE_SIGNUP", "false"));
        await using var both = stub;
        await using var alive = site;
        var page = await OpenAsync(site, expectedStatuses: [404]);

        await page.GetByTestId("code-input").FillAsync("open-sesame");
        await page.GetByTestId("code-submit").ClickAsync();
        await page.GetByTestId("provider").ClickAsync();
        await EnterNameAsync(page, provider, "alice");

        await Expect(page.GetByTestId("composer-input")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Directory_WrongThenRightPassword_ComesInByItsTab()
    {
        var directory = await SlapdServer.GetAsync();
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartWithAccountsAsync(
            stub, [("LDAP_SERVER_LABEL", "Company account"), .. directory.Environment().Select(variable => (variable.Key, variable.Value))]);
        var page = await OpenAsync(site, expectedStatuses: [400]);

        await page.GetByText("Company account").ClickAsync();
        await page.GetByTestId("sign-in-user").FillAsync("ada");
        await page.GetByTestId("sign-in-password").FillAsync("wrong horse");
        await page.GetByTestId("sign-in-submit").ClickAsync();
        await Expect(page.GetByTestId("sign-in-password-error")).ToHaveTextAsync("The user name or the password is wrong.");
        await page.GetByTestId("sign-in-password").FillAsync(SlapdServer.Password);
        await page.GetByTestId("sign-in-submit").ClickAsync();

        await Expect(page.GetByTestId("composer-input")).ToBeVisibleAsync();
    }

    private async Task<(OidcServer Provider, StubServer Stub, TestSite Site)> StartWithProviderAsync(params (string Name, string Value)[] environment)
    {
        var provider = await OidcServer.GetAsync();
        Elsewhere = new Uri(provider.Issuer);
        var stub = await StubServer.StartAsync();
        return (provider, stub, await StartWithAccountsAsync(stub, [.. provider.Variables(), .. environment]));
    }

    private static async Task EnterNameAsync(IPage page, OidcServer provider, string person)
    {
        await Expect(page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("^" + System.Text.RegularExpressions.Regex.Escape(provider.Issuer), System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1)));
        await page.GetByRole(AriaRole.Textbox).FillAsync(person);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
    }
}
