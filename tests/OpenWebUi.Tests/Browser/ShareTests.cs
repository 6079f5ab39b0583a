using Microsoft.Playwright;
using OpenWebUi.StubProvider;
using OpenWebUi.Tests.Site;
using static Microsoft.Playwright.Assertions;

namespace OpenWebUi.Tests.Browser;

/// <summary>A chat's public link, its page, and a chat as a file.</summary>
public sealed class ShareTests(BrowserFixture fixture) : BrowserTest(fixture)
{
    private const string Code = "open-sesame";

    [Fact]
    public async Task Chat_Shared_IsReadByAStrangerUntilItIsTakenBack()
    {
        await using var stub = await StubServer.StartAsync();
        stub.ReplyText = "The **answer** is $x^2$.";
        await using var site = await StartAsync(stub);
        var page = await OpenAsync(site, expectedStatuses: [401]);
        await EnterCodeAsync(page, Code);
        await SendAsync(page, "What is it?");
        await Expect(Answer(page, "done")).ToBeVisibleAsync();
        var link = await ShareAsync(page);

        var stranger = await OpenAsync(site, expectedStatuses: [401, 404]);
        var asked = new List<string>();
        stranger.Request += (_, request) => asked.Add(new Uri(request.Url).AbsolutePath);
        await stranger.GotoAsync(link);
        await Expect(stranger.GetByTestId("shared")).ToContainTextAsync("What is it?");
        await Expect(stranger.GetByTestId("shared").Locator("strong")).ToHaveTextAsync("answer");
        await Expect(stranger.GetByTestId("shared").Locator(".katex").First).ToBeVisibleAsync();
        await Expect(stranger.GetByTestId("composer-input")).ToHaveCountAsync(0);
        await Expect(stranger.GetByTestId("copy-shared")).ToHaveCountAsync(0);
        Assert.DoesNotContain(asked, path => path is "/api/models" || path.StartsWith("/api/v1/chats", StringComparison.Ordinal) && !path.Contains("/share/", StringComparison.Ordinal));

        await page.GetByTestId("share-revoke").ClickAsync();
        await Expect(page.GetByTestId("share-create")).ToBeEnabledAsync();
        await stranger.ReloadAsync();
        await Expect(stranger.GetByTestId("shared-gone")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task SharedChat_CopiedByAnotherGuest_IsTheirs()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartAsync(stub);
        var page = await OpenAsync(site, expectedStatuses: [401]);
        await EnterCodeAsync(page, Code);
        await SendAsync(page, "take me with you");
        await Expect(Answer(page, "done")).ToBeVisibleAsync();
        var link = await ShareAsync(page);
        await page.Keyboard.PressAsync("Escape");
        await SendAsync(page, "said later");
        await Expect(Answer(page, "done")).ToContainTextAsync("said later");

        var other = await OpenAsync(site, expectedStatuses: [401]);
        await EnterCodeAsync(other, Code);
        await Expect(other.GetByTestId("composer-input")).ToBeVisibleAsync();
        await other.GotoAsync(link);
        await Expect(other.GetByTestId("shared")).Not.ToContainTextAsync("said later");
        await other.GetByTestId("copy-shared").ClickAsync();
        await Expect(Row(other, "take me with you")).ToBeVisibleAsync();
        await SendAsync(other, "and on");
        await Expect(Answer(other, "done")).ToContainTextAsync("and on");
        await Expect(Messages(page)).ToHaveCountAsync(4);
    }

    [Theory]
    [InlineData("save-markdown", ".md", "## You")]
    [InlineData("save-json", ".json", "\"history\"")]
    [InlineData("save-image", ".png", null)]
    public async Task Chat_Saved_IsAFile(string item, string ending, string? holds)
    {
        await using var stub = await StubServer.StartAsync();
        stub.ReplyText = "Some `code`, $x^2$ and\n\n```js\nlet a = 1;\n```\n\nthe end.";
        await using var site = await StartAsync(stub);
        var page = await OpenAsync(site, expectedStatuses: [401]);
        await EnterCodeAsync(page, Code);
        await SendAsync(page, "a chat: to keep?");
        await Expect(Answer(page, "done")).ToContainTextAsync("the end");
        await page.GetByTestId("chat-tools").ClickAsync();
        var download = await page.RunAndWaitForDownloadAsync(() => page.GetByTestId(item).ClickAsync());
        Assert.Equal("a chat to keep" + ending, download.SuggestedFilename);
        var bytes = await File.ReadAllBytesAsync(await download.PathAsync());
        if (holds is not null)
        {
            Assert.Contains(holds.Replace("You", "Question", StringComparison.Ordinal), System.Text.Encoding.UTF8.GetString(bytes), StringComparison.Ordinal);
            return;
        }

        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], bytes[..4]);
        await download.SaveAsAsync(Path.Combine(Repository, "artifacts", "screenshots", "saved-image.png"));
        // Something is drawn: an empty sheet of this size takes a few kilobytes.
        Assert.True(bytes.Length > 15_000, $"The picture has {bytes.Length} bytes.");
    }

    internal static async Task<string> ShareAsync(IPage page)
    {
        await page.GetByTestId("chat-tools").ClickAsync();
        await page.GetByTestId("share-chat").ClickAsync();
        await page.GetByTestId("share-create").ClickAsync();
        await Expect(page.GetByTestId("share-link")).ToBeVisibleAsync();
        return new Uri(await page.GetByTestId("share-link").InputValueAsync()).AbsolutePath;
    }

    private static Task<TestSite> StartAsync(StubServer stub) => StartSiteAsync(
        ("CODE", Code), ("ENABLE_TITLE_GENERATION", "false"), ("OPENAI_API_BASE_URL", stub.BaseUrl), ("OPENAI_API_KEY", "sk-secret"));
}
