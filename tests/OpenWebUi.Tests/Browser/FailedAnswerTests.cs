using Microsoft.Playwright;
using OpenWebUi.StubProvider;
using OpenWebUi.Tests.Site;
using static Microsoft.Playwright.Assertions;

namespace OpenWebUi.Tests.Browser;

/// <summary>An answer that failed: whose failure it is, its words, and the ways on.</summary>
public sealed class FailedAnswerTests(BrowserFixture fixture) : AccountTest(fixture)
{
    [Fact]
    public async Task Failure_OfAProvider_IsToldInItsWordsAlsoAfterAReloadAndRetried()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartAsync(stub);
        var page = await OpenAndFailAsync(site, stub, StubBehavior.Status(500, message: "The furnace is out."));

        for (var reloaded = false; ; reloaded = true)
        {
            var answer = Answer(page, "failed");
            await Expect(answer.GetByTestId("failed-title")).ToHaveTextAsync($"{NameOf(stub)} reports a problem · 500");
            await Expect(answer.GetByTestId("failed-said")).ToHaveTextAsync("The furnace is out.");
            await Expect(answer.GetByTestId("failed-next")).ToContainTextAsync("Try again");
            await Expect(answer.GetByTestId("failed-more")).ToHaveCountAsync(0);
            if (reloaded)
            {
                break;
            }

            await page.ReloadAsync();
        }

        stub.Behavior = StubBehavior.Answer;
        await Answer(page, "failed").GetByTestId("retry").ClickAsync();
        await Expect(Answer(page, "done")).ToContainTextAsync("You said: hello");
        await Expect(page.GetByTestId("composer-input")).ToBeFocusedAsync();
    }

    [Fact]
    public async Task Failure_OfTooManyCalls_CountsDownWhatTheProviderAskedAlsoAfterAReload()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartAsync(stub);
        var page = await OpenAndFailAsync(site, stub, StubBehavior.Status(429, TimeSpan.FromMinutes(30)));

        await Expect(Answer(page, "failed").GetByTestId("failed-next")).ToContainTextAsync("29 min");
        await page.ReloadAsync();
        await Expect(Answer(page, "failed").GetByTestId("failed-next")).ToContainTextAsync("29 min");
        await Expect(Answer(page, "failed").GetByTestId("retry")).ToBeEnabledAsync();
    }

    [Fact]
    public async Task Failure_WithLongWords_IsFoldedUntilAsked()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartAsync(stub);
        var page = await OpenAndFailAsync(site, stub, StubBehavior.Status(400, message: string.Join('\n', Enumerable.Range(1, 12).Select(line => $"line {line}"))));

        var said = Answer(page, "failed").GetByTestId("failed-said");
        await Expect(said).ToHaveCSSAsync("overflow-y", "hidden");
        await page.GetByTestId("failed-more").ClickAsync();
        await Expect(said).ToHaveCSSAsync("overflow-y", "auto");
        await Expect(said).ToContainTextAsync("line 12");
        await Expect(page.GetByTestId("failed-more")).ToHaveAttributeAsync("aria-expanded", "true");
    }

    [Fact]
    public async Task AnotherModel_ChosenFromTheFailure_AnswersInItsPlace()
    {
        await using var stub = await StubServer.StartAsync();
        stub.Models = ["status-404", "echo-large"];
        await using var site = await StartAsync(stub);
        var page = await OpenAsync(site);
        await SendAsync(page, "hello");
        await Expect(Answer(page, "failed").GetByTestId("failed-next")).ToContainTextAsync("Choose another one");

        await page.GetByTestId("other-model").ClickAsync();
        await page.Locator("[data-testid=model-option][data-model=echo-large]").ClickAsync();

        await Expect(Answer(page, "done")).ToContainTextAsync("You said: hello");
        await Expect(page.GetByTestId("model-picker")).ToContainTextAsync("echo-large");
    }

    [Fact]
    public async Task Failure_ForAnAdministratorAlone_LeadsToTheConnectionsDoctor()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartWithAccountsAsync(stub, ("DEFAULT_USER_ROLE", "user"));
        var page = await OpenAsAdminAsync(site);
        var member = await OpenAsNewcomerAsync(site, "Bob");
        await Expect(member.GetByTestId("model-picker")).ToContainTextAsync("echo");
        await Expect(page.GetByTestId("model-picker")).ToContainTextAsync("echo");
        stub.Behavior = StubBehavior.Status(401);
        await SendAsync(page, "hello");
        await SendAsync(member, "hello");

        await Expect(Answer(member, "failed").GetByTestId("failed-next")).ToContainTextAsync("for an administrator to mend");
        await Expect(member.GetByTestId("failed-examine")).ToHaveCountAsync(0);
        await Expect(Answer(page, "failed").GetByTestId("failed-next")).ToContainTextAsync("enter another key");
        await page.GetByTestId("failed-examine").ClickAsync();
        await Expect(page.GetByTestId("step-auth")).ToHaveAttributeAsync("data-status", "failed");
    }

    /// <summary>The models are listed, then the provider fails at the first question.</summary>
    private async Task<IPage> OpenAndFailAsync(TestSite site, StubServer stub, StubBehavior behavior)
    {
        var page = await OpenAsync(site);
        await Expect(page.GetByTestId("model-picker")).ToContainTextAsync("echo");
        stub.Behavior = behavior;
        await SendAsync(page, "hello");
        return page;
    }

    private static string NameOf(StubServer stub) => new Uri(stub.BaseUrl).Authority;

    private static Task<TestSite> StartAsync(StubServer stub) =>
        StartSiteAsync(("BASE_URL", stub.BaseUrl), ("OPENAI_API_KEY", "sk-site"), ("ENABLE_TITLE_GENERATION", "false"));
}
