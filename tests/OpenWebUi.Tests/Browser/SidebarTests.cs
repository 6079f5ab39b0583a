using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Conversations;
using OpenWebUi.Tests.Site;
using static Microsoft.Playwright.Assertions;

namespace OpenWebUi.Tests.Browser;

/// <summary>Thousands of chats, folders, tags, selection and search.</summary>
public sealed class SidebarTests(BrowserFixture fixture) : BrowserTest(fixture)
{
    private const int Many = 5_000;

    /// <summary>Counts, not times: what is drawn is bounded wherever the reader is, and every chat comes into sight.</summary>
    [Fact]
    public async Task List_OfFiveThousandChats_DrawsWhatIsInSightAndShowsAll()
    {
        await using var site = await StartSiteAsync();
        await FillAsync(site, Many);
        var page = await OpenAsync(site);
        await Expect(Row(page, "Chat 4999")).ToBeVisibleAsync();
        var seen = await page.EvaluateAsync<int[]>(
            """
            async () => {
              const rows = document.querySelector('.rows');
              const seen = new Set();
              let most = 0;
              let still = 0;
              for (let last = -1; still < 400; ) {
                for (const row of rows.querySelectorAll('[data-chat]')) seen.add(row.dataset.chat);
                most = Math.max(most, rows.querySelectorAll('*').length);
                rows.scrollTop += rows.clientHeight;
                await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
                still = rows.scrollTop === last ? still + 1 : 0;
                last = rows.scrollTop;
                if (seen.size === 5000) break;
              }
              return [seen.size, most];
            }
            """);
        Assert.Equal(Many, seen[0]);
        Assert.InRange(seen[1], 50, 900);

        // The keys walk through all of it, also where the row with the focus was scrolled away.
        await page.Locator(".rows").EvaluateAsync("rows => { rows.scrollTop = 0 }");
        await Row(page, "Chat 4998").FocusAsync();
        await page.Keyboard.PressAsync("End");
        await Expect(Row(page, "Chat 0").Last).ToBeFocusedAsync();
        await page.Locator(".rows").EvaluateAsync("rows => { rows.scrollTop = 0 }");
        await Expect(Row(page, "Chat 4999")).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("ArrowUp");
        await Expect(page.Locator("[data-chat=chat-1]")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Home");
        await Expect(Row(page, "Chat 4999")).ToBeFocusedAsync();
    }

    /// <summary>Pain 14 of front-end.md: an old chat is found by what was said in it, whatever its title.</summary>
    [Fact]
    public async Task Pain14_AnOldChat_IsFoundByItsTextWithTheHitMarked()
    {
        await using var site = await StartSiteAsync();
        await FillAsync(site, 120);
        var page = await OpenAsync(site);
        await Expect(Row(page, "Chat 119")).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Control+k");
        await Expect(page.GetByTestId("search-input")).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("NEEDLE 里斯本");
        var hit = page.GetByTestId("search-hit");
        await Expect(hit).ToHaveCountAsync(1);
        await Expect(hit).ToContainTextAsync("Chat 7");
        await Expect(hit.Locator("mark")).ToHaveTextAsync(["needle", "里斯本"]);
        await Expect(page.GetByTestId("search-status")).ToContainTextAsync("1");
        await page.Keyboard.PressAsync("ArrowDown");
        await Expect(hit).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByTestId("chat-title")).ToHaveTextAsync("Chat 7");

        // Esc steps back: the text, then the search.
        await page.GetByTestId("search-input").FillAsync("nowhere at all");
        await Expect(page.GetByTestId("search-status")).ToContainTextAsync("Nothing found");
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.GetByTestId("search-input")).ToHaveValueAsync("");
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.GetByTestId("search-input")).ToHaveCountAsync(0);
        // The list comes back at the chat that is open.
        await Expect(page.Locator("[data-chat=chat-7]")).ToBeFocusedAsync();
    }

    /// <summary>No mouse: a folder is made, a chat is moved into it, tagged, found by its tag, taken out, and the folder goes.</summary>
    [Fact]
    public async Task Organising_WithTheKeyboardAlone_WorksFromEndToEnd()
    {
        await using var site = await StartSiteAsync();
        await FillAsync(site, 3);
        var page = await OpenAsync(site);
        var keys = page.Keyboard;
        await Row(page, "Chat 2").FocusAsync();
        await ChooseByKeysAsync(page, "move-chat");
        await Expect(page.GetByTestId("move-none")).ToBeFocusedAsync();
        await page.GetByTestId("move-new").FocusAsync();
        await keys.PressAsync("Enter");
        await Expect(page.GetByTestId("move-new-name")).ToBeFocusedAsync();
        await keys.TypeAsync("Work");
        await keys.PressAsync("Enter");
        await Expect(page.GetByTestId("folder")).ToContainTextAsync("Work");
        await Expect(page.GetByTestId("toast-action").Last).ToBeVisibleAsync();
        await Expect(Row(page, "Chat 2")).ToHaveCountAsync(0);

        await page.GetByTestId("folder").FocusAsync();
        await keys.PressAsync("ArrowRight");
        await Expect(Row(page, "Chat 2")).ToBeVisibleAsync();
        await keys.PressAsync("ArrowDown");
        await Expect(Row(page, "Chat 2")).ToBeFocusedAsync();
        await ChooseByKeysAsync(page, "tag-chat");
        await Expect(page.GetByTestId("tag-name")).ToBeFocusedAsync();
        await keys.TypeAsync("My Trip");
        await keys.PressAsync("Enter");
        await Expect(page.GetByTestId("tag-choice")).ToHaveAttributeAsync("aria-pressed", "true");
        await keys.PressAsync("Escape");
        await Expect(Row(page, "Chat 2")).ToBeFocusedAsync();

        await keys.PressAsync("Control+k");
        await page.GetByTestId("tag-filter").FocusAsync();
        await keys.PressAsync("Enter");
        await Expect(page.GetByTestId("search-hit")).ToHaveCountAsync(1);
        await Expect(page.GetByTestId("search-input")).ToHaveValueAsync("tag:my_trip ");
        await keys.PressAsync("Escape");
        await keys.PressAsync("Escape");

        // It survives a reload, and so does what is open.
        await page.ReloadAsync();
        await Expect(Row(page, "Chat 2")).ToBeVisibleAsync();
        await page.GetByTestId("folder").FocusAsync();
        await keys.PressAsync("F2");
        await Expect(page.GetByTestId("folder-name")).ToBeFocusedAsync();
        await keys.TypeAsync("Office");
        await keys.PressAsync("Enter");
        await Expect(page.GetByTestId("folder")).ToContainTextAsync("Office");
        await page.GetByTestId("folder").FocusAsync();
        await keys.PressAsync("Delete");
        await page.GetByTestId("folder-keep-chats").FocusAsync();
        await keys.PressAsync("Enter");
        await Expect(page.GetByTestId("folder")).ToHaveCountAsync(0);
        await Expect(page.GetByTestId("chat")).ToHaveTextAsync(["Chat 2", "Chat 1", "Chat 0"]);
    }

    [Fact]
    public async Task Selection_OfSeveralChats_MovesArchivesAndDeletesThemWithUndo()
    {
        await using var site = await StartSiteAsync();
        await FillAsync(site, 6);
        var page = await OpenAsync(site);
        await page.GetByTestId("list-menu").ClickAsync();
        await page.GetByTestId("new-folder").ClickAsync();
        await page.GetByTestId("folder-name").FillAsync("Work");
        await page.GetByTestId("folder-save").ClickAsync();
        await Expect(page.GetByTestId("folder")).ToBeVisibleAsync();

        await Row(page, "Chat 5").ClickAsync(new() { Modifiers = [KeyboardModifier.Control] });
        await Row(page, "Chat 3").ClickAsync(new() { Modifiers = [KeyboardModifier.Shift] });
        await Expect(page.GetByTestId("selection-bar")).ToContainTextAsync("3 selected");
        await Expect(page.Locator("[data-testid=chat][aria-pressed=true]")).ToHaveTextAsync(["Chat 5", "Chat 4", "Chat 3"]);
        await page.GetByTestId("selection-delete").ClickAsync();
        await Expect(page.GetByTestId("chat")).ToHaveTextAsync(["Chat 2", "Chat 1", "Chat 0"]);
        await Expect(page.GetByTestId("selection-bar")).ToHaveCountAsync(0);
        await page.GetByTestId("toast-action").Last.ClickAsync();
        await Expect(page.GetByTestId("chat")).ToHaveCountAsync(6);

        await Row(page, "Chat 5").ClickAsync(new() { Modifiers = [KeyboardModifier.Control] });
        await Row(page, "Chat 4").ClickAsync();
        await page.GetByTestId("selection-move").ClickAsync();
        await page.GetByTestId("move-choice").ClickAsync();
        await Expect(page.GetByTestId("chat")).ToHaveTextAsync(["Chat 3", "Chat 2", "Chat 1", "Chat 0"]);
        await page.GetByTestId("folder").ClickAsync();
        await Expect(page.GetByTestId("chat")).ToHaveTextAsync(["Chat 5", "Chat 4", "Chat 3", "Chat 2", "Chat 1", "Chat 0"]);

        // With the mouse: into the folder, and out of it.
        await Row(page, "Chat 0").DragToAsync(page.GetByTestId("folder"));
        await Expect(page.GetByTestId("chat")).ToHaveTextAsync(["Chat 5", "Chat 4", "Chat 0", "Chat 3", "Chat 2", "Chat 1"]);
        await Row(page, "Chat 5").DragToAsync(Row(page, "Chat 3"));
        await Expect(page.GetByTestId("chat")).ToHaveTextAsync(["Chat 4", "Chat 0", "Chat 5", "Chat 3", "Chat 2", "Chat 1"]);

        await Row(page, "Chat 2").ClickAsync(new() { Modifiers = [KeyboardModifier.Control] });
        await page.GetByTestId("selection-archive").ClickAsync();
        await Expect(Row(page, "Chat 2")).ToHaveCountAsync(0);
        await page.ReloadAsync();
        await Expect(page.GetByTestId("chat")).ToHaveTextAsync(["Chat 4", "Chat 0", "Chat 5", "Chat 3", "Chat 1"]);
    }

    [Theory]
    [InlineData("desktop", ColorScheme.Light, "en-US")]
    [InlineData("desktop", ColorScheme.Dark, "en-US")]
    [InlineData("desktop", ColorScheme.Light, "zh-CN")]
    [InlineData("phone", ColorScheme.Dark, "zh-CN")]
    public async Task Screens_InThisLook_HaveNoFinding(string device, ColorScheme scheme, string locale)
    {
        await using var site = await StartSiteAsync();
        await FillAsync(site, 12);
        var look = new Look(device, scheme, locale);
        var phone = look.IsPhone;
        var page = await OpenAsync(site, null, look.Options);
        ILocator Seen(string testId) => page.GetByTestId(testId).Filter(new() { Visible = true });
        Task Check(string screen) => ScreenCheck.CheckAsync(page, look.Name, $"sidebar-{screen}");
        if (phone)
        {
            await page.GetByTestId("open-chats").ClickAsync();
        }

        await Seen("list-menu").ClickAsync();
        await Expect(page.GetByTestId("new-folder")).ToBeVisibleAsync();
        await Check("1-menu");
        await page.GetByTestId("new-folder").ClickAsync();
        await page.GetByTestId("folder-name").FillAsync("Work");
        await Check("2-folder");
        await page.GetByTestId("folder-save").ClickAsync();
        await Seen("list-menu").ClickAsync();
        await page.GetByTestId("select-chats").ClickAsync();
        await Seen("chat").Nth(1).ClickAsync();
        await Seen("chat").Nth(2).ClickAsync();
        await Check("3-selection");
        await Seen("selection-tags").ClickAsync();
        await page.GetByTestId("tag-name").FillAsync("My Trip");
        await page.GetByTestId("tag-add").ClickAsync();
        await Expect(page.GetByTestId("tag-choice")).ToHaveAttributeAsync("aria-pressed", "true");
        await Check("4-tags");
        await page.Keyboard.PressAsync("Escape");
        await Seen("selection-move").ClickAsync();
        await Expect(page.GetByTestId("move-choice")).ToBeVisibleAsync();
        await Check("5-move");
        await page.GetByTestId("move-choice").ClickAsync();
        await Expect(Seen("chat")).ToHaveCountAsync(10);
        await Seen("folder").ClickAsync();
        await Expect(Seen("chat")).ToHaveCountAsync(12);
        await Check("6-open");
        await Seen("search-chats").ClickAsync();
        await Expect(Seen("tag-filter")).ToBeVisibleAsync();
        await Check("7-search");
        await Seen("search-input").FillAsync("needle");
        await Expect(Seen("search-hit")).ToHaveCountAsync(1);
        await Check("8-found");
        await Seen("search-input").FillAsync("nowhere");
        await Expect(Seen("search-status")).ToContainTextAsync("nowhere");
        await Check("9-none");
    }

    private static async Task ChooseByKeysAsync(IPage page, string testId)
    {
        await page.Keyboard.PressAsync("Tab");
        await Expect(page.Locator("[data-testid=chat-menu]:focus")).ToHaveCountAsync(1);
        await page.Keyboard.PressAsync("Enter");
        await page.GetByTestId(testId).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
    }

    /// <summary>Chats of one message each, an hour apart, the newest with the highest number.</summary>
    private static async Task FillAsync(TestSite site, int count)
    {
        var rows = site.Services.GetRequiredService<RowStore>();
        var now = DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds());
        foreach (var some in Enumerable.Range(0, count).Chunk(25))
        {
            List<RowOperation> operations = [];
            foreach (var i in some)
            {
                var at = now.AddHours(i - count);
                var chat = new Chat(new($"chat-{i}"), $"Chat {i}", at, at) { CurrentId = new("m"), TitleSource = TitleSource.Given };
                operations.AddRange(ChatStore.Operations(null, chat));
                operations.AddRange(MessageStore.Insert(chat.Id, new(new("m"), null, 0, 0, Message.UserRole, at) { Content = $"A {(i == 7 ? "needle" : "straw")} that is not in the title: 里斯本." }));
            }

            Assert.IsType<BatchOutcome.Committed>(await rows.BatchAsync(ChatRows.Table, OwnerId.Local.Text, operations, default));
        }
    }
}
