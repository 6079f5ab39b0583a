using OpenWebUi.StubProvider;
using static Microsoft.Playwright.Assertions;

namespace OpenWebUi.Tests.Browser;

public sealed class SignInTests(BrowserFixture fixture) : AccountTest(fixture)
{
    [Fact]
    public async Task FirstRun_MistakesThenAnAccount_AdminIsInAndStaysIn()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartWithAccountsAsync(stub);
        var page = await OpenAsync(site);
        await Expect(page.Locator("h1")).ToHaveTextAsync("Create the admin account");
        await Expect(page.GetByTestId("sign-in-name")).ToBeFocusedAsync();

        await page.GetByTestId("sign-in-submit").ClickAsync();
        await Expect(page.GetByTestId("sign-in-name-error")).ToHaveTextAsync("Tell us your name.");
        await page.GetByTestId("sign-in-name").FillAsync("Ada");
        await SignInAsync(page, "Ada", "short");
        await Expect(page.GetByTestId("sign-in-password-error")).ToContainTextAsync("At least 8 characters");
        await Expect(page.GetByTestId("sign-in-password")).ToBeFocusedAsync();
        await SignUpAsync(page, "Ada");

        await SendAsync(page, "hello");
        await Expect(Answer(page, "done")).ToContainTextAsync("hello");
        await page.ReloadAsync();
        await Expect(Answer(page, "done")).ToContainTextAsync("hello");
        await Expect(page.GetByTestId("account")).ToContainTextAsync("Ada");
        Assert.DoesNotContain("token", await page.EvaluateAsync<string>("() => document.cookie"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SecondPerson_Waits_IsLetInWithoutAnotherSignIn()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartWithAccountsAsync(stub);
        await OpenAsAdminAsync(site);
        var page = await OpenAsNewcomerAsync(site, "Bob");
        await Expect(page.GetByTestId("waiting")).ToContainTextAsync("Waiting for approval");
        await Expect(page.GetByTestId("admin-to-ask")).ToHaveAttributeAsync("href", "mailto:ada@example.org");
        await page.ReloadAsync();
        await Expect(page.GetByTestId("waiting")).ToBeVisibleAsync();

        await ApproveAsync(site, "Bob");

        await Expect(page.GetByTestId("composer-input")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Waiting_AdminsTextWithScript_ShowsTextAndRunsNothing()
    {
        // CVE-2026-44568: the pending page drew the administrator's Markdown without a sanitiser. Ours parses it in a document of
        // its own, which reports the handlers that it finds there, and draws none of them.
        Tolerates = text => text.Contains("violates the following Content Security Policy directive", StringComparison.Ordinal)
            || text is "CSP script-src-attr inline ";
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartWithAccountsAsync(
            stub,
            ("PENDING_USER_OVERLAY_TITLE", "One moment <img src=x onerror=alert(1)>"),
            ("PENDING_USER_OVERLAY_CONTENT", "Ask **Grace**. <img src=x onerror=\"alert(1)\"><script>alert(1)</script> [here](javascript:alert(1))"));
        await OpenAsAdminAsync(site);

        var page = await OpenAsNewcomerAsync(site, "Bob");

        await Expect(page.GetByTestId("waiting").Locator("strong")).ToHaveTextAsync("Grace");
        await Expect(page.Locator("h1")).ToHaveTextAsync("One moment <img src=x onerror=alert(1)>");
        await Expect(page.Locator("main img, main script, main [href^='javascript']")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task SignIn_WrongPasswordsThenTooMany_SaysSoAtTheFieldAndCountsDown()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartWithAccountsAsync(stub);
        await OpenAsAdminAsync(site);
        var page = await OpenAsync(site, expectedStatuses: [400, 429]);

        await SignInAsync(page, "Ada", "not this one");
        await Expect(page.GetByTestId("sign-in-password-error")).ToHaveTextAsync("The e-mail address or the password is wrong.");
        await Expect(page.GetByTestId("sign-in-password")).ToBeFocusedAsync();
        await Expect(page.GetByTestId("sign-in-email")).ToHaveValueAsync("ada@example.org");
        var trouble = page.GetByTestId("sign-in-trouble");
        for (var attempt = 0; attempt < 30 && await trouble.CountAsync() == 0; attempt++)
        {
            await SignInAsync(page, "Ada", $"not this one either {attempt}");
            await Expect(page.GetByTestId("sign-in-submit")).Not.ToHaveTextAsync("Signing in…");
        }

        await Expect(trouble).ToContainTextAsync("You can try again in");
        await Expect(trouble).ToHaveAttributeAsync("role", "timer");
        await Expect(page.GetByTestId("sign-in-submit")).ToBeDisabledAsync();
    }

    [Fact]
    public async Task Session_EndsWhileWriting_ComesBackToTheChatWithTheText()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartWithAccountsAsync(stub);
        var page = await OpenAsAdminAsync(site, expectedStatuses: [401]);
        await SendAsync(page, "the first question");
        await Expect(Answer(page, "done")).ToBeVisibleAsync();
        var chat = page.Url;
        await page.Context.ClearCookiesAsync();

        await SendAsync(page, "not lost");

        await Expect(page.Locator("h1")).ToHaveTextAsync("Please sign in again");
        Assert.DoesNotContain("the first question", await page.ContentAsync(), StringComparison.Ordinal);
        await SignInAsync(page, "Ada");
        await Expect(page.GetByTestId("composer-input")).ToHaveValueAsync("not lost");
        await Expect(Messages(page)).ToHaveCountAsync(2);
        Assert.Equal(chat, page.Url);
        await SendAsync(page, "not lost");
        await Expect(Messages(page)).ToHaveCountAsync(4);
    }

    [Fact]
    public async Task Session_EndsWhileAMessageIsEdited_EditIsStillOpen()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartWithAccountsAsync(stub);
        var page = await OpenAsAdminAsync(site, expectedStatuses: [401]);
        await SendAsync(page, "the first question");
        await Expect(Answer(page, "done")).ToBeVisibleAsync();
        await Messages(page).First.HoverAsync();
        await page.GetByTestId("edit-message").ClickAsync();
        await page.GetByTestId("edit-input").FillAsync("a better question");
        await page.Context.ClearCookiesAsync();

        await page.EvaluateAsync("() => { dispatchEvent(new Event('online')) }");

        await Expect(page.GetByTestId("sign-in")).ToBeVisibleAsync();
        await SignInAsync(page, "Ada");
        await Expect(page.GetByTestId("edit-input")).ToHaveValueAsync("a better question");
        await page.GetByTestId("edit-cancel").ClickAsync();
        await page.ReloadAsync();
        await Expect(Messages(page).First).ToContainTextAsync("the first question");
        await Expect(page.GetByTestId("edit-input")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task AnotherAccount_InTheSameTab_SeesNothingOfTheFirst()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartWithAccountsAsync(stub, ("DEFAULT_USER_ROLE", "user"));
        var page = await OpenAsAdminAsync(site, expectedStatuses: [401, 404]);
        await OpenAsNewcomerAsync(site, "Bob");
        await SendAsync(page, "a whispered question");
        await Expect(Answer(page, "done")).ToBeVisibleAsync();
        await page.GetByTestId("composer-input").FillAsync("a whispered draft");
        await page.GetByTestId("new-chat").ClickAsync();
        await page.GetByTestId("composer-input").FillAsync("another whispered draft");
        await page.Context.ClearCookiesAsync();
        // Something else may have asked, and been refused, before.
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByTestId("sign-in")).ToBeVisibleAsync();

        await SignInAsync(page, "Bob");

        await Expect(page.GetByTestId("account")).ToContainTextAsync("Bob");
        await Expect(page.GetByTestId("chats-empty")).ToBeVisibleAsync();
        await Expect(page.GetByTestId("composer-input")).ToHaveValueAsync("");
        Assert.Equal("/", new Uri(page.Url).AbsolutePath);
        Assert.DoesNotContain("whispered", await page.ContentAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain("whispered", await page.EvaluateAsync<string>("() => JSON.stringify([{ ...sessionStorage }, { ...localStorage }])"), StringComparison.Ordinal);
        await page.GoBackAsync();
        await Expect(page.GetByTestId("account")).ToContainTextAsync("Bob");
        Assert.DoesNotContain("whispered", await page.ContentAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OtherTab_SignOutAndSignInElsewhere_FollowsBoth()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartWithAccountsAsync(stub, ("DEFAULT_USER_ROLE", "user"));
        await OpenAsAdminAsync(site);
        var page = await OpenAsNewcomerAsync(site, "Bob");
        await SendAsync(page, "a whispered question");
        await Expect(Answer(page, "done")).ToBeVisibleAsync();
        var other = await OpenTabAsync(page.Context, site, new Uri(page.Url).AbsolutePath);
        await Expect(Answer(other, "done")).ToBeVisibleAsync();

        await OpenAccountAsync(page, "Profile");
        await page.GetByTestId("sign-out").ClickAsync();
        await Expect(page.GetByTestId("sign-in")).ToBeVisibleAsync();
        await Expect(other.GetByTestId("sign-in")).ToBeVisibleAsync();
        Assert.DoesNotContain("whispered", await other.ContentAsync(), StringComparison.Ordinal);

        await SignInAsync(page, "Bob");
        await Expect(page.GetByTestId("composer-input")).ToBeVisibleAsync();
        await Expect(other.GetByTestId("composer-input")).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData("domain_not_allowed", "may not sign in here")]
    [InlineData("email_unverified", "Confirm your e-mail address")]
    [InlineData("<img src=x onerror=alert(1)>", "The sign-in did not work")]
    public async Task ProviderError_InTheAddress_IsSaidInWordsAndLeavesIt(string code, string words)
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartWithAccountsAsync(stub);
        await OpenAsAdminAsync(site);
        var page = await OpenAsync(site);

        await page.GotoAsync("/auth?error=" + Uri.EscapeDataString(code));

        await Expect(page.GetByTestId("sign-in-error")).ToContainTextAsync(words);
        await EventuallyAsync(() => Task.FromResult(new Uri(page.Url).PathAndQuery == "/auth"), "the address bar is clean");
        await SignInAsync(page, "Ada");
        await Expect(page.GetByTestId("composer-input")).ToBeVisibleAsync();
        Assert.Equal("/", new Uri(page.Url).PathAndQuery);
    }

    [Theory]
    [InlineData("//evil.example/")]
    [InlineData("/\\evil.example/")]
    [InlineData("https://evil.example/")]
    public async Task SignIn_AddressThatLeadsElsewhere_StaysHere(string elsewhere)
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartWithAccountsAsync(stub);
        await OpenAsAdminAsync(site);
        var page = await OpenAsync(site);
        await page.GotoAsync("/auth?redirect=" + Uri.EscapeDataString(elsewhere));

        await SignInAsync(page, "Ada");

        await Expect(page.GetByTestId("composer-input")).ToBeVisibleAsync();
        Assert.Equal(site.Address.Port, new Uri(page.Url).Port);
        Assert.Equal("/", new Uri(page.Url).PathAndQuery);
    }

    [Fact]
    public async Task Newcomer_OnASiteWithCodes_IsAskedForTheCodeBeforeTheForm()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartWithAccountsAsync(stub, ("CODE", "open-sesame"));
        var page = await OpenAsync(site, expectedStatuses: [401]);

        await page.GetByTestId("code-input").FillAsync("wrong");
        await page.GetByTestId("code-submit").ClickAsync();
        await Expect(page.GetByTestId("code-error")).ToContainTextAsync("does not fit");
        await page.GetByTestId("code-input").FillAsync("open-sesame");
        await page.GetByTestId("code-submit").ClickAsync();

        await SignUpAsync(page, "Ada");
        await Expect(page.GetByTestId("composer-input")).ToBeVisibleAsync();
    }
}
