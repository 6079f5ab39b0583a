using System.Diagnostics;
using OpenWebUi.Services.Conversations;
using OpenWebUi.Tests.Platform.Storage;

namespace OpenWebUi.Tests.Turns;

/// <summary>A turn costs the same however long its chat is.</summary>
public sealed class TurnCostTests
{
    private const int Rounds = 12;

    [Fact]
    public async Task Turn_InAChatOfAnyLength_CostsTheSame()
    {
        // Messages of 400 characters, 104 tokens each: the window holds the last four.
        await using var site = await TurnSite.StartAsync(("CHAT_CONTEXT_TOKENS", "530"));
        site.Script.AlwaysSay = new string('a', 400);
        var costs = new List<(int Length, RowTraffic Traffic, string Log)>();
        var chats = new List<(int Length, string Chat, AnswerReading Last)>();
        foreach (var length in (int[])[10, 1_000, 10_000])
        {
            var chat = await CreateAsync(site, length);
            // The first turn finds the window; from then on every turn knows where the one before began.
            var last = await TurnAsync(site, chat, $"m{length - 1}", "warm");
            site.Counts.Reset();
            last = await TurnAsync(site, chat, last.AnswerId, "measured");
            costs.Add((length, site.Counts.Traffic, site.Counts.Log));
            chats.Add((length, chat, last));
        }

        Assert.All(costs, cost => Assert.True(cost.Traffic.Verbs <= 6, $"{cost.Length}: {cost.Traffic} {cost.Log}"));
        Assert.True(costs.Select(c => c.Traffic).Distinct().Count() == 1, string.Join("\n", costs));

        var best = new TimeSpan[] { TimeSpan.MaxValue, TimeSpan.MaxValue, TimeSpan.MaxValue };
        for (var round = 0; round < Rounds; round++)
        {
            for (var i = 0; i < chats.Count; i++)
            {
                var clock = Stopwatch.StartNew();
                chats[i] = chats[i] with { Last = await TurnAsync(site, chats[i].Chat, chats[i].Last.AnswerId, $"r{round}") };
                best[i] = clock.Elapsed < best[i] ? clock.Elapsed : best[i];
            }
        }

        Assert.True(best[2] <= 1.3 * best[0], $"{best[0]} at 10, {best[1]} at 1,000, {best[2]} at 10,000 messages");
    }

    private static async Task<string> CreateAsync(TurnSite site, int length)
    {
        var (id, now) = ($"chat{length:D6}", new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var messages = Enumerable.Range(0, length).Select(i => new Message(
            new($"m{i}"), i == 0 ? null : new($"m{i - 1}"), i, i, i % 2 == 0 ? "user" : "assistant", now) { Content = new string('x', 400) }).ToList();
        await site.Get<ChatWriter>().CreateAsync(
            TurnSite.Owner, new(new(id), "Long", now, now) { CurrentId = new($"m{length - 1}"), CurrentDepth = length - 1, TitleSource = TitleSource.Given }, messages, default);
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
