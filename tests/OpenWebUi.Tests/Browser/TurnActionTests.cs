using Microsoft.Playwright;
using OpenWebUi.StubProvider;
using OpenWebUi.Tests.Site;
using static Microsoft.Playwright.Assertions;

namespace OpenWebUi.Tests.Browser;

/// <summary>What a reader does with a turn, by mouse, by keyboard and by finger.</summary>
public sealed class TurnActionTests(BrowserFixture fixture) : BrowserTest(fixture)
{
    private const string Markdown = "# Rain\n\nIt **rains** [here](https://a.example/).\n\n- one\n- two\n\n| a | b |\n|---|---|\n| 1 | 2 |";

    [Fact]
    public async Task Answer_Copied_IsMarkdownOrPlainText()
    {
        await using var stub = await StubServer.StartAsync();
        stub.ReplyText = Markdown;
        await using var site = await StartAsync(stub);
        var page = await OpenAsync(site);
        await SendAsync(page, "weather?");
        await Expect(Answer(page, "done").Locator("h1")).ToBeVisibleAsync();

        await Answer(page, "done").GetByTestId("copy-message").ClickAsync();
        await EventuallyAsync(async () => await ClipboardAsync(page) == Markdown, "Markdown is in the clipboard");
        await Answer(page, "done").GetByTestId("turn-more").ClickAsync();
        await page.GetByTestId("copy-text").ClickAsync();
        await EventuallyAsync(
            async () => await ClipboardAsync(page) == "Rain\n\nIt rains here (https://a.example/).\n\n• one\n• two\n\na\tb\n1\t2", "plain text is in the clipboard");
    }

    [Fact]
    public async Task Answer_AskedForShorter_IsAnotherVersionAndTheModelIsTold()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartAsync(stub);
        var page = await OpenAsync(site);
        await SendAsync(page, "why?");
        await Expect(Answer(page, "done")).ToContainTextAsync("You said: why?");

        // By keyboard alone, from the composer back to the answer's menu.
        await Answer(page, "done").GetByTestId("again").FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByTestId("again-same")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Escape");
        await Expect(Answer(page, "done").GetByTestId("again")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Enter");
        await page.Keyboard.PressAsync("ArrowDown");
        await Expect(page.GetByTestId("again-shorter")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Enter");

        await Expect(Answer(page, "done")).ToContainTextAsync("answer briefly");
        await Expect(page.GetByTestId("branches")).ToContainTextAsync("2/2");
        await Answer(page, "done").GetByTestId("again").ClickAsync();
        await page.GetByTestId("again-own").ClickAsync();
        await Expect(page.GetByTestId("hint-input")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Escape");
        await Expect(Answer(page, "done").GetByTestId("turn-more")).ToBeFocusedAsync();
        await Answer(page, "done").GetByTestId("again").ClickAsync();
        await page.GetByTestId("again-own").ClickAsync();
        await page.GetByTestId("hint-input").FillAsync("As a poem.");
        await page.Keyboard.PressAsync("Enter");

        await Expect(Answer(page, "done")).ToContainTextAsync("As a poem.");
        await Expect(page.GetByTestId("branches")).ToContainTextAsync("3/3");
        await Answer(page, "done").GetByTestId("again").ClickAsync();
        await page.GetByTestId("again-model").ClickAsync();
        await page.Locator("[data-testid=model-option][data-model='other']").ClickAsync();
        await Expect(page.GetByTestId("branches")).ToContainTextAsync("4/4");
        await Expect(Answer(page, "done").Locator("header")).ToHaveTextAsync("other");
        await Expect(Answer(page, "done")).Not.ToContainTextAsync("As a poem.");
        await Expect(Messages(page)).ToHaveCountAsync(2);
    }

    [Fact]
    public async Task Answer_Edited_IsKeptAndToldToTheModel()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartAsync(stub);
        var page = await OpenAsync(site, expectedStatuses: [503]);
        await SendAsync(page, "one");
        await Answer(page, "done").GetByTestId("turn-more").ClickAsync();
        await page.GetByTestId("edit-answer").ClickAsync();
        await Expect(page.GetByTestId("edit-input")).ToHaveValueAsync("You said: one");
        await page.GetByTestId("edit-input").FillAsync("I never said **that**.");

        // What cannot be kept is not lost.
        await page.RouteAsync("**/messages/*", route => route.FulfillAsync(new() { Status = 503, Body = "{}" }));
        await page.GetByTestId("edit-send").ClickAsync();
        await Expect(page.GetByTestId("toast")).ToContainTextAsync("could not be saved");
        await Expect(page.GetByTestId("edit-input")).ToHaveValueAsync("I never said **that**.");
        await page.UnrouteAllAsync();
        await page.GetByTestId("edit-send").ClickAsync();

        await Expect(Answer(page, "done").Locator("strong")).ToHaveTextAsync("that");
        await Expect(Answer(page, "done").GetByTestId("turn-more")).ToBeFocusedAsync();
        await page.ReloadAsync();
        await Expect(Answer(page, "done").Locator("strong")).ToHaveTextAsync("that");
        await SendAsync(page, "two");
        await Expect(Answer(page, "done")).ToContainTextAsync("You said: two");
        Assert.Contains("I never said **that**.", stub.Requests.Last(r => r.BodyText.Contains("two", StringComparison.Ordinal)).BodyText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Turn_Deleted_IsBackByUndoAndNothingElseGoes()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartAsync(stub);
        var page = await OpenAsync(site);
        foreach (var text in (string[])["one", "two", "three"])
        {
            await SendAsync(page, text);
            await Expect(Answer(page, "done")).ToContainTextAsync("You said: " + text);
        }

        await Messages(page).Nth(3).HoverAsync();
        await Messages(page).Nth(3).GetByTestId("turn-more").ClickAsync();
        await page.GetByTestId("delete-turn").ClickAsync();

        await Expect(Messages(page)).ToHaveCountAsync(2);
        await Expect(page.GetByTestId("toast")).ToContainTextAsync("4 messages are deleted.");
        await page.GetByTestId("toast").GetByRole(AriaRole.Button, new() { Name = "Undo" }).ClickAsync();
        await Expect(Messages(page)).ToHaveCountAsync(6);
        await Expect(Answer(page, "done")).ToContainTextAsync("You said: three");

        // A version of two goes by itself, and the other one is shown.
        await Answer(page, "done").GetByTestId("retry").ClickAsync();
        await Expect(page.GetByTestId("branches")).ToContainTextAsync("2/2");
        await Expect(Answer(page, "done")).ToContainTextAsync("You said: three");
        await Answer(page, "done").GetByTestId("turn-more").ClickAsync();
        await Expect(page.GetByTestId("delete-turn")).ToHaveTextAsync("Delete this version");
        await page.GetByTestId("delete-turn").ClickAsync();
        await Expect(page.GetByTestId("branches")).ToHaveCountAsync(0);
        await Expect(Messages(page)).ToHaveCountAsync(6);
        await page.ReloadAsync();
        await Expect(Messages(page)).ToHaveCountAsync(6);
        await SendAsync(page, "four");
        await Expect(Answer(page, "done")).ToContainTextAsync("You said: four");
    }

    [Fact]
    public async Task Text_Quoted_StandsInTheComposerAboveTheCaret()
    {
        await using var stub = await StubServer.StartAsync();
        stub.ReplyText = "First line.\n\nSecond line.";
        await using var site = await StartAsync(stub);
        var page = await OpenAsync(site);
        await SendAsync(page, "hello");
        await Expect(Answer(page, "done")).ToContainTextAsync("Second line.");
        await page.GetByTestId("composer-input").FillAsync("Begun already");

        await Answer(page, "done").GetByTestId("turn-more").ClickAsync();
        await page.GetByTestId("quote").ClickAsync();
        await Expect(page.GetByTestId("composer-input")).ToHaveValueAsync("Begun already\n\n> First line.\n>\n> Second line.\n\n");
        await Expect(page.GetByTestId("composer-input")).ToBeFocusedAsync();

        await page.GetByTestId("composer-input").FillAsync("");
        await page.GetByText("Second line.").Last.SelectTextAsync();
        await Answer(page, "done").GetByTestId("turn-more").ClickAsync();
        await Expect(page.GetByTestId("quote")).ToHaveTextAsync("Quote the selection");
        await page.GetByTestId("quote").ClickAsync();
        await Expect(page.GetByTestId("composer-input")).ToHaveValueAsync("> Second line.\n\n");
    }

    [Fact]
    public async Task Details_OnDemand_TellCountedAndEstimatedTokens()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartAsync(stub);
        var page = await OpenAsync(site);
        await SendAsync(page, "how long is this?");
        await Expect(Answer(page, "done")).ToContainTextAsync("You said");
        await Expect(page.GetByTestId("turn-details")).ToHaveCountAsync(0);

        await Answer(page, "done").GetByTestId("turn-more").ClickAsync();
        await page.GetByTestId("details").ClickAsync();
        var details = Answer(page, "done").GetByTestId("turn-details");
        await Expect(details).ToContainTextAsync("6 words");
        await Messages(page).First.HoverAsync();
        await Messages(page).First.GetByTestId("turn-more").ClickAsync();
        await page.GetByTestId("details").ClickAsync();
        await Expect(Messages(page).First.GetByTestId("turn-details")).ToContainTextAsync("about 4 tokens, estimated");
    }

    [Fact]
    public async Task Phone_ActionsOfATurn_AreInOneMenu()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartAsync(stub);
        var page = await OpenAsync(site, options: new() { ViewportSize = new() { Width = 390, Height = 844 }, HasTouch = true, IsMobile = true });
        await SendAsync(page, "hello");
        await page.GetByTestId("composer-send").TapAsync();
        await Expect(Answer(page, "done")).ToContainTextAsync("You said: hello");

        await Expect(Answer(page, "done").GetByRole(AriaRole.Button)).ToHaveCountAsync(1);
        await Answer(page, "done").GetByTestId("turn-more").TapAsync();
        await Expect(page.GetByTestId("menu").GetByRole(AriaRole.Menuitem)).ToHaveCountAsync(11);
        await ScreenCheck.CheckInBothThemesAsync(page, "phone", "turn-menu-answer");
        await page.GetByTestId("again-longer").TapAsync();
        await Expect(Answer(page, "done")).ToContainTextAsync("in more detail");
        await Answer(page, "done").GetByTestId("branch-previous").TapAsync();
        await Expect(Answer(page, "done")).Not.ToContainTextAsync("in more detail");
    }

    private static Task<string> ClipboardAsync(IPage page) => page.EvaluateAsync<string>("() => navigator.clipboard.readText()");

    private static Task<TestSite> StartAsync(StubServer stub)
    {
        stub.Models = ["echo", "other"];
        return StartSiteAsync([("BASE_URL", stub.BaseUrl), ("OPENAI_API_KEY", "sk-site"), ("ENABLE_TITLE_GENERATION", "false")]);
    }
}
