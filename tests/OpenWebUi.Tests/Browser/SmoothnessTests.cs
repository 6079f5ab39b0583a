using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Playwright;
using OpenWebUi.StubProvider;
using OpenWebUi.Tests.Site;
using static Microsoft.Playwright.Assertions;

namespace OpenWebUi.Tests.Browser;

/// <summary>What can be counted of a fast page; times are measured by tests/benchmarks/page.sh.</summary>
public sealed class SmoothnessTests(BrowserFixture fixture) : BrowserTest(fixture)
{
    private const int Long = 200;

    /// <summary>Of these 200; 30 of a chat at most, and a batch of eight leaves when there are more.</summary>
    private const int FirstMounted = 24;

    /// <summary>Pain 1 of front-end.md (NextChat 909 and others): a long chat has a bounded part of it in the document.</summary>
    [Fact]
    public async Task Pain01_LongChat_MountsThirtyMessagesAtMostAndGrowsUpwardWhereTheReaderIs()
    {
        await using var site = await StartSiteAsync();
        var id = await StoreChatAsync(site);
        var page = await OpenAsync(site);
        await Row(page, "long").ClickAsync();
        await Expect(page.Locator("[data-message=m199] .prose")).ToBeVisibleAsync();
        await Expect(Messages(page)).ToHaveCountAsync(FirstMounted);
        Assert.InRange(await page.EvaluateAsync<int>("() => document.querySelectorAll('*').length"), 1, 2_500);

        await page.GetByTestId("composer-input").PressSequentiallyAsync("typing touches no message");
        await Expect(Messages(page)).ToHaveCountAsync(FirstMounted);

        await page.GetByRole(AriaRole.Log).HoverAsync();
        var seen = new HashSet<int>();
        await EventuallyAsync(
            async () =>
            {
                await page.Mouse.WheelAsync(0, -1200);
                seen.Add(await Messages(page).CountAsync());
                return await page.Locator("[data-message=m0]").CountAsync() == 1;
            },
            "the first message is reached");
        Assert.All(seen, count => Assert.InRange(count, FirstMounted, 200));
        await page.GetByTestId("jump").ClickAsync();
        await Expect(Messages(page)).ToHaveCountAsync(FirstMounted);
        Assert.Contains(id, page.Url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Growth_WhileTheReaderReads_MovesNothing()
    {
        await using var site = await StartSiteAsync();
        await StoreChatAsync(site);
        var page = await OpenAsync(site);
        await Row(page, "long").ClickAsync();
        await Expect(Messages(page)).ToHaveCountAsync(FirstMounted);
        // Wherever a step of growth ends, what stood at the top of the screen still stands there.
        var moved = await page.EvaluateAsync<double>("""
            async () => {
              const log = document.querySelector('[role=log]');
              const pause = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
              const first = () => [...log.querySelectorAll('[data-message]')].find((row) => row.getBoundingClientRect().bottom > 0);
              let worst = 0;
              for (let step = 0; step < 60 && log.scrollTop > 0; step++) {
                log.dispatchEvent(new WheelEvent('wheel', { deltaY: -300 }));
                log.scrollTop -= 300;
                const row = first();
                const [before, count] = [row.getBoundingClientRect().top, log.querySelectorAll('[data-message]').length];
                for (let wait = 0; wait < 4; wait++) await pause();
                if (log.querySelectorAll('[data-message]').length > count) worst = Math.max(worst, Math.abs(row.getBoundingClientRect().top - before));
              }
              return worst;
            }
            """);
        Assert.InRange(moved, 0, 2);
        Assert.InRange(await Messages(page).CountAsync(), FirstMounted + 1, 200);
    }

    [Fact]
    public async Task Send_InALongChat_LeavesTheRowsAboveAndTheirButtonsInTheDocument()
    {
        await using var stub = await StubServer.StartAsync();
        stub.Models = ["stepped"];
        await using var site = await StartSiteAsync(("BASE_URL", stub.BaseUrl), ("OPENAI_API_KEY", "sk-site"));
        await StoreChatAsync(site);
        var page = await OpenAsync(site);
        await Row(page, "long").ClickAsync();
        await Expect(Messages(page)).ToHaveCountAsync(FirstMounted);
        var retry = page.Locator("[data-message=m197]").GetByTestId("retry");
        await Expect(retry).ToBeVisibleAsync();

        await SendAsync(page, "one more");
        await stub.StepAsync();
        await Expect(Answer(page, "streaming")).ToContainTextAsync("w1");
        await Expect(Messages(page)).ToHaveCountAsync(FirstMounted + 2);
        await Expect(retry).ToHaveCountAsync(1);
        await Expect(retry).ToBeHiddenAsync();

        stub.Release();
        await Expect(Answer(page, "done").Last).ToContainTextAsync("w4");
        await Expect(retry).ToBeVisibleAsync();
        for (var sent = 1; sent < 4; sent++)
        {
            await SendAsync(page, $"more {sent}");
            await Expect(page.Locator("article[data-role=assistant][data-state=done]").Last).ToContainTextAsync("w4");
            await Expect(Messages(page)).ToHaveCountAsync(sent < 3 ? FirstMounted + 2 + (2 * sent) : FirstMounted);
        }
    }

    /// <summary>Pain 12 of front-end.md (open-webui 17476 and others): the start is few requests (check-payload.mjs weighs them), and the second one asks the server for no file.</summary>
    [Fact]
    public async Task Pain12_FirstLoad_IsFewRequestsAndTheSecondComesFromTheBrowser()
    {
        await using var stub = await StubServer.StartAsync();
        stub.Models = ["echo"];
        await using var site = await StartSiteAsync(("BASE_URL", stub.BaseUrl), ("OPENAI_API_KEY", "sk-site"));
        var page = await OpenAsync(site);
        await page.EvaluateAsync("async () => { for (const worker of await navigator.serviceWorker.getRegistrations()) await worker.unregister(); }");
        await page.EvaluateAsync("async () => { for (const name of await caches.keys()) await caches.delete(name); }");
        var context = page.Context;
        await page.CloseAsync();
        await context.AddInitScriptAsync("""
            new MutationObserver((_, watch) => {
              if (!document.querySelector('[data-testid=composer-input]')) return;
              watch.disconnect();
              window.usable = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
                .filter(({ name }) => !name.includes('/api/v1/'));
            }).observe(document, { childList: true, subtree: true });
            """);

        page = await OpenTabAsync(context, site);
        await Expect(page.GetByTestId("composer-input")).ToBeVisibleAsync();
        var usable = await page.EvaluateAsync<string[]>("() => window.usable.map(({ name }) => new URL(name).pathname)");
        Assert.True(usable.Length is >= 4 and <= 8, string.Join('\n', usable));

        await EventuallyAsync(() => KeptByBrowser.HasAsync(page, "/open-chats-", "/OfflineNotes-"), "what was used is kept");
        var fromServer = new List<string>();
        page.Response += (_, response) =>
        {
            if (!response.FromServiceWorker && !response.Url.Contains("/api/", StringComparison.Ordinal))
            {
                fromServer.Add(response.Url);
            }
        };
        await page.ReloadAsync();
        await Expect(page.GetByTestId("composer-input")).ToBeVisibleAsync();
        Assert.Empty(fromServer);
    }

    private static async Task<string> StoreChatAsync(TestSite site)
    {
        var messages = new JsonObject();
        for (var i = 0; i < Long; i++)
        {
            messages[$"m{i}"] = new JsonObject
            {
                ["id"] = $"m{i}",
                ["parentId"] = i == 0 ? null : $"m{i - 1}",
                ["childrenIds"] = i == Long - 1 ? new JsonArray() : new JsonArray($"m{i + 1}"),
                ["role"] = i % 2 == 0 ? "user" : "assistant",
                ["content"] = i % 2 == 0 ? $"Question {i}" : $"## Answer {i}\n\nSome *text* with `code` and $x^{{{i}}}$.\n\n```js\nconst answer = {i};\n```\n\n- one\n- two\n",
                ["done"] = true,
            };
        }

        using var made = await site.Client.PostAsJsonAsync(
            "/api/v1/chats/new", new { chat = new { title = "long", history = new { currentId = $"m{Long - 1}", messages } } });
        made.EnsureSuccessStatusCode();
        return (await made.Content.ReadFromJsonAsync<JsonObject>())!["id"]!.GetValue<string>();
    }
}
