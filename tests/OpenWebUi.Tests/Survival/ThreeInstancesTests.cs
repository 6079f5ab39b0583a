using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace OpenWebUi.Tests.Survival;

[Collection(SurvivalGroup.Name)]
public sealed class ThreeInstancesOnAzuriteTests(ThreeInstancesOnAzurite site) : ThreeInstancesTests(site), IClassFixture<ThreeInstancesOnAzurite>;

[Collection(SurvivalGroup.Name)]
public sealed class ThreeInstancesOnPostgreSqlTests(ThreeInstancesOnPostgreSql site) : ThreeInstancesTests(site), IClassFixture<ThreeInstancesOnPostgreSql>;

/// <summary>What people see of three instances is what they see of one.</summary>
public abstract class ThreeInstancesTests(ThreeInstances site)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Pass_GivenByAnyInstance_OpensAll()
    {
        foreach (var giver in site.Instances)
        {
            var (client, cookie) = await site.EnterAsync(giver.Address);
            using (client)
            {
                foreach (var instance in site.Instances)
                {
                    using var there = ThreeInstances.At(instance, cookie);
                    using var answer = await there.GetAsync("/api/tasks/chat/none");
                    Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
                }
            }
        }
    }

    [Fact]
    public async Task Turns_RoundRobin_MakeOneChatThatEachInstanceTellsAlike()
    {
        var (client, cookie) = await site.EnterAsync();
        using var _ = client;
        string? chat = null, parent = null;
        var servers = new HashSet<string?>();
        var told = new List<ChatPage>();
        for (var turn = 0; turn < 4; turn++)
        {
            var script = site.Provider.Add(Script.Of(8, TimeSpan.FromMilliseconds(5)));
            var page = new ChatPage(client, script.Question);
            await page.BeginAsync(chat, parent);
            Assert.Equal(("done", script.Content), (page.State, page.Content));
            Assert.True(chat is null || chat == page.Chat);
            (chat, parent) = (page.Chat, page.Answer);
            servers.Add(page.Upstream);
            told.Add(page);
        }

        Assert.Equal(3, servers.Count);
        foreach (var instance in site.Instances)
        {
            using var there = ThreeInstances.At(instance, cookie);
            foreach (var page in told)
            {
                var again = page.Beside(there);
                await again.FollowAsync();
                Assert.Equal(("done", page.Content), (again.State, again.Content));
            }
        }

        // What went to the model with the last turn was everything that the three instances had written.
        var prompt = site.Provider.Stub.Requests.Last(r => r.Json?["messages"] is JsonArray m && (string?)m[^1]!["content"] == told[^1].Question).Json!;
        Assert.Equal(told.SelectMany(p => (string[])[p.Question, p.Content]).SkipLast(1), prompt["messages"]!.AsArray().Select(m => (string)m!["content"]!));
    }

    [Fact]
    public async Task Stop_LandsOnAnotherInstance_TheAnswerStopsForEverybody()
    {
        var (client, cookie) = await site.EnterAsync();
        using var _ = client;
        var script = site.Provider.Add(Script.Of(2_000, TimeSpan.FromMilliseconds(20)));
        var page = new ChatPage(client, script.Question);
        var turn = page.BeginAsync();
        await page.FirstPiece.Task.WaitAsync(Patience);
        var others = site.Instances.Where(i => i.Address.Authority != page.Upstream).ToList();
        Assert.Equal(2, others.Count);
        using var third = ThreeInstances.At(others[1], cookie);
        var follower = page.Beside(third);
        var following = follower.FollowAsync();
        using (var there = ThreeInstances.At(others[0], cookie))
        {
            var tasks = JsonNode.Parse(await there.GetStringAsync($"/api/tasks/chat/{page.Chat}"))!["task_ids"]!.AsArray();
            using var stopped = await there.PostAsync($"/api/tasks/stop/{(string)Assert.Single(tasks)!}", new StringContent("{}", Encoding.UTF8, "application/json"));
            Assert.Equal(HttpStatusCode.OK, stopped.StatusCode);
        }

        await turn.WaitAsync(Patience);
        await following.WaitAsync(Patience);
        Assert.Equal(("stopped", "stopped"), (page.State, follower.State));
        Assert.Equal(page.Content, follower.Content);
        Assert.StartsWith(page.Content, script.Content, StringComparison.Ordinal);
        Assert.Equal("""{"task_ids":[]}""", (await client.GetStringAsync($"/api/tasks/chat/{page.Chat}")).Replace(" ", "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Followers_OneOnEachInstance_HearTheIdenticalText()
    {
        var (client, cookie) = await site.EnterAsync();
        using var _ = client;
        var script = site.Provider.Add(Script.Of(80, TimeSpan.FromMilliseconds(30), thoughts: 15));
        var page = new ChatPage(client, script.Question);
        var turn = page.BeginAsync();
        await page.FirstPiece.Task.WaitAsync(Patience);
        var clients = site.Instances.Select(i => ThreeInstances.At(i, cookie)).ToList();
        var followers = clients.ConvertAll(page.Beside);
        await Task.WhenAll(followers.Select(f => f.FollowAsync()).Append(turn)).WaitAsync(Patience);
        clients.ForEach(c => c.Dispose());
        Assert.All(followers.Append(page), f => Assert.Equal((script.Content, script.Reasoning, "done"), (f.Content, f.Reasoning, f.State)));
    }

    [Fact]
    public async Task Chats_ThirtyAtOnce_AreAllWholeAndNobodyElses()
    {
        var people = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => site.EnterAsync()));
        var pages = await Task.WhenAll(Enumerable.Range(0, 30).Select(async i =>
        {
            var script = site.Provider.Add(Script.Of(30, TimeSpan.FromMilliseconds(20)));
            var page = new ChatPage(people[i % 3].Client, script.Question);
            await page.InsistAsync().WaitAsync(Patience);
            Assert.Equal(("done", script.Content, 1), (page.State, page.Content, script.Asked));
            return page;
        }));
        Assert.Equal(30, pages.Select(p => p.Chat).Distinct().Count());
        Assert.Equal(3, pages.Select(p => p.Upstream).Distinct().Count());
        using var strange = await people[1].Client.GetAsync($"/api/v1/chats/{pages[0].Chat}/messages/{pages[0].Answer}/stream");
        Assert.Equal(HttpStatusCode.NotFound, strange.StatusCode);
        Array.ForEach(people, p => p.Client.Dispose());
    }
}
