using Microsoft.Playwright;
using OpenWebUi.StubProvider;
using OpenWebUi.Tests.Site;
using static Microsoft.Playwright.Assertions;

namespace OpenWebUi.Tests.Browser;

/// <summary>
/// Walks through every screen in every look. Each is checked by axe (WCAG 2.2 AA and best practices, no finding) and for
/// sideways scrolling, and its picture is left in artifacts/screenshots/ for people.
/// </summary>
public sealed class ScreenTests(BrowserFixture fixture) : BrowserTest(fixture)
{
    private const string Code = "open-sesame";

    private const string RichAnswer =
        """
        A **binary search** halves the range at every step, so a million entries take about twenty looks.

        ## How it works

        1. Look at the middle entry.
        2. Too small? Go on in the upper half; too large? In the lower.
        3. Stop when it is found, or when nothing is left.

        ```python
        def find(items: list[int], wanted: int) -> int | None:
            low, high = 0, len(items) - 1
            while low <= high:
                middle = (low + high) // 2
                if items[middle] == wanted:
                    return middle
                if items[middle] < wanted:
                    low = middle + 1
                else:
                    high = middle - 1
            return None  # not in the list
        ```

        The number of looks is $\lceil \log_2 (n + 1) \rceil$, because every look halves what is left:

        $$T(n) = T\left(\frac{n}{2}\right) + 1 \implies T(n) = O(\log n)$$

        | Entries | Linear search | Binary search |
        |--------:|--------------:|--------------:|
        | 1,000 | 1,000 | 10 |
        | 1,000,000 | 1,000,000 | 20 |

        > The list must be sorted first. For a single search, a plain scan is cheaper.

        See [the article](https://en.wikipedia.org/wiki/Binary_search) for `lower_bound` and its kin.
        """;

    [Theory]
    [InlineData("desktop", ColorScheme.Light, "en-US")]
    [InlineData("desktop", ColorScheme.Dark, "en-US")]
    [InlineData("desktop", ColorScheme.Light, "zh-CN")]
    [InlineData("desktop", ColorScheme.Dark, "zh-CN")]
    [InlineData("phone", ColorScheme.Light, "en-US")]
    [InlineData("phone", ColorScheme.Dark, "en-US")]
    public async Task Screens_InThisLook_HaveNoFinding(string device, ColorScheme scheme, string locale)
    {
        await using var stub = await StubServer.StartAsync();
        stub.Models = ["aurora-large", "aurora-mini", "aurora-embed"];
        var time = new ManualTime();
        time.Advance(DateTimeOffset.UtcNow - time.GetUtcNow());
        await using var site = await StartSiteAsync(time,
            ("CODE", Code), ("ENABLE_TITLE_GENERATION", "false"), ("OPENAI_API_BASE_URLS", $"{stub.BaseUrl};http://127.0.0.1:9/v1"), ("OPENAI_API_KEYS", "sk-one;sk-two"));
        var look = new Look(device, scheme, locale);
        var phone = look.IsPhone;
        var page = await OpenAsync(site, expectedStatuses: [401, 404, 429, 500], look.Options);
        var chinese = look.IsChinese;
        Task Check(string screen) => ScreenCheck.CheckAsync(page, look.Name, screen);

        await Expect(page.GetByTestId("gate-input")).ToBeVisibleAsync();
        await Check("gate-1-asked");
        await EnterCodeAsync(page, "wrong");
        await Expect(page.GetByTestId("gate-error")).ToBeVisibleAsync();
        await Check("gate-2-wrong");
        time.Advance(TimeSpan.FromHours(2));
        await LockAsync(page);
        await Check("gate-3-locked");
        time.Advance(TimeSpan.FromHours(2));
        await page.ReloadAsync();
        await EnterCodeAsync(page, Code);

        await Expect(page.GetByTestId("model-picker")).ToContainTextAsync("aurora");
        await Expect(page.GetByTestId("starter").First).ToBeVisibleAsync();
        await Check("empty");
        await page.GetByTestId("model-picker").ClickAsync();
        await Expect(page.GetByTestId("model-option").First).ToBeVisibleAsync();
        await Check("picker");
        await page.Keyboard.PressAsync("Escape");

        stub.ReplyText = RichAnswer;
        stub.Behavior = StubBehavior.SlowHeaders;
        await AskAsync(page, chinese ? "二分查找是怎么工作的？" : "How does a binary search work?");
        await EventuallyAsync(() => Task.FromResult(stub.ActiveRequests > 0), "the provider is asked");
        await Expect(page.GetByTestId("still-waiting")).ToBeVisibleAsync();
        await Check("waiting");
        await page.GetByTestId("composer-stop").ClickAsync();
        stub.Behavior = StubBehavior.Stall(60);
        await Answer(page, "stopped").GetByTestId("retry").ClickAsync();
        await Expect(Answer(page, "streaming").Locator("ol")).ToBeVisibleAsync();
        await Check("streaming");
        await page.GetByTestId("composer-stop").ClickAsync();
        await Expect(Answer(page, "stopped")).ToBeVisibleAsync();
        await Check("stopped");

        stub.Behavior = StubBehavior.Answer;
        await Answer(page, "stopped").GetByTestId("retry").ClickAsync();
        await Expect(Answer(page, "done").Locator(".katex").First).ToBeVisibleAsync();
        await Expect(Answer(page, "done").Locator("[class*=hljs]").First).ToBeVisibleAsync();
        await Check("answer-end");
        await Answer(page, "done").EvaluateAsync("element => element.parentElement.parentElement.scrollTo(0, 0)");
        await Check("answer");

        stub.Behavior = StubBehavior.Status(500);
        await AskAsync(page, chinese ? "如果列表没有排序呢？" : "And if the list is not sorted?");
        await Expect(Answer(page, "failed")).ToBeVisibleAsync();
        await Check("failed");
        stub.Behavior = StubBehavior.Answer;

        if (phone)
        {
            await Messages(page).First.GetByTestId("turn-more").ClickAsync();
            await Check("turn-menu");
            await page.GetByTestId("edit-message").ClickAsync();
        }
        else
        {
            await Messages(page).First.GetByTestId("edit-message").ClickAsync();
        }

        await Expect(page.GetByTestId("edit-input")).ToBeFocusedAsync();
        await Check("edit");
        await page.Keyboard.PressAsync("Escape");
        await page.GetByTestId("branch-previous").First.ClickAsync();
        // Under a standing clock the answers have no order in time: either of the stopped ones comes.
        await Expect(Answer(page, "stopped")).ToBeVisibleAsync();
        await Check("branch");

        await CheckChatsAsync(page, chinese, phone, Check);

        await Seen(page, "settings").ClickAsync();
        await page.GetByTestId("settings-access").ClickAsync();
        await Expect(page.GetByTestId("leave")).ToBeVisibleAsync();
        await Check("settings");
        await page.GetByTestId("leave").ClickAsync();
        await Expect(page.GetByTestId("leave-confirm")).ToBeFocusedAsync();
        await Check("settings-leave");
        await page.Keyboard.PressAsync("Escape");

        await page.GotoAsync("/c/not-here");
        await Expect(page.GetByTestId("chat-missing")).ToBeVisibleAsync();
        await Check("chat-missing");
    }

    /// <summary>The list with groups, its menu, renaming, undo and the archive; on a phone in its drawer.</summary>
    private static async Task CheckChatsAsync(IPage page, bool chinese, bool phone, Func<string, Task> check)
    {
        string[] titles = chinese
            ? ["京都三日行程", "给房东的一封信", "春天的花园计划", "为什么夜空是黑的？"]
            : ["Three days in Kyoto", "A letter to the landlord", "Plans for the garden in spring", "Why is the sky dark at night?"];
        await page.EvaluateAsync(
            """
            async titles => {
              for (const title of titles)
                await fetch('/api/v1/chats/new', { method: 'POST', headers: { 'Content-Type': 'application/json' },
                  body: JSON.stringify({ chat: { title, history: { currentId: null, messages: {} } } }) });
            }
            """, titles);
        await page.ReloadAsync();
        if (phone)
        {
            await page.GetByTestId("open-chats").ClickAsync();
        }

        await Expect(Row(page, titles[0])).ToBeVisibleAsync();
        await OpenMenuAsync(page, 0, phone);
        await check("chats-menu");
        await Seen(page, "pin-chat").ClickAsync();
        await Expect(Seen(page, "chat-group")).ToHaveCountAsync(2);
        await check("chats");
        await OpenMenuAsync(page, 1, phone);
        await Seen(page, "rename-chat").ClickAsync();
        await Expect(Seen(page, "rename-input")).ToBeFocusedAsync();
        await check("chats-rename");
        await page.Keyboard.PressAsync("Escape");
        await OpenMenuAsync(page, 1, phone);
        await Seen(page, "archive-chat").ClickAsync();
        await OpenMenuAsync(page, 1, phone);
        await Seen(page, "delete-chat").ClickAsync();
        await Expect(Seen(page, "toast-action").Last).ToBeVisibleAsync();
        await check("chats-undo");
        await Seen(page, "show-archived").ClickAsync();
        await Expect(page.GetByTestId("archived-chat")).ToBeVisibleAsync();
        await check("chats-archive");
        await page.Keyboard.PressAsync("Escape");
    }

    private static ILocator Seen(IPage page, string testId) => page.GetByTestId(testId).Filter(new() { Visible = true });

    private static async Task OpenMenuAsync(IPage page, int row, bool phone)
    {
        await Seen(page, "chat").Nth(row).HoverAsync();
        // With a mouse only the row under it shows its button.
        await Seen(page, "chat").Nth(row).FocusAsync();
        await Seen(page, "chat-menu").Nth(phone ? row : 0).ClickAsync();
        await Expect(Seen(page, "menu")).ToBeVisibleAsync();
    }

    private static async Task LockAsync(IPage page)
    {
        for (var attempt = 1; attempt <= 12; attempt++)
        {
            // A lock lasts two seconds at first: the clock of the site stands, so further attempts find it locked.
            await EnterCodeAsync(page, $"wrong {attempt}");
            await Expect(page.GetByTestId("gate-error")).ToBeVisibleAsync();
            if (await page.GetByTestId("gate-error").GetAttributeAsync("role") == "timer")
            {
                return;
            }
        }

        Assert.Fail("The gate never locked.");
    }

    private static async Task AskAsync(IPage page, string text)
    {
        await page.GetByTestId("composer-input").FillAsync(text);
        await page.GetByTestId("composer-send").ClickAsync();
    }
}
