using System.Net;
using System.Text.Json;
using OpenWebUi.Services.Conversations;

namespace OpenWebUi.Tests.Turns;

/// <summary>What each form of a turn stores and tells the model.</summary>
public sealed class TurnTests
{
    [Fact]
    public async Task NewChat_IsStoredAndAnswered()
    {
        await using var site = await TurnSite.StartAsync();
        await using var turn = await (await site.NewChatAsync("hi\nthere")).ReadToEndAsync();
        Assert.Equal(("Hello there!", "done", "stop", true), (turn.Text, turn.State, turn.Finish, turn.IsDone));
        Assert.Equal(["user: hi\nthere"], (await site.Script.AskedAsync()).Prompt);
        var chat = await site.ChatAsync(turn.ChatId);
        Assert.Equal(("hi", turn.AnswerId, 1), (chat.Title, chat.CurrentId!.Value.Text, chat.CurrentDepth));
        var answer = await site.MessageAsync(turn);
        Assert.Equal(("Hello there!", MessageState.Done, "echo", "u1"), (answer.Content, answer.State, answer.Model, answer.ParentId!.Value.Text));
        Assert.Contains("\"total_tokens\":3", answer.Usage, StringComparison.Ordinal);
        Assert.Empty(await site.RunRowsAsync(turn.ChatId));
    }

    [Fact]
    public async Task Turns_TellTheModelTheSystemPromptAndTheBranchInOrder()
    {
        await using var site = await TurnSite.StartAsync();
        await using var first = await (await site.NewChatAsync("one")).ReadToEndAsync();
        var chat = await site.ChatAsync(first.ChatId);
        await site.Get<ChatStore>().ChangeAsync(TurnSite.Owner, chat, chat with { Extra = """{"system":"be brief"}""" }, [], default);
        await using var second = await (await site.NextAsync(first, "two", "u2")).ReadToEndAsync();
        await site.Script.AskedAsync();
        Assert.Equal(["system: be brief", "user: one", "assistant: Hello there!", "user: two"], (await site.Script.AskedAsync()).Prompt);

        // Another answer to the second message; then the first is edited: a branch that knows nothing of the second.
        await using var again = await (await site.TurnAsync($$"""{"chat_id":"{{first.ChatId}}","parent_id":"u2"}""")).ReadToEndAsync();
        Assert.Equal(["system: be brief", "user: one", "assistant: Hello there!", "user: two"], (await site.Script.AskedAsync()).Prompt);
        Assert.NotEqual(second.AnswerId, again.AnswerId);
        await using var edit = await (await site.TurnAsync($$"""{"chat_id":"{{first.ChatId}}","parent_id":null,"user_message":{"id":"u3","content":"uno"} }""")).ReadToEndAsync();
        Assert.Equal(["system: be brief", "user: uno"], (await site.Script.AskedAsync()).Prompt);
        await using var back = await (await site.NextAsync(again, "three", "u4")).ReadToEndAsync();
        Assert.Equal(
            ["system: be brief", "user: one", "assistant: Hello there!", "user: two", "assistant: Hello there!", "user: three"],
            (await site.Script.AskedAsync()).Prompt);
        Assert.Equal(back.AnswerId, (await site.ChatAsync(first.ChatId)).CurrentId!.Value.Text);
        Assert.Equal(9, (await site.MessagesAsync(first.ChatId)).Count);
    }

    [Fact]
    public async Task SeveralModels_AnswerUnderOneMessage()
    {
        await using var site = await TurnSite.StartAsync();
        const string Body = """{"parent_id":null,"user_message":{"id":"u1","content":"hi"},"message_ids":[{"model_id":"m1","message_id":"a1"},{"model_id":"m2","message_id":"a2"}]}""";
        for (var time = 0; time < 2; time++)
        {
            using var response = await site.SendAsync(Body);
            using var tasks = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
            var chat = tasks.RootElement.GetProperty("chat_id").GetString();
            Assert.Equal([$"{chat}:a1", $"{chat}:a2"], tasks.RootElement.GetProperty("task_ids").EnumerateArray().Select(t => t.GetString()));
            foreach (var answer in (string[])["a1", "a2"])
            {
                await using var reading = await AnswerReading.OfAsync(await site.Client.GetAsync($"/api/v1/chats/{chat}/messages/{answer}/stream", HttpCompletionOption.ResponseHeadersRead));
                Assert.Equal("Hello there!", (await reading.ReadToEndAsync()).Text);
            }
        }

        Assert.Equal(["m1", "m2"], new[] { (await site.Script.AskedAsync()).Request.Model, (await site.Script.AskedAsync()).Request.Model }.Order());
        Assert.Equal(2, site.Stub.Requests.Count(r => !r.BodyText.Contains("Write a title", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task SeveralModels_RegeneratedTwice_AnswerOnce()
    {
        await using var site = await TurnSite.StartAsync();
        await using var first = await (await site.NewChatAsync()).ReadToEndAsync();
        var body = $$"""{"chat_id":"{{first.ChatId}}","parent_id":"u1","message_ids":[{"model_id":"m1","message_id":"a1"},{"model_id":"m2","message_id":"a2"}]}""";
        for (var time = 0; time < 2; time++)
        {
            using var response = await site.SendAsync(body);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        Assert.Equal(4, (await site.MessagesAsync(first.ChatId)).Count);
    }

    [Fact]
    public async Task Continue_EndsTheContextWithThePartAndAppends()
    {
        await using var site = await TurnSite.StartAsync();
        site.Script.AlwaysSay = null;
        await using var turn = await site.NewChatAsync();
        var script = await site.Script.AskedAsync();
        script.Say("Hello ");
        await turn.ReadAsync("Hello ");
        await site.StopAsync(turn);
        Assert.Equal("stopped", (await turn.ReadToEndAsync()).State);

        await using var more = await site.TurnAsync($$"""{"chat_id":"{{turn.ChatId}}","id":"{{turn.AnswerId}}","continue":true,"sequence":6}""", from: 6);
        script = await site.Script.AskedAsync();
        Assert.Equal(["user: hi", "assistant: Hello "], script.Prompt);
        await using var twice = await site.TurnAsync($$"""{"chat_id":"{{turn.ChatId}}","id":"{{turn.AnswerId}}","continue":true,"sequence":6}""", from: 6);
        script.Say("world");
        script.End();
        Assert.Equal(("world", 11), ((await more.ReadToEndAsync()).Text, more.Sequence));
        Assert.Equal("world", (await twice.ReadToEndAsync()).Text);
        Assert.Equal("Hello world", (await site.MessageAsync(turn)).Content);

        // After its end too the same request goes on with nothing: with what it knows, and without.
        await using var late = await (await site.TurnAsync($$"""{"chat_id":"{{turn.ChatId}}","id":"{{turn.AnswerId}}","continue":true,"sequence":6}""", from: 6)).ReadToEndAsync();
        Assert.Equal(("world", "done"), (late.Text, late.State));
        await using var blind = await (await site.TurnAsync($$"""{"chat_id":"{{turn.ChatId}}","id":"{{turn.AnswerId}}","continue":true}""", from: 11)).ReadToEndAsync();
        Assert.Equal(("", "done"), (blind.Text, blind.State));
        Assert.Equal(2, site.Stub.Requests.Count(r => !r.BodyText.Contains("Write a title", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Continue_OfAnAnswerThatMetItsLengthLimit_GoesOn()
    {
        await using var site = await TurnSite.StartAsync();
        site.Script.AlwaysSay = null;
        await using var turn = await site.NewChatAsync();
        var script = await site.Script.AskedAsync();
        script.Say("Hello ");
        script.End("length");
        Assert.Equal(("length", "done"), ((await turn.ReadToEndAsync()).Finish, turn.State));

        await using var more = await site.TurnAsync($$"""{"chat_id":"{{turn.ChatId}}","id":"{{turn.AnswerId}}","continue":true,"sequence":6}""", from: 6);
        script = await site.Script.AskedAsync();
        script.Say("world");
        script.End();
        Assert.Equal(("world", "done"), ((await more.ReadToEndAsync()).Text, more.State));
        Assert.Equal("Hello world", (await site.MessageAsync(turn)).Content);
    }

    [Fact]
    public async Task OpenWebUisWay_AnswersAtOnceAndTellsWhenItIsDone()
    {
        await using var site = await TurnSite.StartAsync();
        site.Script.AlwaysSay = null;
        var now = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        await site.Get<ChatWriter>().CreateAsync(
            TurnSite.Owner, new(new("c1"), "New Chat", now, now) { CurrentId = new("a1"), CurrentDepth = 1 },
            [new(new("u1"), null, 0, 1, "user", now) { Content = "hi" }, new(new("a1"), new("u1"), 1, 2, "assistant", now)], default);
        const string Body = """{"chat_id":"c1","id":"a1","session_id":"s","messages":[{"role":"system","content":"mine"},{"role":"user","content":"hi"}],"params":{"temperature":0.5},"features":{"voice":true}}""";
        using var response = await site.SendAsync(Body);
        using var sent = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        Assert.Equal(("c1:a1", "c1"), (sent.RootElement.GetProperty("task_id").GetString(), sent.RootElement.GetProperty("chat_id").GetString()));
        Assert.Equal(["c1:a1"], await site.TasksAsync("c1"));
        var script = await site.Script.AskedAsync();
        Assert.Equal(["system: mine", "user: hi"], script.Prompt);
        Assert.Equal(["messages", "model", "stream", "temperature"], script.Request.Json!.Select(f => f.Key).Order());
        script.Say("Yes.");
        script.End();
        await TurnSite.EventuallyAsync(async () => (await site.TasksAsync("c1")).Count == 0, "The task did not end.");
        Assert.Equal("Yes.", (await site.MessageAsync("c1", "a1")).Content);

        using var again = await site.SendAsync(Body);
        Assert.Contains("c1:a1", await again.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Single(site.Stub.Requests, r => !r.BodyText.Contains("Write a title", StringComparison.Ordinal));
    }

    [Fact]
    public async Task StoreHeader_KeepsAPlainCompletionAsAChat()
    {
        await using var site = await TurnSite.StartAsync();
        using var response = await site.SendAsync(
            """{"stream":false,"temperature":0.1,"messages":[{"role":"system","content":"s"},{"role":"user","content":"a"},{"role":"assistant","content":"b"},{"role":"user","content":"c"}]}""",
            ("X-OpenWebUI-Store", "chat"));
        using var whole = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        Assert.Equal("Hello there!", whole.RootElement.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());
        var chat = response.Headers.GetValues("x-openwebui-chat-id").Single();
        Assert.Equal(["a", "b", "c", "Hello there!"], (await site.MessagesAsync(chat)).OrderBy(m => m.Depth).Select(m => m.Content));
        Assert.Equal("""{"system":"s","models":["echo"]}""", (await site.ChatAsync(chat)).Extra);
        var asked = await site.Script.AskedAsync();
        Assert.Equal(["system: s", "user: a", "assistant: b", "user: c"], asked.Prompt);
        Assert.Equal(0.1, asked.Request.Json!["temperature"]!.GetValue<double>());
    }

    [Fact]
    public async Task Rows_AreStoredBeforeTheProviderIsAsked()
    {
        await using var site = await TurnSite.StartAsync();
        site.Script.AlwaysSay = null;
        await using var turn = await site.NewChatAsync();
        await site.Script.AskedAsync();
        var stored = await site.MessagesAsync(turn.ChatId);
        Assert.Equal([("hi", MessageState.Done), ("", MessageState.Running)], stored.OrderBy(m => m.Depth).Select(m => (m.Content, m.State)));
        Assert.Single(await site.RunRowsAsync(turn.ChatId));
    }

    [Theory]
    [InlineData("")]
    [InlineData(""","id":"a1" """)]
    public async Task SameTurn_SentTogetherAndLater_IsOneTurn(string answerId)
    {
        await using var site = await TurnSite.StartAsync();
        site.Script.AlwaysSay = null;
        var body = $$"""{"parent_id":null,"user_message":{"id":"u1","content":"hi"},"background_tasks":{"title_generation":false}{{answerId}}}""";
        var together = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => site.TurnAsync(body)));
        var script = await site.Script.AskedAsync();
        script.Say("Hello ");
        script.Say("there!");
        script.End();
        foreach (var reading in together)
        {
            Assert.Equal(("Hello there!", "done"), ((await reading.ReadToEndAsync()).Text, reading.State));
            await reading.DisposeAsync();
        }

        await using var later = await (await site.TurnAsync(body)).ReadToEndAsync();
        await using var otherId = await (await site.TurnAsync(body.Replace("a1", "a2", StringComparison.Ordinal))).ReadToEndAsync();
        Assert.Equal(("Hello there!", "Hello there!"), (later.Text, otherId.Text));
        Assert.Equal(2, (await site.MessagesAsync(later.ChatId)).Count);
        Assert.Single(site.Stub.Requests);
        Assert.Single(together.Append(later).Append(otherId).Select(r => (r.ChatId, r.AnswerId)).Distinct());
        Assert.Single(await site.RowsAsync("l."));
    }

    [Fact]
    public async Task NextTurn_SentTwiceToTwoInstances_IsOneTurn()
    {
        await using var site = await TurnSite.StartAsync();
        await using var twin = await site.StartTwinAsync();
        await using var first = await (await site.NewChatAsync()).ReadToEndAsync();
        await site.Script.AskedAsync();
        site.Script.AlwaysSay = null;
        var both = await Task.WhenAll(site.NextAsync(first, "more", "u2"), twin.NextAsync(first, "more", "u2"));
        var script = await site.Script.AskedAsync();
        script.Say("Fine.");
        script.End();
        foreach (var reading in both)
        {
            Assert.Equal(("Fine.", "done"), ((await reading.ReadToEndAsync()).Text, reading.State));
            await reading.DisposeAsync();
        }

        Assert.Equal(4, (await site.MessagesAsync(first.ChatId)).Count);
    }

    [Fact]
    public async Task Message_UnderAnIdThatIsTaken_Is409()
    {
        await using var site = await TurnSite.StartAsync();
        await using var first = await (await site.NewChatAsync()).ReadToEndAsync();
        foreach (var body in (string[])[
            $$"""{"chat_id":"{{first.ChatId}}","parent_id":"{{first.AnswerId}}","user_message":{"id":"u1","content":"other"} }""",
            $$"""{"chat_id":"{{first.ChatId}}","parent_id":"{{first.AnswerId}}","user_message":{"id":"u2","content":"x"},"id":"{{first.AnswerId}}"}""",
            $$"""{"chat_id":"{{first.ChatId}}","parent_id":"u1","id":"u1"}"""])
        {
            using var response = await site.SendAsync(body);
            Assert.Equal(HttpStatusCode.Conflict, response.StatusCode);
        }

        Assert.Equal(2, (await site.MessagesAsync(first.ChatId)).Count);
    }
}
