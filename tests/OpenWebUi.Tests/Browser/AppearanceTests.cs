using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace OpenWebUi.Tests.Browser;

public sealed class AppearanceTests(BrowserFixture fixture) : BrowserTest(fixture)
{
    [Fact]
    public async Task Theme_Chosen_IsKeptAndPaintedFromTheFirstFrame()
    {
        await using var site = await StartSiteAsync();
        var page = await OpenAsync(site, options: new() { ColorScheme = ColorScheme.Light });
        await page.Context.AddInitScriptAsync(
            """
            window.frames_seen = [];
            const look = () => {
              if (!document.body) return requestAnimationFrame(look);
              window.frames_seen.push(getComputedStyle(document.documentElement).colorScheme + ' ' + document.documentElement.dataset.theme);
              if (window.frames_seen.length < 10) requestAnimationFrame(look);
            };
            requestAnimationFrame(look);
            """);
        await page.GetByTestId("theme-toggle").ClickAsync();
        await Expect(page.Locator("html")).ToHaveAttributeAsync("data-theme", "dark");

        await page.ReloadAsync();

        await EventuallyAsync(async () => await page.EvaluateAsync<int>("() => window.frames_seen.length") == 10, "ten frames are seen");
        var frames = await page.EvaluateAsync<string[]>("() => window.frames_seen");
        Assert.All(frames, frame => Assert.Equal("dark dark", frame));
        await page.GetByTestId("theme-toggle").ClickAsync();
        await page.ReloadAsync();
        await Expect(page.Locator("html")).ToHaveAttributeAsync("data-theme", "light");
    }

    [Fact]
    public async Task Language_Chosen_IsKeptAndTheOtherIsNotDownloaded()
    {
        await using var site = await StartSiteAsync();
        var page = await OpenAsync(site);
        await Expect(page.Locator("html")).ToHaveAttributeAsync("lang", "en");
        await page.GetByTestId("language-toggle").ClickAsync();
        await Expect(page.GetByTestId("new-chat")).ToHaveTextAsync("新对话");

        var loaded = new List<string>();
        page.Request += (_, request) => loaded.Add(request.Url);
        await page.ReloadAsync();

        await Expect(page.Locator("html")).ToHaveAttributeAsync("lang", "zh-CN");
        await Expect(page.GetByTestId("new-chat")).ToHaveTextAsync("新对话");
        Assert.DoesNotContain(loaded, url => url.Contains("/assets/en-", StringComparison.Ordinal));
        await page.GetByTestId("language-toggle").ClickAsync();
        await Expect(page.GetByTestId("new-chat")).ToHaveTextAsync("New chat");
    }
}
