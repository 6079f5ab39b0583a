using Microsoft.Playwright;
using OpenWebUi.StubProvider;
using OpenWebUi.Tests.Site;
using static Microsoft.Playwright.Assertions;

namespace OpenWebUi.Tests.Browser;

/// <summary>A visit without the server, or without a network: what the browser kept is shown, what is sent goes out once, later.</summary>
public sealed class OfflineTests(BrowserFixture fixture) : AccountTest(fixture)
{
    [Fact]
    public async Task RepeatVisit_WithoutNetwork_ShowsListAndChatAndSaysSo()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartAsync(stub);
        var page = await VisitAsync(site, "kept for later");
        var address = page.Url;

        await page.Context.SetOfflineAsync(true);
        await page.ReloadAsync();

        await Expect(Row(page, "kept for later")).ToBeVisibleAsync();
        await Expect(Answer(page, "done").Locator(".prose")).ToHaveTextAsync("You said: kept for later");
        await Expect(page.GetByTestId("offline-note")).ToHaveAttributeAsync("data-note", "offline");
        await page.GotoAsync("/");
        await Expect(Row(page, "kept for later")).ToBeVisibleAsync();

        await page.Context.SetOfflineAsync(false);
        await Expect(page.GetByTestId("offline-note")).ToHaveCountAsync(0);
        await page.GotoAsync(address);
        await Expect(Answer(page, "done")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task RepeatVisit_ServerAsleep_IsPaintedAtOnceAndSaysThatItWakes()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartAsync(stub);
        var page = await VisitAsync(site, "before sleep");
        var awake = new TaskCompletionSource();
        await page.RouteAsync("**/api/**", async route =>
        {
            await awake.Task;
            await route.ContinueAsync();
        });

        await page.ReloadAsync();

        await Expect(Row(page, "before sleep")).ToBeVisibleAsync();
        await Expect(page.GetByTestId("offline-note")).ToHaveAttributeAsync("data-note", "waking");
        awake.SetResult();
        await Expect(page.GetByTestId("offline-note")).ToHaveCountAsync(0);
        await SendAsync(page, "awake again");
        await Expect(Answer(page, "done").Locator(".prose")).ToHaveTextAsync("You said: awake again");
    }

    [Fact]
    public async Task Turn_SentWithoutNetwork_WaitsVisiblyAndGoesOutOnce()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartAsync(stub);
        var page = await VisitAsync(site, "first");
        await page.Context.SetOfflineAsync(true);

        await SendAsync(page, "from the tunnel");

        await Expect(page.GetByTestId("turn-notice")).ToContainTextAsync("goes out when the connection is back");
        await page.ReloadAsync();
        await Expect(page.GetByTestId("turn-notice")).ToContainTextAsync("goes out when the connection is back");
        await page.Context.SetOfflineAsync(false);
        await Expect(Answer(page, "done").Locator(".prose")).ToHaveTextAsync("You said: from the tunnel");
        Assert.Single(Asked(stub), request => request.BodyText.Contains("from the tunnel", StringComparison.Ordinal));
        await Expect(Messages(page)).ToHaveCountAsync(4);
    }

    [Fact]
    public async Task Turn_TakenBackWithoutNetwork_StandsInTheComposerAndIsNeverSent()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartAsync(stub);
        var page = await VisitAsync(site, "first");
        await page.Context.SetOfflineAsync(true);
        await SendAsync(page, "not like this");
        await page.GetByTestId("composer-input").FillAsync("and more");

        await page.GetByTestId("take-back").ClickAsync();

        await Expect(page.GetByTestId("composer-input")).ToHaveValueAsync("not like this\n\nand more");
        await Expect(Messages(page)).ToHaveCountAsync(2);
        await page.Context.SetOfflineAsync(false);
        await SendAsync(page, "like that");
        await Expect(Answer(page, "done").Locator(".prose")).ToHaveTextAsync("You said: like that");
        Assert.DoesNotContain(Asked(stub), request => request.BodyText.Contains("not like this", StringComparison.Ordinal));
    }

    [Fact]
    public async Task KeptThings_OfWhoSignedOut_AreGone()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartAsync(stub, "true");
        var page = await OpenAsync(site, [401]);
        await SignUpAsync(page, "Ada");
        await SendAsync(page, "mine alone");
        await Expect(Answer(page, "done")).ToBeVisibleAsync();
        await EventuallyAsync(async () => (await KeptByBrowser.ValuesAsync(page)).Contains("mine alone", StringComparison.Ordinal), "the chat is kept");

        await page.Context.ClearCookiesAsync();
        await page.ReloadAsync();

        await Expect(page.GetByTestId("sign-in-password")).ToBeVisibleAsync();
        Assert.DoesNotContain("mine alone", await KeptByBrowser.ValuesAsync(page), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Guest_WithACode_LeavesNothingBehind()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartAsync(stub, "false", ("CODE", "let-me-in"));
        var page = await OpenAsync(site);
        await EnterCodeAsync(page, "let-me-in");
        await SendAsync(page, "a guest was here");
        await Expect(Answer(page, "done")).ToBeVisibleAsync();
        await page.ReloadAsync();
        await Expect(Answer(page, "done")).ToBeVisibleAsync();

        Assert.DoesNotContain("a guest was here", await KeptByBrowser.ValuesAsync(page), StringComparison.Ordinal);
        Assert.DoesNotContain("/api/", await KeptByBrowser.FilesAsync(page), StringComparison.Ordinal);
    }

    private static Task<TestSite> StartAsync(StubServer stub, string accounts = "false", params (string Name, string Value)[] more)
    {
        stub.Models = ["echo"];
        return StartSiteAsync(
            [("BASE_URL", stub.BaseUrl), ("OPENAI_API_KEY", "sk-site"), ("ENABLE_TITLE_GENERATION", "false"), ("WEBUI_AUTH", accounts), .. more]);
    }

    /// <summary>A visit that leaves a chat behind, and a service worker that has taken over.</summary>
    private async Task<IPage> VisitAsync(TestSite site, string text)
    {
        Tolerates = said => said.Contains("net::ERR_", StringComparison.Ordinal);
        var page = await OpenAsync(site);
        await SendAsync(page, text);
        await Expect(Answer(page, "done")).ToBeVisibleAsync();
        await EventuallyAsync(() => KeptByBrowser.HasAsync(page, "/Markdown-", "/OfflineNotes-", "/en-"), "what was used is kept");
        await EventuallyAsync(async () => (await KeptByBrowser.ValuesAsync(page)).Contains(text, StringComparison.Ordinal), "the chat is kept");
        return page;
    }

    private static StubRequest[] Asked(StubServer stub) =>
        [.. stub.Requests.Where(r => r.Path.EndsWith("/chat/completions", StringComparison.Ordinal))];
}
