using OpenWebUi.Services.Conversations;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Turns;

/// <summary>When a running answer's text is kept, and how much each time.</summary>
public sealed class CheckpointTests
{
    [Fact]
    public async Task Checkpoints_ComeFurtherApartAndHoldOnlyWhatIsNew()
    {
        var time = new ManualTime();
        await using var site = await TurnSite.StartAsync(time);
        var (turn, script) = await RunLifeTests.BeginAsync(site, "p0 ");
        var at = new List<double>();
        var begun = time.GetUtcNow();
        var kept = 0;
        for (var i = 1; at.Count < 6; i++)
        {
            // The loop's own timer is set again before the clock moves on.
            await TurnSite.EventuallyAsync(async () => { await Task.Yield(); return time.WaitingTimers >= 2; }, "No timer waits.");
            time.Advance(TimeSpan.FromSeconds(0.25));
            await Task.Delay(15);
            var lease = await LeaseAsync(site, turn);
            if (lease.Kept > kept)
            {
                at.Add((time.GetUtcNow() - begun).TotalSeconds);
                kept = lease.Kept;
                script.Say($"p{i} ");
                await turn.ReadAsync($"p{i} ");
            }
        }

        double[] gaps = [.. at.Zip(at.Prepend(0), (now, before) => now - before)];
        Assert.Equal([2, 3, 4.5, 6.75, 8, 8], gaps);
        var run = await site.Get<RunStore>().ReadAsync(TurnSite.Owner, new(turn.ChatId), new(turn.AnswerId), 0, default);
        Assert.Equal(6, run.Checkpoints.Count);
        Assert.Equal(turn.Text[..kept], string.Concat(run.Checkpoints.Select(c => c.Text.All(AnswerPart.Content))));
    }

    [Fact]
    public async Task Silence_RenewsTheLease()
    {
        var time = new ManualTime();
        await using var site = await TurnSite.StartAsync(time);
        await using var other = await site.StartTwinAsync();
        var (turn, script) = await RunLifeTests.BeginAsync(site, "x");
        await FollowTests.KeptAsync(site, turn, time, 1);
        for (var second = 0; second < 240; second++)
        {
            time.Advance(TimeSpan.FromSeconds(0.5));
            await Task.Delay(3);
        }

        Assert.Single(await other.TasksAsync(turn.ChatId));
        Assert.Equal(1, (await LeaseAsync(other, turn)).Checkpoints);
        script.End();
        await FollowTests.EndAsync(turn, time);
        Assert.Equal("done", turn.State);
    }

    [Fact]
    public async Task ManyCheckpoints_MoveIntoTheRow_FollowersMissNothing()
    {
        var time = new ManualTime();
        await using var site = await TurnSite.StartAsync(time, ("CHAT_ANSWER_LEASE", "3"));
        await using var other = await site.StartTwinAsync();
        var (turn, script) = await RunLifeTests.BeginAsync(site, "p0 ");
        await using var follower = await other.FollowAsync(turn);
        var following = follower.ReadToEndAsync();
        var (before, moved) = (0, 0);
        for (var i = 1; i <= 100; i++)
        {
            await FollowTests.KeptAsync(site, turn, time, turn.Sequence);
            var lease = await LeaseAsync(site, turn);
            moved += lease.Checkpoints < before ? 1 : 0;
            before = lease.Checkpoints;
            script.Say($"p{i} ");
            await turn.ReadAsync($"p{i} ");
        }

        Assert.Equal(1, moved);
        Assert.True(before < 20, $"{before} checkpoints");
        script.End();
        await FollowTests.EndAsync(turn, time);
        await time.AdvanceUntilAsync(following, TimeSpan.FromSeconds(1));
        Assert.Equal((turn.Text, "done"), (follower.Text, follower.State));
        Assert.Equal(turn.Text, (await other.MessageAsync(turn)).Content);
        Assert.Empty(await site.RunRowsAsync(turn.ChatId));
    }

    [Fact]
    public async Task Burst_BetweenTwoCheckpoints_IsKeptInSeveralRows()
    {
        var time = new ManualTime();
        await using var site = await TurnSite.StartAsync(time);
        await using var other = await site.StartTwinAsync();
        var (turn, script) = await RunLifeTests.BeginAsync(site, "x");
        // Characters of two units, so that a cut at the limit would fall into one.
        var burst = string.Concat(Enumerable.Repeat("😀", 115_000));
        script.Think(burst);
        script.Say("end");
        await turn.ReadAsync("end");
        await FollowTests.KeptAsync(site, turn, time, turn.Sequence);
        Assert.Equal(2, (await LeaseAsync(site, turn)).Checkpoints);
        await using var follower = await other.FollowAsync(turn);
        script.End();
        await FollowTests.EndAsync(turn, time);
        await FollowTests.EndAsync(follower, time);
        Assert.True(follower.Text == "x" + burst + "end", "The follower's text differs.");
        Assert.Equal("xend", (await other.MessageAsync(turn)).Content);
    }

    private static async Task<RunLease> LeaseAsync(TurnSite site, AnswerReading turn) =>
        (await site.Get<RunStore>().LeaseAsync(TurnSite.Owner, new(turn.ChatId), new(turn.AnswerId), default))!;
}
