using OpenWebUi.Services.Conversations;
using OpenWebUi.Tests.Platform.Azure;
using OpenWebUi.Tests.Platform.Storage;

namespace OpenWebUi.Tests.Turns;

/// <summary>A turn costs the same however long its chat is.</summary>
public sealed class TurnCostTests
{
    /// <summary>Operations and bytes of a turn. How long it takes is measured by tests/benchmarks/turns.mjs: a timed test lies.</summary>
    [Theory]
    [InlineData("SQLite")]
    [InlineData("Azurite")]
    public async Task Turn_InAChatOfAnyLength_CostsTheSame(string store)
    {
        // Messages of 400 characters, 104 tokens each: the window holds the last four.
        using var azurite = store == "Azurite" ? await AzuriteServer.StartAsync() : null;
        (string, string)[] environment = azurite is null ? [] : [("STORAGE_PROVIDER", "azure"), ("AzureWebJobsStorage", azurite.ConnectionString)];
        await using var site = await TurnSite.StartAsync([("CHAT_CONTEXT_TOKENS", "530"), .. environment]);
        site.Script.AlwaysSay = new string('a', 400);
        var costs = new List<(int Length, RowTraffic Traffic, string Log)>();
        foreach (var length in (int[])[10, 1_000, 10_000])
        {
            var chat = await CreateAsync(site, length);
            // The first turn finds the window; from then on every turn knows where the one before began.
            var last = await TurnAsync(site, chat, $"m{length - 1:D5}", "warm");
            site.Counts.Reset();
            await TurnAsync(site, chat, last.AnswerId, "measured");
            costs.Add((length, site.Counts.Traffic, site.Counts.Log));
        }

        Assert.All(costs, cost => Assert.True(cost.Traffic.Verbs <= 6, $"{cost.Length}: {cost.Traffic} {cost.Log}"));
        Assert.True(costs.Select(c => c.Traffic).Distinct().Count() == 1, string.Join("\n", costs));
    }

    private static async Task<string> CreateAsync(TurnSite site, int length)
    {
        var (id, now) = ($"chat{length:D6}", new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var messages = Enumerable.Range(0, length).Select(i => new Message(
            new($"m{i:D5}"), i == 0 ? null : new($"m{i - 1:D5}"), i, i, i % 2 == 0 ? "user" : "assistant", now) { Content = new string('x', 400) }).ToList();
        await site.Get<ChatWriter>().CreateAsync(
            TurnSite.Owner, new(new(id), "Long", now, now) { CurrentId = new($"m{length - 1:D5}"), CurrentDepth = length - 1, TitleSource = TitleSource.Given }, messages, default);
        return id;
    }

    private static async Task<AnswerReading> TurnAsync(TurnSite site, string chat, string parent, string name)
    {
        // Ids of one length, so that bytes are comparable.
        var (user, answer) = ($"user-{name,-10}".Replace(' ', '_'), $"answ-{name,-10}".Replace(' ', '_'));
        await using var turn = await (await site.TurnAsync(
            $$"""{"chat_id":"{{chat}}","parent_id":"{{parent}}","user_message":{"id":"{{user}}","content":"{{new string('q', 400)}}"},"id":"{{answer}}"}""")).ReadToEndAsync();
        Assert.Equal("done", turn.State);
        Assert.Equal(5, (await site.Script.AskedAsync()).Prompt.Count);
        return turn;
    }
}
