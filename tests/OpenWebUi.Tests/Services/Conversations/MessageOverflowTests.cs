using OpenWebUi.Platform.Blobs;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Conversations;

namespace OpenWebUi.Tests.Services.Conversations;

public sealed class MessageOverflowTests
{
    private static Message New(string content) => new(MessageId.New(), null, 0, 0, Message.AssistantRole, DateTimeOffset.UnixEpoch) { Content = content };

    [Fact]
    public async Task Store_UpToTheLimit_CostsNothing()
    {
        using var world = new ChatWorld();
        var process = world.Start(new FaultPoint(1, isDone: false));
        var message = New(new string('x', MessageOverflow.MaxRowUnits - 10)) with { Reasoning = "12345", Extra = "{}", ToolCalls = "[]" };
        var stored = await process.Overflow.StoreAsync(ChatWorld.Owner, new("c"), message, default);
        Assert.Null(stored.Overflow);
        Assert.Equal(message.Content, stored.Content);
    }

    [Fact]
    public async Task Fetch_WhatWasStored_EveryTextIsBack()
    {
        using var world = new ChatWorld();
        var process = world.Start();
        var message = New(ChatWorld.Long) with { Reasoning = "why\u0000\u2028", Layout = "r5c3", ToolCalls = """[{"id":1}]""", Extra = """{"files":["ä"]}""", Usage = "{}" };
        var stored = await process.Overflow.StoreAsync(ChatWorld.Owner, new("c"), message, default);
        Assert.StartsWith($"chats/{ChatWorld.Owner}/c/{message.Id}-", stored.Overflow, StringComparison.Ordinal);

        // The row has none of them.
        Assert.All((string[])["Content", "Reasoning", "Layout", "ToolCalls", "Extra"], name => Assert.Null(stored.ToRow().GetText(name)));
        Assert.Equal("{}", stored.ToRow().GetText("Usage"));
        var fetched = await process.Overflow.FetchAsync(New("") with { Id = message.Id, Usage = "{}", Overflow = stored.Overflow }, default);
        Assert.Equal(message with { Overflow = stored.Overflow }, fetched);
    }

    [Fact]
    public async Task Fetch_Many_KeepsTheirOrder()
    {
        using var world = new ChatWorld();
        var process = world.Start();
        var chat = await process.CreateAsync(ChatWorld.Owner, 60, longEvery: 2);
        var messages = await process.Messages.ReadAllAsync(ChatWorld.Owner, chat.Id, default);
        Assert.Equal(Enumerable.Range(0, 60).Reverse().Select(i => i % 2 == 0 ? ChatWorld.Long + i : $"message {i}"), messages.Select(m => m.Content));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("{\"content\":")]
    [InlineData("[]")]
    [InlineData("{}")]
    public async Task Fetch_BlobIsGoneOrBroken_TheRestOfThePageStands(string? blob)
    {
        using var world = new ChatWorld();
        var process = world.Start();
        var chat = await process.CreateAsync(ChatWorld.Owner, 3, longEvery: 2);
        var lost = (await process.Messages.ReadAllAsync(ChatWorld.Owner, chat.Id, default))[0].Overflow!;
        await process.Blobs.DeleteAsync(new(lost), default);
        if (blob is not null)
        {
            await process.Blobs.PutAsync(new(lost), System.Text.Encoding.UTF8.GetBytes(blob), "application/json", BlobPutMode.Always, default);
        }

        var messages = await process.Messages.ReadAllAsync(ChatWorld.Owner, chat.Id, default);
        Assert.Equal([MessageOverflow.LostText, "message 1", ChatWorld.Long + 0], messages.Select(m => m.Content));
        Assert.Contains(world.Log.Lines, line => line.StartsWith("Error", StringComparison.Ordinal) && line.Contains(lost, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("_")]
    [InlineData("-")]
    [InlineData("A-b_C")]
    public async Task Store_AnyIds_AreAPath(string id)
    {
        using var world = new ChatWorld();
        var process = world.Start();
        foreach (var text in (string[])[id, id.ToUpperInvariant(), new string(id[0], 64)])
        {
            Assert.True(ChatId.TryParse(text, out var chat));
            var message = New(ChatWorld.Long + text) with { Id = new(text) };
            foreach (var owner in (OwnerId[])[OwnerId.Local, OwnerId.OfPass(text), ChatWorld.Owner])
            {
                var stored = await process.Overflow.StoreAsync(owner, chat, message, default);
                Assert.Equal(message.Content, (await process.Overflow.FetchAsync(stored with { Content = "" }, default)).Content);
            }
        }

        await world.HousekeepAsync();
        Assert.Equal(0, await world.NotesAsync());
        Assert.Empty((await process.Blobs.ListAsync(BlobPrefix.All, 100, null, default)).Blobs);
    }

    [Fact]
    public async Task Store_ACopyInAnotherChat_LeavesTheOriginalAlone()
    {
        using var world = new ChatWorld();
        var process = world.Start();
        var chat = await process.CreateAsync(ChatWorld.Owner, 1, longEvery: 1);
        var original = (await process.Messages.ReadAllAsync(ChatWorld.Owner, chat.Id, default))[0];
        await process.Writer.CreateAsync(ChatWorld.Owner, chat with { Id = new("copy") }, [original], default);
        await world.HousekeepAsync();
        await process.DeleteAsync(ChatWorld.Owner, chat.Id);
        await world.HousekeepAsync();
        var copy = Assert.Single(await process.Messages.ReadAllAsync(ChatWorld.Owner, new("copy"), default));
        Assert.Equal(original.Content, copy.Content);
        Assert.Equal(5, (await world.ContentsAsync(ChatWorld.Owner)).Length);
    }
}
