using Microsoft.Playwright;
using OpenWebUi.StubProvider;
using static Microsoft.Playwright.Assertions;

namespace OpenWebUi.Tests.Browser;

/// <summary>Every part of the settings, the share dialog and the public page, in every look: see <see cref="ScreenTests"/>.</summary>
public sealed class SettingsScreenTests(BrowserFixture fixture) : BrowserTest(fixture)
{
    [Theory]
    [InlineData("desktop", ColorScheme.Light, "en-US")]
    [InlineData("desktop", ColorScheme.Dark, "en-US")]
    [InlineData("desktop", ColorScheme.Light, "zh-CN")]
    [InlineData("desktop", ColorScheme.Dark, "zh-CN")]
    [InlineData("phone", ColorScheme.Light, "en-US")]
    [InlineData("phone", ColorScheme.Dark, "zh-CN")]
    public async Task Screens_InThisLook_HaveNoFinding(string device, ColorScheme scheme, string locale)
    {
        await using var stub = await StubServer.StartAsync();
        stub.ReplyText = "A **list**:\n\n1. one\n2. two\n\n```js\nlet a = 1;\n```\n\nand $x^2$.";
        await using var site = await StartSiteAsync(
            ("ENABLE_TITLE_GENERATION", "false"), ("OPENAI_API_BASE_URL", stub.BaseUrl), ("OPENAI_API_KEY", "sk-secret"));
        var look = new Look(device, scheme, locale);
        var phone = look.IsPhone;
        var page = await OpenAsync(site, expectedStatuses: [404], look.Options);
        Task Check(string screen) => ScreenCheck.CheckAsync(page, look.Name, screen);

        await page.GetByTestId("composer-input").FillAsync(locale == "zh-CN" ? "二分查找是怎么工作的？" : "How does a binary search work?");
        await page.GetByTestId("composer-send").ClickAsync();
        await Expect(Answer(page, "done").Locator(".katex")).ToBeVisibleAsync();
        await page.GetByTestId("chat-tools").ClickAsync();
        await Expect(page.GetByTestId("share-chat")).ToBeVisibleAsync();
        await Check("chat-tools");
        await page.Keyboard.PressAsync("Escape");
        await page.GetByTestId("chat-tools").ClickAsync();
        await page.GetByTestId("share-chat").ClickAsync();
        await Expect(page.GetByTestId("share-create")).ToBeEnabledAsync();
        await Check("share-new");
        await page.GetByTestId("share-create").ClickAsync();
        await Expect(page.GetByTestId("share-link")).ToBeVisibleAsync();
        await Check("share-made");
        var link = await page.GetByTestId("share-link").InputValueAsync();
        await page.Keyboard.PressAsync("Escape");

        if (phone)
        {
            await page.GetByTestId("open-chats").ClickAsync();
        }

        await page.GetByTestId("settings").Filter(new() { Visible = true }).ClickAsync();
        foreach (var part in (string[])["appearance", "chat", "access", "data", "shortcuts", "about"])
        {
            await page.GetByTestId($"settings-{part}").ClickAsync();
            await Check($"settings-{part}");
        }

        await page.GetByTestId("settings-data").ClickAsync();
        await page.GetByTestId("import-file").SetInputFilesAsync(new FilePayload { Name = "chats.json", MimeType = "application/json", Buffer = "[{},3"u8.ToArray() });
        await Expect(page.GetByTestId("import-failed")).ToBeVisibleAsync();
        await Expect(page.GetByTestId("import-begin")).ToHaveCountAsync(0);
        await page.GetByTestId("import-file").SetInputFilesAsync(MovedFiles.NextChat());
        await Expect(page.GetByTestId("import-begin")).ToBeFocusedAsync();
        await Check("settings-data-found");
        await page.GetByTestId("import-begin").ClickAsync();
        await Expect(page.GetByTestId("import-more")).ToHaveCountAsync(2);
        await Check("settings-data-imported");
        await page.GetByTestId("delete-all").ClickAsync();
        await Expect(page.GetByTestId("delete-word")).ToBeFocusedAsync();
        await Check("settings-data-asked");
        await page.GetByTestId("settings-search").FillAsync(locale == "zh-CN" ? "公式" : "math");
        await Check("settings-found");
        await page.GetByTestId("settings-search").FillAsync("zzz");
        await Check("settings-none");

        await page.GotoAsync(new Uri(link).AbsolutePath);
        await Expect(page.GetByTestId("shared").Locator(".katex")).ToBeVisibleAsync();
        await Expect(page.GetByTestId("copy-shared")).ToBeVisibleAsync();
        await Check("shared");
        await page.GotoAsync("/s/00000000000000000000000000000000");
        await Expect(page.GetByTestId("shared-gone")).ToBeVisibleAsync();
        await Check("shared-gone");
    }
}
