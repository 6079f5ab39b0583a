using Microsoft.Playwright;
using OpenWebUi.StubProvider;
using OpenWebUi.Tests.Site;
using static Microsoft.Playwright.Assertions;

namespace OpenWebUi.Tests.Browser;

/// <summary>What people file against chat pages, by its number in the list of fifteen: the conversation's part of it.</summary>
public sealed class PainTests(BrowserFixture fixture) : BrowserTest(fixture)
{
    private const int Words = 3_000;

    [Fact]
    public async Task Pain02_FreezeDuringFastStreams_OneWriteAFrameAndClosedBlocksUntouched()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartAsync(stub, $"stepped-{Words}");
        var page = await OpenAsync(site);
        await Expect(page.GetByTestId("model-picker")).ToContainTextAsync("stepped");
        await page.EvaluateAsync(
            """
            () => {
              window.frames_ = 0; window.writes_ = 0;
              const tick = () => { window.frames_++; requestAnimationFrame(tick); };
              requestAnimationFrame(tick);
              new MutationObserver(changes => {
                if (changes.some(c => (c.target.nodeType === 1 ? c.target : c.target.parentElement)?.closest('.prose'))) window.writes_++;
              }).observe(document.body, { subtree: true, childList: true, characterData: true });
            }
            """);
        await SendAsync(page, "as fast as you can");
        // The code that draws an answer is there.
        await stub.StepAsync();
        await Expect(Answer(page, "streaming").Locator(".prose")).ToContainTextAsync("w1");
        stub.Release();

        await Expect(Answer(page, "done")).ToContainTextAsync($"w{Words}");
        var counts = await page.EvaluateAsync<int[]>("() => [window.writes_, window.frames_]");
        // Thousands of events, and never more than one change of the text for each frame that was drawn.
        Assert.InRange(counts[0], 1, Math.Min(counts[1] + 2, Words / 2));
    }

    [Fact]
    public async Task Pain03_ScrollFightsTheReader_OnlyTheReaderMovesThePage()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartAsync(stub, "stepped-3000");
        var page = await OpenAsync(site);
        await SendAsync(page, "tell me a lot");
        stub.Steps.Step(1500);
        var log = page.GetByRole(AriaRole.Log);
        await EventuallyAsync(async () => await log.EvaluateAsync<bool>("e => e.scrollHeight > 2 * e.clientHeight"), "there is more than fits");
        Assert.True(await AtEndAsync(log));

        // Up by the reader's own wheel: what comes moves nothing, however the page grows.
        await log.HoverAsync();
        await page.Mouse.WheelAsync(0, -700);
        await EventuallyAsync(async () => !await AtEndAsync(log), "the reader is further up");
        await Expect(page.GetByTestId("jump")).ToBeVisibleAsync();
        var (top, height) = await PlaceAsync(log);
        stub.Steps.Step(800);
        await EventuallyAsync(async () => (await PlaceAsync(log)).Height > height + 200, "the answer grows");
        Assert.Equal(top, (await PlaceAsync(log)).Top);

        // A layout jump is no gesture: narrower lines, and it stays where the reader is.
        await page.GetByTestId("jump").ClickAsync();
        await EventuallyAsync(() => AtEndAsync(log), "the end is shown");
        await page.SetViewportSizeAsync(900, 500);
        await EventuallyAsync(() => AtEndAsync(log), "it still follows after the layout changed");
        stub.Release();
        await Expect(Answer(page, "done")).ToContainTextAsync("w3000");
        await EventuallyAsync(() => AtEndAsync(log), "it follows to the end");
    }

    [Fact]
    public async Task Pain07_StreamLostWhenTheTabSleeps_GoesOnFromWhereItWas()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartAsync(stub, "stepped-6");
        Tolerates = IsOfNoNetwork;
        var page = await OpenAsync(site);
        await SendAsync(page, "count");
        await stub.StepAsync();
        await Expect(Answer(page, "streaming")).ToContainTextAsync("w1");

        // Asleep: no timers, no network. Meanwhile the server goes on to the end.
        var devtools = await page.Context.NewCDPSessionAsync(page);
        await page.Context.SetOfflineAsync(true);
        await devtools.SendAsync("Page.setWebLifecycleState", new() { ["state"] = "frozen" });
        stub.Release();
        await EventuallyAsync(() => Task.FromResult(stub.ActiveRequests == 0), "the provider is done");
        await devtools.SendAsync("Page.setWebLifecycleState", new() { ["state"] = "active" });
        await page.Context.SetOfflineAsync(false);

        await Expect(Answer(page, "done").Locator(".prose")).ToHaveTextAsync("w1 w2 w3 w4 w5 w6");
        await Expect(page.Locator("[data-state=stopped]")).ToHaveCountAsync(0);
        Assert.Single(stub.Requests, r => r.Path.EndsWith("/chat/completions", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Pain08_StopDiscards_TheTextStaysAndGoesOn()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartAsync(stub, "stepped-4");
        var page = await OpenAsync(site);
        await SendAsync(page, "count");
        await stub.StepAsync();
        await stub.StepAsync();
        await Expect(Answer(page, "streaming")).ToContainTextAsync("w1 w2");
        await page.GetByTestId("composer-input").PressAsync("Escape");

        await Expect(Answer(page, "stopped").Locator(".prose")).ToHaveTextAsync("w1 w2");
        await EventuallyAsync(() => Task.FromResult(stub.ActiveRequests == 0), "the provider is left");
        await page.ReloadAsync();
        await Expect(Answer(page, "stopped").Locator(".prose")).ToHaveTextAsync("w1 w2");
        await Expect(Answer(page, "stopped").GetByTestId("continue")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Pain15_ScreenReaders_HearOneWordAtTheStartAndOneAtTheEnd()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartAsync(stub, "stepped-40");
        var page = await OpenAsync(site);
        await Expect(page.GetByTestId("model-picker")).ToContainTextAsync("stepped");
        await page.EvaluateAsync(
            """
            () => {
              window.said_ = [];
              const status = document.querySelector('[role=status][aria-live=polite]');
              new MutationObserver(() => window.said_.push(status.textContent.trim())).observe(status, { childList: true, characterData: true, subtree: true });
            }
            """);
        await SendAsync(page, "hello");
        stub.Release();
        await Expect(Answer(page, "done")).ToContainTextAsync("w40");

        Assert.Equal(["stepped-40 is answering.", "Answer complete."], await page.EvaluateAsync<string[]>("() => window.said_"));
        var log = page.GetByRole(AriaRole.Log);
        await Expect(log).ToHaveAttributeAsync("aria-live", "off");
        await Expect(Answer(page, "done")).ToHaveAttributeAsync("aria-busy", "false");
        await Expect(Answer(page, "done")).ToHaveAttributeAsync("aria-label", "stepped-40");

        // By keyboard alone: from the transcript through the turn's own buttons, and by Esc back to the composer.
        await log.FocusAsync();
        await page.Keyboard.PressAsync("Tab");
        await Expect(Messages(page).First.GetByTestId("copy-message")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Tab");
        await Expect(Messages(page).First.GetByTestId("turn-more")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.GetByTestId("composer-input")).ToBeFocusedAsync();
    }

    private static Task<bool> AtEndAsync(ILocator log) => log.EvaluateAsync<bool>("e => e.scrollHeight - e.clientHeight - e.scrollTop < 24");

    private static async Task<(int Top, int Height)> PlaceAsync(ILocator log)
    {
        var place = await log.EvaluateAsync<double[]>("e => [e.scrollTop, e.scrollHeight]");
        return ((int)place[0], (int)place[1]);
    }

    private static Task<TestSite> StartAsync(StubServer stub, string model)
    {
        stub.Models = [model];
        return StartSiteAsync([("BASE_URL", stub.BaseUrl), ("OPENAI_API_KEY", "sk-site"), ("ENABLE_TITLE_GENERATION", "false")]);
    }
}
