using Microsoft.Playwright;

namespace OpenWebUi.Tests.Browser;

/// <summary>One Chromium for all browser tests; each test has contexts of its own.</summary>
public sealed class BrowserFixture : IAsyncLifetime
{
    private IPlaywright? _playwright;

    public IBrowser Browser { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        // The system's Chromium is used: nothing is fetched.
        Environment.SetEnvironmentVariable("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
        _playwright = await Playwright.CreateAsync();
        Browser = await _playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Environment.GetEnvironmentVariable("CHROMIUM_PATH") ?? "/usr/bin/chromium",
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
    }

    public async Task DisposeAsync()
    {
        await Browser.DisposeAsync();
        _playwright?.Dispose();
    }
}

/// <summary>Browser tests run one after another: two at once on two cores only time each other out.</summary>
[CollectionDefinition(Name)]
#pragma warning disable CA1711 // xunit calls it a collection
public sealed class BrowserCollection : ICollectionFixture<BrowserFixture>
#pragma warning restore CA1711
{
    public const string Name = "browser";
}
