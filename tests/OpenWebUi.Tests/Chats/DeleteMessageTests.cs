using System.Net;
using System.Text.Json.Nodes;
using OpenWebUi.StubProvider;
using OpenWebUi.Tests.Access;
using OpenWebUi.Tests.Relay;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Chats;

/// <summary><c>DELETE /api/v1/chats/{id}/messages/{mid}</c>: what hangs on the message goes, nothing else does, and all of it comes back.</summary>
public sealed class DeleteMessageTests
{
    [Theory]
    [InlineData("u1", "", null)]
    [InlineData("a1", "u1 a2 u3 a4", "a4")]
    [InlineData("a2", "u1 a1", "a1")]
    [InlineData("u3", "u1 a1 a2", "a2")]
    [InlineData("a4", "u1 a1 a2 u3", "u3")]
    public async Task Message_Deleted_TakesOnlyWhatHangsOnIt(string message, string left, string? end)
    {
        await using var site = await TestSite.StartAsync();
        var id = await site.Client.NewAsync();
        var before = await site.Client.ReadAsync("/" + id);

        var deleted = await DeleteAsync(site.Client, id, message).JsonOfAsync();

        var after = (await site.Client.ReadAsync("/" + id))["chat"]!["history"]!;
        Assert.Equal(left.Split(' ', StringSplitOptions.RemoveEmptyEntries).Order(), Ids(after));
        Assert.Equal((end, end), ((string?)after["currentId"], (string?)deleted["currentId"]));
        // What stays is the same to the last field.
        foreach (var (kept, value) in after["messages"]!.AsObject())
        {
            var old = before["chat"]!["history"]!["messages"]![kept]!.AsObject();
            value!["childrenIds"] = old["childrenIds"]!.DeepClone();
            Assert.True(JsonNode.DeepEquals(old, value), value.ToJsonString());
        }

        Assert.Equal(HttpStatusCode.OK, await site.Client.StatusAsync($"{ChatCalls.Root}/{id}/branch"));
        await site.Client.UpdateAsync(id, new JsonObject { ["history"] = deleted["history"]!.DeepClone() }).JsonOfAsync();
        var again = await site.Client.ReadAsync("/" + id);
        Assert.Equal((string?)before["chat"]!["history"]!["currentId"], (string?)again["chat"]!["history"]!["currentId"]);
        foreach (var (name, value) in before["chat"]!["history"]!["messages"]!.AsObject())
        {
            var back = again["chat"]!["history"]!["messages"]![name]!.AsObject();
            Assert.Equal(value!["childrenIds"]!.AsArray().Select(c => (string)c!).Order(), back["childrenIds"]!.AsArray().Select(c => (string)c!).Order());
            back["childrenIds"] = value["childrenIds"]!.DeepClone();
            Assert.True(JsonNode.DeepEquals(value, back), back.ToJsonString());
        }
    }

    [Fact]
    public async Task Message_OfALongChat_TakesAllBelowIt()
    {
        await using var site = await TestSite.StartAsync();
        var id = await site.Client.NewAsync(ChatCalls.Line(250).ToJsonString());

        var deleted = await DeleteAsync(site.Client, id, "m10").JsonOfAsync();

        Assert.Equal(240, deleted["history"]!["messages"]!.AsObject().Count);
        var branch = await site.Client.ReadAsync($"/{id}/branch");
        Assert.Equal(("m9", 10), ((string)branch["chat"]!["currentId"]!, branch["messages"]!.AsArray().Count));
        await site.Client.UpdateAsync(id, new JsonObject { ["history"] = deleted["history"]!.DeepClone() }).JsonOfAsync();
        Assert.Equal(250, Ids((await site.Client.ReadAsync("/" + id))["chat"]!["history"]!).Count());
    }

    [Fact]
    public async Task Message_OfAnotherVersion_IsNotDeleted()
    {
        await using var site = await TestSite.StartAsync();
        var id = await site.Client.NewAsync();
        var tag = await site.Client.TagAsync("/" + id);
        await site.Client.SendJsonAsync($"/{id}/messages/a1", new JsonObject { ["content"] = "Evora." }).JsonOfAsync();

        await DeleteAsync(site.Client, id, "a4", ("If-Match", tag)).JsonOfAsync(HttpStatusCode.PreconditionFailed);

        Assert.Equal(5, Ids((await site.Client.ReadAsync("/" + id))["chat"]!["history"]!).Count());
        using var answer = await DeleteAsync(site.Client, id, "a4", ("If-Match", await site.Client.TagAsync("/" + id)));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(answer.Header("ETag"), await site.Client.TagAsync("/" + id));
        await DeleteAsync(site.Client, id, "a4").JsonOfAsync(HttpStatusCode.NotFound);
        await DeleteAsync(site.Client, id, "a.b").JsonOfAsync(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Message_AboveARunningAnswer_Stays()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await TestSite.StartAsync(("BASE_URL", stub.BaseUrl));
        var turn = new HttpRequestMessage(HttpMethod.Post, "/api/chat/completions")
        {
            Content = new StringContent("""{"model":"stepped-3","stream":true,"parent_id":null,"user_message":{"id":"u","content":"hi"},"id":"a","background_tasks":{"title_generation":false}}"""),
        };
        using var answer = await site.Client.SendAsync(turn, HttpCompletionOption.ResponseHeadersRead);
        var id = answer.Header("x-openwebui-chat-id")!;

        await DeleteAsync(site.Client, id, "u").JsonOfAsync(HttpStatusCode.Conflict);

        stub.Steps.Open();
        await using var stream = await answer.Content.ReadAsStreamAsync();
        await stream.ReadUntilAsync("[DONE]");
        Assert.Equal(["a", "u"], Ids((await site.Client.ReadAsync("/" + id))["chat"]!["history"]!));
        await DeleteAsync(site.Client, id, "u/").JsonOfAsync();
    }

    [Fact]
    public async Task Message_AskedByAStranger_Stays()
    {
        await using var site = await TestSite.StartAsync(("CODE", "right"));
        var owner = AccessCalls.Cookie(await site.Client.PassAsync("right"));
        var id = await site.Client.NewAsync(headers: owner);
        using var stranger = await DeleteAsync(site.Client, id, "a4");
        using var code = await DeleteAsync(site.Client, id, "a4", ("Authorization", "Bearer nk-right"));
        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized), (stranger.StatusCode, code.StatusCode));
        await DeleteAsync(site.Client, id, "a4", owner).JsonOfAsync();
    }

    private static IEnumerable<string> Ids(JsonNode history) => history["messages"]!.AsObject().Select(m => m.Key).Order();

    private static Task<HttpResponseMessage> DeleteAsync(HttpClient client, string chat, string message, params (string Name, string Value)[] headers) =>
        client.CallAsync("DELETE", $"{ChatCalls.Root}/{chat}/messages/{message}", null, headers);
}
