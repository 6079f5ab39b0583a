using System.Diagnostics;
using System.Net;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Services.Conversations;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Turns;

/// <summary>An answer belongs to no request: what ends it, and what is there afterwards.</summary>
public sealed class RunLifeTests
{
    [Fact]
    public async Task Caller_Gone_RunGoesOn()
    {
        await using var site = await TurnSite.StartAsync();
        var (turn, script) = await BeginAsync(site, "Hel");
        await turn.DisposeAsync();
        script.Say("lo");
        script.End();
        await TurnSite.EventuallyAsync(async () => (await site.MessageAsync(turn)).State == MessageState.Done, "The run did not end.");
        Assert.Equal("Hello", (await site.MessageAsync(turn)).Content);
        await script.Request.Completed;
        Assert.False(script.Request.IsAborted);
    }

    [Fact]
    public async Task Nobody_ListensForTheTimeout_IsInterruptedWithItsText()
    {
        var time = new ManualTime();
        await using var site = await TurnSite.StartAsync(time, ("CHAT_DETACHED_TIMEOUT", "60"));
        var (turn, script) = await BeginAsync(site, "Hel");
        await turn.DisposeAsync();
        await HeardByAsync(site, turn, 0);
        time.Advance(TimeSpan.FromSeconds(59));
        await using (var back = await site.FollowAsync(turn))
        {
            await HeardByAsync(site, turn, 1);
            time.Advance(TimeSpan.FromSeconds(120));
            script.Say("lo");
            await back.ReadAsync("Hello");
        }

        await HeardByAsync(site, turn, 0);
        time.Advance(TimeSpan.FromSeconds(61));
        await TurnSite.EventuallyAsync(async () => (await site.MessageAsync(turn)).State == MessageState.Interrupted, "The run did not end.");
        Assert.Equal("Hello", (await site.MessageAsync(turn)).Content);
        Assert.Empty(await site.RunRowsAsync(turn.ChatId));
        await script.Request.Aborted.WaitAsync(TimeSpan.FromSeconds(10));
        await using var late = await (await site.FollowAsync(turn)).ReadToEndAsync();
        Assert.Equal(("Hello", "interrupted", false), (late.Text, late.State, late.IsDone));
        Assert.Equal("interrupted", late.Error!.Value.GetProperty("code").GetString());
    }

    [Fact]
    public async Task ListenerElsewhere_KeepsTheRunGoing()
    {
        var time = new ManualTime();
        await using var site = await TurnSite.StartAsync(time, ("CHAT_DETACHED_TIMEOUT", "60"));
        await using var other = await site.StartTwinAsync();
        var (turn, script) = await BeginAsync(site, "Hel");
        var elsewhere = await other.FollowAsync(turn);
        await turn.DisposeAsync();
        await HeardByAsync(site, turn, 0);
        var begun = time.GetUtcNow();
        for (var piece = 0; time.GetUtcNow() - begun < TimeSpan.FromSeconds(200); piece++)
        {
            script.Say($" {piece}");
            await time.AdvanceUntilAsync(elsewhere.ReadAsync($" {piece}"), TimeSpan.FromSeconds(1));
        }

        Assert.Equal(MessageState.Running, (await site.MessageAsync(turn)).State);
        await elsewhere.DisposeAsync();
        await time.AdvanceUntilAsync(
            TurnSite.EventuallyAsync(async () => (await site.MessageAsync(turn)).State == MessageState.Interrupted, "The run did not end."), TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task TimeoutOfZero_LetsTheCallerIn()
    {
        var time = new ManualTime();
        await using var site = await TurnSite.StartAsync(time, ("CHAT_DETACHED_TIMEOUT", "0"));
        var (turn, _) = await BeginAsync(site, "Hel");
        await turn.DisposeAsync();
        await HeardByAsync(site, turn, 0);
        time.Advance(TimeSpan.FromSeconds(1));
        await TurnSite.EventuallyAsync(async () => (await site.MessageAsync(turn)).State == MessageState.Interrupted, "The run did not end.");
    }

    [Fact]
    public async Task Stop_Here_KeepsWhatWasSeen()
    {
        await using var site = await TurnSite.StartAsync();
        var (turn, script) = await BeginAsync(site, "Hel");
        var stopped = await site.StopAsync(turn);
        Assert.Equal(("stopped", "Hel"), (stopped.GetProperty("state").GetString(), stopped.GetProperty("content").GetString()));
        await turn.ReadToEndAsync();
        Assert.Equal(("Hel", "stopped", true), (turn.Text, turn.State, turn.IsDone));
        await script.Request.Aborted.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal("stopped", (await site.StopAsync(turn)).GetProperty("state").GetString());
        using var task = await site.Client.PostAsync($"/api/tasks/stop/{turn.ChatId}:{turn.AnswerId}", null);
        Assert.Contains("over already", await task.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var unknown = await site.Client.PostAsync($"/api/tasks/stop/{turn.ChatId}:none", null);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        Assert.Empty(await site.RunRowsAsync(turn.ChatId));
    }

    [Fact]
    public async Task Stop_Elsewhere_IsHeardAtTheNextCheckpoint()
    {
        var time = new ManualTime();
        await using var site = await TurnSite.StartAsync(time);
        await using var other = await site.StartTwinAsync();
        var (turn, script) = await BeginAsync(site, "Hel");
        Assert.Equal("running", (await other.StopAsync(turn)).GetProperty("state").GetString());
        Assert.Equal("running", (await other.StopAsync(turn)).GetProperty("state").GetString());
        script.Say("lo");
        await turn.ReadAsync("Hello");
        var ended = turn.ReadToEndAsync();
        await time.AdvanceUntilAsync(ended, TimeSpan.FromSeconds(1));
        Assert.Equal(("Hello", "stopped"), (turn.Text, turn.State));
        Assert.StartsWith("Hello", (await other.MessageAsync(turn)).Content, StringComparison.Ordinal);
        Assert.Equal("stopped", (await other.StopAsync(turn)).GetProperty("state").GetString());
        Assert.Empty(await site.RunRowsAsync(turn.ChatId));
    }

    [Fact]
    public async Task Instance_Gone_TextToTheLastCheckpointStaysAndCanBeContinued()
    {
        var time = new ManualTime();
        await using var site = await TurnSite.StartAsync(time);
        await using var other = await site.StartTwinAsync();
        var (turn, script) = await BeginAsync(site, "kept ");
        await FollowTests.KeptAsync(site, turn, time, 5);
        site.Rows.IsCutOff = true;
        script.Say("lost");
        await turn.ReadAsync("lost");
        await using var reading = await other.FollowAsync(turn);
        await FollowTests.EndAsync(reading, time);
        Assert.Equal(("kept ", "interrupted"), (reading.Text, reading.State));
        Assert.Empty(await other.RunRowsAsync(turn.ChatId));
        Assert.Empty(await other.TasksAsync(turn.ChatId));
        Assert.Equal(("kept ", MessageState.Interrupted), ((await other.MessageAsync(turn)).Content, (await other.MessageAsync(turn)).State));

        // Somebody goes on with it; the instance lives after all, and leaves the other's text alone.
        await using var more = await other.TurnAsync($$"""{"chat_id":"{{turn.ChatId}}","id":"{{turn.AnswerId}}","continue":true}""", from: 5);
        var second = await site.Script.AskedAsync();
        second.Say("again");
        await more.ReadAsync("again");
        site.Rows.IsCutOff = false;
        script.End();
        var ended = turn.ReadToEndAsync();
        await time.AdvanceUntilAsync(ended, TimeSpan.FromMilliseconds(100));
        Assert.Equal("interrupted", turn.State);
        second.End();
        await FollowTests.EndAsync(more, time);
        Assert.Equal(("again", "done"), (more.Text, more.State));
        Assert.Equal("kept again", (await other.MessageAsync(turn)).Content);
        Assert.Empty(await other.RunRowsAsync(turn.ChatId));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Instance_TakenForDead_LivesAfterAll_ItsWholeTextStays(bool isStopped)
    {
        var time = new ManualTime();
        await using var site = await TurnSite.StartAsync(time);
        await using var other = await site.StartTwinAsync();
        var (turn, script) = await BeginAsync(site, "kept ");
        await FollowTests.KeptAsync(site, turn, time, 5);
        site.Rows.IsCutOff = true;
        script.Say("and more");
        await turn.ReadAsync("more");
        await using var reading = await other.FollowAsync(turn);
        await FollowTests.EndAsync(reading, time);
        site.Rows.IsCutOff = false;
        if (isStopped)
        {
            await site.Site.StopAsync();
        }
        else
        {
            script.End();
            await FollowTests.EndAsync(turn, time);
            Assert.Equal("done", turn.State);
        }

        var message = await other.MessageAsync(turn);
        Assert.Equal(("kept and more", isStopped ? MessageState.Interrupted : MessageState.Done), (message.Content, message.State));
        Assert.Empty(await other.RunRowsAsync(turn.ChatId));
    }

    [Fact]
    public async Task Server_Stopped_AnswersAreInterruptedWithAllText()
    {
        await using var site = await TurnSite.StartAsync();
        await using var other = await site.StartTwinAsync();
        var (turn, _) = await BeginAsync(site, "Hel");
        var clock = Stopwatch.StartNew();
        await site.Site.StopAsync();
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(3), $"{clock.Elapsed}");
        await turn.ReadToEndAsync();
        Assert.Equal(("Hel", "interrupted", false), (turn.Text, turn.State, turn.IsDone));
        var message = await other.MessageAsync(turn);
        Assert.Equal(("Hel", MessageState.Interrupted), (message.Content, message.State));
        Assert.Empty(await other.RunRowsAsync(turn.ChatId));
    }

    [Fact]
    public async Task Chat_Deleted_RunEndsWithoutATrace()
    {
        var time = new ManualTime();
        await using var site = await TurnSite.StartAsync(time);
        var (turn, script) = await BeginAsync(site, "kept");
        await FollowTests.KeptAsync(site, turn, time, 4);
        foreach (var row in (await site.RowsAsync(ChatRows.Everything(new(turn.ChatId)))).Where(r => !r.EndsWith(".z", StringComparison.Ordinal)))
        {
            await site.Get<RowStore>().DeleteAsync(new(ChatRows.Table, TurnSite.Owner.Text, row), DeleteCondition.Always, default);
        }

        script.Say("more");
        script.End();
        await FollowTests.EndAsync(turn, time);
        Assert.Equal("interrupted", turn.State);
        Assert.Empty(await site.RowsAsync(ChatRows.Everything(new(turn.ChatId))));
    }

    [Fact]
    public async Task Chat_InTheBin_TakesNoTurnAndHasNoStream()
    {
        await using var site = await TurnSite.StartAsync();
        var (turn, script) = await BeginAsync(site, "Hel");
        var chat = await site.ChatAsync(turn.ChatId);
        await site.Get<ChatStore>().ChangeAsync(TurnSite.Owner, chat, chat with { DeletedAt = chat.UpdatedAt }, [], default);
        script.End();
        Assert.Equal("done", (await turn.ReadToEndAsync()).State);
        Assert.Empty(await site.RunRowsAsync(turn.ChatId));
        using var stream = await site.Client.GetAsync($"/api/v1/chats/{turn.ChatId}/messages/{turn.AnswerId}/stream");
        using var next = await site.SendAsync($$"""{"chat_id":"{{turn.ChatId}}","parent_id":"u1"}""");
        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NotFound), (stream.StatusCode, next.StatusCode));
        using var anew = await site.SendAsync("""{"parent_id":null,"user_message":{"id":"u1","content":"hi"}}""");
        Assert.Equal(HttpStatusCode.Conflict, anew.StatusCode);
    }

    internal static async Task<(AnswerReading Turn, ScriptedAnswer Script)> BeginAsync(TurnSite site, string text)
    {
        site.Script.AlwaysSay = null;
        var turn = await site.NewChatAsync();
        var script = await site.Script.AskedAsync();
        script.Say(text);
        await turn.ReadAsync(text);
        return (turn, script);
    }

    private static Task HeardByAsync(TurnSite site, AnswerReading turn, int listeners) => TurnSite.EventuallyAsync(
        () => Task.FromResult(site.Get<AnswerRuns>().Find(new(TurnSite.Owner, new(turn.ChatId), new(turn.AnswerId)))!.Log.Listeners == listeners), $"{listeners} listen?");
}
