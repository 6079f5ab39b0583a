using Microsoft.AspNetCore.Http;
using Microsoft.Playwright;
using OpenWebUi.StubProvider;
using OpenWebUi.Tests.Site;
using static Microsoft.Playwright.Assertions;

namespace OpenWebUi.Tests.Browser;

/// <summary>The administrator's connections and their doctor.</summary>
public sealed class AdminConnectionsTests(BrowserFixture fixture) : AccountTest(fixture)
{
    [Fact]
    public async Task Connection_TestedAndMended_AnswersChats()
    {
        await using var stub = await StubServer.StartAsync();
        stub.Behavior = OnlyUnder("/gateway/v1");
        await using var site = await StartEmptyAsync();
        var page = await OpenAsAdminAsync(site);
        await page.GetByTestId("admin").ClickAsync();
        await page.GetByTestId("admin-connections").ClickAsync();
        await Expect(page.GetByTestId("connections-empty")).ToBeVisibleAsync();

        await page.GetByTestId("preset-other").ClickAsync();
        await Expect(page.GetByTestId("connection-url")).ToBeFocusedAsync();
        await page.GetByTestId("connection-url").FillAsync($"{stub.OllamaUrl}/gateway");
        await Expect(page.GetByTestId("base-url-field")).ToContainTextAsync("/gateway/models");
        await page.GetByTestId("key").FillAsync("sk-right");
        await page.GetByTestId("test-connection").ClickAsync();
        await Expect(page.GetByTestId("step-tcp")).ToHaveAttributeAsync("data-status", "ok");
        await Expect(page.GetByTestId("step-route")).ToHaveAttributeAsync("data-status", "failed");
        await Expect(page.GetByTestId("step-models")).ToHaveAttributeAsync("data-status", "skipped");
        await Expect(page.GetByTestId("doctor-sentence")).ToContainTextAsync("under /v1");

        await page.GetByTestId("doctor-apply").ClickAsync();
        await Expect(page.GetByTestId("connection-url")).ToHaveValueAsync($"{stub.OllamaUrl}/gateway/v1");
        await Expect(page.GetByTestId("step-models")).ToHaveAttributeAsync("data-status", "ok");
        await Expect(page.GetByTestId("doctor-models")).ToContainTextAsync("echo-large");
        (stub.Behavior, stub.RequiredKey) = (StubBehavior.Answer, "sk-right");
        await page.GetByTestId("connection-name").FillAsync("Lab");
        await page.GetByTestId("save-connection").ClickAsync();
        await Expect(page.GetByTestId("connection")).ToContainTextAsync("Lab");
        await Expect(page.GetByTestId("connection-state")).ToHaveTextAsync("Works");
        await Expect(page.GetByTestId("connection")).ToContainTextAsync("3 models");

        await page.GetByTestId("admin-back").ClickAsync();
        await ChooseModelAsync(page, "echo");
        await SendAsync(page, "Hello");
        await Expect(Answer(page, "done")).ToContainTextAsync("You said: Hello");
    }

    [Fact]
    public async Task Connections_MovedSwitchedAndDeleted_StaySoAfterAReload()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartEmptyAsync();
        var page = await OpenAsAdminAsync(site);
        foreach (var name in new[] { "One", "Two", "Three" })
        {
            await AddAsync(page, name, stub.BaseUrl);
        }

        await page.GotoAsync("/admin/connections");
        await Expect(Names(page)).ToHaveTextAsync(["One", "Two", "Three"]);
        await page.GetByTestId("move-connection").First.PressAsync("ArrowDown");
        await Expect(Names(page)).ToHaveTextAsync(["Two", "One", "Three"]);
        await Expect(page.GetByTestId("move-connection").Nth(1)).ToBeFocusedAsync();
        await DragAsync(page, page.GetByTestId("move-connection").Nth(2), page.GetByTestId("move-connection").Nth(0));
        await Expect(Names(page)).ToHaveTextAsync(["Three", "Two", "One"]);
        await page.GetByTestId("enable-connection").First.ClickAsync();
        await Expect(page.GetByTestId("connection-state").First).ToHaveTextAsync("Off");
        await page.GetByTestId("connection-menu").Last.ClickAsync();
        await page.GetByTestId("delete-connection").ClickAsync();
        await page.GetByTestId("delete-connection-confirm").ClickAsync();
        await Expect(Names(page)).ToHaveTextAsync(["Three", "Two"]);
        await SavedAsync(page, () => page.GetByTestId("switch-enable_openai_api").ClickAsync());
        await Expect(page.GetByTestId("connection-state").Last).ToHaveTextAsync("Off with its whole kind");

        await page.ReloadAsync();
        await Expect(Names(page)).ToHaveTextAsync(["Three", "Two"]);
        await Expect(page.GetByTestId("enable-connection").First).ToHaveAttributeAsync("aria-checked", "false");
        await Expect(page.GetByTestId("switch-enable_openai_api")).ToHaveAttributeAsync("aria-checked", "false");
    }

    [Fact]
    public async Task Form_OfASavedConnection_KeepsItsKeysUntilTheHostIsAnother()
    {
        await using var stub = await StubServer.StartAsync();
        stub.RequiredKey = "sk-right";
        await using var site = await StartEmptyAsync();
        var page = await OpenAsAdminAsync(site);
        await AddAsync(page, "Lab", stub.BaseUrl, "sk-right");

        await page.GotoAsync("/admin/connections");
        await page.GetByTestId("open-connection").ClickAsync();
        await Expect(page.GetByTestId("keys-note")).ToContainTextAsync("One key is saved.");
        await Expect(page.GetByTestId("save-connection")).ToBeDisabledAsync();
        await page.GetByTestId("test-connection").ClickAsync();
        await Expect(page.GetByTestId("step-models")).ToHaveAttributeAsync("data-status", "ok");
        await page.GetByText("Only these").ClickAsync();
        await page.GetByTestId("pick-model").Last.CheckAsync();
        await page.GetByTestId("save-connection").ClickAsync();
        await Expect(page.GetByTestId("connection")).ToContainTextAsync("1 model");

        await page.GetByTestId("open-connection").ClickAsync();
        await page.GetByTestId("connection-url").FillAsync(stub.BaseUrl.Replace("127.0.0.1", "localhost", StringComparison.Ordinal));
        await Expect(page.GetByTestId("keys-cleared")).ToBeVisibleAsync();
        await page.GetByTestId("save-connection").ClickAsync();
        await page.GetByTestId("open-connection").ClickAsync();
        await Expect(page.GetByTestId("key-row")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Form_WhereSomebodyWasFaster_AsksAndKeepsBothChanges()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartEmptyAsync();
        var page = await OpenAsAdminAsync(site, [409, 422]);
        var id = await AddAsync(page, "Lab", stub.BaseUrl);
        await page.GotoAsync($"/admin/connections/{id}");
        await page.GetByTestId("connection-name").FillAsync("Mine");
        await PostAsync(page, $"/api/v1/connections/{id}", """{"tags":["theirs"]}""");

        await page.GetByTestId("save-connection").ClickAsync();
        await Expect(page.GetByTestId("connection-conflict")).ToBeVisibleAsync();
        await page.GetByTestId("keep-mine").ClickAsync();
        await Expect(page.GetByTestId("connection")).ToContainTextAsync("Mine");
        await Expect(page.GetByTestId("connection")).ToContainTextAsync("theirs");

        await page.GetByTestId("open-connection").ClickAsync();
        await page.Locator("[data-testid=advanced] summary").ClickAsync();
        await page.GetByTestId("connection-weight").FillAsync("300");
        await page.GetByTestId("save-connection").ClickAsync();
        await Expect(page.GetByTestId("connection-weight")).ToBeFocusedAsync();
        await Expect(page.GetByTestId("connection-weight")).ToHaveAttributeAsync("aria-invalid", "true");
    }

    [Fact]
    public async Task Address_ThatNamesAConnection_BeginsWithItsDoctor()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartWithAccountsAsync(stub);
        var page = await OpenAsAdminAsync(site);
        await AddAsync(page, "The lab", stub.BaseUrl);

        await page.GotoAsync("/admin/connections?test=The%20lab");
        await Expect(page.GetByTestId("connection").Last.GetByTestId("step-models")).ToHaveAttributeAsync("data-status", "ok");
        await Expect(page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("/admin/connections$", default, TimeSpan.FromSeconds(1)));
        await Expect(page.GetByTestId("connection").First.GetByTestId("connection-locked")).ToHaveTextAsync("Set by BASE_URL");
        await Expect(page.GetByTestId("connection").First.GetByTestId("enable-connection")).ToHaveCountAsync(0);
    }

    private static Task<TestSite> StartEmptyAsync() => StartSiteAsync(("WEBUI_AUTH", "true"), ("ENABLE_TITLE_GENERATION", "false"));

    /// <summary>Lists models below this path; everything else is 404.</summary>
    private static StubBehavior OnlyUnder(string path) => StubBehavior.Custom((context, request) =>
    {
        var isHere = request.Path == path + "/models";
        context.Response.StatusCode = isHere ? 200 : 404;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(isHere ? """{"object":"list","data":[{"id":"echo-large","object":"model"}]}""" : """{"error":{"message":"Not here."}}""");
    });

    private static ILocator Names(IPage page) => page.GetByTestId("open-connection");

    /// <summary>Makes one without the form; its id.</summary>
    private static Task<string> AddAsync(IPage page, string name, string baseUrl, string? key = null) => PostAsync(
        page, "/api/v1/connections/", $$"""{"kind":"openai","name":"{{name}}","base_url":"{{baseUrl}}","keys":[{{(key is null ? "" : $"\"{key}\"")}}]}""");

    private static Task<string> PostAsync(IPage page, string path, string body) => page.EvaluateAsync<string>(
        """
        async ([path, body]) => (await (await fetch(path, { method: 'POST', body, headers: { 'Content-Type': 'application/json' } })).json()).id
        """,
        new[] { path, body });

    private static async Task DragAsync(IPage page, ILocator from, ILocator to)
    {
        var (start, end) = ((await from.BoundingBoxAsync())!, (await to.BoundingBoxAsync())!);
        await page.Mouse.MoveAsync(start.X + (start.Width / 2), start.Y + (start.Height / 2));
        await page.Mouse.DownAsync();
        await page.Mouse.MoveAsync(end.X + (end.Width / 2), end.Y, new() { Steps = 12 });
        await page.Mouse.UpAsync();
    }
}
