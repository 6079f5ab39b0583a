using OpenWebUi.Services.Conversations;
using OpenWebUi.Tests.Package;

namespace OpenWebUi.Tests.Survival;

/// <summary>The line to the reader breaks, or the reader leaves: the answer is none the worse.</summary>
[Collection(SurvivalGroup.Name)]
public sealed class NetworkTests(PublishedPackage package)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Line_CutAnywhere_EveryCharacterComesOnceAndTheRunGoesOn(int seed)
    {
        const int answers = 2, cutsEach = 5;
        await using var store = await SharedStore.OpenAsync(SharedStore.Sqlite);
        await using var provider = await ScriptedProvider.StartAsync();
        await using var site = await SurvivalSite.StartAsync(package, store, provider);
        await Task.WhenAll(Enumerable.Range(0, answers).Select(async lane =>
        {
            var random = new Random((seed * 100) + lane);
            // One line in four breaks while the request goes up, the first ones often before the turn is acknowledged.
            await using var proxy = new CutProxy(site.Address, Enumerable.Range(0, cutsEach).Select(_ => (Up: random.Next(4) == 0, 0))
                .Select(cut => (cut.Up, cut.Up ? random.Next(1, 120) : random.Next(1, 2_500))).ToList());
            using var client = SurvivalSite.NewClient(proxy.Address);
            var script = provider.Add(Script.Of(80, TimeSpan.FromMilliseconds(25), thoughts: 10));
            var page = new ChatPage(client, script.Question);
            await page.InsistAsync();
            Assert.Equal("done", page.State);
            Assert.Equal(cutsEach, proxy.Cuts);
            Assert.Equal((script.Content, script.Reasoning), (page.Content, page.Reasoning));
            Assert.Equal(1, script.Asked);
            await AssertWholeAsync(store, page, script);
        }));
    }

    [Theory]
    [InlineData(SharedStore.Sqlite)]
    [InlineData(SharedStore.Azurite)]
    [InlineData(SharedStore.PostgreSql)]
    public async Task Browser_GoneInMidAnswer_TheTextIsWholeAfterwards(string kind)
    {
        await using var store = await SharedStore.OpenAsync(kind);
        await using var provider = await ScriptedProvider.StartAsync();
        await using var site = await SurvivalSite.StartAsync(package, store, provider);
        var script = provider.Add(Script.Of(40, TimeSpan.FromMilliseconds(40)));
        var page = new ChatPage(site.Client, script.Question);
        using (var leaving = new CancellationTokenSource())
        {
            var turn = page.BeginAsync(leaving: leaving.Token);
            await page.FirstPiece.Task.WaitAsync(Patience);
            await leaving.CancelAsync();
            await turn;
        }

        Assert.InRange(page.Sequence, 1, script.Content.Length - 1);
        // Nobody listens; the provider is heard to its end all the same.
        await script.Said(script.Pieces.Count - 1).WaitAsync(Patience);
        await page.InsistAsync();
        Assert.Equal("done", page.State);
        Assert.Equal(script.Content, page.Content);
        Assert.Equal(1, script.Asked);
        await AssertWholeAsync(store, page, script);
    }

    private static async Task AssertWholeAsync(SharedStore store, ChatPage page, Script script)
    {
        var stored = await store.ReadAsync(SurvivalSite.Owner, page.Chat!);
        Assert.True(stored is { Chats: 1, Lines: 1, Messages.Count: 2, Runs.Count: 0 });
        Assert.Equal(script.Question, stored.Messages[0].Content);
        Assert.Equal((script.Content, script.Reasoning, MessageState.Done), (stored.Answer.Content, stored.Answer.Reasoning, stored.Answer.State));
        Assert.Equal(1, await store.CountAsync(SurvivalSite.Owner, script.Question));
    }
}
