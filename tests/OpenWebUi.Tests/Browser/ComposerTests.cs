using Microsoft.Playwright;
using OpenWebUi.StubProvider;
using OpenWebUi.Tests.Files;
using OpenWebUi.Tests.Site;
using static Microsoft.Playwright.Assertions;

namespace OpenWebUi.Tests.Browser;

/// <summary>The composer as people use it. Pains by their number in front-end.md.</summary>
public sealed class ComposerTests(BrowserFixture fixture) : BrowserTest(fixture)
{
    /// <summary>A key press must not touch the messages.</summary>
    [Fact]
    public async Task Pain01_TypingInALongChat_ChangesNothingInTheMessages()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartAsync(stub);
        var page = await OpenAsync(site);
        await SendAsync(page, "one");
        await Expect(Answer(page, "done")).ToBeVisibleAsync();
        await page.EvaluateAsync("() => { const log = document.querySelector('[role=log]'); window.touched = 0; new MutationObserver(all => window.touched += all.length).observe(log, { subtree: true, childList: true, characterData: true, attributes: true }); }");
        await page.GetByTestId("composer-input").PressSequentiallyAsync(new string('x', 100));
        Assert.Equal(0, await page.EvaluateAsync<int>("() => window.touched"));
    }

    [Theory]
    [InlineData("composer-input")]
    [InlineData("edit-input")]
    public async Task Pain05_EnterOfAnInputMethod_SendsNothing(string field)
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartAsync(stub);
        var page = await OpenAsync(site);
        await SendAsync(page, "one");
        await Expect(Answer(page, "done")).ToBeVisibleAsync();
        if (field == "edit-input")
        {
            await page.GetByTestId("message").First.HoverAsync();
            await page.GetByTestId("edit-message").ClickAsync();
        }

        var input = page.GetByTestId(field);
        await input.FillAsync("/n");
        foreach (var mark in (string[])["isComposing: true", "keyCode: 229"])
        {
            await input.EvaluateAsync($"field => field.dispatchEvent(new KeyboardEvent('keydown', {{ key: 'Enter', bubbles: true, cancelable: true, {mark} }}))");
        }

        await Expect(input).ToHaveValueAsync("/n");
        await Expect(Messages(page)).ToHaveCountAsync(2);
    }

    [Fact]
    public async Task Pain06_Draft_SurvivesReloadChatSwitchAndAClosedTab()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartAsync(stub);
        var page = await OpenAsync(site);
        await SendAsync(page, "one");
        await Expect(Answer(page, "done")).ToBeVisibleAsync();
        await page.GetByTestId("composer-input").FillAsync("half a thought");
        await AttachAsync(page, "sun.gif");
        await Expect(Chip(page, "ready")).ToContainTextAsync("sun.gif");

        await page.GetByTestId("new-chat").Filter(new() { Visible = true }).First.ClickAsync();
        await Expect(page.GetByTestId("composer-input")).ToHaveValueAsync("");
        await Expect(page.GetByTestId("attachment")).ToHaveCountAsync(0);
        await page.GetByTestId("composer-input").FillAsync("of the new chat");
        await Row(page, "one").ClickAsync();
        await HasDraftAsync(page);
        await page.ReloadAsync();
        await HasDraftAsync(page);
        var (context, address) = (page.Context, new Uri(page.Url).AbsolutePath);
        await page.CloseAsync();
        var again = await OpenTabAsync(context, site, address);
        await HasDraftAsync(again);
        await again.GetByTestId("composer-send").ClickAsync();
        await Expect(again.GetByTestId("message-image")).ToBeVisibleAsync();
        await Expect(Answer(again, "done")).ToContainTextAsync("half a thought");
        await again.ReloadAsync();
        await Expect(again.GetByTestId("message-image")).ToBeVisibleAsync();
        await Expect(again.GetByTestId("composer-input")).ToHaveValueAsync("");
        await Expect(again.GetByTestId("attachment")).ToHaveCountAsync(0);

        await again.GetByTestId("message-image").ClickAsync();
        await Expect(again.GetByTestId("large-image")).ToBeVisibleAsync();
        await again.Keyboard.PressAsync("Escape");
        await Expect(again.GetByTestId("large-image")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Pain10_OnAPhone_EnterMakesALineAndTheBoxStaysInSight()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartAsync(stub);
        var page = await OpenAsync(site, options: new() { ViewportSize = new() { Width = 390, Height = 844 }, HasTouch = true, IsMobile = true });
        var input = page.GetByTestId("composer-input");
        await input.FillAsync("a");
        await input.PressAsync("Enter");
        await Expect(input).ToHaveValueAsync("a\n");
        Assert.Equal(("enter", true), (await input.GetAttributeAsync("enterkeyhint"), await input.EvaluateAsync<bool>("f => parseFloat(getComputedStyle(f).fontSize) >= 16")));
        Assert.Contains("interactive-widget=resizes-content", await page.Locator("meta[name=viewport]").GetAttributeAsync("content"), StringComparison.Ordinal);
        await Expect(page.GetByTestId("attach-camera")).ToBeVisibleAsync();
        await page.SetViewportSizeAsync(390, 420);
        await Expect(input).ToBeInViewportAsync();
    }

    [Fact]
    public async Task LongPaste_BecomesAFile_AndCanGoBackIntoTheText()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartAsync(stub);
        var page = await OpenAsync(site);
        await ToolsAsync(page);
        var input = page.GetByTestId("composer-input");
        await input.FocusAsync();
        await page.EvaluateAsync("() => navigator.clipboard.writeText('word '.repeat(1000))");
        await page.Keyboard.PressAsync("Control+V");
        await Expect(Chip(page, "ready")).ToContainTextAsync("pasted text.txt");
        await Expect(input).ToHaveValueAsync("");
        await page.GetByTestId("attachment-insert").ClickAsync();
        await Expect(page.GetByTestId("attachment")).ToHaveCountAsync(0);
        await Expect(page.GetByTestId("estimate")).ToContainTextAsync("1,250 tokens (an estimate)");
    }

    [Fact]
    public async Task Attachment_ThatIsNotTaken_SaysWhyAndHoldsTheMessage()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartAsync(stub);
        var page = await OpenAsync(site, expectedStatuses: [415]);
        await page.GetByTestId("composer-input").FillAsync("What is it?");
        await page.GetByTestId("attach-input").SetInputFilesAsync(new FilePayload { Name = "a.bin", MimeType = "application/octet-stream", Buffer = [1, 0, 2] });
        await Expect(Chip(page, "failed")).ToContainTextAsync("this is neither");
        await Expect(page.GetByTestId("composer-send")).ToBeDisabledAsync();
        await page.GetByTestId("attachment-remove").ClickAsync();
        await Expect(page.GetByTestId("composer-send")).ToBeEnabledAsync();
    }

    [Fact]
    public async Task Commands_ModelsAndTheLastQuestion_AreCalledByKeys()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartAsync(stub);
        var page = await OpenAsync(site);
        await ChooseModelAsync(page, "echo");
        await SendAsync(page, "first question");
        await Expect(Answer(page, "done")).ToBeVisibleAsync();
        var input = page.GetByTestId("composer-input");

        await input.PressAsync("ArrowUp");
        await Expect(input).ToHaveValueAsync("first question");
        await input.FillAsync("/cl");
        await Expect(page.GetByTestId("suggestion")).ToContainTextAsync(["/clear"]);
        await input.PressAsync("Enter");
        await Expect(input).ToHaveValueAsync("");

        await input.PressSequentiallyAsync("@echo-l");
        await Expect(page.GetByTestId("suggestion")).ToHaveCountAsync(1);
        await ScreenCheck.CheckInBothThemesAsync(page, "desktop", "composer-suggestions");
        await input.PressAsync("Enter");
        await Expect(page.GetByTestId("turn-model")).ToContainTextAsync("@echo-large");
        await SendAsync(page, "and you?");
        await Expect(Answer(page, "done")).ToContainTextAsync("and you?");
        Assert.Equal("echo-large", stub.Requests.Last(request => request.BodyText.Contains("and you?", StringComparison.Ordinal)).Model);
        await Expect(page.GetByTestId("turn-model")).ToHaveCountAsync(0);
        await input.PressSequentiallyAsync("/new");
        await input.PressAsync("Enter");
        await Expect(Messages(page)).ToHaveCountAsync(0);
    }

    [Theory]
    [InlineData("en-US", 1280)]
    [InlineData("zh-CN", 390)]
    public async Task Attachments_InComposerAndMessage_LookRight(string locale, int width)
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartAsync(stub);
        var page = await OpenAsync(site, options: new() { Locale = locale, ViewportSize = new() { Width = width, Height = 800 } });
        await AttachAsync(page, "sun.gif", "a long name of a text that goes on and on and on.md");
        await SendAsync(page, "What are these?");
        await Expect(Answer(page, "done")).ToBeVisibleAsync();
        await AttachAsync(page, "moon.gif", "notes.md");
        await Expect(Chip(page, "ready")).ToHaveCountAsync(2);
        await ScreenCheck.CheckInBothThemesAsync(page, width > 600 ? "desktop" : "phone-zh", "attachments");
    }

    private static Task<TestSite> StartAsync(StubServer stub) =>
        StartSiteAsync(("OPENAI_API_BASE_URL", stub.BaseUrl), ("OPENAI_API_KEY", "sk-secret"), ("ENABLE_TITLE_GENERATION", "false"));

    private static ILocator Chip(IPage page, string state) => page.Locator($"[data-testid=attachment][data-state={state}]");

    private static Task ToolsAsync(IPage page) => Expect(page.GetByTestId("attach")).ToBeVisibleAsync();

    private static Task AttachAsync(IPage page, params string[] names) => page.GetByTestId("attach-input").SetInputFilesAsync(names.Select(name => new FilePayload
    {
        Name = name,
        MimeType = name.EndsWith(".gif", StringComparison.Ordinal) ? "image/gif" : "text/markdown",
        Buffer = name.EndsWith(".gif", StringComparison.Ordinal) ? FileCalls.Gif : "# Notes"u8.ToArray(),
    }));

    private static async Task HasDraftAsync(IPage page)
    {
        await Expect(page.GetByTestId("composer-input")).ToHaveValueAsync("half a thought");
        await Expect(Chip(page, "ready")).ToContainTextAsync("sun.gif");
    }
}
