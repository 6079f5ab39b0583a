using Microsoft.Playwright;
using OpenWebUi.StubProvider;
using OpenWebUi.Tests.Site;
using static Microsoft.Playwright.Assertions;

namespace OpenWebUi.Tests.Browser;

/// <summary>Another answer, another question: the old one stays beside it.</summary>
public sealed class BranchTests(BrowserFixture fixture) : BrowserTest(fixture)
{
    [Fact]
    public async Task Question_Edited_BeginsABranchAndTheOldOneIsKept()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartAsync(stub);
        var page = await OpenAsync(site);
        await SendAsync(page, "what is one?");
        await Expect(Answer(page, "done")).ToContainTextAsync("You said: what is one?");
        await SendAsync(page, "and two?");
        await Expect(Answer(page, "done")).ToContainTextAsync("You said: and two?");

        await Messages(page).First.HoverAsync();
        await Messages(page).First.GetByTestId("edit-message").ClickAsync();
        await Expect(page.GetByTestId("edit-input")).ToBeFocusedAsync();
        await Expect(page.GetByTestId("edit-input")).ToHaveValueAsync("what is one?");
        await page.Keyboard.PressAsync("Escape");
        await Expect(Messages(page)).ToHaveCountAsync(4);
        await Messages(page).First.GetByTestId("edit-message").ClickAsync();
        await page.GetByTestId("edit-input").FillAsync("what is zero?");
        await page.Keyboard.PressAsync("Enter");

        await Expect(Answer(page, "done")).ToContainTextAsync("You said: what is zero?");
        await Expect(Messages(page)).ToHaveCountAsync(2);
        await Expect(page.GetByTestId("branches")).ToContainTextAsync("2/2");
        await page.GetByTestId("branch-previous").ClickAsync();
        await Expect(Messages(page)).ToHaveCountAsync(4);
        await Expect(Answer(page, "done")).ToContainTextAsync("You said: and two?");
        await Expect(page.GetByTestId("branches")).ToContainTextAsync("1/2");
        await page.ReloadAsync();
        await Expect(Messages(page)).ToHaveCountAsync(4);
        await Expect(page.GetByTestId("branches")).ToContainTextAsync("1/2");
        Assert.Single(await page.GetByTestId("chat").AllAsync());
    }

    [Fact]
    public async Task Answer_AskedForAgain_StandsBesideTheFirst()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartAsync(stub);
        var page = await OpenAsync(site);
        await SendAsync(page, "say something");
        await Expect(Answer(page, "done")).ToContainTextAsync("You said: say something");
        stub.ReplyText = "Something else.";

        await Answer(page, "done").GetByTestId("retry").ClickAsync();

        await Expect(Answer(page, "done")).ToContainTextAsync("Something else.");
        await Expect(Answer(page, "done").GetByTestId("branches")).ToContainTextAsync("2/2");
        await page.GetByTestId("branch-previous").ClickAsync();
        await Expect(Answer(page, "done")).ToContainTextAsync("You said: say something");
        await Expect(page.GetByTestId("branch-next")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(Answer(page, "done")).ToContainTextAsync("Something else.");
        await SendAsync(page, "go on");
        await Expect(Messages(page)).ToHaveCountAsync(4);
        await Expect(Answer(page, "done")).ToContainTextAsync("Something else.");
        await EventuallyAsync(
            () => Task.FromResult(stub.Requests.Any(r => r.BodyText.Contains("go on", StringComparison.Ordinal))), "the question reaches the provider");
        var asked = stub.Requests.First(r => r.BodyText.Contains("go on", StringComparison.Ordinal));
        Assert.Contains("Something else.", asked.BodyText, StringComparison.Ordinal);
        Assert.DoesNotContain("You said", asked.BodyText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answer_Stopped_IsContinuedInPlace()
    {
        await using var stub = await StubServer.StartAsync();
        stub.Models = ["stepped"];
        await using var site = await StartAsync(stub);
        var page = await OpenAsync(site);
        await SendAsync(page, "count");
        await stub.StepAsync();
        await Expect(Answer(page, "streaming")).ToContainTextAsync("w1");
        await page.GetByTestId("composer-stop").ClickAsync();
        await Expect(Answer(page, "stopped").Locator(".prose")).ToHaveTextAsync("w1");
        stub.Release();

        await Answer(page, "stopped").GetByTestId("continue").ClickAsync();

        await Expect(Answer(page, "done")).ToContainTextAsync("w4");
        await Expect(Messages(page)).ToHaveCountAsync(2);
        await Expect(page.GetByTestId("branches")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Conversation_OfManyPages_OpensAtItsEndAndLoadsUpwards()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartAsync(stub);
        var page = await OpenAsync(site);
        await Expect(page.GetByTestId("chats-empty")).ToBeVisibleAsync();
        await page.EvaluateAsync(
            """
            async () => {
              const messages = {};
              for (let n = 0; n < 300; n++)
                messages[`m${n}`] = { id: `m${n}`, parentId: n ? `m${n - 1}` : null, childrenIds: n < 299 ? [`m${n + 1}`] : [],
                  role: n % 2 ? 'assistant' : 'user', content: `line ${n}.`, timestamp: 1700000000 + n, model: 'echo', done: true };
              await fetch('/api/v1/chats/new', { method: 'POST', headers: { 'Content-Type': 'application/json' },
                body: JSON.stringify({ chat: { title: 'long', history: { currentId: 'm299', messages } } }) });
            }
            """);
        await page.ReloadAsync();

        await Row(page, "long").ClickAsync();

        await Expect(Messages(page).Last).ToContainTextAsync("line 299.");
        await Expect(Messages(page).Last).ToBeInViewportAsync();
        Assert.InRange(await Messages(page).CountAsync(), 23, 60);
        await page.GetByRole(AriaRole.Log).HoverAsync();
        await EventuallyAsync(
            async () =>
            {
                await page.Mouse.WheelAsync(0, -1500);
                Assert.InRange(await Messages(page).CountAsync(), 23, 200);
                return await page.GetByText("line 0.", new() { Exact = true }).CountAsync() == 1;
            },
            "the beginning is there");
        await page.GetByTestId("jump").ClickAsync();
        await Expect(Messages(page).Last).ToContainTextAsync("line 299.");
        await Expect(Messages(page).Last).ToBeInViewportAsync();
    }

    private static Task<TestSite> StartAsync(StubServer stub) =>
        StartSiteAsync([("BASE_URL", stub.BaseUrl), ("OPENAI_API_KEY", "sk-site"), ("ENABLE_TITLE_GENERATION", "false")]);
}
