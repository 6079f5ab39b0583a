using System.Net;
using System.Text.Json.Nodes;
using OpenWebUi.StubProvider;
using OpenWebUi.Tests.Access;
using OpenWebUi.Tests.Relay;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Chats;

public sealed class ChatMessageTests
{
    [Fact]
    public async Task Message_Replaced_KeepsWhatItHasBeside()
    {
        var time = new ManualTime();
        await using var site = await TestSite.StartAsync(time);
        var id = await site.Client.NewAsync();
        var before = (await site.Client.ReadAsync("/" + id))["updated_at"]!.GetValue<long>();
        time.Advance(TimeSpan.FromMinutes(1));
        var written = await site.WrittenAsync(async () =>
        {
            var message = await site.Client.SendJsonAsync($"/{id}/messages/a2/", new JsonObject { ["content"] = "Évora 🙂" }).JsonOfAsync();
            Assert.Equal(("Évora 🙂", "m-2", 1), ((string)message["content"]!, (string)message["model"]!, (int)message["annotation"]!["rating"]!));
        });
        Assert.Single(written, row => row.Contains(".m.", StringComparison.Ordinal));
        var after = await site.Client.ReadAsync("/" + id);
        Assert.Equal((before + 60, "Évora 🙂"), (after["updated_at"]!.GetValue<long>(), (string)after["chat"]!["history"]!["messages"]!["a2"]!["content"]!));
        Assert.Empty(await site.WrittenAsync(() => site.Client.SendJsonAsync($"/{id}/messages/a2", new JsonObject { ["content"] = "Évora 🙂" }).JsonOfAsync()));
        foreach (var body in (JsonNode[])[new JsonObject(), new JsonObject { ["content"] = 5 }, new JsonObject { ["content"] = new string('x', 5_000_001) }])
        {
            var problem = await site.Client.SendJsonAsync($"/{id}/messages/a2", body).JsonOfAsync(HttpStatusCode.UnprocessableEntity);
            Assert.Equal("content", problem["errors"]!.AsObject().Single().Key);
        }

        await site.Client.SendJsonAsync($"/{id}/messages/none", new JsonObject { ["content"] = "x" }).JsonOfAsync(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("Hello world", "thought more", "Hello world", "thought more")]
    [InlineData("Hello w", "thought and more", "Hello w", "thought and more")]
    [InlineData("Hello", "thought", "Hello w", "thought")]
    [InlineData("Hellooooooooo", "thought", "Hello w", "thought")]
    [InlineData("Hello world", "other", "Hello w", "thought")]
    [InlineData("Hello world", "", "Hello w", "thought")]
    public async Task Seen_OfAnInterruptedAnswer_IsKeptWhereItGoesOn(string content, string reasoning, string keptContent, string keptReasoning)
    {
        await using var site = await TestSite.StartAsync();
        var id = await site.Client.NewAsync("""{"history":{"messages":{"a":{"role":"assistant","content":"Hello w","reasoning":"thought","state":"interrupted","done":true},"b":{"role":"assistant","content":"Hello w","reasoning":"thought","done":true}}}}""");
        var seen = new JsonObject { ["content"] = content, ["reasoning"] = reasoning };
        var message = await site.Client.SendJsonAsync($"/{id}/messages/a/seen", seen.DeepClone()).JsonOfAsync();
        Assert.Equal((keptContent, keptReasoning, "interrupted"), ((string)message["content"]!, (string)message["reasoning"]!, (string)message["state"]!));
        Assert.Equal(keptContent.Length + keptReasoning.Length, (int)message["sequence"]!);
        var other = await site.Client.SendJsonAsync($"/{id}/messages/b/seen", seen).JsonOfAsync();
        Assert.Equal(("Hello w", "done"), ((string)other["content"]!, (string)other["state"]!));
    }

    [Fact]
    public async Task Clone_OfAChat_IsAnotherWithTheSameMessages()
    {
        await using var site = await TestSite.StartAsync();
        var id = await site.Client.NewAsync();
        var clone = await site.Client.SendJsonAsync($"/{id}/clone", null).JsonOfAsync();
        Assert.Equal(("Clone of Trip to Lisbon", id, "a4"), ((string)clone["title"]!, (string)clone["chat"]!["originalChatId"]!, (string)clone["chat"]!["branchPointMessageId"]!));
        Assert.NotEqual(id, (string)clone["id"]!);
        var (original, copy) = (await site.Client.ReadAsync("/" + id), await site.Client.ReadAsync($"/{clone["id"]}"));
        Assert.True(JsonNode.DeepEquals(original["chat"]!["history"], copy["chat"]!["history"]));
        Assert.True(JsonNode.DeepEquals(clone, copy));
        await site.Client.SendJsonAsync($"/{copy["id"]}/messages/u1", new JsonObject { ["content"] = "changed" }).JsonOfAsync();
        Assert.True(JsonNode.DeepEquals(original, await site.Client.ReadAsync("/" + id)));
        Assert.Equal("Mine", (string)(await site.Client.SendJsonAsync($"/{id}/clone/", new JsonObject { ["title"] = " Mine " }).JsonOfAsync())["title"]!);
        await site.Client.SendJsonAsync($"/{id}/clone", new JsonObject { ["title"] = 5 }).JsonOfAsync(HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task Answer_WhileItRuns_IsItsRunsAlone()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await TestSite.StartAsync(("BASE_URL", stub.BaseUrl));
        var turn = new HttpRequestMessage(HttpMethod.Post, "/api/chat/completions")
        {
            Content = new StringContent("""{"model":"stepped-3","stream":true,"parent_id":null,"user_message":{"id":"u","content":"hi"},"id":"a","background_tasks":{"title_generation":false}}"""),
        };
        using var answer = await site.Client.SendAsync(turn, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var id = answer.Header("x-openwebui-chat-id")!;
        await using var stream = await answer.Content.ReadAsStreamAsync();
        stub.Steps.Step(2);
        await stream.ReadUntilAsync("\"content\":\"");
        await RelayCalls.EventuallyAsync(() => site.Client.ReadAsync("/" + id).Result["chat"]!["history"]!["messages"]!["a"]!["sequence"]!.GetValue<int>() > 0, "no text");

        var blob = (await site.Client.ReadAsync("/" + id))["chat"]!;
        Assert.Equal(("running", false), ((string)blob["history"]!["messages"]!["a"]!["state"]!, (bool)blob["history"]!["messages"]!["a"]!["done"]!));
        Assert.Equal("answer_running", (await site.Client.SendJsonAsync($"/{id}/messages/a", new JsonObject { ["content"] = "x" }).JsonOfAsync(HttpStatusCode.Conflict))["type"]!.GetValue<string>().Split('/')[^1]);
        var shown = await site.Client.TagAsync($"/{id}/branch");
        Assert.Equal(HttpStatusCode.OK, await site.Client.StatusAsync($"{ChatCalls.Root}/{id}/branch", ("If-None-Match", shown)));

        // A page posts what it knows, without the answer's text; another takes the whole chat away from it; a third moves its question.
        blob["history"]!["messages"]!["a"]!["content"] = "";
        blob["history"]!["messages"]!["a"]!["done"] = true;
        await site.Client.UpdateAsync(id, blob).JsonOfAsync();
        await site.Client.UpdateAsync(id, JsonNode.Parse("""{"history":{"messages":{"n":{"role":"user","content":"x","childrenIds":[]}}}}""")!, ("If-Match", await site.Client.TagAsync("/" + id))).JsonOfAsync();
        await site.Client.UpdateAsync(id, JsonNode.Parse("""{"history":{"messages":{"u":{"parentId":"n"}}}}""")!).JsonOfAsync(HttpStatusCode.Conflict);

        var clone = await site.Client.SendJsonAsync($"/{id}/clone", null).JsonOfAsync();
        var copied = clone["chat"]!["history"]!["messages"]!["a"]!;
        Assert.True((string)copied["state"]! == "interrupted" && ((string)copied["content"]!).Length > 0, copied.ToJsonString());

        stub.Steps.Open();
        await stream.ReadUntilAsync("[DONE]");
        var ended = (await site.Client.ReadAsync("/" + id))["chat"]!["history"]!["messages"]!["a"]!;
        Assert.Equal("done", (string)ended["state"]!);
        Assert.True(((string)ended["content"]!).Length > ((string)copied["content"]!).Length);
        Assert.Equal(HttpStatusCode.OK, await site.Client.StatusAsync($"{ChatCalls.Root}/{id}/branch", ("If-None-Match", shown)));

        // The page that was left open posts the beginning of it once more.
        await site.Client.UpdateAsync(id, blob).JsonOfAsync();
        Assert.True(JsonNode.DeepEquals(ended, (await site.Client.ReadAsync("/" + id))["chat"]!["history"]!["messages"]!["a"]));
        Assert.Equal("interrupted", (string)(await site.Client.ReadAsync($"/{clone["id"]}"))["chat"]!["history"]!["messages"]!["a"]!["state"]!);
    }
}
