using Microsoft.Playwright;
using OpenWebUi.StubProvider;
using OpenWebUi.Tests.Site;
using static Microsoft.Playwright.Assertions;

namespace OpenWebUi.Tests.Browser;

/// <summary>The list of chats and what can be done with one, in one tab and in two.</summary>
public sealed class ChatTests(BrowserFixture fixture) : BrowserTest(fixture)
{
    [Fact]
    public async Task Chat_Renamed_KeepsItsTitleEverywhere()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartAsync(stub);
        var page = await OpenAsync(site);
        await TalkAsync(page, "a first chat");
        var other = await OpenTabAsync(page.Context, site, new Uri(page.Url).AbsolutePath);
        await Expect(Answer(other, "done")).ToBeVisibleAsync();

        await ChooseAsync(page, "a first chat", "rename-chat");
        await Expect(page.GetByTestId("rename-input")).ToBeFocusedAsync();
        await page.GetByTestId("rename-input").FillAsync("no, rather not");
        await page.Keyboard.PressAsync("Escape");
        await Expect(Row(page, "a first chat")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("F2");
        await page.GetByTestId("rename-input").FillAsync("A better title");
        await page.Keyboard.PressAsync("Enter");

        await Expect(Row(page, "A better title")).ToBeFocusedAsync();
        await Expect(page.GetByTestId("chat-title")).ToHaveTextAsync("A better title");
        await Expect(Row(other, "A better title")).ToBeVisibleAsync();
        await Expect(other.GetByTestId("chat-title")).ToHaveTextAsync("A better title");
        await page.ReloadAsync();
        await Expect(page.GetByTestId("chat-title")).ToHaveTextAsync("A better title");
        await Expect(page).ToHaveTitleAsync("A better title · OpenWebUi");
    }

    [Fact]
    public async Task Chat_Pinned_StandsAboveTheDates()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartAsync(stub);
        var page = await OpenAsync(site);
        await TalkAsync(page, "older");
        await TalkAsync(page, "newer");
        await Expect(page.GetByTestId("chat-group")).ToHaveTextAsync(["Today"]);

        await SavedAsync(page, () => ChooseAsync(page, "older", "pin-chat"));
        await Expect(page.GetByTestId("chat-group")).ToHaveTextAsync(["Pinned", "Today"]);
        await Expect(page.GetByTestId("chat")).ToHaveTextAsync(["older", "newer"]);
        await page.ReloadAsync();

        await Expect(page.GetByTestId("chat-group")).ToHaveTextAsync(["Pinned", "Today"]);
        await ChooseAsync(page, "older", "pin-chat");
        await Expect(page.GetByTestId("chat-group")).ToHaveTextAsync(["Today"]);
    }

    [Fact]
    public async Task Chat_Archived_IsFoundInTheArchiveAndComesBack()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartAsync(stub);
        var page = await OpenAsync(site);
        await TalkAsync(page, "to be kept");
        await TalkAsync(page, "the other");

        await SavedAsync(page, () => ChooseAsync(page, "to be kept", "archive-chat"));
        await Expect(page.GetByTestId("chat")).ToHaveTextAsync(["the other"]);
        await page.ReloadAsync();
        await Expect(page.GetByTestId("chat")).ToHaveTextAsync(["the other"]);
        await page.GetByTestId("show-archived").ClickAsync();
        await Expect(page.GetByTestId("archived-chat")).ToContainTextAsync("to be kept");
        await SavedAsync(page, () => page.GetByTestId("unarchive-chat").ClickAsync());

        await Expect(page.GetByTestId("archive-empty")).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.GetByTestId("chat")).ToHaveCountAsync(2);
        await page.ReloadAsync();
        await Expect(page.GetByTestId("chat")).ToHaveCountAsync(2);
    }

    [Fact]
    public async Task Chat_DeletedByMistake_IsRestoredByUndo()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartAsync(stub);
        var page = await OpenAsync(site, expectedStatuses: [404]);
        await TalkAsync(page, "dear to me");
        var address = page.Url;

        await ChooseAsync(page, "dear to me", "delete-chat");
        await Expect(page.GetByTestId("chats-empty")).ToBeVisibleAsync();
        await Expect(page).ToHaveURLAsync(new Uri(new Uri(address), "/").ToString());
        await page.GetByTestId("toast-action").ClickAsync();

        await Expect(Row(page, "dear to me")).ToBeVisibleAsync();
        await Expect(Answer(page, "done")).ToContainTextAsync("You said: dear to me");
        await Expect(page).ToHaveURLAsync(address);
        await page.ReloadAsync();
        await Expect(Answer(page, "done")).ToContainTextAsync("You said: dear to me");

        await ChooseAsync(page, "dear to me", "delete-chat");
        await Expect(page.GetByTestId("chats-empty")).ToBeVisibleAsync();
        await page.GotoAsync(address);
        await Expect(page.GetByTestId("chat-missing")).ToContainTextAsync("not here");
        await Expect(page.GetByTestId("chat")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Tabs_NewChatsTurnsAndDeletes_StayInStep()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartAsync(stub);
        var page = await OpenAsync(site);
        var other = await OpenTabAsync(page.Context, site);
        await Expect(other.GetByTestId("chats-empty")).ToBeVisibleAsync();

        await TalkAsync(page, "shared by both");
        await Row(other, "shared by both").ClickAsync();
        await Expect(Messages(other)).ToHaveCountAsync(2);
        await SendAsync(other, "from the other side");
        await Expect(Messages(page)).ToHaveCountAsync(4);
        await Expect(Answer(page, "done")).ToContainTextAsync("You said: from the other side");

        await ChooseAsync(page, "shared by both", "delete-chat");
        await Expect(other.GetByTestId("chats-empty")).ToBeVisibleAsync();
        await Expect(Messages(other)).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Address_BackForwardAndOpenedAnew_ShowTheirChat()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartAsync(stub);
        var page = await OpenAsync(site);
        await TalkAsync(page, "first place");
        await TalkAsync(page, "second place");

        await Row(page, "first place").ClickAsync();
        await Expect(Messages(page).First).ToContainTextAsync("first place");
        await page.GoBackAsync();
        await Expect(Messages(page).First).ToContainTextAsync("second place");
        await page.GoForwardAsync();
        await Expect(Messages(page).First).ToContainTextAsync("first place");
        var anew = await OpenTabAsync(page.Context, site, new Uri(page.Url).AbsolutePath);
        await Expect(Messages(anew).First).ToContainTextAsync("first place");
    }

    [Fact]
    public async Task Title_WrittenByAModel_ComesIntoListAndHeading()
    {
        await using var stub = await StubServer.StartAsync();
        stub.ReplyText = "Counting sheep";
        await using var site = await StartSiteAsync([("BASE_URL", stub.BaseUrl), ("OPENAI_API_KEY", "sk-site")]);
        var page = await OpenAsync(site);

        await SendAsync(page, "how do I fall asleep?");

        await Expect(Row(page, "Counting sheep")).ToBeVisibleAsync();
        await Expect(page.GetByTestId("chat-title")).ToHaveTextAsync("Counting sheep");
    }

    [Fact]
    public async Task List_ManyChats_LoadsPageByPage()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartAsync(stub);
        var page = await OpenAsync(site);
        await Expect(page.GetByTestId("chats-empty")).ToBeVisibleAsync();
        await page.EvaluateAsync(
            """
            async () => {
              // Each a second older: what is of one second stands in the order of its ids.
              const now = Math.floor(Date.now() / 1000);
              const chats = Array.from({ length: 130 }, (_, n) => (
                { chat: { title: `chat ${n + 1}`, history: { currentId: null, messages: {} } }, created_at: now - 130 + n, updated_at: now - 130 + n }));
              await fetch('/api/v1/chats/import', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ chats }) });
            }
            """);
        await page.ReloadAsync();

        await Expect(page.GetByTestId("chat").First).ToBeVisibleAsync();
        await EventuallyAsync(
            async () =>
            {
                await page.Locator(".rows").EvaluateAsync("rows => { rows.scrollTop = rows.scrollHeight }");
                return await page.GetByTestId("chat").GetByText("chat 1", new() { Exact = true }).CountAsync() == 1;
            },
            "the oldest is listed");
        Assert.InRange(await page.GetByTestId("chat").CountAsync(), 10, 60);
        await Expect(page.GetByTestId("chats-more")).ToHaveCountAsync(0);
    }

    private static async Task TalkAsync(IPage page, string text)
    {
        await page.GetByTestId("new-chat").ClickAsync();
        await Expect(Messages(page)).ToHaveCountAsync(0);
        await SendAsync(page, text);
        await Expect(Answer(page, "done")).ToContainTextAsync(text);
        await Expect(Row(page, text)).ToBeVisibleAsync();
    }

    private static Task<TestSite> StartAsync(StubServer stub) =>
        StartSiteAsync([("BASE_URL", stub.BaseUrl), ("OPENAI_API_KEY", "sk-site"), ("ENABLE_TITLE_GENERATION", "false")]);
}
