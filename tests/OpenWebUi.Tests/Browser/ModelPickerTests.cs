using Microsoft.Playwright;
using OpenWebUi.StubProvider;
using OpenWebUi.Tests.Site;
using static Microsoft.Playwright.Assertions;

namespace OpenWebUi.Tests.Browser;

/// <summary>Choosing a model: search, favourites, details, and connections that do not answer.</summary>
public sealed class ModelPickerTests(BrowserFixture fixture) : AccountTest(fixture)
{
    private static readonly string[] Many =
        ["aurora-large", "aurora-mini", "basil-7b", "cedar-70b", "dahlia-vision", "elder-coder", "fennel", "ginger", "hazel", "iris"];

    [Fact]
    public async Task Search_ByKeyboardAlone_FindsAndChooses()
    {
        await using var stub = await StubServer.StartAsync();
        stub.Models = Many;
        await using var site = await StartAsync(stub);
        var page = await OpenAsync(site);
        await Expect(page.GetByTestId("model-picker")).ToContainTextAsync("aurora-large");
        await page.GetByTestId("model-picker").FocusAsync();

        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByTestId("model-search")).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("zzzz");
        await Expect(page.GetByTestId("model-none")).ToContainTextAsync("zzzz");
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.GetByTestId("model-search")).ToHaveValueAsync("");
        await page.Keyboard.TypeAsync("auorra");
        await Expect(page.GetByTestId("model-option")).ToHaveCountAsync(2);
        await page.Keyboard.PressAsync("ArrowDown");
        await page.Keyboard.PressAsync("ArrowRight");
        await Expect(page.GetByTestId("model-details")).ToContainTextAsync("aurora-mini");
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.GetByTestId("model-details")).ToHaveCountAsync(0);
        await page.Keyboard.PressAsync("Enter");

        await Expect(page.GetByTestId("model-picker")).ToContainTextAsync("aurora-mini");
        await Expect(page.GetByTestId("model-panel")).ToBeHiddenAsync();
        await Expect(page.GetByTestId("composer-input")).ToBeFocusedAsync();
        await SendAsync(page, "Hello");
        await Expect(Answer(page, "done")).ToContainTextAsync("You said: Hello");
        Assert.Contains(stub.Requests, request => request.Model == "aurora-mini");
    }

    [Fact]
    public async Task Favourite_AfterAReload_StandsFirst()
    {
        await using var stub = await StubServer.StartAsync();
        stub.Models = Many;
        await using var site = await StartAsync(stub);
        var page = await OpenAsync(site);
        var first = page.GetByTestId("model-option").First;
        await page.GetByTestId("model-picker").ClickAsync();
        await Expect(first).ToHaveAttributeAsync("data-model", "aurora-large");

        var fennel = page.Locator("[data-model=fennel]");
        await fennel.HoverAsync();
        await fennel.GetByTestId("model-star").ClickAsync();
        await Expect(fennel.GetByTestId("model-star")).ToHaveAttributeAsync("aria-pressed", "true");
        // The list keeps its order while it is open.
        await Expect(first).ToHaveAttributeAsync("data-model", "aurora-large");
        await page.ReloadAsync();
        await page.GetByTestId("model-picker").ClickAsync();
        await Expect(first).ToHaveAttributeAsync("data-model", "fennel");

        await first.GetByTestId("model-star").ClickAsync();
        await page.Keyboard.PressAsync("Escape");
        await page.GetByTestId("model-picker").ClickAsync();
        await Expect(first).ToHaveAttributeAsync("data-model", "aurora-large");
    }

    [Fact]
    public async Task List_OfAThousandModels_DrawsThoseInSightAndReachesTheLast()
    {
        await using var stub = await StubServer.StartAsync();
        stub.Models = [.. Enumerable.Range(0, 1000).Select(number => $"model-{number:000}")];
        await using var site = await StartAsync(stub);
        var page = await OpenAsync(site);
        await Expect(page.GetByTestId("model-picker")).ToContainTextAsync("model-000");

        await page.GetByTestId("model-picker").ClickAsync();
        await Expect(page.GetByTestId("model-option").First).ToBeVisibleAsync();
        Assert.InRange(await page.GetByTestId("model-option").CountAsync(), 5, 60);
        await page.Keyboard.PressAsync("ArrowUp");
        await Expect(page.Locator("[data-model=model-999]")).ToBeInViewportAsync();
        Assert.InRange(await page.GetByTestId("model-option").CountAsync(), 5, 60);
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByTestId("model-picker")).ToContainTextAsync("model-999");
    }

    [Fact]
    public async Task DeadConnection_OfAnAdministrator_LeadsToItsDoctor()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartSiteAsync(
            ("WEBUI_AUTH", "true"), ("ENABLE_TITLE_GENERATION", "false"),
            ("OPENAI_API_BASE_URLS", $"{stub.BaseUrl};http://127.0.0.1:9/v1"), ("OPENAI_API_KEYS", "sk-one;sk-two"));
        var page = await OpenAsAdminAsync(site);
        await Expect(page.GetByTestId("model-picker")).ToContainTextAsync("echo");

        await page.GetByTestId("model-picker").ClickAsync();
        await page.GetByTestId("model-down").GetByTestId("model-admin-link").ClickAsync();

        await Expect(page.GetByTestId("step-tcp")).ToHaveAttributeAsync("data-status", "failed");
        await page.GetByTestId("admin-back").ClickAsync();
        await Expect(page.GetByTestId("composer-input")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task NoModelAtAll_TellsTheAdministratorTheWayAndAMemberWhomToAsk()
    {
        await using var site = await StartSiteAsync(("WEBUI_AUTH", "true"), ("DEFAULT_USER_ROLE", "user"), ("ENABLE_GUIDE_MODEL", "false"));
        var admin = await OpenAsAdminAsync(site);
        var member = await OpenAsNewcomerAsync(site, "Bob");

        await member.GetByTestId("model-picker").ClickAsync();
        await Expect(member.GetByTestId("model-empty")).ToContainTextAsync(EmailOf("Ada"));
        await Expect(member.GetByTestId("model-admin-link")).ToHaveCountAsync(0);

        await admin.GetByTestId("model-picker").ClickAsync();
        await admin.GetByTestId("model-empty").GetByTestId("model-admin-link").ClickAsync();
        await Expect(admin.GetByTestId("connections-empty")).ToBeVisibleAsync();
    }

    private static Task<TestSite> StartAsync(StubServer stub) =>
        StartSiteAsync(("BASE_URL", stub.BaseUrl), ("OPENAI_API_KEY", "sk-site"), ("ENABLE_TITLE_GENERATION", "false"));
}
