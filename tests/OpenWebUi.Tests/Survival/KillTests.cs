using OpenWebUi.Services.Conversations;
using OpenWebUi.Tests.Package;

namespace OpenWebUi.Tests.Survival;

/// <summary>The process that writes an answer gets SIGKILL somewhere in it, and another one takes its place.</summary>
[Collection(SurvivalGroup.Name)]
public sealed class KillTests(PublishedPackage package)
{
    private const int Kills = 20;
    private const int Lanes = 4;
    private const int Pieces = 40;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(40);

    [Theory]
    [InlineData(SharedStore.Sqlite)]
    [InlineData(SharedStore.Azurite)]
    [InlineData(SharedStore.PostgreSql)]
    public async Task Process_KilledAnywhereInAnAnswer_NothingSeenOrAcknowledgedIsLost(string kind)
    {
        await using var store = await SharedStore.OpenAsync(kind);
        await using var provider = await ScriptedProvider.StartAsync();
        // Several processes at once on the one store, each killed again and again.
        await Task.WhenAll(Enumerable.Range(0, Lanes).Select(async lane =>
        {
            var process = await SurvivalSite.StartAsync(package, store, provider);
            try
            {
                for (var round = lane; round < Kills; round += Lanes)
                {
                    process = await KillOnceAsync(process, store, provider, round);
                }
            }
            finally
            {
                await process.DisposeAsync();
            }
        }));
    }

    [Theory]
    [InlineData(SharedStore.Sqlite)]
    [InlineData(SharedStore.Azurite)]
    [InlineData(SharedStore.PostgreSql)]
    public async Task Process_KilledAgainWhileTheAnswerGoesOn_IsGoneOnWithAgain(string kind)
    {
        await using var store = await SharedStore.OpenAsync(kind);
        await using var provider = await ScriptedProvider.StartAsync();
        var script = provider.Add(Script.Plain(200, Pace) with { IsSlowAgain = true });
        var process = await SurvivalSite.StartAsync(package, store, provider);
        try
        {
            var page = new ChatPage(process.Client, script.Question);
            for (var kill = 0; kill < 3; kill++)
            {
                var goesOn = kill == 0 ? page.BeginAsync() : page.ContinueAsync();
                await page.ReachAsync((kill + 1) * 250).WaitAsync(Patience);
                await process.KillAsync();
                await goesOn;
                await process.DisposeAsync();
                process = await SurvivalSite.StartAsync(package, store, provider);
                page.Http = process.Client;
                var seen = page.Content;
                await page.InsistAsync();
                Assert.Equal("interrupted", page.State);
                Assert.StartsWith(seen, page.Content, StringComparison.Ordinal);
                await (page.Sequence > page.StoredSequence ? page.GiveBackAsync() : Task.CompletedTask);
            }

            await SettleAsync(page, store, script, "killed three times");
            Assert.Equal(4, script.Asked);
        }
        finally
        {
            await process.DisposeAsync();
        }
    }

    private async Task<SurvivalSite> KillOnceAsync(SurvivalSite process, SharedStore store, ScriptedProvider provider, int round)
    {
        var random = new Random(round);
        var script = provider.Add(Script.Of(Pieces, Pace, thoughts: round % 3 == 0 ? 6 : 0));
        var page = new ChatPage(process.Client, script.Question);
        var turn = page.BeginAsync();
        await MomentAsync(script, random, round % 5);
        await process.KillAsync();
        await turn;
        var wasAcknowledged = page.Chat is not null;
        var (content, reasoning) = (page.Content, page.Reasoning);
        await process.DisposeAsync();

        var next = await SurvivalSite.StartAsync(package, store, provider);
        try
        {
            page.Http = next.Client;
            var why = $"kill {round}, acknowledged {wasAcknowledged}, seen {page.Sequence} of {script.Content.Length + script.Reasoning.Length}";
            if (wasAcknowledged)
            {
                var left = await store.ReadAsync(SurvivalSite.Owner, page.Chat!);
                Assert.True(left is { Chats: 1, Lines: 1 } && left.Messages.Count(m => m.IsUser && m.Content == script.Question) == 1 && left.Messages.Count == 2, why);
            }

            await page.InsistAsync();
            Assert.True(page.State is "interrupted" or "done", $"{why}: {page.State}");
            Assert.True(page.Content.StartsWith(content, StringComparison.Ordinal) && page.Reasoning.StartsWith(reasoning, StringComparison.Ordinal), why);
            await SettleAsync(page, store, script, why);
            return next;
        }
        catch
        {
            await next.DisposeAsync();
            throw;
        }
    }

    /// <summary>When it is killed: some before anything was acknowledged, some while the end is stored, most in the middle.</summary>
    private static async Task MomentAsync(Script script, Random random, int phase)
    {
        if (phase != 0)
        {
            await script.Said(phase == 1 ? Pieces - 1 : random.Next(Pieces - 1)).WaitAsync(Patience);
        }

        await Task.Delay(random.Next(60));
    }

    private static async Task SettleAsync(ChatPage page, SharedStore store, Script script, string why)
    {
        var stored = await store.ReadAsync(SurvivalSite.Owner, page.Chat!);
        Assert.True(stored.Runs.Count == 0, $"{why}: left behind {string.Join(' ', stored.Runs)}");
        if (page.State == "interrupted")
        {
            Assert.True(stored.Answer.State == MessageState.Interrupted && stored.Answer.Sequence == page.StoredSequence, why);
            if (page.Sequence > page.StoredSequence && await page.GiveBackAsync())
            {
                stored = await store.ReadAsync(SurvivalSite.Owner, page.Chat!);
                Assert.True(stored.Answer.Content == page.Content && stored.Answer.Reasoning == page.Reasoning, $"{why}: what was seen is not kept");
            }

            await page.ContinueAsync();
            await page.InsistAsync();
        }

        stored = await store.ReadAsync(SurvivalSite.Owner, page.Chat!);
        Assert.True(page.State == "done", $"{why}: {page.State}");
        Assert.True(page.Content == script.Content, $"{why}: '{page.Content}' instead of '{script.Content}'");
        Assert.True(stored.Answer.Content == page.Content && stored.Answer.Reasoning == page.Reasoning && stored.Answer.State == MessageState.Done, why);
        Assert.True(stored is { Chats: 1, Lines: 1, Messages.Count: 2, Runs.Count: 0 } && stored.Messages[0].Content == script.Question, why);
        Assert.True(await store.CountAsync(SurvivalSite.Owner, script.Question) == 1, $"{why}: the chat is there twice");
    }
}
