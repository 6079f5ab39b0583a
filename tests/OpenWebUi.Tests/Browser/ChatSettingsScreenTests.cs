using Microsoft.Playwright;
using OpenWebUi.StubProvider;
using OpenWebUi.Tests.Site;
using static Microsoft.Playwright.Assertions;

namespace OpenWebUi.Tests.Browser;

/// <summary>System prompt and parameters of one chat, and chats that nobody keeps.</summary>
public sealed class ChatSettingsScreenTests(BrowserFixture fixture) : BrowserTest(fixture)
{
    [Theory]
    [InlineData("en-US", "0 to 2", "Above 1", "Temperature 1.4", 1280, 800)]
    [InlineData("zh-CN", "0 到 2", "高于 1", "温度 1.4", 390, 844)]
    public async Task Settings_OfAChat_GoWithItsTurnsAndStay(string locale, string range, string note, string hot, int width, int height)
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartAsync(stub);
        var page = await OpenAsync(site, options: new() { Locale = locale, ViewportSize = new() { Width = width, Height = height } });
        await Expect(page.GetByTestId("model-picker")).ToContainTextAsync("echo");
        await page.GetByTestId("chat-settings").ClickAsync();
        await page.GetByTestId("chat-temperature").FillAsync("3");
        await page.GetByTestId("chat-settings-save").ClickAsync();
        await Expect(page.GetByTestId("chat-temperature-error")).ToContainTextAsync(range);
        await Expect(page.GetByTestId("chat-temperature")).ToBeFocusedAsync();
        await page.GetByTestId("chat-system").FillAsync("Answer like a pirate.");
        await page.GetByTestId("chat-temperature").FillAsync("1.4");
        await Expect(page.Locator("#chat-temperature-note")).ToContainTextAsync(note);
        await ScreenCheck.CheckInBothThemesAsync(page, width < 500 ? "phone-zh" : "desktop", "chat-settings");
        await page.GetByTestId("chat-settings-save").ClickAsync();
        await Expect(page.GetByTestId("chat-system")).ToHaveCountAsync(0);

        await SendAsync(page, "hello");
        await Expect(Answer(page, "done")).ToContainTextAsync("You said: hello");
        await Expect(page.GetByText(hot)).ToBeVisibleAsync();
        Assert.Contains("Answer like a pirate.", stub.Requests[^1].BodyText, StringComparison.Ordinal);
        Assert.Equal(1.4, (double)stub.Requests[^1].Json!["temperature"]!);

        await page.ReloadAsync();
        await page.GetByTestId("chat-settings").ClickAsync();
        await Expect(page.GetByTestId("chat-system")).ToHaveValueAsync("Answer like a pirate.");
        await page.GetByTestId("chat-settings-reset").ClickAsync();
        await page.GetByTestId("chat-settings-save").ClickAsync();
        await Expect(page.GetByTestId("chat-system")).ToHaveCountAsync(0);
        await SendAsync(page, "again");
        await Expect(Answer(page, "done")).ToContainTextAsync("You said: again");
        Assert.False(stub.Requests[^1].Json!.AsObject().ContainsKey("temperature"));
        Assert.DoesNotContain("pirate", stub.Requests[^1].BodyText, StringComparison.Ordinal);

        // Another chat knows nothing of it.
        await page.GotoAsync("/");
        await page.GetByTestId("chat-settings").ClickAsync();
        await Expect(page.GetByTestId("chat-system")).ToHaveValueAsync("");
    }

    [Fact]
    public async Task TemporaryChat_IsNotStoredUntilItIsKept()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartAsync(stub);
        var page = await OpenAsync(site);
        await page.GotoAsync("/?temporary=true");
        await Expect(page.GetByTestId("temporary-note")).ToBeVisibleAsync();
        await Expect(page.GetByTestId("temporary")).ToHaveAttributeAsync("aria-pressed", "true");
        await page.GetByTestId("temporary").ClickAsync();
        await Expect(page.GetByTestId("temporary-note")).ToHaveCountAsync(0);
        await page.GetByTestId("temporary").ClickAsync();
        await SendAsync(page, "a secret");
        await Expect(Answer(page, "done")).ToContainTextAsync("You said: a secret");
        await ScreenCheck.CheckInBothThemesAsync(page, "desktop", "temporary");
        await Expect(page.GetByTestId("chats-empty")).ToBeVisibleAsync();
        Assert.Equal("[]", await page.EvaluateAsync<string>("async () => (await fetch('/api/v1/chats/')).text()"));

        // Leaving it by mistake, and a reload, lose nothing.
        await page.GetByTestId("new-chat").First.ClickAsync();
        await Expect(page.GetByTestId("temporary-note")).ToHaveCountAsync(0);
        await page.GetByTestId("toast").GetByRole(AriaRole.Button, new() { Name = "Back to it" }).ClickAsync();
        await Expect(Answer(page, "done")).ToContainTextAsync("a secret");
        await page.ReloadAsync();
        await Expect(Answer(page, "done")).ToContainTextAsync("a secret");
        await page.GetByTestId("temporary-keep").ClickAsync();

        await Expect(page.GetByTestId("temporary-note")).ToHaveCountAsync(0);
        await Expect(Row(page, "a secret")).ToBeVisibleAsync();
        await Expect(Answer(page, "done")).ToContainTextAsync("You said: a secret");
        await SendAsync(page, "go on");
        await Expect(Answer(page, "done")).ToContainTextAsync("You said: go on");
        await page.ReloadAsync();
        await Expect(Messages(page)).ToHaveCountAsync(4);
    }

    private static Task<TestSite> StartAsync(StubServer stub) =>
        StartSiteAsync([("BASE_URL", stub.BaseUrl), ("OPENAI_API_KEY", "sk-site"), ("ENABLE_TITLE_GENERATION", "false")]);
}
