using Microsoft.Extensions.DependencyInjection;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Services.Usage;
using OpenWebUi.StubProvider;
using OpenWebUi.Tests.Site;
using static OpenWebUi.Tests.Relay.RelayCalls;

namespace OpenWebUi.Tests.Services.Usage;

/// <summary>What calls used, as it stands in the store.</summary>
public sealed class UsageMeterTests
{
    private static async Task<IReadOnlyList<StoredRow>> RowsAsync(TestSite site)
    {
        var store = site.Services.GetRequiredService<RowStore>();
        var found = new List<StoredRow>();
        await foreach (var day in store.QueryAllAsync(UsageMeter.Table, UsageMeter.Days, RowRange.All, CancellationToken.None))
        {
            await foreach (var row in store.QueryAllAsync(UsageMeter.Table, day.Key.Row, RowRange.All, CancellationToken.None))
            {
                found.Add(row);
            }
        }

        return found;
    }

    private static async Task AskAsync(TestSite site, string path, string model)
    {
        using var answer = await site.Client.StreamAsync(Chat(path, model));
        await answer.ReadToEndAsync();
    }

    [Fact]
    public async Task Calls_OfEverySurface_AreWrittenTogether_AfterAMinute()
    {
        var time = new ManualTime();
        await using var stub = await StubServer.StartAsync();
        await using var site = await TestSite.StartAsync(
            time, ("OPENAI_API_BASE_URL", stub.BaseUrl), ("OLLAMA_BASE_URL", stub.OllamaUrl));
        foreach (var path in (string[])["/v1/chat/completions", "/api/chat/completions", "/ollama/api/chat", "/openai/chat/completions"])
        {
            await AskAsync(site, path, "echo");
        }

        await AskAsync(site, "/v1/chat/completions", "status-400");
        Assert.Empty(await RowsAsync(site));
        await time.AdvanceUntilAsync(WrittenAsync(), UsageMeter.Pause);
        var rows = await RowsAsync(site);
        Assert.Equal(4, rows.Count);

        async Task WrittenAsync()
        {
            while ((await RowsAsync(site)).Count < 4)
            {
                await Task.Delay(5);
            }
        }
        Assert.All(rows, row =>
        {
            Assert.Equal(("echo", "admin"), (row.Properties.GetText("Model"), row.Properties.GetText("Owner")));
            Assert.True(row.Properties.GetInt64("Prompt") > 0 && row.Properties.GetInt64("Completion") > 0);
        });
    }

    [Fact]
    public async Task WhatIsLeft_IsWrittenWhenTheSiteStops()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await TestSite.StartAsync(("OPENAI_API_BASE_URL", stub.BaseUrl));
        await AskAsync(site, "/v1/chat/completions", "echo");
        await site.StopAsync();
        await using var next = await site.StartTwinAsync();
        Assert.Single(await RowsAsync(next));
    }

    [Fact]
    public async Task StoredTurn_IsCounted()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await TestSite.StartAsync(("OPENAI_API_BASE_URL", stub.BaseUrl), ("ENABLE_TITLE_GENERATION", "false"));
        using var answer = await site.Client.StreamAsync(Post("/api/chat/completions", """{"model":"echo","user_message":{"content":"hello"},"stream":true}"""));
        await answer.ReadToEndAsync();
        await site.StopAsync();
        await using var next = await site.StartTwinAsync();
        Assert.Equal("echo", Assert.Single(await RowsAsync(next)).Properties.GetText("Model"));
    }
}
