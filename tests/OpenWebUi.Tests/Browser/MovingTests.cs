using System.Text.Json.Nodes;
using Microsoft.Playwright;
using OpenWebUi.StubProvider;
using OpenWebUi.Tests.Access;
using OpenWebUi.Tests.Chats;
using OpenWebUi.Tests.Site;
using static Microsoft.Playwright.Assertions;

namespace OpenWebUi.Tests.Browser;

/// <summary>Somebody moves in with the files of other programs, finds an old answer and puts things in order.</summary>
public sealed class MovingTests(BrowserFixture fixture) : BrowserTest(fixture)
{
    [Fact]
    public async Task ChatGptsZip_Imported_KeepsBranchesAndComesOnce()
    {
        await using var site = await StartSiteAsync();
        var page = await OpenAsync(site);
        await ChooseFileAsync(page, MovedFiles.ChatGptZip());
        await Expect(page.GetByTestId("import-said")).ToHaveTextAsync("Found: 2 chats from ChatGPT.");
        await Expect(page.GetByTestId("import-failed")).ToContainTextAsync("No. 2 · Torn");
        await page.GetByTestId("import-begin").ClickAsync();
        await Expect(page.GetByTestId("import-said")).ToHaveTextAsync("2 chats are imported, 1 could not be.");
        await page.GetByTestId("import-file").SetInputFilesAsync(MovedFiles.ChatGptZip());
        await page.GetByTestId("import-begin").ClickAsync();
        await Expect(page.GetByTestId("import-more")).ToHaveTextAsync("2 chats are here already and were left out.");
        await page.Keyboard.PressAsync("Escape");

        await Row(page, "Tea").ClickAsync();
        await Expect(Messages(page)).ToHaveCountAsync(2);
        await Expect(Answer(page, "done")).ToContainTextAsync("Black tea.");
        await page.GetByTestId("branches").GetByRole(AriaRole.Button).First.ClickAsync();
        await Expect(Answer(page, "done")).ToContainTextAsync("Green tea.");
        await Row(page, "Sums").ClickAsync();
        await Expect(Answer(page, "done")).ToContainTextAsync("Four.");
        await Expect(Answer(page, "done").Locator("pre")).ToContainTextAsync("print(2+2)");

        var tea = (await site.Client.ReadAsync("/all")).AsArray().Single(row => (string)row!["title"]! == "Tea")!;
        Assert.Equal((1_700_000_000L, 1_700_000_100L), ((long)tea["created_at"]!, (long)tea["updated_at"]!));
        var messages = tea["chat"]!["history"]!["messages"]!;
        Assert.Equal(("gpt-4", "o3", 1_700_000_003L), ((string)messages["a1"]!["model"]!, (string)messages["a2"]!["model"]!, (long)messages["a2"]!["timestamp"]!));
        Assert.Contains("citations", messages["a2"]!["chatgpt"]!.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task NextChatsBackup_Imported_BringsChatsMasksAndPrompts()
    {
        await using var site = await StartSiteAsync();
        var page = await OpenAsync(site);
        await ChooseFileAsync(page, MovedFiles.NextChat());
        await Expect(page.GetByTestId("import-said")).ToHaveTextAsync("Found: 1 chats from NextChat, 1 masks (as presets), and 1 prompts.");
        foreach (var known in (bool[])[false, true])
        {
            await page.GetByTestId("import-begin").ClickAsync();
            await Expect(page.GetByTestId("import-said")).ToHaveTextAsync($"{(known ? 0 : 1)} chats are imported, 1 could not be.");
            await Expect(page.GetByTestId("import-failed")).ToContainTextAsync("Torn");
            var more = page.GetByTestId("import-more");
            await Expect(more.Filter(new() { HasText = "2 prompts and presets are in your library." })).ToHaveCountAsync(1);
            await Expect(more.Filter(new() { HasText = "1 chats are here already" })).ToHaveCountAsync(known ? 1 : 0);
            await page.GetByTestId("import-file").SetInputFilesAsync(MovedFiles.NextChat());
        }

        var bread = Assert.Single((await site.Client.ReadAsync("/all")).AsArray())!;
        Assert.Equal(("Bread", "You bake.", 0.3), ((string)bread["title"]!, (string)bread["chat"]!["system"]!, (double)bread["chat"]!["params"]!["temperature"]!));
        Assert.Equal("They bake.", (string)bread["chat"]!["nextchat"]!["memoryPrompt"]!);
        Assert.Equal("/shorten", (string)Assert.Single((await site.Client.CallAsync("GET", "/api/v1/prompts/", null).JsonOfAsync()).AsArray())!["command"]!);
        var presets = (await site.Client.CallAsync("GET", "/api/v1/models/list", null).JsonOfAsync())["items"]!.AsArray();
        Assert.Equal("Baker", (string)Assert.Single(presets, preset => preset!["base_model_id"] is not null)!["name"]!);
    }

    [Fact]
    public async Task OldChatsOfOpenWebUi_Imported_AreThere()
    {
        await using var site = await StartSiteAsync();
        var page = await OpenAsync(site);
        await ChooseFileAsync(page, MovedFiles.Legacy());
        await Expect(page.GetByTestId("import-said")).ToHaveTextAsync("Found: 1 chats in Open WebUI’s form.");
        await page.GetByTestId("import-begin").ClickAsync();
        await Expect(page.GetByTestId("import-said")).ToHaveTextAsync("1 chats are imported, 1 could not be.");
        await page.Keyboard.PressAsync("Escape");
        await Row(page, "Old chat").ClickAsync();
        await Expect(Answer(page, "done")).ToContainTextAsync("Good day.");
    }

    /// <summary>Far up in a long chat, and on a branch that is not shown.</summary>
    [Fact]
    public async Task Hit_Opened_ShowsTheMessageWithItsWordsMarked()
    {
        await using var site = await StartSiteAsync();
        var blob = ChatCalls.Line(200, 400);
        var messages = blob["history"]!["messages"]!.AsObject();
        messages["m10"]!["content"] = new string('x', 300) + " the Needle stands here";
        messages["m21"]!["childrenIds"]!.AsArray().Add("side");
        messages["side"] = new JsonObject { ["parentId"] = "m21", ["childrenIds"] = new JsonArray(), ["role"] = "user", ["content"] = "a thimble aside" };
        await site.Client.NewAsync(blob.ToJsonString());
        await site.Client.NewAsync();
        var page = await OpenAsync(site);
        await Expect(Row(page, "Line")).ToBeVisibleAsync();
        foreach (var (word, id) in ((string, string)[])[("needle", "m10"), ("thimble", "side"), ("needle", "m10")])
        {
            await page.Keyboard.PressAsync("Control+k");
            await page.GetByTestId("search-input").FillAsync(word);
            await Expect(page.GetByTestId("search-hit")).ToHaveCountAsync(1);
            await page.GetByTestId("search-hit").ClickAsync();
            await Expect(page.Locator($"[data-message={id}]")).ToBeInViewportAsync();
            await EventuallyAsync(
                () => page.EvaluateAsync<bool>("word => [...(CSS.highlights.get('found') ?? [])].map(range => range.toString().toLowerCase()).join() === word", word),
                "the word is marked");
        }

        // Another chat shows none of it.
        await page.GetByTestId("search-close").ClickAsync();
        await Row(page, "Trip to Lisbon").ClickAsync();
        await EventuallyAsync(() => page.EvaluateAsync<bool>("() => !CSS.highlights.has('found')"), "no word is marked");
    }

    [Fact]
    public async Task NewChat_FromAFoldersMenu_BeginsThere()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartSiteAsync(("ENABLE_TITLE_GENERATION", "false"), ("OPENAI_API_BASE_URL", stub.BaseUrl), ("OPENAI_API_KEY", "sk-secret"));
        var folder = (string)(await site.Client.CallAsync("POST", "/api/v1/folders/", """{"name":"Work"}""").JsonOfAsync())["id"]!;
        var page = await OpenAsync(site);
        await page.GetByTestId("folder").ClickAsync();
        await page.GetByTestId("folder-menu").ClickAsync();
        await page.GetByTestId("folder-new-chat").ClickAsync();
        await Expect(page.GetByTestId("folder-note")).ToContainTextAsync("Work");
        await SendAsync(page, "in there");
        await Expect(Answer(page, "done")).ToBeVisibleAsync();
        await Expect(page.GetByTestId("folder-note")).ToHaveCountAsync(0);
        Assert.Single((await site.Client.ReadAsync("/folder/" + folder)).AsArray());
        await Expect(Row(page, "in there")).ToBeVisibleAsync();
        Assert.Empty((await site.Client.ReadAsync("/?page=1")).AsArray());

        // Whoever begins elsewhere begins in no folder.
        await page.GetByTestId("folder").HoverAsync();
        await page.GetByTestId("folder-menu").ClickAsync();
        await page.GetByTestId("folder-new-chat").ClickAsync();
        await page.GetByTestId("new-chat").ClickAsync();
        await Expect(page.GetByTestId("folder-note")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Folders_TurnedOff_AreNotOffered()
    {
        await using var site = await StartSiteAsync(("ENABLE_FOLDERS", "false"));
        await site.Client.NewAsync();
        var page = await OpenAsync(site);
        await Expect(Row(page, "Trip to Lisbon")).ToBeVisibleAsync();
        await page.GetByTestId("list-menu").ClickAsync();
        await Expect(page.GetByTestId("select-chats")).ToBeVisibleAsync();
        await Expect(page.GetByTestId("new-folder")).ToHaveCountAsync(0);
    }

    private static async Task ChooseFileAsync(IPage page, FilePayload file)
    {
        await page.GetByTestId("settings").ClickAsync();
        await page.GetByTestId("settings-data").ClickAsync();
        await page.GetByTestId("import-file").SetInputFilesAsync(file);
    }
}
