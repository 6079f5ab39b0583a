using OpenWebUi.Services.Conversations;
using OpenWebUi.StubProvider;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Turns;

/// <summary>A provider that fails is told in the stream and stands in the message.</summary>
public sealed class ProviderFailureTests
{
    [Theory]
    [InlineData("status-401", 401, "Incorrect API key")]
    [InlineData("status-429", 429, "Rate limit reached")]
    [InlineData("status-500", 500, "The stub had an error")]
    [InlineData("html", 502, "")]
    [InlineData("cut", 502, "")]
    [InlineData("error-midstream", 502, "The stub failed in mid-stream")]
    [InlineData("garbage", 502, "")]
    public async Task Failure_IsToldAndStored_AndTheAnswerCanBeWrittenAgain(string model, int status, string message)
    {
        await using var site = await TurnSite.StartAsync();
        site.Stub.Behavior = StubBehavior.Answer;
        await using var turn = await (await site.TurnAsync($$"""{"model":"{{model}}","parent_id":null,"user_message":{"id":"u1","content":"one two three four"} }""")).ReadToEndAsync();
        Assert.Equal(("failed", false), (turn.State, turn.IsDone));
        Assert.Contains(message, turn.Error!.Value.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(status, turn.Error.Value.GetProperty("status").GetInt32());
        var stored = await site.MessageAsync(turn);
        Assert.Equal((MessageState.Failed, turn.Text), (stored.State, stored.Content));
        Assert.Equal(message, ExtraJson.Text(ExtraJson.Read(stored.Error), "content")![..message.Length]);
        Assert.DoesNotContain("sk-secret", stored.Error, StringComparison.Ordinal);
        Assert.Empty(await site.RunRowsAsync(turn.ChatId));
        using var whole = await site.SendAsync($$"""{"model":"{{model}}","stream":false,"chat_id":"{{turn.ChatId}}","parent_id":"u1"}""");
        Assert.Equal(status, (int)whole.StatusCode);
        await using var again = await (await site.TurnAsync($$"""{"chat_id":"{{turn.ChatId}}","parent_id":"u1"}""")).ReadToEndAsync();
        Assert.Equal(("You said: one two three four", "done"), (again.Text, again.State));
    }

    [Fact]
    public async Task RetryAfter_OfAProvider_IsToldAndStoredAsATime()
    {
        var time = new ManualTime();
        await using var site = await TurnSite.StartAsync(time);
        site.Stub.Behavior = StubBehavior.Status(429, TimeSpan.FromSeconds(7));
        await using var turn = await (await site.TurnAsync("""{"parent_id":null,"user_message":{"id":"u1","content":"one"} }""")).ReadToEndAsync();
        var retryAt = (time.GetUtcNow() + TimeSpan.FromSeconds(7)).ToUnixTimeSeconds();
        Assert.Equal(retryAt, turn.Error!.Value.GetProperty("retry_at").GetInt64());
        Assert.Contains($"\"retry_at\":{retryAt}", (await site.MessageAsync(turn)).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Provider_Silent_IsATimeout()
    {
        var time = new ManualTime();
        await using var site = await TurnSite.StartAsync(time, ("AIOHTTP_CLIENT_STREAM_IDLE_TIMEOUT", "60"));
        var (turn, _) = await RunLifeTests.BeginAsync(site, "Hel");
        var end = turn.ReadToEndAsync();
        await time.AdvanceUntilAsync(end, TimeSpan.FromSeconds(5));
        Assert.Equal(("Hel", "failed"), (turn.Text, turn.State));
        Assert.Equal("Hel", (await site.MessageAsync(turn)).Content);
    }
}
