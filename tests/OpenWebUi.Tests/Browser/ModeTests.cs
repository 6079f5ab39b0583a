using Microsoft.Playwright;
using OpenWebUi.Tests.Package;
using OpenWebUi.Tests.Platform.Azure;
using OpenWebUi.Tests.Site;
using static Microsoft.Playwright.Assertions;

namespace OpenWebUi.Tests.Browser;

/// <summary>Every mode of access as a person meets it, from the first page to an answer: on SQLite, on Azurite, and as the package behind the Functions host.</summary>
public sealed class ModeTests(BrowserFixture fixture, PublishedPackage package) : AccountTest(fixture), IClassFixture<PublishedPackage>
{
    private const string Sqlite = "SQLite";
    private const string Azurite = "Azurite";
    private const string Host = "Functions host";
    private static readonly string[] Places = [Sqlite, Azurite, Host];

    private static readonly Dictionary<string, ((string Name, string Value)[] Settings, Func<IPage, Task> Enter, bool IsAdmin)> Modes = new()
    {
        ["accounts"] = ([], page => SignUpAsync(page, "Ada"), true),
        ["codes"] = ([("CODE", "open-sesame")], page => EnterCodeAsync(page, "gate", "open-sesame"), false),
        ["administrator's code"] = ([("CODE", "open-sesame"), ("ADMIN_CODE", "open-all")], page => EnterCodeAsync(page, "gate", "open-all"), true),
        ["invitation"] = ([("CODE", "open-sesame"), ("WEBUI_AUTH", "true")], EnterInvitedAsync, true),
        ["open"] = ([("WEBUI_AUTH", "false")], _ => Task.CompletedTask, true),
    };

    public static TheoryData<string, string> Everywhere
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var mode in Modes.Keys)
            {
                foreach (var place in Places)
                {
                    data.Add(mode, place);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Everywhere))]
    public async Task Mode_FromTheFirstPage_LeadsToAnAnswer(string mode, string place)
    {
        var (settings, enter, isAdmin) = Modes[mode];
        await using var site = await StartAsync(place, settings);
        var page = await OpenAsync(site.Address, site.Stopping.Token);

        await enter(page);
        await SendAsync(page, "How do I connect a model?");

        await Expect(Answer(page, "done")).ToContainTextAsync("OPENAI_API_KEY");
        // Behind the host the one person of open mode is anybody who reaches it: no administrator.
        await Expect(page.GetByTestId("admin").Filter(new() { Visible = true })).ToHaveCountAsync(isAdmin && (mode, place) != ("open", Host) ? 1 : 0);
        await page.ReloadAsync();
        await Expect(Messages(page).First).ToContainTextAsync("How do I connect a model?");
    }

    private static async Task EnterCodeAsync(IPage page, string field, string code)
    {
        await page.GetByTestId(field + "-input").FillAsync(code);
        await page.GetByTestId(field + "-submit").ClickAsync();
    }

    private static async Task EnterInvitedAsync(IPage page)
    {
        await EnterCodeAsync(page, "code", "open-sesame");
        await SignUpAsync(page, "Ada");
    }

    private async Task<Place> StartAsync(string place, (string Name, string Value)[] settings)
    {
        // Of the environment's own where a mode sets none.
        (string, string)[] all = [("WEBUI_AUTH", ""), ("ENABLE_TITLE_GENERATION", "false"), .. settings];
        if (place == Host)
        {
            var hosted = await HostedPackage.StartAsync(
                package, [("CODE", ""), ("OPENAI_API_BASE_URL", ""), ("OPENAI_API_KEY", ""), ("OLLAMA_BASE_URL", ""), ("ENABLE_OLLAMA_API", "false"), .. all]);
            return new(hosted.Host.Address, hosted);
        }

        var azurite = place == Azurite ? await AzuriteServer.StartAsync() : null;
        var site = await StartSiteAsync(azurite is null ? all : [("STORAGE_PROVIDER", "azure"), ("AzureWebJobsStorage", azurite.ConnectionString), .. all]);
        return new(site.Address, site, azurite);
    }

    private sealed class Place(Uri address, IAsyncDisposable site, IDisposable? store = null) : IAsyncDisposable
    {
        public Uri Address => address;

        public CancellationTokenSource Stopping { get; } = new();

        public async ValueTask DisposeAsync()
        {
            await Stopping.CancelAsync();
            await site.DisposeAsync();
            store?.Dispose();
            Stopping.Dispose();
        }
    }
}
