using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using OpenWebUi.Tests.Access;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Chats;

public sealed class ChatBranchTests
{
    [Fact]
    public async Task Branch_ShowsTheEndWithSiblingsAndTheHead()
    {
        await using var site = await TestSite.StartAsync();
        var id = await site.Client.NewAsync();
        var branch = await site.Client.ReadAsync($"/{id}/branch/");
        Assert.Equal(["u1", "a2", "u3", "a4"], Ids(branch));
        Assert.Null(branch["before"]);
        Assert.Equal("""["a2","a1"]""", branch["messages"]![1]!["siblings"]!.ToJsonString());
        Assert.Null(branch["messages"]![0]!["siblings"]);
        var head = branch["chat"]!.AsObject();
        Assert.Equal((id, "a4", "Be brief.", 2), ((string)head["id"]!, (string)head["currentId"]!, (string)head["system"]!, head["models"]!.AsArray().Count));
        Assert.False(head.ContainsKey("chat"));
        Assert.Equal(["u1", "a2", "u3", "a4"], Ids(await site.Client.ReadAsync($"/{id}/branch?leaf=a2")));
        Assert.Equal(["u1", "a1"], Ids(await site.Client.ReadAsync($"/{id}/branch?leaf=a1")));

        var end = await site.Client.ReadAsync($"/{id}/branch?limit=3");
        Assert.Equal(["a2", "u3", "a4"], Ids(end));
        Assert.Equal(["u1"], Ids(await site.Client.ReadAsync($"/{id}/branch?limit=3&before={end["before"]}")));
        Assert.Empty(Ids(await site.Client.ReadAsync($"/{await site.Client.NewAsync("{}")}/branch")));
    }

    [Theory]
    [InlineData("limit=0", 422)]
    [InlineData("limit=201", 422)]
    [InlineData("limit=x", 422)]
    [InlineData("before=x", 422)]
    [InlineData("before=-1.u1", 422)]
    [InlineData("before=1.u1", 404)]
    [InlineData("before=9999999.u1", 404)]
    [InlineData("leaf=other", 404)]
    [InlineData("leaf=a/b", 404)]
    public async Task Branch_WithAWrongQuery_IsRefused(string query, int status)
    {
        await using var site = await TestSite.StartAsync();
        var id = await site.Client.NewAsync();
        using var answer = await site.Client.GetAsync($"{ChatCalls.Root}/{id}/branch?{query}");
        Assert.Equal(status, (int)answer.StatusCode);
    }

    [Fact]
    public async Task Branch_KnownAlready_IsNotSentAgain()
    {
        await using var site = await TestSite.StartAsync();
        var id = await site.Client.NewAsync();
        var tag = await site.Client.TagAsync($"/{id}/branch");
        using var same = await site.Client.GetAsync($"{ChatCalls.Root}/{id}/branch", ("If-None-Match", tag));
        Assert.Equal((HttpStatusCode.NotModified, tag), (same.StatusCode, same.Header("ETag")));
        await site.Client.SendJsonAsync($"/{id}/messages/a4", new JsonObject { ["content"] = "new" }).JsonOfAsync();
        Assert.Equal(HttpStatusCode.OK, await site.Client.StatusAsync($"{ChatCalls.Root}/{id}/branch", ("If-None-Match", tag)));
    }

    [Fact]
    public async Task Chat_OfTenThousandMessages_IsOpenedFast()
    {
        await using var site = await TestSite.StartAsync();
        var id = await site.Client.NewAsync(ChatCalls.Line(10_000, contentChars: 200).ToJsonString());
        Assert.Equal(40, Ids(await site.Client.ReadAsync($"/{id}/branch")).Count);
        var watch = Stopwatch.StartNew();
        var branch = await site.Client.ReadAsync($"/{id}/branch");
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(1), $"{watch.Elapsed}");
        Assert.Equal(("m9960", "m9999", "9959.m9959"), (Ids(branch)[0], Ids(branch)[^1], (string)branch["before"]!));
        var whole = await site.Client.ReadAsync("/" + id);
        Assert.Equal((10_000, 10_000), (whole["chat"]!["history"]!["messages"]!.AsObject().Count, whole["chat"]!["messages"]!.AsArray().Count));
        var written = await site.WrittenAsync(() => site.Client.UpdateAsync(id, JsonNode.Parse("""{"history":{"currentId":"n","messages":{"n":{"role":"user","content":"x","parentId":"m9999"}}}}""")!).JsonOfAsync());
        Assert.Equal(2, written.Count(row => row.EndsWith(".n", StringComparison.Ordinal)));
        Assert.InRange(written.Count, 4, 5);
    }

    private static List<string> Ids(JsonNode branch) => [.. branch["messages"]!.AsArray().Select(m => (string)m!["id"]!)];
}
