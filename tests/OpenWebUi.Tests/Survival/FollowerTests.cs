using OpenWebUi.Services.Conversations;
using OpenWebUi.Tests.Package;

namespace OpenWebUi.Tests.Survival;

/// <summary>Readers on an instance that does not write the answer.</summary>
[Collection(SurvivalGroup.Name)]
public sealed class FollowerTests(PublishedPackage package)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(SharedStore.Sqlite)]
    [InlineData(SharedStore.Azurite)]
    [InlineData(SharedStore.PostgreSql)]
    public async Task Follower_OnAnotherInstance_EndsWithTheStoredText_ThroughAKillAndAContinuation(string kind)
    {
        await using var store = await SharedStore.OpenAsync(kind);
        await using var provider = await ScriptedProvider.StartAsync();
        await using var other = await SurvivalSite.StartAsync(package, store, provider);
        await using var writer = await SurvivalSite.StartAsync(package, store, provider);
        var script = provider.Add(Script.Of(60, TimeSpan.FromMilliseconds(40), thoughts: 8));
        var page = new ChatPage(writer.Client, script.Question);
        var turn = page.BeginAsync();
        await page.FirstPiece.Task.WaitAsync(Patience);
        var follower = page.Beside(other.Client);
        var following = follower.InsistAsync();
        await script.Said(45).WaitAsync(Patience);
        await writer.KillAsync();
        await turn;
        await following.WaitAsync(Patience);

        var stored = (await store.ReadAsync(SurvivalSite.Owner, page.Chat!)).Answer;
        Assert.Equal(("interrupted", MessageState.Interrupted), (follower.State, stored.State));
        Assert.Equal((stored.Content, stored.Reasoning), (follower.Content, follower.Reasoning));
        // At most what came since the last checkpoint is missing, and that is a third of the lease.
        Assert.True(stored.Sequence > 0, "nothing was kept");
        var late = page.Beside(other.Client);
        await late.InsistAsync();
        Assert.Equal((stored.Content, stored.Reasoning, "interrupted"), (late.Content, late.Reasoning, late.State));

        // The reader that knows more comes to the other instance, gives it back, goes on; the others follow that.
        page.Http = other.Client;
        await page.InsistAsync();
        await (page.Sequence > page.StoredSequence ? page.GiveBackAsync() : Task.CompletedTask);
        await page.ContinueAsync();
        await page.InsistAsync();
        foreach (var reader in (ChatPage[])[follower, late])
        {
            await reader.FollowAsync();
            Assert.Equal((script.Content, page.Reasoning, "done"), (reader.Content, reader.Reasoning, reader.State));
        }

        stored = (await store.ReadAsync(SurvivalSite.Owner, page.Chat!)).Answer;
        Assert.Equal((script.Content, MessageState.Done), (stored.Content, stored.State));
    }

    [Theory]
    [InlineData(SharedStore.Sqlite)]
    [InlineData(SharedStore.Azurite)]
    [InlineData(SharedStore.PostgreSql)]
    public async Task Followers_OnEachInstance_FromAnywhere_HearTheSame(string kind)
    {
        await using var store = await SharedStore.OpenAsync(kind);
        await using var provider = await ScriptedProvider.StartAsync();
        await using var writer = await SurvivalSite.StartAsync(package, store, provider);
        await using var other = await SurvivalSite.StartAsync(package, store, provider);
        var script = provider.Add(Script.Of(80, TimeSpan.FromMilliseconds(40), thoughts: 20));
        var page = new ChatPage(writer.Client, script.Question);
        var turn = page.BeginAsync();
        var readers = new List<(ChatPage Page, Task Following)>();
        foreach (var piece in (int[])[0, 10, 30, 50, 79])
        {
            await script.Said(piece).WaitAsync(Patience);
            foreach (var site in (SurvivalSite[])[writer, other])
            {
                var reader = page.Beside(site.Client);
                readers.Add((reader, reader.InsistAsync()));
            }
        }

        await turn;
        await Task.WhenAll(readers.Select(r => r.Following)).WaitAsync(Patience);
        Assert.All(readers, r => Assert.Equal((script.Content, script.Reasoning, "done"), (r.Page.Content, r.Page.Reasoning, r.Page.State)));
    }
}
