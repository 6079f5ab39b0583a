using Microsoft.Playwright;
using OpenWebUi.StubProvider;
using OpenWebUi.Tests.Site;
using static Microsoft.Playwright.Assertions;

namespace OpenWebUi.Tests.Browser;

public sealed class GateTests(BrowserFixture fixture) : BrowserTest(fixture)
{
    private const string Code = "open-sesame";

    [Fact]
    public async Task Gate_WrongCodesThenTheRightOne_LocksCountsDownAndOpens()
    {
        await using var stub = await StubServer.StartAsync();
        var time = Now();
        await using var site = await StartGatedAsync(stub, time);
        var page = await OpenAsync(site, expectedStatuses: [401, 429]);

        await EnterCodeAsync(page, "wrong");
        await Expect(page.GetByTestId("gate-error")).ToContainTextAsync("does not fit");
        await Expect(page.GetByTestId("gate-input")).ToBeFocusedAsync();
        await Expect(page.GetByTestId("gate-input")).ToHaveValueAsync("wrong");
        for (var attempt = 2; attempt <= 6; attempt++)
        {
            await EnterCodeAsync(page, $"wrong {attempt}");
            await Expect(page.GetByTestId("gate-submit")).Not.ToHaveTextAsync("Checking…");
        }

        await Expect(page.GetByTestId("gate-error")).ToContainTextAsync("Too many wrong attempts");
        await Expect(page.GetByTestId("gate-error")).ToHaveAttributeAsync("role", "timer");
        await Expect(page.GetByTestId("gate-input")).ToBeDisabledAsync();
        await Expect(page.GetByTestId("gate-input")).ToBeEnabledAsync();
        await Expect(page.GetByTestId("gate-input")).ToBeFocusedAsync();
        time.Advance(TimeSpan.FromSeconds(3));
        await EnterCodeAsync(page, Code);

        await Expect(page.GetByTestId("composer-input")).ToBeVisibleAsync();
        await page.ReloadAsync();
        await Expect(page.GetByTestId("composer-input")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Leave_WithAChatAndADraft_ShowsTheGateAndForgetsThem()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartGatedAsync(stub);
        var page = await OpenAsync(site);
        await EnterCodeAsync(page, Code);
        await SendAsync(page, "a secret question");
        await Expect(Answer(page, "done")).ToContainTextAsync("a secret question");
        await page.GetByTestId("composer-input").FillAsync("a secret draft");

        await page.GetByTestId("settings").ClickAsync();
        await page.GetByTestId("settings-access").ClickAsync();
        await page.GetByTestId("leave").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alertdialog)).ToContainTextAsync("deleted on the server too");
        await page.GetByTestId("leave-confirm").ClickAsync();

        await Expect(page.GetByTestId("gate-input")).ToBeFocusedAsync();
        Assert.DoesNotContain("secret", await page.EvaluateAsync<string>("() => JSON.stringify({ ...sessionStorage })"), StringComparison.Ordinal);
        await page.ReloadAsync();
        await EnterCodeAsync(page, Code);
        await Expect(page.GetByTestId("composer-input")).ToHaveValueAsync("");
        await Expect(page.GetByTestId("chat")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Pass_EndsWhileChatting_GateGivesTheQuestionBack()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartGatedAsync(stub);
        var page = await OpenAsync(site, expectedStatuses: [401]);
        await EnterCodeAsync(page, Code);
        await Expect(page.GetByTestId("model-picker")).ToContainTextAsync("echo");
        await page.Context.ClearCookiesAsync();

        await SendAsync(page, "not lost");

        await Expect(page.GetByTestId("gate-input")).ToBeVisibleAsync();
        await EnterCodeAsync(page, Code);
        await Expect(page.GetByTestId("composer-input")).ToHaveValueAsync("not lost");
    }

    [Fact]
    public async Task OwnKey_InPlaceOfACode_GoesToModelsAndChatOnlyAndStaysInLocalStorage()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartGatedAsync(stub);
        var page = await OpenAsync(site);
        var carriers = new List<string>();
        page.Request += (_, request) =>
        {
            if ((request.Headers.GetValueOrDefault("authorization") + request.PostData + request.Url).Contains("sk-mine", StringComparison.Ordinal))
            {
                carriers.Add(new Uri(request.Url).AbsolutePath);
            }
        };

        await page.GetByTestId("gate-own-key").ClickAsync();
        await page.GetByTestId("own-key-input").FillAsync("sk-mine");
        await page.GetByTestId("gate-submit").ClickAsync();
        await SendAsync(page, "with my key");
        await Expect(Answer(page, "done")).ToContainTextAsync("with my key");
        await Expect(page.GetByRole(AriaRole.Navigation)).ToContainTextAsync("Chats live in this tab");
        await page.ReloadAsync();
        await Expect(Answer(page, "done")).ToBeVisibleAsync();
        await Expect(page.GetByTestId("model-picker")).ToContainTextAsync("echo");

        Assert.Equal(["/api/chat/completions", "/api/models"], carriers.Distinct().Order(StringComparer.Ordinal));
        Assert.Equal("Bearer sk-mine", stub.Requests.Last(r => r.Path.EndsWith("/chat/completions", StringComparison.Ordinal)).Headers["Authorization"]);
        Assert.Equal("sk-mine", await page.EvaluateAsync<string>("() => localStorage.getItem('own-key')"));
        Assert.DoesNotContain("sk-mine", await page.EvaluateAsync<string>("() => JSON.stringify({ ...sessionStorage })"), StringComparison.Ordinal);
        Assert.Empty(await page.Context.CookiesAsync());
    }

    [Fact]
    public async Task OwnKey_HiddenByTheSite_IsNotOffered()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await StartSiteAsync(("CODE", Code), ("BASE_URL", stub.BaseUrl), ("OPENAI_API_KEY", "sk-site"), ("HIDE_USER_API_KEY", "1"));
        var page = await OpenAsync(site);

        await Expect(page.GetByTestId("gate-input")).ToBeVisibleAsync();
        await Expect(page.GetByTestId("gate-own-key")).ToHaveCountAsync(0);
    }

    private static Task<TestSite> StartGatedAsync(StubServer stub, TimeProvider? time = null) => StartSiteAsync(
        time ?? TimeProvider.System, ("CODE", Code), ("ENABLE_TITLE_GENERATION", "false"), ("BASE_URL", stub.BaseUrl), ("OPENAI_API_KEY", "sk-site"));

    /// <summary>A standing clock at the real date: the browser drops a cookie whose end is past.</summary>
    private static ManualTime Now()
    {
        var time = new ManualTime();
        time.Advance(DateTimeOffset.UtcNow - time.GetUtcNow());
        return time;
    }
}
