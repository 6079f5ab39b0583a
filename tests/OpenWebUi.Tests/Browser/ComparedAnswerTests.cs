using Microsoft.Playwright;
using OpenWebUi.StubProvider;
using OpenWebUi.Tests.Site;
using static Microsoft.Playwright.Assertions;

namespace OpenWebUi.Tests.Browser;

/// <summary>One question, answers of two to four models side by side.</summary>
public sealed class ComparedAnswerTests(BrowserFixture fixture) : BrowserTest(fixture)
{
    [Fact]
    public async Task Models_AskedTogether_AreStoppedRetriedAndOneIsPicked()
    {
        await using var stub = await StubServer.StartAsync();
        stub.Models = ["echo", "stepped", "status-500"];
        await using var site = await StartAsync(stub);
        var page = await OpenAsync(site);
        await ChooseModelAsync(page, "echo");
        await AddAsync(page, "stepped");
        await AddAsync(page, "status-500");
        await ScreenCheck.CheckInBothThemesAsync(page, "desktop", "compare-chips");
        await SendAsync(page, "who are you?");

        // Each goes its own way.
        await Expect(Column(page, "echo", "done")).ToContainTextAsync("You said: who are you?");
        await Expect(Column(page, "status-500", "failed").GetByTestId("retry")).ToBeVisibleAsync();
        await stub.StepAsync();
        await stub.StepAsync();
        await Expect(Column(page, "stepped", "streaming")).ToContainTextAsync("w1");
        await ScreenCheck.CheckInBothThemesAsync(page, "desktop", "compared");
        await Column(page, "stepped", "streaming").GetByTestId("compared-stop").ClickAsync();
        await Expect(Column(page, "stepped", "stopped")).ToContainTextAsync("w1");
        await Column(page, "status-500", "failed").GetByTestId("retry").ClickAsync();
        await Expect(Column(page, "status-500", "failed")).ToBeVisibleAsync();
        Assert.Equal(2, stub.Requests.Count(r => r.Model == "status-500"));

        // They stand there after a reload, too.
        await page.ReloadAsync();
        await Expect(page.GetByTestId("compared").GetByTestId("message")).ToHaveCountAsync(3);
        await Expect(Column(page, "stepped", "stopped")).ToContainTextAsync("w1");
        await Column(page, "stepped", "stopped").GetByTestId("compared-pick").ClickAsync();

        await Expect(page.GetByTestId("compared")).ToHaveCountAsync(0);
        await Expect(Messages(page)).ToHaveCountAsync(2);
        await Expect(Answer(page, "stopped")).ToContainTextAsync("w1");
        await Expect(page.GetByTestId("branches")).ToContainTextAsync("2/4");
        await Expect(page.GetByTestId("model-picker")).ToContainTextAsync("stepped");
        stub.Release();
        await SendAsync(page, "go on");
        await Expect(Answer(page, "done")).ToContainTextAsync("w4");
        var asked = stub.Requests.Last(r => r.BodyText.Contains("go on", StringComparison.Ordinal)).BodyText;
        Assert.True(asked.Contains("w1", StringComparison.Ordinal) && !asked.Contains("You said", StringComparison.Ordinal), asked);
        await page.ReloadAsync();
        await Expect(Messages(page)).ToHaveCountAsync(4);
        await Expect(page.GetByTestId("compared")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task FourModels_StreamingAtOnce_EachGetsItsOwnText()
    {
        await using var stub = await StubServer.StartAsync();
        stub.Models = ["stepped-60:a", "stepped-60:b", "stepped-60:c", "stepped-60:d"];
        await using var site = await StartAsync(stub);
        var page = await OpenAsync(site);
        await ChooseModelAsync(page, stub.Models[0]);
        foreach (var model in stub.Models.Skip(1))
        {
            await AddAsync(page, model);
        }

        await Expect(page.GetByTestId("compare-add")).ToHaveCountAsync(0);
        await WatchWorkAsync(page);
        await SendAsync(page, "count");
        await EventuallyAsync(() => Task.FromResult(stub.ActiveRequests == 4), "four are asked at once");
        await Expect(page.GetByTestId("compared").Locator("[data-state=streaming]")).ToHaveCountAsync(4);
        stub.Release();

        foreach (var model in stub.Models)
        {
            await Expect(Column(page, model, "done")).ToContainTextAsync("w60");
        }

        // Four streams together are still written at most once a frame each.
        var (writes, frames) = await WorkAsync(page);
        Assert.True(writes <= (frames + 2) * 4, $"{writes} writes in {frames} frames");
        Assert.Equal(1, await page.GetByTestId("chat").CountAsync());
    }

    [Fact]
    public async Task Phone_AnswersSideBySide_AreTabs()
    {
        await using var stub = await StubServer.StartAsync();
        stub.Models = ["echo", "status-500"];
        await using var site = await StartAsync(stub);
        var page = await OpenAsync(site, options: new() { Locale = "zh-CN", ViewportSize = new() { Width = 390, Height = 844 }, HasTouch = true, IsMobile = true });
        await ChooseModelAsync(page, "echo");
        await AddAsync(page, "status-500");
        await SendAsync(page, "hello");
        await page.GetByTestId("composer-send").TapAsync();

        await Expect(Column(page, "echo", "done")).ToContainTextAsync("You said: hello");
        await Expect(page.GetByTestId("compared-tab")).ToHaveCountAsync(2);
        await Expect(page.GetByTestId("compared").GetByTestId("message")).ToHaveCountAsync(1);
        await page.GetByTestId("compared-tab").First.FocusAsync();
        await page.Keyboard.PressAsync("ArrowRight");
        await Expect(page.GetByTestId("compared-tab").Last).ToBeFocusedAsync();
        await Expect(Column(page, "status-500", "failed")).ToBeVisibleAsync();
        await ScreenCheck.CheckInBothThemesAsync(page, "phone-zh", "compared");
        await page.GetByTestId("compared-tab").First.TapAsync();
        await page.GetByTestId("compared-pick").TapAsync();
        await Expect(page.GetByTestId("compared")).ToHaveCountAsync(0);
        await Expect(page.GetByTestId("branches")).ToContainTextAsync("1/2");
    }

    /// <summary>Counts changes of the answers' text, by frame.</summary>
    private static async Task WatchWorkAsync(IPage page) => await page.EvaluateAsync(
        """
        () => {
          window.frames_ = 0; window.writes_ = 0;
          const tick = () => { window.frames_++; requestAnimationFrame(tick); };
          requestAnimationFrame(tick);
          new MutationObserver(changes => {
            const rows = new Set(changes.map(c => (c.target.nodeType === 1 ? c.target : c.target.parentElement)?.closest('.prose')).filter(Boolean));
            window.writes_ += rows.size;
          }).observe(document.body, { subtree: true, childList: true, characterData: true });
        }
        """);

    private static async Task<(int Writes, int Frames)> WorkAsync(IPage page)
    {
        var counts = await page.EvaluateAsync<int[]>("() => [window.writes_, window.frames_]");
        return (counts[0], counts[1]);
    }

    private static ILocator Column(IPage page, string model, string state) =>
        page.GetByTestId("compared").Locator($"[data-model='{model}'][data-state={state}]");

    private static async Task AddAsync(IPage page, string model)
    {
        await page.GetByTestId("compare-add").ClickAsync();
        await page.Locator($"[data-testid=model-option][data-model='{model}']").ClickAsync();
        await Expect(page.GetByTestId("compare-chip").Filter(new() { HasText = model })).ToBeVisibleAsync();
    }

    private static Task<TestSite> StartAsync(StubServer stub) =>
        StartSiteAsync([("BASE_URL", stub.BaseUrl), ("OPENAI_API_KEY", "sk-site"), ("ENABLE_TITLE_GENERATION", "false")]);
}
