using System.Text;
using Microsoft.Playwright;
using OpenWebUi.StubProvider;
using OpenWebUi.Tests.Site;
using static Microsoft.Playwright.Assertions;

namespace OpenWebUi.Tests.Browser;

/// <summary>Code, tables, formulas, diagrams and images in an answer. The numbers are those of the pains that users of such pages file.</summary>
public sealed class BlockTests(BrowserFixture fixture) : BrowserTest(fixture)
{
    private const string Diagram = "```mermaid\ngraph TD\n  A[Question] --> B{Known?}\n  B -->|yes| C[Answer]\n  B -->|no| D[Search]\n```";

    [Fact]
    public async Task Pain04_SelectionWhileStreaming_StaysAndGrowingCodeIsOneTextNode()
    {
        await using var stub = await StubServer.StartAsync();
        stub.ReplyText = "First paragraph.\n\nSecond paragraph.\n\nThird paragraph.\n\n```python\n" + string.Concat(Enumerable.Range(0, 60).Select(n => $"line_{n} = {n}\n")) + "```\n\nThe end.";
        await using var site = await StartSiteAsync(("BASE_URL", stub.BaseUrl), ("OPENAI_API_KEY", "sk-site"), ("ENABLE_TITLE_GENERATION", "false"));
        var page = await OpenAsync(site);
        await StepAsync(page, stub, 60);
        var code = Answer(page, "streaming").Locator("pre code");
        await StepUntilAsync(page, stub, async () => await code.CountAsync() > 0 && (await code.InnerTextAsync()).Contains("line_5", StringComparison.Ordinal));
        await page.EvaluateAsync(
            """
            () => {
              const paragraph = [...document.querySelectorAll('.prose p')].find(p => p.textContent === 'First paragraph.');
              window.node = document.querySelector('.prose pre code span').firstChild;
              const range = document.createRange();
              range.setStart(paragraph.firstChild, 0);
              range.setEnd(window.node, 8);
              getSelection().removeAllRanges();
              getSelection().addRange(range);
            }
            """);
        var before = await SelectedAsync(page);
        await StepUntilAsync(page, stub, async () => (await code.InnerTextAsync()).Contains("line_40", StringComparison.Ordinal));
        Assert.Equal(before, await SelectedAsync(page));
        Assert.StartsWith("First paragraph.", before, StringComparison.Ordinal);
        Assert.Contains("line_0", before, StringComparison.Ordinal);
        Assert.True(await page.EvaluateAsync<bool>("() => window.node.isConnected && window.node.data.includes('line_40') && document.querySelectorAll('.prose pre code span').length === 1"));
        stub.Steps.Open();
        await Expect(Answer(page, "done")).ToContainTextAsync("The end.");
    }

    [Fact]
    public async Task Pain09_Formulas_AreDrawnFromAllFourDelimitersAndPricesStay()
    {
        await using var asked = await AskAsync("In $a_1$ and \\(b_2\\) text.\n\n$$\nc_3\n$$\n\n\\[\nd_4\n\\]\n\nIt costs $5 today and $10 tomorrow, `$x$` in code.");
        var page = asked.Page;
        await Expect(page.Locator(".prose .math.drawn .katex")).ToHaveCountAsync(4);
        Assert.Equal(["a_1", "b_2", "c_3", "d_4"], await page.EvaluateAsync<string[]>("() => [...document.querySelectorAll('.prose .math')].map(m => m.dataset.tex)"));
        await Expect(page.Locator(".prose")).ToContainTextAsync("It costs $5 today and $10 tomorrow, $x$ in code.");
    }

    [Fact]
    public async Task Pain11_Code_IsCopiedWrappedAndSavedUnderItsName()
    {
        await using var asked = await AskAsync("```python\n# tools/greet.py\nprint('hi')\n```");
        var page = asked.Page;
        await page.GetByTestId("copy-code").ClickAsync();
        Assert.Equal("# tools/greet.py\nprint('hi')", await ClipboardAsync(page));
        var wrap = page.GetByTestId("code-wrap");
        await Expect(wrap).ToHaveAttributeAsync("aria-pressed", "false");
        await wrap.PressAsync("Enter");
        await Expect(wrap).ToHaveAttributeAsync("aria-pressed", "true");
        await Expect(page.Locator(".prose pre")).ToHaveCSSAsync("white-space", "pre-wrap");
        Assert.Equal(("greet.py", "# tools/greet.py\nprint('hi')"), await SavedAsync(page, "code-download"));
        await Answer(page, "done").GetByTestId("copy-message").ClickAsync();
        Assert.Equal("```python\n# tools/greet.py\nprint('hi')\n```", await ClipboardAsync(page));
    }

    [Fact]
    public async Task Pain11_Table_IsCopiedAsMarkdownAndCellsAndSavedAsCsv()
    {
        const string Table = "| Name | Sum |\n|---|--:|\n| **a** | =1+1 |\n| \"b, c\" | -5 |";
        await using var asked = await AskAsync(Table + "\n\nThe end.");
        var page = asked.Page;
        await page.GetByTestId("table-copy").ClickAsync();
        Assert.Equal(Table, await ClipboardAsync(page));
        await page.GetByTestId("table-copy-cells").ClickAsync();
        Assert.Equal("Name\tSum\na\t=1+1\n\"b, c\"\t-5", await ClipboardAsync(page));
        Assert.Equal(("table.csv", "\ufeffName,Sum\r\na,'=1+1\r\n\"\"\"b, c\"\"\",-5\r\n"), await SavedAsync(page, "table-download"));
        var scroller = page.GetByRole(AriaRole.Group, new() { Name = "Table" });
        await scroller.FocusAsync();
        await Expect(scroller).ToBeFocusedAsync();
    }

    [Fact]
    public async Task Pain13_Diagram_IsDrawnOnceItsFenceClosedInASandboxedFrameInTheReadersColours()
    {
        await using var stub = await StubServer.StartAsync();
        stub.ReplyText = Diagram + "\n\nOne.\n\nTwo.\n\nThe end.";
        await using var site = await StartSiteAsync(("BASE_URL", stub.BaseUrl), ("OPENAI_API_KEY", "sk-site"), ("ENABLE_TITLE_GENERATION", "false"));
        var page = await OpenAsync(site);
        List<string> frames = [];
        page.Request += (_, request) =>
        {
            if (request.Url.Contains("/frames/", StringComparison.Ordinal))
            {
                frames.Add(request.Url);
            }
        };
        await StepAsync(page, stub, 30);
        await StepUntilAsync(page, stub, async () => (await Answer(page, "streaming").InnerTextAsync()).Contains("Answer]", StringComparison.Ordinal));
        await Expect(page.GetByTestId("code-wrap")).ToBeVisibleAsync();
        Assert.Empty(frames);
        stub.Steps.Open();
        var image = page.GetByTestId("diagram").Locator("img");
        await Expect(image).ToBeVisibleAsync();
        Assert.NotEmpty(frames);
        await Expect(page.Locator("iframe.diagram-frame")).ToHaveAttributeAsync("sandbox", "allow-scripts");
        await EventuallyAsync(() => image.EvaluateAsync<bool>("i => i.complete && i.naturalWidth > 100 && i.naturalHeight > 100"), "the image has the diagram's size");
        var light = await image.GetAttributeAsync("src");
        Assert.Contains("Known", Uri.UnescapeDataString(light!), StringComparison.Ordinal);

        await page.GetByTestId("diagram-face").ClickAsync();
        await Expect(page.Locator(".prose pre")).ToContainTextAsync("graph TD");
        await page.GetByTestId("diagram-face").ClickAsync();
        await Expect(page.Locator(".prose pre")).ToBeHiddenAsync();
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        await Expect(image).Not.ToHaveAttributeAsync("src", light!);
        var (name, svg) = await SavedAsync(page, "diagram-download");
        Assert.Equal("diagram.svg", name);
        Assert.StartsWith("<svg", svg, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pain13_DiagramWithAFault_ShowsItsSourceAndTheReason()
    {
        await using var asked = await AskAsync("```mermaid\ngraph TD\n  A[Question --> B\n```\n\n" + Diagram + "\n\nThe end.");
        var page = asked.Page;
        await Expect(page.GetByTestId("diagram").First).ToHaveAttributeAsync("data-state", "failed");
        await Expect(page.GetByTestId("diagram").First).ToContainTextAsync("could not be drawn");
        await Expect(page.GetByTestId("diagram").First).ToContainTextAsync("Parse error on line");
        await Expect(page.Locator(".prose pre").First).ToContainTextAsync("A[Question -->");
        await Expect(page.GetByTestId("diagram").Last.Locator("img")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task ImageFromElsewhere_IsFetchedOnlyWhenTheReaderAsksForIt()
    {
        await using var other = await StartSiteAsync(("CODE", "open-sesame"));
        var host = $"127.0.0.1:{other.Address.Port}";
        await using var stub = await StubServer.StartAsync();
        stub.ReplyText = $"![A lamp](http://{host}/icon.svg?q=1) and [1](https://example.com/source).\n\nThe end.";
        await using var site = await StartSiteAsync(("BASE_URL", stub.BaseUrl), ("OPENAI_API_KEY", "sk-site"), ("ENABLE_TITLE_GENERATION", "false"));
        Elsewhere = new($"http://{host}/");
        var page = await OpenAsync(site);
        var fetched = 0;
        page.Request += (_, request) => fetched += request.Url.Contains("icon.svg?q=1", StringComparison.Ordinal) ? 1 : 0;
        await SendAsync(page, "go");
        var placeholder = page.GetByTestId("remote-image");
        await Expect(placeholder).ToContainTextAsync(host);
        await Expect(page.Locator("a.cite")).ToHaveTextAsync("1");
        Assert.Equal(0, fetched);
        await page.GetByTestId("load-image").ClickAsync();
        var frame = page.GetByTestId("remote-image-frame");
        await Expect(frame).ToHaveAttributeAsync("data-state", "shown");
        await Expect(frame).ToHaveAttributeAsync("sandbox", "allow-scripts");
        Assert.Equal(1, fetched);
    }

    [Theory]
    [InlineData("desktop", ColorScheme.Light, "en-US")]
    [InlineData("desktop", ColorScheme.Dark, "zh-CN")]
    [InlineData("phone", ColorScheme.Light, "zh-CN")]
    [InlineData("phone", ColorScheme.Dark, "en-US")]
    public async Task Blocks_InThisLook_HaveNoFinding(string device, ColorScheme scheme, string locale)
    {
        var look = new Look(device, scheme, locale);
        await using var asked = await AskAsync(
            "Two sources say so [1](https://example.com/a) [2](https://example.org/b).\n\n" + Diagram
            + "\n\n```mermaid\ngraph TD\n  A[Broken --> B\n```\n\n```html\n<h1>Hello</h1><style>h1 { color: teal }</style>\n```\n\n"
            + "| Entries | Linear search | Binary search |\n|--:|--:|--:|\n| 1,000 | 1,000 | 10 |\n\n![A cat on a sofa](https://example.com/cat.png)\n\nThe end.",
            look.Options);
        var page = asked.Page;
        await page.SetViewportSizeAsync(look.IsPhone ? 390 : 1280, 1800);
        await Expect(page.GetByTestId("diagram").First.Locator("img")).ToBeVisibleAsync();
        await Expect(page.GetByTestId("diagram").Last).ToHaveAttributeAsync("data-state", "failed");
        await page.GetByTestId("code-preview").ClickAsync();
        await Expect(page.FrameLocator("[data-testid=html-preview] iframe").GetByText("Hello")).ToBeVisibleAsync();
        await Expect(page.GetByTestId("table-copy")).ToBeVisibleAsync();
        await Expect(page.GetByTestId("load-image")).ToBeVisibleAsync();
        await ScreenCheck.CheckAsync(page, look.Name, "blocks");
    }

    private async Task<Asked> AskAsync(string answer, BrowserNewContextOptions? options = null)
    {
        var stub = await StubServer.StartAsync();
        var site = await StartSiteAsync(("BASE_URL", stub.BaseUrl), ("OPENAI_API_KEY", "sk-site"), ("ENABLE_TITLE_GENERATION", "false"));
        stub.ReplyText = answer;
        var page = await OpenAsync(site, options: options);
        await page.GetByTestId("composer-input").FillAsync("go");
        // On a phone Enter makes a line.
        await page.GetByTestId("composer-send").ClickAsync();
        await Expect(Answer(page, "done")).ToBeVisibleAsync();
        return new(page, site, stub);
    }

    private sealed record Asked(IPage Page, TestSite Site, StubServer Stub) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Site.DisposeAsync();
            await Stub.DisposeAsync();
        }
    }

    /// <summary>Asks for an answer that comes piece by piece; the list of models came whole.</summary>
    private static async Task StepAsync(IPage page, StubServer stub, int pieces)
    {
        await Expect(page.GetByTestId("model-picker")).ToContainTextAsync("echo");
        stub.Behavior = StubBehavior.Stepped(pieces);
        await SendAsync(page, "go");
        await stub.Steps.StepAsync();
        await Expect(Answer(page, "streaming").Locator(".prose > *").First).ToBeVisibleAsync();
    }

    /// <summary>The next piece comes when the page shows the one before; some, such as a fence, show nothing, and are waited for a second.</summary>
    private static async Task StepUntilAsync(IPage page, StubServer stub, Func<Task<bool>> isSo)
    {
        var length = 0;
        for (var step = 0; step < 200 && !await isSo(); step++)
        {
            await stub.Steps.StepAsync();
            length = await page.EvaluateAsync<int>(
                """
                before => new Promise(done => {
                  const until = performance.now() + 1000;
                  const look = () => {
                    const { length } = [...document.querySelectorAll('[data-testid=message]')].at(-1).textContent;
                    if (length !== before || performance.now() > until) done(length);
                    else requestAnimationFrame(look);
                  };
                  look();
                })
                """, length);
        }

        Assert.True(await isSo());
    }

    private static Task<string> SelectedAsync(IPage page) => page.EvaluateAsync<string>("() => String(getSelection())");

    private static Task<string> ClipboardAsync(IPage page) => page.EvaluateAsync<string>("() => navigator.clipboard.readText()");

    private static async Task<(string Name, string Text)> SavedAsync(IPage page, string button)
    {
        var download = await page.RunAndWaitForDownloadAsync(() => page.GetByTestId(button).ClickAsync());
        await using var stream = await download.CreateReadStreamAsync();
        using var reader = new StreamReader(stream, new UTF8Encoding(false), detectEncodingFromByteOrderMarks: false);
        return (download.SuggestedFilename, await reader.ReadToEndAsync());
    }
}
