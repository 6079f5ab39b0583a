using System.Net;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Services.Conversations;
using OpenWebUi.Tests.Platform.Storage;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Turns;

/// <summary>A store that fails on the way: nothing comes twice, nothing is lost.</summary>
public sealed class StoreFaultTests
{
    public static TheoryData<string, int> Losses
    {
        get
        {
            var losses = new TheoryData<string, int>();
            foreach (var turn in (string[])["new", "next", "regenerate", "named", "continue"])
            {
                for (var write = 0; write < 3; write++)
                {
                    losses.Add(turn, write);
                }
            }

            return losses;
        }
    }

    /// <summary>The first batch of a turn stores it, the second is a checkpoint, the third the end.</summary>
    [Theory]
    [MemberData(nameof(Losses))]
    public async Task Acknowledgment_Lost_TurnIsThereOnce(string kind, int write)
    {
        var time = new ManualTime();
        await using var site = await TurnSite.StartAsync(time);
        var first = await FirstAsync(site, stop: kind == "continue");
        var batches = 0;
        site.Rows.Plan = (verb, _) => verb == "batch" && batches++ == write ? RowFault.AcknowledgmentLost : RowFault.None;
        var (messages, said) = await TellAsync(site, first, kind, time);
        Assert.True(batches > write, $"{batches} batches");
        site.Rows.Plan = null;
        var stored = await site.MessagesAsync(first.ChatId);
        Assert.Equal(messages, stored.Count);
        Assert.Equal(said, stored.MaxBy(m => (m.Depth, m.Rank))!.Content);
        Assert.All(stored, message => Assert.Equal(MessageState.Done, message.State));
        Assert.Empty(await site.RunRowsAsync(first.ChatId));
        Assert.Single(await site.RowsAsync("l."));
    }

    [Theory]
    [MemberData(nameof(Losses))]
    public async Task Store_AwayForAWhile_NothingIsLost(string kind, int write)
    {
        var time = new ManualTime();
        await using var site = await TurnSite.StartAsync(time);
        var first = await FirstAsync(site, stop: kind == "continue");
        var batches = 0;
        site.Rows.Plan = (verb, _) => verb == "batch" && batches++ is var n && n >= write && n < write + 3 ? RowFault.Unavailable : RowFault.None;
        var (messages, said) = await TellAsync(site, first, kind, time);
        site.Rows.Plan = null;
        var stored = await site.MessagesAsync(first.ChatId);
        Assert.Equal(messages, stored.Count);
        Assert.Equal(said, stored.MaxBy(m => (m.Depth, m.Rank))!.Content);
        Assert.Empty(await site.RunRowsAsync(first.ChatId));
    }

    [Fact]
    public async Task Race_LostOnEveryTry_Is409WithoutATrace_OnOneTryATurn()
    {
        await using var site = await TurnSite.StartAsync();
        await using var first = await (await site.NewChatAsync()).ReadToEndAsync();
        var races = 20;
        site.Rows.BeforeBatch = async operations =>
        {
            // Somebody else touches the chat between its reading and the batch.
            if (operations[0].Row.EndsWith(".c", StringComparison.Ordinal) && races-- > 0)
            {
                var key = new RowKey(ChatRows.Table, TurnSite.Owner.Text, operations[0].Row);
                var row = await site.Get<RowStore>().GetAsync(key, default);
                await site.Get<RowStore>().PutAsync(key, row!.Properties, PutCondition.Always, default);
            }
        };
        using (var busy = await site.SendAsync($$"""{"chat_id":"{{first.ChatId}}","parent_id":"{{first.AnswerId}}","user_message":{"id":"u2","content":"x"} }"""))
        {
            Assert.Equal(HttpStatusCode.Conflict, busy.StatusCode);
            Assert.Contains("chat_busy", await busy.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        Assert.Equal(2, (await site.MessagesAsync(first.ChatId)).Count);
        races = 3;
        await using var turn = await (await site.NextAsync(first, "x", "u2")).ReadToEndAsync();
        Assert.Equal("done", turn.State);
        Assert.Equal(4, (await site.MessagesAsync(first.ChatId)).Count);
    }

    [Fact]
    public async Task Store_AwayAtTheStart_Is503AndNothingRuns()
    {
        var time = new ManualTime();
        await using var site = await TurnSite.StartAsync(time);
        site.Rows.Plan = (verb, _) => verb == "batch" ? RowFault.Unavailable : RowFault.None;
        var sent = site.SendAsync("""{"parent_id":null,"user_message":{"id":"u1","content":"hi"}}""");
        await time.AdvanceUntilAsync(sent, TimeSpan.FromSeconds(1));
        using var response = await sent;
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        site.Rows.Plan = null;
        Assert.Empty(site.Stub.Requests);
        Assert.Empty(await site.RowsAsync("x."));
        await using var again = await (await site.NewChatAsync()).ReadToEndAsync();
        Assert.Equal("done", again.State);
    }

    private static async Task<AnswerReading> FirstAsync(TurnSite site, bool stop)
    {
        if (stop)
        {
            var (turn, _) = await RunLifeTests.BeginAsync(site, "Hel");
            await site.StopAsync(turn);
            return await turn.ReadToEndAsync();
        }

        var first = await (await site.NewChatAsync()).ReadToEndAsync();
        await site.Script.AskedAsync();
        return first;
    }

    /// <summary>One turn with one checkpoint. Answers with how many messages there must be, and what the last one says.</summary>
    private static async Task<(int Messages, string Said)> TellAsync(TurnSite site, AnswerReading first, string kind, ManualTime time)
    {
        site.Script.AlwaysSay = null;
        // Siblings are ordered by when they began, to the millisecond.
        time.Advance(TimeSpan.FromMilliseconds(1));
        var chat = $"\"chat_id\":\"{first.ChatId}\",\"background_tasks\":{{\"title_generation\":false}}";
        var (body, from) = kind switch
        {
            "new" => ("""{"parent_id":null,"user_message":{"id":"n1","content":"new"},"background_tasks":{"title_generation":false}}""", 0),
            "next" => ($$"""{{{chat}},"parent_id":"{{first.AnswerId}}","user_message":{"id":"u2","content":"x"} }""", 0),
            "regenerate" => ($$"""{{{chat}},"parent_id":"u1"}""", 0),
            "named" => ($$"""{{{chat}},"parent_id":"u1","id":"named"}""", 0),
            _ => ($$"""{{{chat}},"id":"{{first.AnswerId}}","continue":true}""", 3),
        };
        var sending = site.TurnAsync(body, from);
        await time.AdvanceUntilAsync(sending, TimeSpan.FromMilliseconds(100));
        await using var turn = await sending;
        var script = await site.Script.AskedAsync();
        script.Say("one ");
        await turn.ReadAsync("one ");
        await FollowTests.KeptAsync(site, turn, time, turn.Sequence);
        script.Say("two");
        script.End();
        await FollowTests.EndAsync(turn, time);
        Assert.Equal(("one two", "done"), (turn.Text, turn.State));
        if (kind == "new")
        {
            Assert.Equal(2, (await site.MessagesAsync(turn.ChatId)).Count);
            Assert.Equal("one two", (await site.MessageAsync(turn)).Content);
            await site.Get<RowStore>().DeleteAsync(new(ChatRows.Table, TurnSite.Owner.Text, (await site.ChatAsync(turn.ChatId)).ListRow), DeleteCondition.Always, default);
            Assert.Empty(await site.RunRowsAsync(turn.ChatId));
            return (2, "Hello there!");
        }

        return kind switch { "next" => (4, "one two"), "continue" => (2, "Helone two"), _ => (3, "one two") };
    }
}
