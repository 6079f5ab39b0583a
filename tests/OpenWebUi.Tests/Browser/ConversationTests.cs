using OpenWebUi.StubProvider;
using OpenWebUi.Tests.Site;
using static Microsoft.Playwright.Assertions;

namespace OpenWebUi.Tests.Browser;

public sealed class ConversationTests(BrowserFixture fixture) : BrowserTest(fixture)
{
    [Fact]
    public async Task Answer_SentStepByStep_ShowsEachChunkStopsKeepsItsTextAndRetries()
    {
        await using var stub = await StubServer.StartAsync();
        stub.Models = ["stepped"];
        await using var site = await StartAsync(stub);
        var page = await OpenAsync(site);
        await SendAsync(page, "count");

        await stub.StepAsync();
        await Expect(Answer(page, "streaming")).ToContainTextAsync("w1");
        await Expect(Answer(page, "streaming")).Not.ToContainTextAsync("w2");
        await stub.StepAsync();
        await Expect(Answer(page, "streaming")).ToContainTextAsync("w1 w2");
        await page.GetByTestId("composer-stop").ClickAsync();

        await Expect(Answer(page, "stopped")).ToContainTextAsync("w1 w2");
        await Expect(page.GetByTestId("composer-input")).ToBeFocusedAsync();
        var first = Assert.Single(Chats(stub));
        await first.Aborted.WaitAsync(TimeSpan.FromSeconds(15));
        stub.Release();
        await Answer(page, "stopped").GetByTestId("retry").ClickAsync();
        await Expect(Answer(page, "done")).ToContainTextAsync("w1 w2 w3 w4");
        await Expect(page.GetByTestId("composer-input")).ToBeFocusedAsync();
        await Expect(page.GetByTestId("message")).ToHaveCountAsync(2);
    }

    [Fact]
    public async Task Answer_ProviderFails_ShowsItsWordsItsConnectionAndRetry()
    {
        await using var stub = await StubServer.StartAsync();
        stub.Models = ["status-500"];
        await using var site = await StartAsync(stub);
        var page = await OpenAsync(site, expectedStatuses: [500]);
        await SendAsync(page, "hello");

        var answer = Answer(page, "failed");
        await Expect(answer).ToContainTextAsync(StubErrors.MessageFor(500));
        await Expect(answer).ToContainTextAsync("127.0.0.1");
        await Expect(answer.GetByTestId("retry")).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData("cut", "problem It closed the connection before its answer was complete")]
    [InlineData("error-midstream", "problem The stub failed in mid-stream.")]
    public async Task Answer_BreaksInMidStream_KeepsItsTextAndSaysWhy(string model, string reason)
    {
        await using var stub = await StubServer.StartAsync();
        stub.Models = [model];
        await using var site = await StartAsync(stub);
        var page = await OpenAsync(site);
        await SendAsync(page, "one two three four five six");

        await Expect(Answer(page, "failed")).ToContainTextAsync("You said:");
        await Expect(Answer(page, "failed")).ToContainTextAsync(reason, new() { IgnoreCase = true });
        await Expect(Answer(page, "failed").GetByTestId("retry")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Answer_ProviderRefusesTheKey_IsAFailedTurnAndNoGate()
    {
        await using var stub = await StubServer.StartAsync();
        stub.Models = ["status-401"];
        await using var site = await StartAsync(stub, ("CODE", "abc"));
        var page = await OpenAsync(site, expectedStatuses: [401]);
        await EnterCodeAsync(page, "abc");
        await SendAsync(page, "hello");

        await Expect(Answer(page, "failed")).ToContainTextAsync(StubErrors.MessageFor(401));
        await Expect(page.GetByTestId("gate-input")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Answer_LongInComing_SaysThatItStillWaits()
    {
        await using var stub = await StubServer.StartAsync();
        stub.Models = ["slow-headers"];
        var time = new ManualTime();
        await using var site = await StartSiteAsync(time, ("BASE_URL", stub.BaseUrl), ("OPENAI_API_KEY", "sk-site"));
        var page = await OpenAsync(site);
        await SendAsync(page, "take your time");

        await Expect(page.GetByTestId("still-waiting")).ToHaveCountAsync(0);
        await EventuallyAsync(() => Task.FromResult(Chats(stub).Length == 1), "the provider is asked");
        for (var beats = 0; beats < 3; beats++)
        {
            time.Advance(TimeSpan.FromSeconds(10));
        }

        await Expect(page.GetByTestId("still-waiting")).ToBeVisibleAsync();
        await Expect(Answer(page, "streaming")).Not.ToContainTextAsync("keep-alive");
        stub.Release();
        await Expect(Answer(page, "done")).ToContainTextAsync("You said: take your time");
        await Expect(page.GetByTestId("still-waiting")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Chats_NewSwitchedDeletedAndReloaded_KeepTheirMessagesAndDrafts()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartAsync(stub);
        var page = await OpenAsync(site);
        await SendAsync(page, "first chat");
        await Expect(Answer(page, "done")).ToBeVisibleAsync();
        // Times are whole seconds on the wire; chats of one second stand in the order of their ids.
        var second = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        await EventuallyAsync(() => Task.FromResult(DateTimeOffset.UtcNow.ToUnixTimeSeconds() > second), "the second is over");
        await page.GetByTestId("composer-input").FillAsync("draft of the first");
        await page.GetByTestId("new-chat").ClickAsync();
        await Expect(page.GetByTestId("composer-input")).ToHaveValueAsync("");
        await SendAsync(page, "second chat");
        await Expect(Answer(page, "done")).ToContainTextAsync("second chat");
        await page.GetByTestId("new-chat").ClickAsync();
        await page.GetByTestId("composer-input").FillAsync("draft of the new one");

        await page.ReloadAsync();

        await Expect(page.GetByTestId("chat")).ToHaveTextAsync(["second chat", "first chat"]);
        await Expect(page.GetByTestId("composer-input")).ToHaveValueAsync("draft of the new one");
        await page.GetByTestId("chat").Nth(1).ClickAsync();
        await Expect(Answer(page, "done")).ToContainTextAsync("You said: first chat");
        await Expect(page.GetByTestId("composer-input")).ToHaveValueAsync("draft of the first");
        await page.GetByTestId("chat-menu").Nth(1).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByTestId("rename-chat")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("End");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByTestId("chat")).ToHaveTextAsync(["second chat"]);
        await Expect(page.GetByTestId("chat")).ToBeFocusedAsync();
        await Expect(page.GetByTestId("composer-input")).ToHaveValueAsync("draft of the new one");
    }

    [Fact]
    public async Task Enter_WhileAnInputMethodComposes_DoesNotSend()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartAsync(stub);
        var page = await OpenAsync(site);
        await Expect(page.GetByTestId("model-picker")).ToContainTextAsync("echo");
        var input = page.GetByTestId("composer-input");
        await input.FillAsync("nihao");

        await input.DispatchEventAsync("keydown", new { key = "Enter", isComposing = true });
        await input.DispatchEventAsync("keydown", new { key = "Enter", keyCode = 229 });
        await input.PressAsync("Shift+Enter");
        await Expect(input).ToHaveValueAsync("nihao\n");
        await Expect(page.GetByTestId("message")).ToHaveCountAsync(0);

        await input.PressAsync("Enter");
        await Expect(Answer(page, "done")).ToContainTextAsync("You said: nihao");
        Assert.Single(Chats(stub));
    }

    [Fact]
    public async Task Picker_OneConnectionDead_ShowsItsReasonBesideTheLivingModels()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartSiteAsync(
            ("OPENAI_API_BASE_URLS", $"{stub.BaseUrl};http://127.0.0.1:9/v1"), ("OPENAI_API_KEYS", "sk-one;sk-two"));
        var page = await OpenAsync(site);
        await Expect(page.GetByTestId("model-picker")).ToContainTextAsync("echo");

        await page.GetByTestId("model-picker").ClickAsync();

        var panel = page.GetByTestId("model-panel");
        await Expect(panel.GetByTestId("model-down")).ToContainTextAsync("not reachable");
        await Expect(panel.GetByTestId("model-down").Locator(".reason")).Not.ToBeEmptyAsync();
        await Expect(panel.GetByTestId("model-option")).ToHaveCountAsync(3);
        await page.Keyboard.PressAsync("Escape");
        await Expect(panel).ToBeHiddenAsync();
        await Expect(page.GetByTestId("model-picker")).ToBeFocusedAsync();
    }

    private static Task<TestSite> StartAsync(StubServer stub, params (string Name, string Value)[] more) =>
        StartSiteAsync([("BASE_URL", stub.BaseUrl), ("OPENAI_API_KEY", "sk-site"), ("ENABLE_TITLE_GENERATION", "false"), .. more]);

    private static StubRequest[] Chats(StubServer stub) =>
        [.. stub.Requests.Where(r => r.Path.EndsWith("/chat/completions", StringComparison.Ordinal))];
}
