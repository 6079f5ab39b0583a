using System.Net;
using System.Net.Http.Headers;
using OpenWebUi.StubProvider;
using static Microsoft.Playwright.Assertions;

namespace OpenWebUi.Tests.Browser;

public sealed class AccountTests(BrowserFixture fixture) : AccountTest(fixture)
{
    [Fact]
    public async Task ApiKey_CreatedInThePage_WorksUntilItIsRevoked()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartWithAccountsAsync(stub, ("ENABLE_API_KEYS", "true"));
        var page = await OpenAsAdminAsync(site);
        await OpenAccountAsync(page, "API keys");
        await Expect(page.GetByTestId("keys-empty")).ToBeVisibleAsync();

        await page.GetByTestId("key-new").ClickAsync();
        await Expect(page.GetByTestId("key-name")).ToBeFocusedAsync();
        await page.GetByTestId("key-name").FillAsync("My editor");
        await page.GetByTestId("key-create").ClickAsync();
        await Expect(page.GetByTestId("key-copy")).ToBeFocusedAsync();
        await page.GetByTestId("key-copy").ClickAsync();
        var key = await page.GetByTestId("key-value").InnerTextAsync();
        var address = await page.GetByTestId("key-base").InnerTextAsync();
        Assert.Equal(key, await page.EvaluateAsync<string>("() => navigator.clipboard.readText()"));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(address, key));

        await page.GetByTestId("key-done").ClickAsync();
        await Expect(page.GetByTestId("key")).ToContainTextAsync("My editor");
        Assert.DoesNotContain(key, await page.ContentAsync(), StringComparison.Ordinal);
        await page.GetByTestId("key-revoke").ClickAsync();
        await Expect(page.GetByTestId("key-revoke-confirm")).ToBeFocusedAsync();
        await page.GetByTestId("key-revoke-confirm").ClickAsync();
        await Expect(page.GetByTestId("key")).ToHaveCountAsync(0);
        await EventuallyAsync(async () => await AskAsync(address, key) == HttpStatusCode.Unauthorized, "the key is refused");
    }

    [Fact]
    public async Task ApiKeys_SwitchedOff_AreNotOffered()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartWithAccountsAsync(stub, ("ENABLE_API_KEYS", "false"));
        var page = await OpenAsAdminAsync(site);

        await OpenAccountAsync(page, "Profile");

        await Expect(page.GetByRole(Microsoft.Playwright.AriaRole.Dialog)).Not.ToContainTextAsync("API keys");
    }

    [Fact]
    public async Task Profile_NewNameAndPicture_ShowInTheSideBarAndAfterAReload()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartWithAccountsAsync(stub);
        var page = await OpenAsAdminAsync(site, expectedStatuses: [404]);
        await OpenAccountAsync(page, "Profile");
        string? sent = null;
        page.Request += (_, request) => sent = request.Url.EndsWith("/update/profile", StringComparison.Ordinal) ? request.PostData : sent;

        await page.GetByTestId("picture-file").SetInputFilesAsync(Path.Combine(Repository, "static-web", "public", "icon.svg"));
        await Expect(page.GetByTestId("picture-remove")).ToBeVisibleAsync();
        await page.GetByTestId("profile-name").FillAsync("Ada King");
        await page.GetByTestId("profile-bio").FillAsync("Writes notes.");
        await page.GetByTestId("profile-save").ClickAsync();

        await Expect(page.GetByRole(Microsoft.Playwright.AriaRole.Status).Filter(new() { HasText = "Saved" })).ToBeVisibleAsync();
        Assert.Contains("data:image/webp;base64,", sent, StringComparison.Ordinal);
        Assert.True(sent!.Length < 12_000, $"The picture is {sent.Length} characters long.");
        await Expect(page.GetByTestId("account")).ToContainTextAsync("Ada King");
        await page.ReloadAsync();
        await Expect(page.GetByTestId("account")).ToContainTextAsync("Ada King");
        await OpenAccountAsync(page, "Profile");
        await Expect(page.GetByTestId("profile-bio")).ToHaveValueAsync("Writes notes.");
    }

    [Fact]
    public async Task Password_Changed_OldOneIsRefusedAndOtherBrowsersAreOut()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartWithAccountsAsync(stub);
        var page = await OpenAsAdminAsync(site, expectedStatuses: [400]);
        var other = await OpenAsync(site, expectedStatuses: [400, 401]);
        await SignInAsync(other, "Ada");
        await Expect(other.GetByTestId("composer-input")).ToBeVisibleAsync();
        await OpenAccountAsync(page, "Password");

        await page.GetByTestId("password-old").FillAsync("not this one");
        await page.GetByTestId("password-new").FillAsync("an even longer one");
        await page.GetByTestId("password-save").ClickAsync();
        await Expect(page.GetByTestId("password-old-error")).ToHaveTextAsync("This is not your current password.");
        await Expect(page.GetByTestId("password-old")).ToBeFocusedAsync();
        await page.GetByTestId("password-old").FillAsync(Password);
        await page.GetByTestId("password-save").ClickAsync();
        await Expect(page.GetByTestId("password-status")).ToContainTextAsync("Your password is changed");

        await page.ReloadAsync();
        await Expect(page.GetByTestId("composer-input")).ToBeVisibleAsync();
        await SendAsync(other, "not lost");
        await Expect(other.GetByTestId("sign-in")).ToBeVisibleAsync();
        await SignInAsync(other, "Ada");
        await Expect(other.GetByTestId("sign-in-password-error")).ToBeVisibleAsync();
        await SignInAsync(other, "Ada", "an even longer one");
        await Expect(other.GetByTestId("composer-input")).ToHaveValueAsync("not lost");
    }

    [Fact]
    public async Task SignOutEverywhereElse_OtherBrowser_IsAskedToSignIn()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartWithAccountsAsync(stub);
        var page = await OpenAsAdminAsync(site);
        var other = await OpenAsync(site, expectedStatuses: [401]);
        await SignInAsync(other, "Ada");
        await Expect(other.GetByTestId("composer-input")).ToBeVisibleAsync();
        await OpenAccountAsync(page, "Sessions");
        await Expect(page.GetByTestId("session")).ToHaveCountAsync(2);
        await Expect(page.GetByTestId("session").First).ToContainTextAsync("This browser");

        await page.GetByTestId("sessions-end-others").ClickAsync();

        await Expect(page.GetByTestId("sessions-said")).ToContainTextAsync("Signed out everywhere else.");
        await Expect(page.GetByTestId("session")).ToHaveCountAsync(1);
        await other.ReloadAsync();
        await Expect(other.GetByTestId("sign-in")).ToBeVisibleAsync();
        await page.ReloadAsync();
        await Expect(page.GetByTestId("composer-input")).ToBeVisibleAsync();
    }

    /// <summary>As an OpenAI client asks, with the base URL and the key that the page showed.</summary>
    private static async Task<HttpStatusCode> AskAsync(string address, string key)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, address + "/models");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        using var response = await client.SendAsync(request);
        return response.StatusCode;
    }
}
