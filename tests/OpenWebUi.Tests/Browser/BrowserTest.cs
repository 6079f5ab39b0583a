using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Playwright;
using OpenWebUi.Tests.Site;
using static Microsoft.Playwright.Assertions;

namespace OpenWebUi.Tests.Browser;

/// <summary>
/// Opens pages and fails the test afterwards when one of them broke the content security policy, threw, logged an error or
/// asked another host for anything. A refused request is logged by the browser itself; only the statuses that a test
/// names may occur.
/// </summary>
[Collection(BrowserCollection.Name)]
public abstract partial class BrowserTest(BrowserFixture fixture) : IAsyncLifetime
{
    private static readonly string Root = FindRoot();
    private readonly List<IBrowserContext> _contexts = [];
    private readonly List<string> _faults = [];

    /// <summary>Console messages that this test provokes; null, the default, allows none.</summary>
    private protected Func<string, bool>? Tolerates { get; set; }

    /// <summary>A site elsewhere that this test's browser goes to, such as a sign-in provider; null, the default, allows none.</summary>
    private protected Uri? Elsewhere { get; set; }

    /// <summary>The repository's folder.</summary>
    internal static string Repository => Root;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var context in _contexts)
        {
            await context.DisposeAsync();
        }

        lock (_faults)
        {
            Assert.True(_faults.Count == 0, "The browser reports:\n" + string.Join('\n', _faults));
        }
    }

    /// <summary>The site with the page that was built beside it.</summary>
    private protected static Task<TestSite> StartSiteAsync(params (string Name, string Value)[] environment) =>
        StartSiteAsync(TimeProvider.System, environment);

    private protected static Task<TestSite> StartSiteAsync(TimeProvider time, params (string Name, string Value)[] environment) =>
        TestSite.StartAsync(time, [("FRONTEND_BUILD_DIR", Path.Combine(Root, "static-web", "dist")), .. environment]);

    /// <summary>A new browser profile with the site's first page open.</summary>
    /// <param name="site">Where to go; always by its loopback address.</param>
    /// <param name="expectedStatuses">Refusals that this test provokes.</param>
    /// <param name="options">Of the profile; English on a desktop unless set.</param>
    private protected Task<IPage> OpenAsync(TestSite site, int[]? expectedStatuses = null, BrowserNewContextOptions? options = null) =>
        OpenAsync(site.Address, StoppingOf(site), expectedStatuses, options);

    /// <param name="site">The address of a site, wherever it runs.</param>
    /// <param name="stopping">What the browser reports after that is no fault.</param>
    /// <param name="expectedStatuses">As above.</param>
    /// <param name="options">As above.</param>
    private protected async Task<IPage> OpenAsync(
        Uri site, CancellationToken stopping, int[]? expectedStatuses = null, BrowserNewContextOptions? options = null)
    {
        var address = new UriBuilder(site) { Host = "127.0.0.1" }.Uri;
        options ??= new();
        options.BaseURL = address.ToString();
        options.Locale ??= "en-US";
        options.ReducedMotion ??= ReducedMotion.Reduce;
        options.Permissions ??= ["clipboard-read", "clipboard-write"];
        var context = await fixture.Browser.NewContextAsync(options);
        _contexts.Add(context);
        context.SetDefaultTimeout(15_000);
        SetDefaultExpectTimeout(15_000);
        await context.AddInitScriptAsync(
            "addEventListener('securitypolicyviolation', e => console.error('CSP ' + e.effectiveDirective + ' ' + e.blockedURI + ' ' + e.sample))");
        await context.RouteAsync(
            url => IsForeign(url, address) && (Elsewhere is null || IsForeign(url, Elsewhere)),
            route =>
            {
                Fault("foreign request: " + route.Request.Url);
                return route.AbortAsync();
            });
        return await OpenTabAsync(context, "/", expectedStatuses, stopping);
    }

    /// <summary>Another tab of a profile that is open.</summary>
    private protected Task<IPage> OpenTabAsync(IBrowserContext context, TestSite site, string path = "/", int[]? expectedStatuses = null) =>
        OpenTabAsync(context, path, expectedStatuses, StoppingOf(site));

    private async Task<IPage> OpenTabAsync(IBrowserContext context, string path, int[]? expectedStatuses, CancellationToken stopping)
    {
        var page = await context.NewPageAsync();
        page.Console += (_, message) =>
        {
            if (!stopping.IsCancellationRequested || !message.Text.Contains("net::ERR_", StringComparison.Ordinal))
            {
                Judge(message, expectedStatuses ?? []);
            }
        };
        page.PageError += (_, error) => Fault("page error: " + error);
        page.Dialog += (_, dialog) =>
        {
            // Whoever is asked whether to leave unsaved things, leaves.
            if (dialog.Type == DialogType.BeforeUnload)
            {
                _ = dialog.AcceptAsync();
                return;
            }

            Fault("dialog: " + dialog.Message);
            _ = dialog.DismissAsync();
        };
        await page.GotoAsync(path);
        return page;
    }

    /// <summary>A test's site stops before its pages are closed: what they then ask for is refused.</summary>
    private static CancellationToken StoppingOf(TestSite site) => site.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;

    protected void Fault(string fault)
    {
        lock (_faults)
        {
            _faults.Add(fault);
        }
    }

    protected static ILocator Answer(IPage page, string state) =>
        page.Locator($"[data-testid=message][data-role=assistant][data-state={state}]").Last;

    protected static async Task SendAsync(IPage page, string text)
    {
        var input = page.GetByTestId("composer-input");
        await input.FillAsync(text);
        // Before the models are there, Enter keeps the text and sends nothing.
        await Expect(page.GetByTestId("composer-send")).ToBeEnabledAsync();
        await input.PressAsync("Enter");
    }

    /// <summary>Every message as one line of what stands in it, apart from its buttons.</summary>
    protected static ILocator Messages(IPage page) => page.GetByTestId("message");

    /// <summary>The list's row with this title. In the phone's drawer and beside it there are two lists: only what is seen counts.</summary>
    protected static ILocator Row(IPage page, string title) =>
        page.GetByTestId("chat").Filter(new() { HasText = title, Visible = true });

    /// <summary>Opens a chat's menu and chooses there.</summary>
    protected static async Task ChooseAsync(IPage page, string title, string item)
    {
        await Row(page, title).HoverAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = $"Options for “{title}”" }).Filter(new() { Visible = true }).ClickAsync();
        await page.GetByTestId(item).Filter(new() { Visible = true }).ClickAsync();
    }

    /// <summary>Waits for the answer too: the page shows a change before the server has it, and loading it again then loses it.</summary>
    protected static Task SavedAsync(IPage page, Func<Task> change)
        => page.RunAndWaitForResponseAsync(change, response => response.Request.Method != "GET");

    protected static async Task ChooseModelAsync(IPage page, string model)
    {
        await page.GetByTestId("model-picker").ClickAsync();
        await page.Locator($"[data-testid=model-option][data-model='{model}']").ClickAsync();
        await Expect(page.GetByTestId("model-picker")).ToContainTextAsync(model);
    }

    protected static async Task EnterCodeAsync(IPage page, string code)
    {
        await page.GetByTestId("gate-input").FillAsync(code);
        await page.GetByTestId("gate-submit").ClickAsync();
    }

    /// <summary>Asks a property of the page until it is as wanted: the CSP forbids the script that WaitForFunction would make.</summary>
    protected static async Task EventuallyAsync(Func<Task<bool>> isSo, string what)
    {
        var end = DateTime.UtcNow + TimeSpan.FromSeconds(15);
        while (!await isSo())
        {
            Assert.True(DateTime.UtcNow < end, "Never came true: " + what);
            await Task.Delay(25);
        }
    }

    /// <summary>What the page fetches by itself without a network fails too, and says so differently once the service worker answers for it.</summary>
    private protected static bool IsOfNoNetwork(string text) =>
        text.Contains("net::ERR_INTERNET_DISCONNECTED", StringComparison.Ordinal) || text.Contains("net::ERR_FAILED", StringComparison.Ordinal);

    private static bool IsForeign(string url, Uri address) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is not ("data" or "blob") && uri.Authority != address.Authority;

    private void Judge(IConsoleMessage message, int[] expectedStatuses)
    {
        if (message.Type is not ("error" or "warning"))
        {
            return;
        }

        // Chromium's words for a service worker's script whose fetch was cut: the test went on to another page, or took the network
        // away. One that is missing, or refused, is told in other words.
        if (message.Text == "An unknown error occurred when fetching the script." || Tolerates?.Invoke(message.Text) == true)
        {
            return;
        }

        var refused = RefusedRequest().Match(message.Text);
        if (!refused.Success || !expectedStatuses.Contains(int.Parse(refused.Groups["status"].Value)))
        {
            Fault($"console {message.Type}: {message.Text} ({message.Location})");
        }
    }

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!Directory.Exists(Path.Combine(folder, "static-web")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("static-web/ is not above the tests.");
        }

        return folder;
    }

    [GeneratedRegex(@"^Failed to load resource: the server responded with a status of (?<status>\d{3})\b", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex RefusedRequest();
}
