using OpenWebUi.Platform.Blobs;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Services.Conversations;

namespace OpenWebUi.Tests.Services.Conversations;

/// <summary>Killed between every two storage operations, and what housekeeping makes of it: all or nothing, and nothing of anybody else's.</summary>
public sealed class LeftoverSweepTests
{
    private static readonly string[] Work = ["create", "create long", "delete", "edit long", "shorten long", "move long", "remove long", "leave", "sweep"];

    public static TheoryData<string, bool> Kills
    {
        get
        {
            var data = new TheoryData<string, bool>();
            foreach (var work in Work)
            {
                data.Add(work, false);
                data.Add(work, true);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Kills))]
    public async Task Killed_AtAnyOperation_LeavesNothingBehindAndHarmsNothing(string work, bool isDone)
    {
        for (var number = 1; ; number++)
        {
            using var world = new ChatWorld();
            var chat = await world.Start().CreateAsync(ChatWorld.Owner, 3, longEvery: 2);
            await world.Start().CreateAsync(ChatWorld.Neighbour, 2, longEvery: 2, id: chat.Id.Text);
            var kept = await world.ContentsAsync(ChatWorld.Neighbour);
            if (work == "sweep")
            {
                await world.Start().DeleteAsync(ChatWorld.Owner, chat.Id);
                world.Time.Advance(Leftover.Grace);
            }

            var before = await world.ContentsAsync(ChatWorld.Owner);
            var fault = new FaultPoint(number, isDone);
            try
            {
                await RunAsync(work, world.Start(fault), chat);
            }
            catch (KilledException)
            {
                // Dead; its notes are all that is known of it.
            }

            await world.HousekeepAsync();
            await world.HousekeepAsync();
            Assert.Equal(kept, await world.ContentsAsync(ChatWorld.Neighbour));
            Assert.Equal(0, await world.NotesAsync());
            await AssertWholeAsync(work, world, chat, before);
            Assert.DoesNotContain(world.Log.Lines, line => line.StartsWith("Error", StringComparison.Ordinal) && fault.WasReached == false);
            if (!fault.WasReached)
            {
                Assert.True(number > 1, $"{work} did nothing");
                return;
            }
        }
    }

    private static async Task RunAsync(string work, ChatProcess process, Chat chat)
    {
        switch (work)
        {
            case "create":
                await process.CreateAsync(ChatWorld.Owner, 100, id: "second");
                break;
            case "create long":
                await process.CreateAsync(ChatWorld.Owner, 50, longEvery: 20, id: "second");
                break;
            case "delete":
                await process.DeleteAsync(ChatWorld.Owner, chat.Id);
                break;
            case "edit long" or "shorten long":
                var message = (await process.Messages.GetAsync(ChatWorld.Owner, chat.Id, new BranchCursor(chat.CurrentId!.Value, chat.CurrentDepth), default))!;
                Assert.Equal(ChatWorld.Long + 2, message.Content);
                var stored = await process.Overflow.StoreAsync(ChatWorld.Owner, chat.Id, message with { Content = work == "edit long" ? ChatWorld.Long + "new" : "short" }, default);
                await process.Rows.BatchAsync(ChatRows.Table, ChatWorld.Owner.Text, [MessageStore.Replace(chat.Id, message, stored)], default);
                break;
            case "move long" or "remove long":
                var moving = (await process.Messages.GetAsync(ChatWorld.Owner, chat.Id, new BranchCursor(chat.CurrentId!.Value, chat.CurrentDepth), default))!;
                await process.Writer.UpdateAsync(ChatWorld.Owner, chat, chat,
                    [work == "move long" ? new MessageChange.Replaced(moving, moving with { Depth = 7 }) : new MessageChange.Removed(moving)], default);
                break;
            case "leave":
                await process.Leftovers.AddAsync(ChatWorld.Owner, default);
                break;
            default:
                // A kill is no exception that the sweep could go on after.
                await process.Sweep.RunAsync(default);
                break;
        }
    }

    /// <summary>All that the work should have done is there, or nothing of it, and every row and blob has its chat.</summary>
    private static async Task AssertWholeAsync(string work, ChatWorld world, Chat chat, string[] before)
    {
        var process = world.Start();
        var contents = await world.ContentsAsync(ChatWorld.Owner);
        switch (work)
        {
            case "create" or "create long":
                var second = await process.Chats.GetAsync(ChatWorld.Owner, new("second"), default);
                Assert.All(before, row => Assert.Contains(row, contents));
                var (rows, blobs) = work == "create" ? (202, 0) : (102, 3);
                Assert.Equal(before.Length + (second is null ? 0 : rows + blobs), contents.Length);
                break;
            case "delete":
                var isThere = await process.Chats.GetAsync(ChatWorld.Owner, chat.Id, default) is not null;
                Assert.Equal(isThere ? before : [], contents);
                break;
            case "leave":
                Assert.True(contents.Length == 0 || contents.SequenceEqual(before));
                break;
            case "move long" or "remove long":
                var moved = await process.Messages.GetAsync(ChatWorld.Owner, chat.Id, chat.CurrentId!.Value, default);
                Assert.True(moved is null ? work == "remove long" : moved.Content == ChatWorld.Long + 2);
                Assert.Equal(before.Length - (moved is null ? 3 : 0), contents.Length);
                break;
            case "sweep":
                Assert.Empty(contents);
                break;
            default:
                var message = (await process.Messages.GetAsync(ChatWorld.Owner, chat.Id, new BranchCursor(chat.CurrentId!.Value, chat.CurrentDepth), default))!;
                Assert.Contains(message.Content, (string[])[ChatWorld.Long + "2", work == "edit long" ? ChatWorld.Long + "new" : "short"]);
                Assert.Equal(before.Length - (message.Content == "short" ? 1 : 0), contents.Length);
                break;
        }
    }

    [Fact]
    public async Task Sweep_BeforeTheGraceTimeIsOver_TouchesNothing()
    {
        using var world = new ChatWorld();
        var process = world.Start();
        var chat = await process.CreateAsync(ChatWorld.Owner, 100, longEvery: 60);
        await process.DeleteAsync(ChatWorld.Owner, chat.Id);
        await process.Leftovers.AddAsync(ChatWorld.Owner, default);
        var before = await world.ContentsAsync(ChatWorld.Owner);
        world.Time.Advance(Leftover.Grace - TimeSpan.FromMilliseconds(1));
        Assert.Equal(new SweepReport(0, 0, 0, true), await process.Sweep.RunAsync(default));
        Assert.Equal(before, await world.ContentsAsync(ChatWorld.Owner));
    }

    [Fact]
    public async Task Sweep_ChatBroughtBackAndDeletedAgain_GoesAnHourAfterTheSecondTime()
    {
        using var world = new ChatWorld();
        var process = world.Start();
        var chat = await process.CreateAsync(ChatWorld.Owner, 3);
        await process.DeleteAsync(ChatWorld.Owner, chat.Id);
        world.Time.Advance(TimeSpan.FromMinutes(40));
        Assert.NotNull(await process.Removal.RestoreAsync(ChatWorld.Owner, chat.Id, default));
        await process.DeleteAsync(ChatWorld.Owner, chat.Id);
        world.Time.Advance(TimeSpan.FromMinutes(30));
        await process.Sweep.RunAsync(default);
        Assert.NotNull(await process.Removal.RestoreAsync(ChatWorld.Owner, chat.Id, default));
        Assert.Equal(3, (await process.Messages.ReadAllAsync(ChatWorld.Owner, chat.Id, default)).Count);
        await process.DeleteAsync(ChatWorld.Owner, chat.Id);
        await world.HousekeepAsync();
        Assert.Empty(await world.ContentsAsync(ChatWorld.Owner));
        Assert.Equal(0, await world.NotesAsync());
    }

    [Fact]
    public async Task Sweep_HalfPurgedChat_CannotBeBroughtBackOrBegunAnew()
    {
        using var world = new ChatWorld();
        var chat = await world.Start().CreateAsync(ChatWorld.Owner, 3);
        await world.Start().DeleteAsync(ChatWorld.Owner, chat.Id);
        world.Time.Advance(Leftover.Grace);
        // The note, the chat, the mark that closes the way back; then it dies.
        await Assert.ThrowsAsync<KilledException>(() => world.Start(new FaultPoint(4, isDone: false)).Sweep.RunAsync(default));
        var process = world.Start();
        Assert.True((await process.Chats.GetEvenDeletedAsync(ChatWorld.Owner, chat.Id, default))!.IsGone);
        Assert.Null(await process.Removal.RestoreAsync(ChatWorld.Owner, chat.Id, default));
        Assert.Equal(RemovalOutcome.Deleted, await process.DeleteAsync(ChatWorld.Owner, chat.Id));
        await Assert.ThrowsAsync<InvalidOperationException>(() => process.CreateAsync(ChatWorld.Owner, 1, id: chat.Id.Text));
        await world.HousekeepAsync();
        Assert.Empty(await world.ContentsAsync(ChatWorld.Owner));
        Assert.Equal(RemovalOutcome.Missing, await process.DeleteAsync(ChatWorld.Owner, chat.Id));
    }

    [Fact]
    public async Task Sweep_WriterThatWasTakenForDead_CannotMakeHalfAChatVisible()
    {
        using var world = new ChatWorld();
        var writer = world.Start(new FaultPoint(3, isDone: false));
        await Assert.ThrowsAsync<KilledException>(() => writer.CreateAsync(ChatWorld.Owner, 100, id: "slow"));
        await world.HousekeepAsync();
        Assert.Empty(await world.ContentsAsync(ChatWorld.Owner));

        // What its last batch would be.
        var process = world.Start();
        var now = world.Time.GetUtcNow();
        var last = await process.Rows.BatchAsync(ChatRows.Table, ChatWorld.Owner.Text,
            [.. ChatStore.Operations(null, new Chat(new("slow"), "x", now, now)), new RowOperation.Delete(ChatRows.Begun(new("slow")), DeleteCondition.Always)], default);
        Assert.IsType<BatchOutcome.Failed>(last);
        Assert.Empty(await world.ContentsAsync(ChatWorld.Owner));
    }

    [Fact]
    public async Task Sweep_OnTwoInstancesAtOnce_RemovesEverythingOnce()
    {
        using var world = new ChatWorld();
        var process = world.Start();
        for (var i = 0; i < 6; i++)
        {
            var chat = await process.CreateAsync(ChatWorld.Owner, 150, longEvery: 70);
            await process.DeleteAsync(ChatWorld.Owner, chat.Id);
        }

        await process.CreateAsync(ChatWorld.Neighbour, 5, longEvery: 2);
        var kept = await world.ContentsAsync(ChatWorld.Neighbour);
        world.Time.Advance(Leftover.Grace);
        var reports = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => world.Start().Sweep.RunAsync(default))));
        Assert.All(reports, report => Assert.True(report.IsComplete));
        Assert.Empty(await world.ContentsAsync(ChatWorld.Owner));
        Assert.Equal(kept, await world.ContentsAsync(ChatWorld.Neighbour));
        Assert.Equal(0, await world.NotesAsync());
        Assert.DoesNotContain(world.Log.Lines, line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Sweep_ChatOfTenThousandMessages_TakesTwoPasses()
    {
        using var world = new ChatWorld();
        var process = world.Start();
        var chat = await process.CreateAsync(ChatWorld.Owner, 10_000, longEvery: 4_000);
        await process.DeleteAsync(ChatWorld.Owner, chat.Id);
        world.Time.Advance(Leftover.Grace);
        var first = await process.Sweep.RunAsync(default);
        Assert.False(first.IsComplete);
        Assert.InRange(first.Rows + first.Blobs, LeftoverSweep.MaxRemovals, LeftoverSweep.MaxRemovals + 100);
        Assert.True((await process.Sweep.RunAsync(default)).IsComplete);
        Assert.Empty(await world.ContentsAsync(ChatWorld.Owner));
        Assert.Equal(0, await world.NotesAsync());
    }

    [Fact]
    public async Task Sweep_OwnerWhoCameBackUnderTheSamePass_KeepsEverything()
    {
        using var world = new ChatWorld();
        var process = world.Start();
        await process.CreateAsync(ChatWorld.Owner, 3, longEvery: 2);
        await process.Leftovers.AddAsync(ChatWorld.Owner, default);
        world.Time.Advance(TimeSpan.FromMinutes(10));
        await process.CreateAsync(ChatWorld.Owner, 1);
        var before = await world.ContentsAsync(ChatWorld.Owner);
        await world.HousekeepAsync();
        Assert.Equal(before, await world.ContentsAsync(ChatWorld.Owner));
        Assert.Equal(0, await world.NotesAsync());
    }

    [Fact]
    public async Task Sweep_NoteOfAnotherVersion_StaysAndStopsNothing()
    {
        using var world = new ChatWorld();
        var process = world.Start();
        foreach (var row in (string[])["0000000000001.x.g-a.b", "0000000000002.d.g-a", "0000000000003", "what is this"])
        {
            await process.Rows.PutAsync(new(Leftover.Table, Leftover.Partition, row), [], PutCondition.Always, default);
        }

        var chat = await process.CreateAsync(ChatWorld.Owner, 1);
        await process.DeleteAsync(ChatWorld.Owner, chat.Id);
        await world.HousekeepAsync();
        Assert.Empty(await world.ContentsAsync(ChatWorld.Owner));
        Assert.Equal(4, await world.NotesAsync());
    }
}
