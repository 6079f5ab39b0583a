using System.Text;
using OpenWebUi.Services.Conversations;

namespace OpenWebUi.Tests.Services.Conversations;

/// <summary>Files go when nobody names them any more, whatever is killed in between.</summary>
public sealed class FileSweepTests
{
    [Fact]
    public async Task Upload_ThatNoChatNames_GoesAfterAWeek()
    {
        using var world = new ChatWorld();
        var file = await UploadAsync(world);
        world.Time.Advance(FileStore.Unnamed - TimeSpan.FromMinutes(5));
        await world.Start().Sweep.RunAsync(default);
        Assert.NotNull(await world.Start().Files.GetAsync(ChatWorld.Owner, file, default));
        await world.HousekeepAsync();
        Assert.Equal((0, 0), ((await world.ContentsAsync(ChatWorld.Owner)).Length, await world.NotesAsync()));
    }

    [Fact]
    public async Task DeletedChat_TakesItsFilesAlong_ButNotThoseOfItsClone()
    {
        using var world = new ChatWorld();
        var (file, neighbours) = (await UploadAsync(world), await UploadAsync(world, ChatWorld.Neighbour));
        await CreateAsync(world, "one", file, neighbours);
        await CreateAsync(world, "two", file, file);
        world.Time.Advance(FileStore.Unnamed);
        await world.HousekeepAsync();
        Assert.NotNull(await world.Start().Files.GetAsync(ChatWorld.Owner, file, default));

        await world.Start().Removal.DeleteAsync(ChatWorld.Owner, new("one"), _ => true, default);
        await world.HousekeepAsync();
        await using (var bytes = await world.Start().Files.OpenAsync(ChatWorld.Owner, file, default))
        {
            Assert.NotNull(bytes);
        }

        await world.Start().Removal.DeleteAsync(ChatWorld.Owner, new("two"), _ => true, default);
        await world.HousekeepAsync();
        Assert.Equal((0, 0), ((await world.ContentsAsync(ChatWorld.Owner)).Length, await world.NotesAsync()));
    }

    /// <summary>Killed at every step of a removal, before and after it: the next pass leaves nothing, and the clone's file stays.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Sweep_KilledAnywhere_IsFinishedByTheNext(bool isDone)
    {
        for (var step = 1; step < 40; step++)
        {
            using var world = new ChatWorld();
            var (gone, kept) = (await UploadAsync(world), await UploadAsync(world));
            await CreateAsync(world, "one", gone, kept);
            await CreateAsync(world, "two", kept, kept);
            await world.Start().Removal.DeleteAsync(ChatWorld.Owner, new("one"), _ => true, default);
            world.Time.Advance(FileStore.Unnamed);
            var fault = new FaultPoint(step, isDone);
            try
            {
                await world.Start(fault).Sweep.RunAsync(default);
                Assert.True(step > 5);
                return;
            }
            catch (Exception e) when (e is not Xunit.Sdk.XunitException)
            {
                await world.HousekeepAsync();
                var left = await world.ContentsAsync(ChatWorld.Owner);
                Assert.DoesNotContain(left, name => name.Contains(gone.Text, StringComparison.Ordinal) || name.Contains("one", StringComparison.Ordinal));
                Assert.Equal(4, left.Count(name => name.Contains(kept.Text, StringComparison.Ordinal)));
            }
        }
    }

    /// <summary>A turn that names a file and the sweep that looks at it at the same moment: one of them loses, never the file.</summary>
    [Fact]
    public async Task Hold_OnAFileThatIsGoing_Fails()
    {
        using var world = new ChatWorld();
        var id = await UploadAsync(world);
        var process = world.Start();
        var file = (await process.Files.GetAsync(ChatWorld.Owner, id, default))!;
        var turn = FileStore.Hold([file]).Concat(FileStore.Name(new("c"), [id])).ToList();
        Assert.IsType<OpenWebUi.Platform.Storage.BatchOutcome.Committed>(await process.Rows.BatchAsync(ChatRows.Table, ChatWorld.Owner.Text, turn, default));
        Assert.False(await process.Files.RemoveUnnamedAsync(ChatWorld.Owner, id, default));

        await process.Files.DeleteAsync(ChatWorld.Owner, id, default);
        Assert.IsType<OpenWebUi.Platform.Storage.BatchOutcome.Failed>(await process.Rows.BatchAsync(ChatRows.Table, ChatWorld.Owner.Text, turn, default));
    }

    private static async Task<FileId> UploadAsync(ChatWorld world, OpenWebUi.Services.Access.OwnerId? owner = null)
    {
        var (file, refusal) = await world.Start().Files.AddAsync(owner ?? ChatWorld.Owner, "a.txt", new MemoryStream(Encoding.UTF8.GetBytes("text")), null, default);
        Assert.Null(refusal);
        return file!.Id;
    }

    private static Task<Chat> CreateAsync(ChatWorld world, string chat, params FileId[] files)
    {
        var now = world.Time.GetUtcNow();
        var extra = "{\"files\":[" + string.Join(',', files.Select(file => $"{{\"type\":\"file\",\"id\":\"{file}\"}}")) + "]}";
        var message = new Message(new("m"), null, 0, 0, Message.UserRole, now) { Content = "x", Extra = extra };
        return world.Start().Writer.CreateAsync(ChatWorld.Owner, new(new(chat), "T", now, now) { CurrentId = new("m") }, [message], default);
    }
}
