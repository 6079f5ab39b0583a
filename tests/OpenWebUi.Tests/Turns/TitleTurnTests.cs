using OpenWebUi.Services.Conversations;

namespace OpenWebUi.Tests.Turns;

/// <summary>When a chat gets its title, from whom, and who hears of it.</summary>
public sealed class TitleTurnTests
{
    private const string Asked = ""","background_tasks":{"title_generation":true}""";

    [Theory]
    [InlineData(Asked, "A title")]
    [InlineData("", null)]
    public async Task FirstTurn_GivesATitle_ToldWhereItWasAskedFor(string asked, string? told)
    {
        await using var site = await TurnSite.StartAsync(("TASK_MODEL", "small"));
        await using var turn = await (await BeginAsync(site, asked)).ReadToEndAsync();
        Assert.Equal((told, true), (turn.Title, turn.IsDone));
        await TurnSite.EventuallyAsync(async () => (await site.ChatAsync(turn.ChatId)).Title == "A title", "No title came.");
        Assert.Equal(["small"], site.Script.TitleModels);
        await using var next = await (await site.TurnAsync($$"""{"chat_id":"{{turn.ChatId}}","parent_id":"{{turn.AnswerId}}","user_message":{"content":"x"}{{Asked}} }""")).ReadToEndAsync();
        Assert.Equal((null, true), (next.Title, next.IsDone));
        Assert.Single(site.Script.TitleModels);
    }

    [Fact]
    public async Task Failure_IsSilent_AndTheNextTurnTriesAgain()
    {
        await using var site = await TurnSite.StartAsync();
        site.Script.Title = null;
        await using var turn = await (await BeginAsync(site, Asked)).ReadToEndAsync();
        Assert.Equal((null, "done", true), (turn.Title, turn.State, turn.IsDone));
        Assert.Equal(("hi", 1), ((await site.ChatAsync(turn.ChatId)).Title, (await site.ChatAsync(turn.ChatId)).TitleAttempts));
        site.Script.Title = "Second try";
        await using var next = await (await site.TurnAsync($$"""{"chat_id":"{{turn.ChatId}}","parent_id":"{{turn.AnswerId}}","user_message":{"content":"x"}{{Asked}} }""")).ReadToEndAsync();
        Assert.Equal("Second try", next.Title);
    }

    [Fact]
    public async Task PersonsTitle_IsNeverOverwritten_AndOffIsOff()
    {
        await using var site = await TurnSite.StartAsync();
        site.Script.AlwaysSay = null;
        await using var turn = await BeginAsync(site, Asked);
        var script = await site.Script.AskedAsync();
        var chat = await site.ChatAsync(turn.ChatId);
        await site.Get<ChatStore>().ChangeAsync(TurnSite.Owner, chat, chat with { Title = "Mine", TitleSource = TitleSource.Given }, [], default);
        script.Say("x");
        script.End();
        Assert.Null((await turn.ReadToEndAsync()).Title);
        Assert.Equal("Mine", (await site.ChatAsync(turn.ChatId)).Title);

        await using var off = await TurnSite.StartAsync(("ENABLE_TITLE_GENERATION", "false"));
        await using var untitled = await (await BeginAsync(off, Asked)).ReadToEndAsync();
        Assert.Equal("hi", (await off.ChatAsync(untitled.ChatId)).Title);
        Assert.Empty(off.Script.TitleModels);
    }

    [Fact]
    public async Task SeveralTurnsAtOnce_AllAreThereAndOneTitle()
    {
        await using var site = await TurnSite.StartAsync();
        await using var other = await site.StartTwinAsync();
        await using var first = await (await site.NewChatAsync()).ReadToEndAsync();
        var turns = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => (i % 2 == 0 ? site : other).TurnAsync(
            $$"""{"chat_id":"{{first.ChatId}}","parent_id":"{{first.AnswerId}}","user_message":{"id":"x{{i}}","content":"x{{i}}"}{{Asked}} }""")));
        foreach (var turn in turns)
        {
            Assert.Equal("done", (await turn.ReadToEndAsync()).State);
            await turn.DisposeAsync();
        }

        Assert.Equal(14, (await site.MessagesAsync(first.ChatId)).Count);
        Assert.Equal("A title", (await site.ChatAsync(first.ChatId)).Title);
        Assert.Single(await site.RowsAsync("l."));
        Assert.Empty(await site.RunRowsAsync(first.ChatId));
    }

    private static Task<AnswerReading> BeginAsync(TurnSite site, string more) =>
        site.TurnAsync($$"""{"parent_id":null,"user_message":{"id":"u1","content":"hi"}{{more}} }""");
}
