using System.Text.Json.Nodes;
using Microsoft.Playwright;
using OpenWebUi.StubProvider;
using static Microsoft.Playwright.Assertions;

namespace OpenWebUi.Tests.Browser;

/// <summary>Prompts and presets: written, filled in, tried, imported.</summary>
public sealed class LibraryTests(BrowserFixture fixture) : AccountTest(fixture)
{
    private const string Backup = """
        {"chat-next-web-store":{"sessions":[]},
         "mask-store":{"masks":{"a":{"id":"a","avatar":"gpt-bot","name":"Poet","context":[{"id":"x","role":"system","content":"You write poems."}],"syncGlobalConfig":true,"modelConfig":{"model":"gpt-4o"},"builtin":false},
                                "b":{"id":"b","name":"","context":[],"builtin":false}}},
         "prompt-store":{"prompts":{"c":{"id":"c","title":"Shorter","content":"Say it shorter.","isUser":true}}}}
        """;

    [Fact]
    public async Task Prompt_WithBlanks_IsWrittenOnceAndFilledInWhereItIsUsed()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartWithAccountsAsync(stub);
        var page = await OpenAsAdminAsync(site);
        await page.GetByTestId("library").ClickAsync();
        await page.GetByTestId("library-new").ClickAsync();
        await Expect(page.GetByTestId("prompt-title")).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("Kind letter");
        await Expect(page.GetByTestId("prompt-command")).ToHaveValueAsync("/kind-letter");
        await page.GetByTestId("prompt-content").FillAsync("Dear {{name}}, in a {{tone | select:options=[\"warm\",\"dry\"]}} tone. {{USER_NAME}}");
        await page.GetByTestId("save-prompt").ClickAsync();

        await page.GetByTestId("entry-use").ClickAsync();
        await Expect(page.GetByTestId("variable-0")).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("Bob {{tone}}");
        await page.GetByTestId("variable-1").SelectOptionAsync("dry");
        await page.GetByTestId("variable-0").PressAsync("Enter");
        await Expect(page.GetByTestId("composer-input")).ToHaveValueAsync("Dear Bob {{tone}}, in a dry tone. Ada");
        await Expect(page.GetByTestId("composer-input")).ToBeFocusedAsync();

        // Another has the command: it is said at its field, and nothing that was written is lost.
        await page.GetByTestId("library").ClickAsync();
        await page.GetByTestId("library-new").ClickAsync();
        await page.GetByTestId("prompt-title").FillAsync("Kind letter");
        await page.GetByTestId("prompt-content").FillAsync("Another one");
        Tolerates = text => text.Contains("409", StringComparison.Ordinal);
        await page.GetByTestId("save-prompt").ClickAsync();
        await Expect(page.GetByTestId("prompt-command-error")).ToContainTextAsync("Another prompt has this command");
        await Expect(page.GetByTestId("prompt-command")).ToBeFocusedAsync();
        await Expect(page.GetByTestId("prompt-content")).ToHaveValueAsync("Another one");
    }

    [Fact]
    public async Task Preset_MadeAndTried_GreetsAndAnswersAsItsModel()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartWithAccountsAsync(stub);
        var page = await OpenAsAdminAsync(site);
        await Expect(page.GetByTestId("model-picker")).ToContainTextAsync("echo");
        await page.GetByTestId("library").ClickAsync();
        await page.Locator(".segments label").Filter(new() { HasText = "Presets" }).ClickAsync();
        await page.GetByTestId("library-new").ClickAsync();
        await page.GetByTestId("preset-name").FillAsync("Tutor");
        await page.GetByTestId("preset-system").FillAsync("You teach.");
        await page.GetByTestId("preset-greeting").FillAsync("Hello, pupil.");
        await page.GetByTestId("preset-starters").FillAsync("Explain tides\nExplain rain");
        await page.GetByTestId("preset-temperature").FillAsync("3");
        Tolerates = text => text.Contains("422", StringComparison.Ordinal);
        await page.GetByTestId("save-preset").ClickAsync();
        await Expect(page.GetByTestId("preset-temperature-error")).ToContainTextAsync("from 0 to 2");
        await page.GetByTestId("preset-temperature").FillAsync("0,5");
        await page.GetByTestId("preset-picture-file").SetInputFilesAsync(new FilePayload
        {
            Name = "dot.png", MimeType = "image/png",
            Buffer = Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="),
        });
        await Expect(page.GetByTestId("preset-form").Locator("img")).ToBeVisibleAsync();
        await page.GetByTestId("save-preset").ClickAsync();
        await page.GetByTestId("entry-use").ClickAsync();

        await Expect(page.GetByTestId("preset-opening")).ToContainTextAsync("Hello, pupil.");
        await Expect(page.GetByTestId("preset-opening").Locator("img")).ToBeVisibleAsync();
        await Expect(page.GetByTestId("model-picker")).ToContainTextAsync("Tutor");
        await page.GetByTestId("starter").Filter(new() { HasText = "Explain rain" }).ClickAsync();
        await Expect(Answer(page, "done")).ToContainTextAsync("Explain rain");
        var asked = stub.Requests.Last(request => request.Method == "POST").Json!;
        Assert.Equal(("echo", "You teach.", 0.5), ((string?)asked["model"], (string?)asked["messages"]![0]!["content"], (double)asked["temperature"]!));

        // In the picker it stands by itself, with its picture and the model that it stands on.
        await page.GetByTestId("model-picker").ClickAsync();
        var option = page.GetByTestId("model-option").Filter(new() { HasText = "Tutor" });
        await Expect(option).ToContainTextAsync("echo");
        await Expect(option.Locator("img")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Import_OfABackup_SaysOfEachItemWhatBecameOfIt()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartWithAccountsAsync(stub);
        var page = await OpenAsAdminAsync(site);
        await page.GetByTestId("library").ClickAsync();
        await page.GetByTestId("library-import").ClickAsync();
        await page.GetByTestId("import-file").SetInputFilesAsync(Payload("notes.txt", "not json"));
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("not JSON");
        await page.GetByTestId("import-file").SetInputFilesAsync(Payload("backup.json", Backup));
        await Expect(page.GetByTestId("import-status")).ToContainTextAsync("2 of 3 imported");
        await Expect(page.GetByTestId("import-item")).ToContainTextAsync(["Poet", "Not imported: it has no name", "Shorter"]);
        await page.GetByTestId("import-back").ClickAsync();
        await Expect(page.GetByTestId("library-entry")).ToContainTextAsync(["/shorter"]);

        // What is exported is what Open WebUI takes, and what can be imported again.
        var download = await page.RunAndWaitForDownloadAsync(() => page.GetByTestId("library-export").ClickAsync());
        var exported = JsonNode.Parse(await File.ReadAllTextAsync(await download.PathAsync()))!.AsArray();
        Assert.Equal(("/shorter", "Say it shorter."), ((string?)exported[0]!["command"], (string?)exported[0]!["content"]));
        await page.GetByTestId("library-search").FillAsync("nothing like it");
        await Expect(page.GetByTestId("library-entry")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Member_WithoutThePermission_UsesWhatIsShared()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartWithAccountsAsync(stub, ("DEFAULT_USER_ROLE", "user"));
        var admin = await OpenAsAdminAsync(site);
        await admin.EvaluateAsync("""
            () => fetch('/api/v1/prompts/create', { method: 'POST', headers: { 'Content-Type': 'application/json' },
                    body: JSON.stringify({ command: '/team', title: 'Team', content: 'From the team', access_control: null }) })
            """);
        var member = await OpenAsNewcomerAsync(site, "Bob");
        await member.GetByTestId("library").ClickAsync();
        await Expect(member.GetByTestId("library-entry")).ToContainTextAsync("Shared");
        await Expect(member.GetByTestId("library-new")).ToHaveCountAsync(0);
        await Expect(member.GetByTestId("entry-edit")).ToHaveCountAsync(0);
        await member.GetByTestId("entry-use").ClickAsync();
        await Expect(member.GetByTestId("composer-input")).ToHaveValueAsync("From the team");
    }

    [Theory]
    [InlineData("desktop", ColorScheme.Light, "en-US")]
    [InlineData("desktop", ColorScheme.Dark, "en-US")]
    [InlineData("phone", ColorScheme.Light, "zh-CN")]
    [InlineData("phone", ColorScheme.Dark, "zh-CN")]
    public async Task Screens_InThisLook_HaveNoFinding(string device, ColorScheme scheme, string locale)
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartWithAccountsAsync(stub);
        var look = new Look(device, scheme, locale);
        var phone = look.IsPhone;
        var page = await OpenAsync(site, null, look.Options);
        await SignUpAsync(page, "Ada");
        await Expect(page.GetByTestId("composer-input")).ToBeVisibleAsync();
        Task Check(string screen) => ScreenCheck.CheckAsync(page, look.Name, screen);
        await OpenLibraryAsync(page, phone);
        await Expect(page.GetByTestId("library-new")).ToBeVisibleAsync();
        await Check("library-1-empty");
        await page.GetByTestId("library-import").ClickAsync();
        await page.GetByTestId("import-file").SetInputFilesAsync(Payload("backup.json", Backup));
        await Expect(page.GetByTestId("import-item")).ToHaveCountAsync(3);
        await Check("library-2-import");
        await page.GetByTestId("import-back").ClickAsync();
        await Check("library-3-prompts");
        await page.GetByTestId("entry-edit").ClickAsync();
        await page.GetByTestId("prompt-content").FillAsync("For {{name}}: {{text | textarea:placeholder=\"…\"}}");
        await Check("library-4-prompt");
        await page.GetByTestId("save-prompt").ClickAsync();
        await page.GetByTestId("entry-use").ClickAsync();
        await Expect(page.GetByTestId("variable-1")).ToBeVisibleAsync();
        await Check("library-5-variables");
        await page.GetByTestId("variables-form").GetByRole(AriaRole.Button).First.ClickAsync();
        await page.Locator("dialog[open] .segments label").Nth(1).ClickAsync();
        await page.GetByTestId("entry-delete").ClickAsync();
        await Check("library-6-presets");
        await page.GetByTestId("entry-edit").ClickAsync();
        await page.GetByTestId("preset-starters").FillAsync("One\nTwo");
        await Check("library-7-preset");
        await page.GetByTestId("preset-base").SelectOptionAsync("echo");
        await page.GetByTestId("save-preset").ClickAsync();
        await page.GetByTestId("entry-use").ClickAsync();
        await Expect(page.GetByTestId("preset-opening")).ToBeVisibleAsync();
        await Check("library-8-opening");
        await page.GetByTestId("model-picker").ClickAsync();
        await Expect(page.GetByTestId("model-option").First).ToBeVisibleAsync();
        await Check("library-9-picker");
    }

    private static async Task OpenLibraryAsync(IPage page, bool phone)
    {
        if (phone)
        {
            await page.GetByTestId("open-chats").ClickAsync();
        }

        await page.GetByTestId("library").Filter(new() { Visible = true }).ClickAsync();
    }

    private static FilePayload Payload(string name, string text) => new() { Name = name, MimeType = "application/json", Buffer = System.Text.Encoding.UTF8.GetBytes(text) };
}
