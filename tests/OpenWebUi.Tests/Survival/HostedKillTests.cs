using OpenWebUi.FunctionsHostDouble;
using OpenWebUi.Services.Conversations;
using OpenWebUi.Tests.Package;

namespace OpenWebUi.Tests.Survival;

/// <summary>
/// As in Azure: nobody's request runs, so the platform ends the handler, and with it an answer that was still being written.
/// It does so 30 s after the last invocation; here, by the option of the double, after <see cref="Idle"/>.
/// </summary>
[Collection(SurvivalGroup.Name)]
public sealed class HostedKillTests(PublishedPackage package)
{
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Handler_KilledWhileAnAnswerRunsDetached_AFreshOneTellsAndGoesOn()
    {
        await using var store = await SharedStore.OpenAsync(SharedStore.Azurite);
        await using var provider = await ScriptedProvider.StartAsync();
        var settings = store.Environment.Concat(provider.Environment).Append(("CHAT_ANSWER_LEASE", "2")).Append(("WEBUI_AUTH", "false")).ToDictionary();
        await using var host = await FunctionsHost.StartAsync(package.Folder, settings, new FunctionsHostOptions { KillAfterIdle = Idle });
        using var client = SurvivalSite.NewClient(host.Address);
        // Far more than the handler has left.
        var script = provider.Add(Script.Of(400, TimeSpan.FromMilliseconds(40)));
        var page = new ChatPage(client, script.Question);
        using (var leaving = new CancellationTokenSource())
        {
            var turn = page.BeginAsync(leaving: leaving.Token);
            await page.FirstPiece.Task.WaitAsync(Patience);
            await leaving.CancelAsync();
            await turn;
        }

        Assert.InRange(page.Sequence, 1, script.Content.Length - 1);
        await host.HandlerProcess.Exited.WaitAsync(Patience);
        Assert.Equal(1, script.Asked);
        var kept = await store.ReadAsync(SurvivalSite.Owner, page.Chat!);
        Assert.NotEmpty(kept.Runs);

        var seen = page.Content;
        await page.InsistAsync();
        Assert.Equal(2, host.HandlerStarts);
        Assert.Equal("interrupted", page.State);
        Assert.StartsWith(seen, page.Content, StringComparison.Ordinal);
        Assert.StartsWith(page.Content, script.Content, StringComparison.Ordinal);
        // It was written on while nobody listened, and that was kept.
        Assert.True(page.StoredSequence > seen.Length, $"{page.StoredSequence} were kept, {seen.Length} seen");
        var stored = await store.ReadAsync(SurvivalSite.Owner, page.Chat!);
        Assert.Equal((MessageState.Interrupted, page.Content, 0), (stored.Answer.State, stored.Answer.Content, stored.Runs.Count));

        await page.ContinueAsync();
        Assert.Equal(("done", script.Content), (page.State, page.Content));
        Assert.Equal(script.Content, (await store.ReadAsync(SurvivalSite.Owner, page.Chat!)).Answer.Content);
    }

    [Fact]
    public async Task Handler_IsNotIdleWhileSomebodyFollows_TheAnswerEnds()
    {
        await using var store = await SharedStore.OpenAsync(SharedStore.Azurite);
        await using var provider = await ScriptedProvider.StartAsync();
        var settings = store.Environment.Concat(provider.Environment).Append(("CHAT_ANSWER_LEASE", "2")).Append(("WEBUI_AUTH", "false")).ToDictionary();
        await using var host = await FunctionsHost.StartAsync(package.Folder, settings, new FunctionsHostOptions { KillAfterIdle = TimeSpan.FromMilliseconds(500) });
        using var client = SurvivalSite.NewClient(host.Address);
        var script = provider.Add(Script.Of(40, TimeSpan.FromMilliseconds(40)));
        var page = new ChatPage(client, script.Question);
        await page.InsistAsync();
        Assert.Equal(("done", script.Content, 1), (page.State, page.Content, host.HandlerStarts));
    }
}
