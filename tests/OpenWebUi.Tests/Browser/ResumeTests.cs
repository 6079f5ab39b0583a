using Microsoft.Playwright;
using OpenWebUi.StubProvider;
using OpenWebUi.Tests.Site;
using static Microsoft.Playwright.Assertions;

namespace OpenWebUi.Tests.Browser;

/// <summary>An answer goes on, whatever happens to the page that asked for it: every character once, no second turn.</summary>
public sealed class ResumeTests(BrowserFixture fixture) : BrowserTest(fixture)
{
    private const string Whole = "w1 w2 w3 w4";

    [Fact]
    public async Task Answer_PageReloadedInItsMiddle_GoesOnWithoutASeam()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartAsync(stub, "stepped");
        var page = await OpenAsync(site);
        await SendAsync(page, "count");
        await stub.StepAsync();
        await Expect(Answer(page, "streaming")).ToContainTextAsync("w1");
        await stub.StepAsync();

        await page.ReloadAsync();

        await Expect(Answer(page, "streaming")).ToContainTextAsync("w1 w2");
        await Expect(page.GetByTestId("chat-running")).ToBeVisibleAsync();
        await stub.StepAsync();
        await Expect(Answer(page, "streaming")).ToContainTextAsync("w1 w2 w3");
        stub.Release();
        await Expect(Answer(page, "done").Locator(".prose")).ToHaveTextAsync(Whole);
        await Expect(Messages(page)).ToHaveCountAsync(2);
        await Expect(page.GetByTestId("chat-running")).ToHaveCountAsync(0);
        Assert.Single(Asked(stub));
    }

    [Fact]
    public async Task Answer_NetworkCutInItsMiddle_SaysSoAndGoesOnWhenItIsBack()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartAsync(stub, "stepped");
        Tolerates = IsOfNoNetwork;
        var page = await OpenAsync(site);
        await SendAsync(page, "count");
        await stub.StepAsync();
        await Expect(Answer(page, "streaming")).ToContainTextAsync("w1");

        await page.Context.SetOfflineAsync(true);
        await Expect(page.GetByTestId("turn-notice")).ToContainTextAsync("Reconnecting");
        await stub.StepAsync();
        await Expect(Answer(page, "streaming")).Not.ToContainTextAsync("w2");
        await page.Context.SetOfflineAsync(false);

        await Expect(Answer(page, "streaming")).ToContainTextAsync("w1 w2");
        await Expect(page.GetByTestId("turn-notice")).ToHaveCountAsync(0);
        stub.Release();
        await Expect(Answer(page, "done").Locator(".prose")).ToHaveTextAsync(Whole);
        Assert.Single(Asked(stub));
    }

    [Fact]
    public async Task Turn_AcknowledgmentLost_IsSentAgainAndStoredOnce()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartAsync(stub, "echo");
        Tolerates = text => text.Contains("net::ERR_FAILED", StringComparison.Ordinal);
        var page = await OpenAsync(site);
        var sent = new List<string?>();
        await page.RouteAsync("**/api/chat/completions", async route =>
        {
            sent.Add(route.Request.PostData);
            if (sent.Count > 1)
            {
                await route.ContinueAsync();
                return;
            }

            await route.FetchAsync();
            await route.AbortAsync();
        });

        await SendAsync(page, "only once");

        await Expect(Answer(page, "done").Locator(".prose")).ToHaveTextAsync("You said: only once");
        Assert.Equal(2, sent.Count);
        Assert.Equal(sent[0], sent[1]);
        Assert.Single(Asked(stub));
        await page.ReloadAsync();
        await Expect(Messages(page)).ToHaveCountAsync(2);
        await Expect(page.GetByTestId("chat")).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task Answer_InterruptedBecauseNobodyListened_IsContinued()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartAsync(stub, "stepped", ("CHAT_DETACHED_TIMEOUT", "0"));
        var page = await OpenAsync(site);
        await SendAsync(page, "count");
        await stub.StepAsync();
        await stub.StepAsync();
        await Expect(Answer(page, "streaming")).ToContainTextAsync("w1 w2");
        await EventuallyAsync(() => Task.FromResult(page.Url.Contains("/c/", StringComparison.Ordinal)), "the chat has an address");
        var address = page.Url;
        await page.GotoAsync("/robots.txt");
        await Assert.Single(Asked(stub)).Aborted.WaitAsync(TimeSpan.FromSeconds(15));

        await page.GotoAsync(address);

        await Expect(Answer(page, "interrupted")).ToContainTextAsync("w1 w2");
        await Expect(Answer(page, "interrupted")).ToContainTextAsync("interrupted");
        stub.Release();
        await Answer(page, "interrupted").GetByTestId("continue").ClickAsync();
        await Expect(Answer(page, "done").Locator(".prose")).ToContainTextAsync("w1 w2");
        await Expect(Answer(page, "done").Locator(".prose")).ToContainTextAsync("w4");
        await Expect(Messages(page)).ToHaveCountAsync(2);
    }

    [Fact]
    public async Task Tabs_AnswerFollowedInBoth_IsStoppedFromTheOther()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartAsync(stub, "stepped");
        var page = await OpenAsync(site);
        var other = await OpenTabAsync(page.Context, site);
        await Expect(other.GetByTestId("composer-input")).ToBeVisibleAsync();
        await SendAsync(page, "count");
        await stub.StepAsync();

        await Expect(other.GetByTestId("chat-running")).ToBeVisibleAsync();
        await Row(other, "count").ClickAsync();
        await Expect(Answer(other, "streaming")).ToContainTextAsync("w1");
        await stub.StepAsync();
        await Expect(Answer(page, "streaming")).ToContainTextAsync("w1 w2");
        await Expect(Answer(other, "streaming")).ToContainTextAsync("w1 w2");
        await other.GetByTestId("composer-stop").ClickAsync();

        await Expect(Answer(other, "stopped").Locator(".prose")).ToHaveTextAsync("w1 w2");
        await Expect(Answer(page, "stopped").Locator(".prose")).ToHaveTextAsync("w1 w2");
        await Expect(page.GetByTestId("composer-send")).ToBeVisibleAsync();
        await Expect(page.GetByTestId("chat-running")).ToHaveCountAsync(0);
        await Expect(other.GetByTestId("chat-running")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Chats_TwoAnsweredAtOnce_EachShowsItsOwn()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartAsync(stub, "stepped");
        var page = await OpenAsync(site);
        await SendAsync(page, "first");
        await Expect(page.GetByTestId("chat-running")).ToHaveCountAsync(1);
        await page.GetByTestId("new-chat").ClickAsync();
        await SendAsync(page, "second");
        await Expect(page.GetByTestId("chat-running")).ToHaveCountAsync(2);
        await EventuallyAsync(() => Task.FromResult(Asked(stub).Length == 2), "both are asked");

        await stub.Steps.StepAsync(Asked(stub)[0]);
        await Expect(Answer(page, "streaming")).Not.ToContainTextAsync("w1");
        await Row(page, "first").ClickAsync();
        await Expect(Answer(page, "streaming")).ToContainTextAsync("w1");
        stub.Release();

        await Expect(Answer(page, "done").Locator(".prose")).ToHaveTextAsync(Whole);
        await Row(page, "second").ClickAsync();
        await Expect(Answer(page, "done").Locator(".prose")).ToHaveTextAsync(Whole);
        await Expect(Messages(page).First).ToContainTextAsync("second");
    }

    private static Task<TestSite> StartAsync(StubServer stub, string model, params (string Name, string Value)[] more)
    {
        stub.Models = [model];
        return StartSiteAsync([("BASE_URL", stub.BaseUrl), ("OPENAI_API_KEY", "sk-site"), ("ENABLE_TITLE_GENERATION", "false"), .. more]);
    }

    private static StubRequest[] Asked(StubServer stub) =>
        [.. stub.Requests.Where(r => r.Path.EndsWith("/chat/completions", StringComparison.Ordinal))];
}
