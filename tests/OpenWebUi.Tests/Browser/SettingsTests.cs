using System.Text.Json.Nodes;
using Microsoft.Playwright;
using OpenWebUi.StubProvider;
using OpenWebUi.Tests.Chats;
using OpenWebUi.Tests.Site;
using static Microsoft.Playwright.Assertions;

namespace OpenWebUi.Tests.Browser;

/// <summary>What the reader sets, and that it does what it says.</summary>
public sealed class SettingsTests(BrowserFixture fixture) : BrowserTest(fixture)
{
    [Fact]
    public async Task Settings_Changed_ApplyAtOnceAndAreKept()
    {
        await using var stub = await StubServer.StartAsync();
        stub.Models = ["aurora", "borealis"];
        stub.ReplyText = "From $5$ on.";
        await using var site = await StartAsync(stub);
        var page = await OpenAsync(site);
        await SendAsync(page, "how much");
        await Expect(Answer(page, "done").Locator(".katex")).ToBeVisibleAsync();
        await page.GetByTestId("settings").ClickAsync();
        await page.GetByText("Larger", new() { Exact = true }).ClickAsync();
        await page.GetByTestId("setting-wide").ClickAsync();
        await Expect(page.Locator("html")).ToHaveAttributeAsync("data-text", "larger");
        await page.GetByTestId("settings-chat").ClickAsync();
        await page.GetByText("Ctrl + Enter").ClickAsync();
        await page.GetByTestId("setting-dollar").ClickAsync();
        await page.GetByTestId("setting-model").SelectOptionAsync("borealis");
        await Expect(page.GetByTestId("setting-titles")).ToBeDisabledAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("ENABLE_TITLE_GENERATION");
        await page.Keyboard.PressAsync("Escape");
        await Expect(Answer(page, "done").Locator(".katex")).ToHaveCountAsync(0);

        await page.ReloadAsync();
        await Expect(page.Locator("html")).ToHaveAttributeAsync("data-text", "larger");
        Assert.True(await page.EvaluateAsync<bool>("() => document.documentElement.hasAttribute('data-wide')"));
        await page.GetByTestId("new-chat").ClickAsync();
        await Expect(page.GetByTestId("model-picker")).ToContainTextAsync("borealis");
        var input = page.GetByTestId("composer-input");
        await input.FillAsync("one");
        await input.PressAsync("Enter");
        await input.PressSequentiallyAsync("two");
        await Expect(input).ToHaveValueAsync("one\ntwo");
        await input.PressAsync("Control+Enter");
        await Expect(input).ToHaveValueAsync("");
        await Expect(Answer(page, "done")).ToContainTextAsync("From $5$ on.");
    }

    [Fact]
    public async Task Settings_LookedFor_AreFoundInEveryPart()
    {
        await using var site = await StartSiteAsync();
        var page = await OpenAsync(site);
        await page.GetByTestId("settings").ClickAsync();
        await page.GetByTestId("settings-search").FillAsync("dollar");
        await Expect(page.GetByTestId("setting-dollar")).ToBeVisibleAsync();
        await Expect(page.GetByTestId("setting-wide")).ToHaveCountAsync(0);
        await page.GetByTestId("settings-search").FillAsync("nonsense");
        await Expect(page.GetByTestId("settings-none")).ToBeVisibleAsync();
        await page.GetByTestId("settings-search").FillAsync("");
        await page.GetByTestId("settings-appearance").FocusAsync();
        await page.Keyboard.PressAsync("End");
        await Expect(page.GetByTestId("settings-about")).ToBeFocusedAsync();
        await Expect(page.GetByTestId("about")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Shortcuts_OfTheKeyboard_DoWhatTheListSays()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartAsync(stub);
        var page = await OpenAsync(site);
        await SendAsync(page, "a chat");
        await Expect(Answer(page, "done")).ToBeVisibleAsync();
        var input = page.GetByTestId("composer-input");
        await page.GetByTestId("theme-toggle").FocusAsync();
        await EventuallyAsync(
            async () =>
            {
                await page.Keyboard.PressAsync("?");
                return await page.GetByTestId("shortcuts").CountAsync() > 0;
            },
            "the list of shortcuts is shown");
        await Expect(page.GetByTestId("shortcuts")).ToContainTextAsync("New chat");
        await page.Keyboard.PressAsync("Escape");
        await page.Keyboard.PressAsync("Shift+Escape");
        await Expect(input).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("?");
        await Expect(input).ToHaveValueAsync("?");
        await page.Keyboard.PressAsync("Control+Shift+O");
        await Expect(Messages(page)).ToHaveCountAsync(0);
        await page.Keyboard.PressAsync("Control+,");
        await Expect(page.GetByTestId("settings-search")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Chats_ImportedExportedAndDeleted_ByHand()
    {
        await using var site = await StartSiteAsync();
        var page = await OpenAsync(site);
        await page.GetByTestId("settings").ClickAsync();
        await page.GetByTestId("settings-data").ClickAsync();
        string Row(string title) => new JsonObject { ["title"] = title, ["pinned"] = true, ["chat"] = ChatCalls.Line(2) }.ToJsonString().Replace("\"Line\"", $"\"{title}\"", StringComparison.Ordinal);
        var file = $$$"""[{{{Row("Line")}}}, {"title":"Broken","chat":{"history":3}}, {"no":"chat"}, {{{Row("Other")}}}, {"torn":,}]""";
        await page.GetByTestId("import-file").SetInputFilesAsync(new FilePayload { Name = "chats.json", MimeType = "application/json", Buffer = System.Text.Encoding.UTF8.GetBytes(file) });
        await Expect(page.GetByTestId("import-said")).ToHaveTextAsync("Found: 3 chats in Open WebUI’s form.");
        await Expect(page.GetByTestId("import-failed").Locator("li")).ToHaveCountAsync(2);
        await Expect(page.GetByTestId("chat")).ToHaveCountAsync(0);
        await Expect(page.GetByTestId("import-begin")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByTestId("import-said")).ToHaveTextAsync("2 chats are imported, 3 could not be.");
        await Expect(page.GetByTestId("import-failed").Locator("li")).ToHaveCountAsync(3);
        await Expect(page.GetByTestId("import-failed")).ToContainTextAsync("No. 2 · Broken");
        await Expect(page.GetByTestId("chat")).ToHaveCountAsync(2);

        var download = await page.RunAndWaitForDownloadAsync(() => page.GetByTestId("export-all").ClickAsync());
        Assert.Matches(@"^chat-export-\d+\.json$", download.SuggestedFilename);
        var rows = JsonNode.Parse(await File.ReadAllTextAsync(await download.PathAsync()))!.AsArray();
        Assert.Equal(["Line", "Other"], rows.Select(r => (string)r!["title"]!).Order());
        Assert.All(rows, r => Assert.Equal(2, r!["chat"]!["history"]!["messages"]!.AsObject().Count));
        await page.GetByTestId("import-file").SetInputFilesAsync(await download.PathAsync());
        await page.GetByTestId("import-begin").ClickAsync();
        await Expect(page.GetByTestId("import-said")).ToHaveTextAsync("0 chats are imported.");
        await Expect(page.GetByTestId("import-more")).ToHaveTextAsync("2 chats are here already and were left out.");
        await Expect(page.GetByTestId("chat")).ToHaveCountAsync(2);

        download = await page.RunAndWaitForDownloadAsync(() => page.GetByTestId("export-markdown").ClickAsync());
        Assert.Matches(@"^chat-export-\d+\.zip$", download.SuggestedFilename);
        using (var zip = await System.IO.Compression.ZipFile.OpenReadAsync(await download.PathAsync()))
        {
            Assert.Equal(["Line.md", "Other.md"], zip.Entries.Select(entry => entry.FullName).Order());
            using var reader = new StreamReader(await zip.GetEntry("Line.md")!.OpenAsync());
            Assert.StartsWith("# Line\n\n## Question\n\naaaaaaaa", await reader.ReadToEndAsync(), StringComparison.Ordinal);
        }

        await page.GetByTestId("delete-all").ClickAsync();
        await Expect(page.GetByTestId("delete-word")).ToBeFocusedAsync();
        await Expect(page.GetByTestId("delete-all-confirm")).ToBeDisabledAsync();
        await page.GetByTestId("delete-word").FillAsync("Delete");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByTestId("delete-said")).ToHaveTextAsync("All chats are deleted.");
        await Expect(page.GetByTestId("chat")).ToHaveCountAsync(0);
    }

    private static Task<TestSite> StartAsync(StubServer stub) => StartSiteAsync(
        ("ENABLE_TITLE_GENERATION", "false"), ("OPENAI_API_BASE_URL", stub.BaseUrl), ("OPENAI_API_KEY", "sk-secret"));
}
