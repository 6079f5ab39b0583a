using System.Text.Json;
using Microsoft.Playwright;

namespace OpenWebUi.Tests.Browser;

/// <summary>A screen as people get it: its picture is kept for them, nothing scrolls sideways, no button's words spill out of it, axe (WCAG 2.2 AA and best practices) finds nothing.</summary>
internal static class ScreenCheck
{
    private static readonly string Axe = File.ReadAllText(Path.Combine(BrowserTest.Repository, "static-web", "node_modules", "axe-core", "axe.min.js"));

    /// <summary>The same screen by day and by night, for a page that follows the system.</summary>
    public static async Task CheckInBothThemesAsync(IPage page, string device, string screen)
    {
        foreach (var scheme in (ColorScheme[])[ColorScheme.Dark, ColorScheme.Light])
        {
            var theme = scheme.ToString().ToLowerInvariant();
            await page.EmulateMediaAsync(new() { ColorScheme = scheme });
            await Assertions.Expect(page.Locator("html")).ToHaveAttributeAsync("data-theme", theme);
            // Colours that are on their way from one theme to the other are of neither.
            await page.EvaluateAsync("() => Promise.allSettled(document.getAnimations().filter(one => one instanceof CSSTransition).map(one => one.finished))");
            await CheckAsync(page, $"{device}-{theme}", screen);
        }
    }

    public static async Task CheckAsync(IPage page, string look, string screen)
    {
        var folder = Path.Combine(BrowserTest.Repository, "artifacts", "screenshots");
        await page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{look}-{screen}.png"), Caret = ScreenshotCaret.Initial, Scale = ScreenshotScale.Device });
        Assert.False(
            await page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth > innerWidth"), $"{look} {screen} scrolls sideways.");
        var spilled = await page.EvaluateAsync<string[]>(
            """
            () => [...document.querySelectorAll('button, [role=menuitem], [role=tab], a[href]')].filter(control => {
              const style = getComputedStyle(control);
              if (!control.checkVisibility() || control.clientWidth === 0 || control.innerText.trim() === '') return false;
              if (style.display === 'inline' || style.overflow !== 'visible') return false;
              return control.scrollWidth > control.clientWidth + 2 || control.scrollHeight > control.clientHeight + 4;
            }).map(control => `${control.innerText || control.ariaLabel}: ${control.scrollWidth} x ${control.scrollHeight} in ${control.clientWidth} x ${control.clientHeight}`)
            """);
        Assert.True(spilled.Length == 0, $"{look} {screen}: words spill out of\n{string.Join('\n', spilled)}");
        await page.EvaluateAsync(Axe);
        var findings = await page.EvaluateAsync<JsonElement>(
            """
            () => axe.run(document, { resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
              .then(r => r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.target.join(' ') + ' ' + n.failureSummary).join(' | ')))
            """);
        Assert.True(findings.GetArrayLength() == 0, $"{look} {screen}:\n{string.Join('\n', findings.EnumerateArray())}");
    }
}
