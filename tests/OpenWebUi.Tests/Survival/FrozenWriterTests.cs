using OpenWebUi.Services.Conversations;
using OpenWebUi.Tests.Package;

namespace OpenWebUi.Tests.Survival;

/// <summary>The instance that writes an answer stands still for longer than its lease, others take it for dead, and then it goes on.</summary>
[Collection(SurvivalGroup.Name)]
public sealed class FrozenWriterTests(PublishedPackage package)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(SharedStore.Sqlite, false)]
    [InlineData(SharedStore.Azurite, false)]
    [InlineData(SharedStore.PostgreSql, false)]
    [InlineData(SharedStore.Sqlite, true)]
    [InlineData(SharedStore.Azurite, true)]
    [InlineData(SharedStore.PostgreSql, true)]
    public async Task Writer_FrozenBeyondItsLease_ThenGoesOn_ThereIsOneText(string kind, bool isContinuedMeanwhile)
    {
        await using var store = await SharedStore.OpenAsync(kind);
        await using var provider = await ScriptedProvider.StartAsync();
        await using var other = await SurvivalSite.StartAsync(package, store, provider);
        await using var writer = await SurvivalSite.StartAsync(package, store, provider);
        var script = provider.Add(Script.Plain(80, TimeSpan.FromMilliseconds(40)));
        var page = new ChatPage(writer.Client, script.Question);
        var turn = page.BeginAsync();
        await page.ReachAsync(200).WaitAsync(Patience);
        await writer.FreezeAsync();
        var reader = page.Beside(other.Client);
        await reader.InsistAsync().WaitAsync(Patience);
        Assert.Equal("interrupted", reader.State);
        Assert.StartsWith(reader.Content, script.Content, StringComparison.Ordinal);
        if (isContinuedMeanwhile)
        {
            await reader.ContinueAsync();
            Assert.Equal(("done", script.Content), (reader.State, reader.Content));
        }

        await writer.ThawAsync();
        await turn.WaitAsync(Patience);
        if (isContinuedMeanwhile)
        {
            // Its run lost the answer to another one: the page is told so, goes on, and finds the end that is there.
            Assert.Equal("interrupted", page.State);
            await page.ContinueAsync();
            Assert.Equal(2, script.Asked);
        }

        Assert.Equal(("done", script.Content), (page.State, page.Content));
        await reader.FollowAsync().WaitAsync(Patience);
        Assert.Equal(("done", script.Content), (reader.State, reader.Content));
        var stored = await store.ReadAsync(SurvivalSite.Owner, page.Chat!);
        Assert.Equal((script.Content, MessageState.Done), (stored.Answer.Content, stored.Answer.State));
        Assert.True(stored is { Chats: 1, Lines: 1, Messages.Count: 2, Runs.Count: 0 }, string.Join(' ', stored.Runs));
    }
}
