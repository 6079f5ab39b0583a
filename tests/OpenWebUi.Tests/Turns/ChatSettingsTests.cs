using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using OpenWebUi.StubProvider;

namespace OpenWebUi.Tests.Turns;

/// <summary>What a person sets for a chat reaches the provider with every turn; how one answer should be, with that answer.</summary>
public sealed class ChatSettingsTests
{
    private const string Params = """{"temperature":0.3,"top_p":0.9,"max_tokens":50,"stop":["END"],"seed":7,"reasoning_effort":"low","top_k":null,"ours":"x"}""";

    [Fact]
    public async Task Settings_OfAStoredChat_GoWithEveryTurn()
    {
        await using var site = await TurnSite.StartAsync();
        await using var first = await (await site.NewChatAsync("one")).ReadToEndAsync();
        Assert.Equal(["messages", "model", "stream"], Asked((await site.Script.AskedAsync()).Request));
        await SetAsync(site, first.ChatId, $$"""{"system":"Be brief.","params":{{Params}} }""");

        await using var second = await (await site.NextAsync(first, "two", "u2")).ReadToEndAsync();
        var asked = await site.Script.AskedAsync();
        var body = asked.Request.Json!;
        Assert.Equal("system: Be brief.", asked.Prompt[0]);
        Assert.Equal(["max_tokens", "messages", "model", "reasoning_effort", "seed", "stop", "stream", "temperature", "top_p"], Asked(asked.Request));
        Assert.Equal((0.3, 0.9, 50, "END", 7, "low"),
            ((double)body["temperature"]!, (double)body["top_p"]!, (int)body["max_tokens"]!, (string)body["stop"]![0]!, (int)body["seed"]!, (string)body["reasoning_effort"]!));

        // Another answer, and answers of several models, are turns like any other; what a request says itself comes before.
        await using var again = await (await site.TurnAsync($$"""{"chat_id":"{{first.ChatId}}","parent_id":"u2","temperature":1.1}""")).ReadToEndAsync();
        Assert.Equal((1.1, 0.9), Heat((await site.Script.AskedAsync()).Request));
        using var several = await site.SendAsync($$"""{"chat_id":"{{first.ChatId}}","parent_id":"u2","message_ids":[{"model_id":"m1"},{"model_id":"m2"}]}""");
        Assert.Equal(HttpStatusCode.OK, several.StatusCode);
        Assert.Equal((0.3, 0.9), Heat((await site.Script.AskedAsync()).Request));
        Assert.Equal((0.3, 0.9), Heat((await site.Script.AskedAsync()).Request));
    }

    [Fact]
    public async Task Settings_Emptied_AreTheProvidersDefaultAgain()
    {
        await using var site = await TurnSite.StartAsync();
        await using var first = await (await site.NewChatAsync("one")).ReadToEndAsync();
        await site.Script.AskedAsync();
        await SetAsync(site, first.ChatId, $$"""{"system":"Be brief.","params":{{Params}} }""");
        await SetAsync(site, first.ChatId, """{"system":"","params":{"stop":[],"reasoning_effort":""}}""");

        await using var second = await (await site.NextAsync(first, "two", "u2")).ReadToEndAsync();
        var asked = await site.Script.AskedAsync();

        Assert.Equal(["messages", "model", "stream"], Asked(asked.Request));
        Assert.Equal("user: one", asked.Prompt[0]);
    }

    [Fact]
    public async Task Settings_BeforeTheFirstMessage_AreKeptWithTheChat()
    {
        await using var site = await TurnSite.StartAsync();
        await using var first = await (await site.TurnAsync(
            $$"""{"parent_id":null,"user_message":{"id":"u1","content":"hi"},"chat":{"system":"Be brief.","params":{{Params}} },"background_tasks":{"title_generation":false} }""")).ReadToEndAsync();
        var asked = await site.Script.AskedAsync();
        Assert.Equal(["system: Be brief.", "user: hi"], asked.Prompt);
        Assert.Equal((0.3, 0.9), Heat(asked.Request));
        Assert.False(asked.Request.Json!.AsObject().ContainsKey("chat"));

        var head = JsonNode.Parse(await site.Client.GetStringAsync($"/api/v1/chats/{first.ChatId}/branch"))!["chat"]!;
        Assert.Equal(("Be brief.", 50), ((string)head["system"]!, (int)head["params"]!["max_tokens"]!));
        await using var second = await (await site.NextAsync(first, "two", "u2")).ReadToEndAsync();
        Assert.Equal((0.3, 0.9), Heat((await site.Script.AskedAsync()).Request));
    }

    [Theory]
    [InlineData("\"chat\":[]", "chat")]
    [InlineData("\"chat\":{\"system\":5}", "system")]
    [InlineData("\"chat\":{\"params\":\"hot\"}", "params")]
    [InlineData("\"instruction\":7", "instruction")]
    public async Task Settings_OfAnotherForm_AreRefused(string field, string param)
    {
        await using var site = await TurnSite.StartAsync();
        using var refused = await site.SendAsync($$"""{"parent_id":null,"user_message":{"id":"u1","content":"hi"},{{field}} }""");
        var error = JsonNode.Parse(await refused.Content.ReadAsStringAsync())!["error"]!;
        Assert.Equal((HttpStatusCode.UnprocessableEntity, param), (refused.StatusCode, (string)error["param"]!));
        Assert.Empty(site.Stub.Requests);
    }

    [Fact]
    public async Task Instruction_IsToldWithThisAnswerAlone()
    {
        await using var site = await TurnSite.StartAsync();
        await using var first = await (await site.NewChatAsync("What is a monad?")).ReadToEndAsync();
        await site.Script.AskedAsync();

        await using var again = await (await site.TurnAsync($$"""{"chat_id":"{{first.ChatId}}","parent_id":"u1","id":"a2","instruction":"Shorter."}""")).ReadToEndAsync();
        var asked = await site.Script.AskedAsync();
        Assert.Equal(["user: What is a monad?\n\nShorter."], asked.Prompt);
        Assert.Equal(["messages", "model", "stream"], Asked(asked.Request));

        await using var next = await (await site.NextAsync(again, "And a functor?", "u2")).ReadToEndAsync();
        Assert.Equal(["user: What is a monad?", "assistant: Hello there!", "user: And a functor?"], (await site.Script.AskedAsync()).Prompt);
        Assert.Contains("Shorter.", (await site.MessageAsync(again)).Extra, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Instruction_OfAnAnswerThatGoesOn_IsToldAgain()
    {
        await using var site = await TurnSite.StartAsync();
        await using var first = await (await site.NewChatAsync("What is a monad?")).ReadToEndAsync();
        await site.Script.AskedAsync();
        site.Script.AlwaysSay = null;
        await using var again = await site.TurnAsync($$"""{"chat_id":"{{first.ChatId}}","parent_id":"u1","id":"a2","instruction":"Shorter."}""");
        var asked = await site.Script.AskedAsync();
        asked.Say("A mon");
        asked.End("length");
        await again.ReadToEndAsync();

        site.Script.AlwaysSay = "oid.";
        await using var more = await (await site.TurnAsync($$"""{"chat_id":"{{first.ChatId}}","id":"a2","continue":true}""", from: 5)).ReadToEndAsync();

        Assert.Equal(["user: What is a monad?\n\nShorter.", "assistant: A mon"], (await site.Script.AskedAsync()).Prompt);
    }

    private static async Task SetAsync(TurnSite site, string chat, string fields)
    {
        using var set = await site.SendTextAsync($"/api/v1/chats/{chat}", $$"""{"chat":{{fields}} }""");
        Assert.Equal(HttpStatusCode.OK, set.StatusCode);
    }

    private static IEnumerable<string> Asked(StubRequest request) => request.Json!.AsObject().Select(field => field.Key).Where(name => name != "stream_options").Order();

    private static (double, double) Heat(StubRequest request) => ((double)request.Json!["temperature"]!, (double)request.Json["top_p"]!);
}
