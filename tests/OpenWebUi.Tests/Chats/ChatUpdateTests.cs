using System.Net;
using System.Text.Json.Nodes;
using OpenWebUi.Tests.Access;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Chats;

public sealed class ChatUpdateTests
{
    [Fact]
    public async Task Update_OfOneMessage_WritesItsRowAndTheChats()
    {
        await using var site = await TestSite.StartAsync();
        var id = await site.Client.NewAsync();
        var blob = (await site.Client.ReadAsync("/" + id))["chat"]!;
        blob["history"]!["messages"]!["a1"]!["content"] = "Braga.";
        blob["history"]!["messages"]!["a1"]!["annotation"] = new JsonObject { ["rating"] = -1 };
        JsonNode? answer = null;
        var written = await site.WrittenAsync(async () => answer = await site.Client.UpdateAsync(id, blob).JsonOfAsync());
        Assert.Single(written, row => row.Contains(".m.", StringComparison.Ordinal) && row.EndsWith(".a1", StringComparison.Ordinal));
        Assert.Single(written, row => row.Contains(".m.", StringComparison.Ordinal));
        Assert.DoesNotContain(written, row => row.Contains(".i.", StringComparison.Ordinal));
        Assert.Equal("Braga.", (string)answer!["chat"]!["history"]!["messages"]!["a1"]!["content"]!);
        Assert.True(JsonNode.DeepEquals(answer, await site.Client.ReadAsync("/" + id)));
        Assert.Empty(await site.WrittenAsync(() => site.Client.UpdateAsync(id, blob).JsonOfAsync()));
    }

    [Fact]
    public async Task Update_OfOtherFields_MergesThem()
    {
        await using var site = await TestSite.StartAsync();
        var id = await site.Client.NewAsync();
        var row = await site.Client.UpdateAsync(id, JsonNode.Parse("""{"params":{"seed":1},"fresh":null,"tags":[]}""")!).JsonOfAsync();
        Assert.Equal("""{"seed":1}""", row["chat"]!["params"]!.ToJsonString());
        Assert.True(row["chat"]!.AsObject().ContainsKey("fresh"));
        Assert.Equal(("Be brief.", "Trip to Lisbon"), ((string)row["chat"]!["system"]!, (string)row["title"]!));
    }

    [Fact]
    public async Task Update_FromAPageThatKnowsFewerMessages_TakesNoneAway()
    {
        await using var site = await TestSite.StartAsync();
        var id = await site.Client.NewAsync();
        var row = await site.Client.UpdateAsync(id, JsonNode.Parse("""
            {"history":{"currentId":"n2","messages":{"u1":{"id":"u1","parentId":null,"childrenIds":["a1"],"role":"user","content":"Where to?","timestamp":1731000000},
             "a1":{"id":"a1","parentId":"u1","childrenIds":["n2"],"role":"assistant","content":"Porto.","done":true},
             "n2":{"id":"n2","parentId":"a1","childrenIds":[],"role":"user","content":"And then?"}}}}
            """)!).JsonOfAsync();
        var messages = row["chat"]!["history"]!["messages"]!.AsObject();
        Assert.Equal(6, messages.Count);
        Assert.Equal(["a2", "a1"], messages["u1"]!["childrenIds"]!.AsArray().Select(c => (string)c!));
        Assert.Equal(("n2", "m-1", 7), ((string)row["chat"]!["history"]!["currentId"]!, (string)messages["a1"]!["model"]!, (int)messages["a1"]!["usage"]!["total_tokens"]!));
    }

    [Fact]
    public async Task Update_OfAWholeTreeForThisVersion_TakesTheRestAwayAndMovesWhatHangsOnIt()
    {
        await using var site = await TestSite.StartAsync();
        var id = await site.Client.NewAsync();
        var tag = await site.Client.TagAsync("/" + id);
        // u1 and its answers are deleted; what stood below a2 is a first message now.
        var tree = JsonNode.Parse("""
            {"history":{"currentId":"a4","messages":{"u3":{"parentId":null,"childrenIds":["a4"],"role":"user","content":"Why?"},"a4":{"parentId":"u3","childrenIds":[],"role":"assistant"}}}}
            """)!;
        await site.Client.UpdateAsync(id, tree, ("If-Match", "\"else\"")).JsonOfAsync(HttpStatusCode.PreconditionFailed);
        var row = await site.Client.UpdateAsync(id, tree, ("If-Match", tag)).JsonOfAsync();
        Assert.Equal(["u3", "a4"], row["chat"]!["messages"]!.AsArray().Select(m => (string)m!["id"]!));
        Assert.Equal(2, row["chat"]!["history"]!["messages"]!.AsObject().Count);
        var branch = await site.Client.ReadAsync($"/{id}/branch?leaf=u3");
        Assert.Equal(["u3", "a4"], branch["messages"]!.AsArray().Select(m => (string)m!["id"]!));
        Assert.True(JsonNode.DeepEquals(row, await site.Client.ReadAsync("/" + id)));
    }

    [Fact]
    public async Task Update_OfAPartOfTheTreeForThisVersion_TakesNothingAway()
    {
        await using var site = await TestSite.StartAsync();
        var id = await site.Client.NewAsync();
        var part = JsonNode.Parse("""{"history":{"messages":{"u1":{"parentId":null,"childrenIds":["a2","a1"],"role":"user","content":"Where?"}}}}""")!;
        var row = await site.Client.UpdateAsync(id, part, ("If-Match", await site.Client.TagAsync("/" + id))).JsonOfAsync();
        Assert.Equal(5, row["chat"]!["history"]!["messages"]!.AsObject().Count);
    }

    [Fact]
    public async Task Update_OfABigTree_MovesItInBatches()
    {
        await using var site = await TestSite.StartAsync();
        var line = ChatCalls.Line(300, contentChars: 30_000);
        var id = await site.Client.NewAsync(line.ToJsonString());
        // Every message gets one more above it.
        line["history"]!["messages"]!["top"] = JsonNode.Parse("""{"role":"user","content":"top","childrenIds":["m0"]}""");
        line["history"]!["messages"]!["m0"]!["parentId"] = "top";
        var tag = await site.Client.TagAsync("/" + id);
        await site.Client.UpdateAsync(id, line, ("If-Match", tag)).JsonOfAsync();
        var branch = await site.Client.ReadAsync($"/{id}/branch?limit=200");
        Assert.Equal("m299", (string)branch["messages"]!.AsArray()[^1]!["id"]!);
        var above = await site.Client.ReadAsync($"/{id}/branch?limit=200&before={branch["before"]}");
        Assert.Equal(("top", 101), ((string)above["messages"]![0]!["id"]!, above["messages"]!.AsArray().Count));
        Assert.Empty(await site.WrittenAsync(() => site.Client.UpdateAsync(id, line).JsonOfAsync()));
        await site.Client.UpdateAsync(id, line, ("If-Match", tag)).JsonOfAsync(HttpStatusCode.PreconditionFailed);
    }

    [Fact]
    public async Task Update_OfSiblingsInAnotherOrder_KeepsIt()
    {
        await using var site = await TestSite.StartAsync();
        var id = await site.Client.NewAsync();
        var blob = (await site.Client.ReadAsync("/" + id))["chat"]!;
        blob["history"]!["messages"]!["u1"]!["childrenIds"] = new JsonArray("a1", "a2");
        var row = await site.Client.UpdateAsync(id, blob).JsonOfAsync();
        Assert.Equal("""["a1","a2"]""", row["chat"]!["history"]!["messages"]!["u1"]!["childrenIds"]!.ToJsonString());
    }

    [Fact]
    public async Task Update_FromAStaleTab_Is412AndChangesNothing()
    {
        await using var site = await TestSite.StartAsync();
        var id = await site.Client.NewAsync();
        var stale = await site.Client.TagAsync("/" + id);
        Assert.Equal(stale, (await site.Client.TagAsync($"/{id}/branch")).Split('.')[0] + "\"");
        await site.Client.UpdateAsync(id, new JsonObject { ["title"] = "first" }, ("If-Match", stale)).JsonOfAsync();
        Assert.Empty(await site.WrittenAsync(async () =>
        {
            await site.Client.UpdateAsync(id, new JsonObject { ["title"] = "second" }, ("If-Match", stale)).JsonOfAsync(HttpStatusCode.PreconditionFailed);
            await site.Client.SendJsonAsync($"/{id}/pin", null, ("If-Match", stale)).JsonOfAsync(HttpStatusCode.PreconditionFailed);
            await site.Client.SendJsonAsync($"/{id}/archive", null, ("If-Match", stale)).JsonOfAsync(HttpStatusCode.PreconditionFailed);
            await site.Client.SendJsonAsync($"/{id}/messages/a1", new JsonObject { ["content"] = "x" }, ("If-Match", stale)).JsonOfAsync(HttpStatusCode.PreconditionFailed);
        }));
        // nginx weakens the tag of what it compresses; a branch's tag counts as its chat's.
        await site.Client.SendJsonAsync($"/{id}/pin", null, ("If-Match", "W/" + await site.Client.TagAsync("/" + id))).JsonOfAsync();
        await site.Client.SendJsonAsync($"/{id}/pin", null, ("If-Match", await site.Client.TagAsync($"/{id}/branch"))).JsonOfAsync();
    }

    [Fact]
    public async Task Update_ByManyAtOnce_LosesNothing()
    {
        await using var site = await TestSite.StartAsync();
        var id = await site.Client.NewAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => site.Client.UpdateAsync(
            id, JsonNode.Parse("""{"fI":I,"history":{"messages":{"nI":{"role":"user","content":"I","parentId":"a1"}}}}""".Replace("I", $"{i}", StringComparison.Ordinal))!)));
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        var blob = (await site.Client.ReadAsync("/" + id))["chat"]!;
        Assert.Equal(9, blob["history"]!["messages"]!.AsObject().Count);
        Assert.All(Enumerable.Range(0, 4), i => Assert.Equal(i, (int)blob[$"f{i}"]!));
        var tag = await site.Client.TagAsync("/" + id);
        var raced = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => site.Client.UpdateAsync(id, new JsonObject { ["title"] = $"t{i}" }, ("If-Match", tag))));
        Assert.Equal([200, 412, 412, 412], raced.Select(r => (int)r.StatusCode).Order());
    }

    [Fact]
    public async Task Update_OfTheCurrentMessageAlone_MovesTheChat()
    {
        var time = new ManualTime();
        await using var site = await TestSite.StartAsync(time);
        var id = await site.Client.NewAsync();
        var before = (await site.Client.ReadAsync("/" + id))["updated_at"]!.GetValue<long>();
        time.Advance(TimeSpan.FromMinutes(1));
        var moved = await site.Client.UpdateAsync(id, JsonNode.Parse("""{"history":{"currentId":"a1"}}""")!).JsonOfAsync();
        Assert.Equal(before, moved["updated_at"]!.GetValue<long>());
        Assert.Equal(["u1", "a1"], (await site.Client.ReadAsync($"/{id}/branch"))["messages"]!.AsArray().Select(m => (string)m!["id"]!));
        await site.Client.UpdateAsync(id, JsonNode.Parse("""{"history":{"currentId":"other"}}""")!).JsonOfAsync(HttpStatusCode.NotFound);
        await site.Client.UpdateAsync(id, new JsonObject { ["title"] = " " }).JsonOfAsync(HttpStatusCode.UnprocessableEntity);
    }
}
