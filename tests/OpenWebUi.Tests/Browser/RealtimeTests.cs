using Microsoft.Playwright;
using OpenWebUi.StubProvider;
using OpenWebUi.Tests.Services.Realtime;
using OpenWebUi.Tests.Site;
using static Microsoft.Playwright.Assertions;

namespace OpenWebUi.Tests.Browser;

/// <summary>Two browsers of one account: what is done in one shows in the other, which nobody touches. The page's own npm client connects to the double.</summary>
public sealed class RealtimeTests(BrowserFixture fixture) : AccountTest(fixture)
{
    /// <summary>The waiting page looks by itself after 5 s; here it must not, so that only what it hears lets it in.</summary>
    private const string NoPatience = "{ const real = setTimeout; window.setTimeout = (act, ms, ...more) => real(act, ms >= 5000 ? 1e9 : ms, ...more); }";

    [Fact]
    public async Task Chat_BegunRenamedAndDeleted_ShowsInTheOtherBrowser()
    {
        await using var stub = await StubServer.StartAsync();
        await using var service = await SignalRServiceDouble.StartAsync();
        await using var site = await StartAsync(stub, service);
        var laptop = await OpenAsAdminAsync(site);
        var phone = await OpenAgainAsync(site);
        await ConnectedAsync(service, 2);

        await SendAsync(laptop, "a plan for the garden");
        await Expect(Answer(laptop, "done")).ToBeVisibleAsync();
        await Expect(Row(phone, "a plan for the garden")).ToBeVisibleAsync();
        await Row(phone, "a plan for the garden").ClickAsync();
        await Expect(Answer(phone, "done")).ToContainTextAsync("a plan for the garden");

        await RenameAsync(laptop, "a plan for the garden", "Tulips");
        await Expect(Row(phone, "Tulips")).ToBeVisibleAsync();
        await Expect(Row(phone, "a plan for the garden")).ToHaveCountAsync(0);

        await SendAsync(laptop, "and roses");
        await Expect(Answer(laptop, "done")).ToContainTextAsync("and roses");
        await Expect(Answer(phone, "done")).ToContainTextAsync("and roses");

        await ChooseAsync(laptop, "Tulips", "delete-chat");
        await Expect(Row(phone, "Tulips")).ToHaveCountAsync(0);
        await Expect(Messages(phone)).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Waiting_LetIn_EntersAtOnce()
    {
        await using var stub = await StubServer.StartAsync();
        await using var service = await SignalRServiceDouble.StartAsync();
        await using var site = await StartAsync(stub, service);
        await OpenAsAdminAsync(site);
        var page = await OpenAsNewcomerAsync(site, "Bob");
        await page.Context.AddInitScriptAsync(NoPatience);
        await page.ReloadAsync();
        await Expect(page.GetByTestId("waiting")).ToBeVisibleAsync();
        await ConnectedAsync(service, 2);

        await ApproveAsync(site, "Bob");

        await Expect(page.GetByTestId("composer-input")).ToBeVisibleAsync();
        Assert.Equal(2, service.Connected.Values.Distinct().Count());
    }

    [Fact]
    public async Task Tabs_OfOneBrowser_ShareAConnection_WhichAnotherTakesOver()
    {
        await using var stub = await StubServer.StartAsync();
        await using var service = await SignalRServiceDouble.StartAsync();
        await using var site = await StartAsync(stub, service);
        var laptop = await OpenAsAdminAsync(site);
        await SendAsync(laptop, "a plan for the garden");
        await Expect(Answer(laptop, "done")).ToBeVisibleAsync();
        var first = await OpenAgainAsync(site);
        await ConnectedAsync(service, 2);
        var second = await OpenTabAsync(first.Context, site);
        await Expect(Row(second, "a plan for the garden")).ToBeVisibleAsync();

        await RenameAsync(laptop, "a plan for the garden", "Tulips");
        await Expect(Row(first, "Tulips")).ToBeVisibleAsync();
        await Expect(Row(second, "Tulips")).ToBeVisibleAsync();
        Assert.Equal(2, service.Connected.Count);

        var before = service.Connected.Keys.ToHashSet();
        await first.CloseAsync();
        await EventuallyAsync(() => Task.FromResult(service.Connected.Keys.Any(id => !before.Contains(id))), "the other tab connects");
        await RenameAsync(laptop, "Tulips", "Roses");
        await Expect(Row(second, "Roses")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Service_Gone_ThePageWorksAsWithoutOne()
    {
        // The browser itself logs a connection that failed.
        Tolerates = text => text.StartsWith("WebSocket connection to ", StringComparison.Ordinal);
        await using var stub = await StubServer.StartAsync();
        var service = await SignalRServiceDouble.StartAsync();
        await using var site = await StartAsync(stub, service);
        await service.DisposeAsync();
        var page = await OpenAsAdminAsync(site);
        await SendAsync(page, "hello");
        await Expect(Answer(page, "done")).ToContainTextAsync("hello");
        await RenameAsync(page, "hello", "Greetings");
        await Expect(Row(page, "Greetings")).ToBeVisibleAsync();
    }

    private static Task<TestSite> StartAsync(StubServer stub, SignalRServiceDouble service) =>
        StartWithAccountsAsync(stub, ("AzureSignalRConnectionString", service.ConnectionString));

    /// <summary>The admin in one more browser.</summary>
    private async Task<IPage> OpenAgainAsync(TestSite site)
    {
        var page = await OpenAsync(site);
        await SignInAsync(page, "Ada");
        await Expect(page.GetByTestId("composer-input")).ToBeVisibleAsync();
        return page;
    }

    private static Task ConnectedAsync(SignalRServiceDouble service, int count) =>
        EventuallyAsync(() => Task.FromResult(service.Connected.Count == count), $"{count} browsers are connected");

    private static async Task RenameAsync(IPage page, string title, string to)
    {
        await ChooseAsync(page, title, "rename-chat");
        await page.GetByTestId("rename-input").FillAsync(to);
        await page.GetByTestId("rename-input").PressAsync("Enter");
    }
}
