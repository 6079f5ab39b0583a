using static Microsoft.Playwright.Assertions;

namespace OpenWebUi.Tests.Browser;

public sealed class FirstRunTests(BrowserFixture fixture) : BrowserTest(fixture)
{
    [Fact]
    public async Task Site_NothingSet_GuideAnswersAndItsCodeCanBeCopied()
    {
        await using var site = await StartSiteAsync();
        var page = await OpenAsync(site);
        await Expect(page.GetByTestId("model-picker")).ToContainTextAsync("Guide");

        await page.GetByTestId("starter").First.ClickAsync();

        var answer = Answer(page, "done");
        await Expect(answer).ToContainTextAsync("OPENAI_API_KEY");
        await answer.GetByTestId("copy-code").First.ClickAsync();
        await EventuallyAsync(
            async () => (await page.EvaluateAsync<string>("() => navigator.clipboard.readText()")).Contains("OPENAI_API_KEY", StringComparison.Ordinal),
            "the code is on the clipboard");
        await Expect(page.GetByTestId("open-warning")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Site_OpenToTheNetwork_WarnsUntilDismissedInThisTab()
    {
        await using var site = await StartSiteAsync(("HOST", "0.0.0.0"));
        var page = await OpenAsync(site);
        await Expect(page.GetByTestId("open-warning")).ToContainTextAsync("CODE");

        await page.GetByTestId("open-warning").GetByRole(Microsoft.Playwright.AriaRole.Button).ClickAsync();
        await page.ReloadAsync();

        await Expect(page.GetByTestId("composer-input")).ToBeVisibleAsync();
        await Expect(page.GetByTestId("open-warning")).ToHaveCountAsync(0);
    }
}
