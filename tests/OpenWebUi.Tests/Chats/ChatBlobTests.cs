using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using OpenWebUi.Tests.Access;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Chats;

public sealed class ChatBlobTests
{
    /// <summary>What is ours to say of a message.</summary>
    private static readonly string[] Ours = ["state", "sequence", "model", "done"];

    [Fact]
    public async Task Blob_WithBranchesAndUnknownFields_ComesBackEqual()
    {
        await using var site = await TestSite.StartAsync();
        var sent = JsonNode.Parse(ChatCalls.Blob)!;
        var id = await site.Client.NewAsync();
        var row = await site.Client.ReadAsync($"/{id}/");
        Assert.Equal((id, "local", "Trip to Lisbon", false, false), ((string)row["id"]!, (string)row["user_id"]!, (string)row["title"]!, (bool)row["pinned"]!, (bool)row["archived"]!));
        Assert.True(row["share_id"] is null && row["folder_id"] is null && row["meta"] is JsonObject);
        var blob = row["chat"]!.AsObject();
        Assert.Equal(id, (string)blob["id"]!);
        Assert.Equal(["u1", "a2", "u3", "a4"], blob["messages"]!.AsArray().Select(m => (string)m!["id"]!));
        foreach (var (name, value) in sent.AsObject().Where(f => f.Key is not ("id" or "history" or "messages")))
        {
            Assert.True(JsonNode.DeepEquals(value, blob[name]), $"{name}: {blob[name]}");
        }

        var messages = blob["history"]!["messages"]!.AsObject();
        Assert.Equal(("a4", true, 5), ((string)blob["history"]!["currentId"]!, (bool)blob["history"]!["unknown"]!, messages.Count));
        foreach (var (name, message) in sent["history"]!["messages"]!.AsObject())
        {
            var back = messages[name]!.DeepClone().AsObject();
            foreach (var own in Ours.Where(field => message![field] is null))
            {
                back.Remove(own);
            }

            Assert.True(JsonNode.DeepEquals(message, back), $"{name}: {back}");
        }

        Assert.Equal(("done", "failed"), ((string)messages["a1"]!["state"]!, (string)messages["a4"]!["state"]!));
        // What came back can be stored as it is: nothing changes.
        Assert.Empty(await site.WrittenAsync(async () => await site.Client.UpdateAsync(id, blob).JsonOfAsync()));
    }

    [Fact]
    public async Task Blob_OfAnOldExport_IsALine()
    {
        await using var site = await TestSite.StartAsync();
        var id = await site.Client.NewAsync("""{"messages":[{"role":"user","content":"a"},{"id":"x","role":"assistant","content":"b","foo":1},{"role":"user","content":[{"type":"text","text":"c"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AA=="}}]}]}""");
        var blob = (await site.Client.ReadAsync("/" + id))["chat"]!;
        Assert.Equal(["a", "b", "c"], blob["messages"]!.AsArray().Select(m => (string)m!["content"]!));
        Assert.Equal(("x", 1, 2), ((string)blob["messages"]![1]!["id"]!, (int)blob["messages"]![1]!["foo"]!, blob["messages"]![2]!["contentParts"]!.AsArray().Count));
        Assert.Equal("New Chat", (string)blob["title"]!);
    }

    [Theory]
    [InlineData("""{"history":{"messages":{"a":{"role":"user","content":"x","parentId":"gone"}},"currentId":"unknown"}}""", "a")]
    [InlineData("""{"history":{"messages":{}}}""", null)]
    [InlineData("{}", null)]
    [InlineData("""{"title":"  t  ","history":{"messages":{"a":{"role":"user"},"b":{"role":"user","parentId":"a"},"c":{"role":"user","parentId":"a"}}}}""", "c")]
    public async Task Blob_WithoutAnEnd_IsOpenedAtTheDeepestNewestMessage(string blob, string? current)
    {
        await using var site = await TestSite.StartAsync();
        var chat = (await site.Client.ReadAsync("/" + await site.Client.NewAsync(blob)))["chat"]!;
        Assert.Equal(current, (string?)chat["history"]!["currentId"]);
        Assert.True((string)chat["title"]! is "t" or "New Chat");
    }

    [Theory]
    [InlineData("""{"a":{"role":"user","parentId":"a"}}""")]
    [InlineData("""{"a":{"role":"user","parentId":"b"},"b":{"role":"user","parentId":"c"},"c":{"role":"user","parentId":"a"},"d":{"role":"user","parentId":"a"}}""")]
    public async Task Blob_WhoseParentsFormACircle_IsRefused(string messages)
    {
        await using var site = await TestSite.StartAsync();
        var written = await site.WrittenAsync(() => site.Client.SendJsonAsync("/new", JsonNode.Parse("""{"chat":{"history":{"messages":MESSAGES}}}""".Replace("MESSAGES", messages, StringComparison.Ordinal))).JsonOfAsync(HttpStatusCode.UnprocessableEntity));
        Assert.Empty(written);
        var id = await site.Client.NewAsync();
        Assert.Empty(await site.WrittenAsync(() => site.Client.UpdateAsync(id, JsonNode.Parse("""{"history":{"messages":{"u1":{"parentId":"a4"}}}}""")!).JsonOfAsync(HttpStatusCode.UnprocessableEntity)));
    }

    [Theory]
    [InlineData("""{"chat":5}""", 422, "chat")]
    [InlineData("{}", 422, "chat")]
    [InlineData("[]", 400, null)]
    [InlineData("""{"chat":{"a":1,"a":2}}""", 400, null)]
    [InlineData("""{"chat":{"title":5}}""", 422, "chat.title")]
    [InlineData("""{"chat":{"history":[]}}""", 422, "chat.history")]
    [InlineData("""{"chat":{"history":{"messages":[]}}}""", 422, "chat.history.messages")]
    [InlineData("""{"chat":{"history":{"messages":{"a/b":{"role":"user"}}}}}""", 422, "chat.history.messages")]
    [InlineData("""{"chat":{"history":{"messages":{"a":7}}}}""", 422, "chat.history.messages.a")]
    [InlineData("""{"chat":{"history":{"messages":{"a":{"content":"x"}}}}}""", 422, "chat.history.messages.a.role")]
    [InlineData("""{"chat":{"history":{"messages":{"a":{"role":"user","content":7}}}}}""", 422, "chat.history.messages.a.content")]
    [InlineData("""{"chat":{"history":{"messages":{"a":{"role":"user","parentId":7}}}}}""", 422, "chat.history.messages.a.parentId")]
    [InlineData("""{"chat":{"history":{"messages":{"a":{"role":"user","childrenIds":"b"}}}}}""", 422, "chat.history.messages.a.childrenIds")]
    [InlineData("""{"chat":{"history":{"messages":{"a":{"role":"assistant","done":"yes"}}}}}""", 422, "chat.history.messages.a.done")]
    [InlineData("""{"chat":{"history":{"currentId":{}}}}""", 422, "chat.history.currentId")]
    [InlineData("""{"chat":{"messages":{}}}""", 422, "chat.messages")]
    public async Task Blob_OfAWrongShape_IsRefusedByField(string body, int status, string? field)
    {
        await using var site = await TestSite.StartAsync();
        using var answer = await site.Client.CallAsync("POST", ChatCalls.Root + "/new", body);
        Assert.Equal((status, "application/problem+json"), ((int)answer.StatusCode, answer.Content.Headers.ContentType!.MediaType));
        var problem = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        Assert.Equal(field, problem["errors"]?.AsObject().Single().Key);
    }

    [Fact]
    public async Task Blob_TooLong_IsRefusedByField()
    {
        await using var site = await TestSite.StartAsync();
        (string Field, JsonObject Chat)[] cases =
        [
            ("chat.title", new() { ["title"] = new string('t', 201) }),
            ("chat", new() { ["params"] = new JsonObject { ["system"] = new string('s', 250_001) } }),
            ("chat.history.messages.a.content", new() { ["history"] = new JsonObject { ["messages"] = new JsonObject { ["a"] = new JsonObject { ["role"] = "user", ["content"] = new string('c', 5_000_001) } } } }),
            ("chat.history.messages.a.content", new() { ["history"] = new JsonObject { ["messages"] = new JsonObject { ["a"] = new JsonObject { ["role"] = "user", ["content"] = "", ["x"] = new string('c', 5_000_001) } } } }),
        ];
        foreach (var (field, chat) in cases)
        {
            var problem = await site.Client.SendJsonAsync("/new", new JsonObject { ["chat"] = chat }).JsonOfAsync(HttpStatusCode.UnprocessableEntity);
            Assert.Equal(field, problem["errors"]!.AsObject().Single().Key);
        }
    }

    [Fact]
    public async Task Texts_LongAndStrange_ComeBackWhole()
    {
        await using var site = await TestSite.StartAsync();
        // As large and as badly escaped as is taken, chat and message together in one batch.
        string[] texts = [string.Concat(Enumerable.Repeat("🙂é\"\\\n\u0001", 20_000)), new string('\u4e00', 199_000), string.Concat(Enumerable.Repeat("🙂\\\u0001x", 400_000)), "a" + string.Concat(Enumerable.Repeat("🙂", 16_384)), "<script>\u2028</script>", "\0"];
        foreach (var text in texts)
        {
            var extra = text.Length > 100_000 ? new string('\u4e00', 249_000) : text;
            var body = new JsonObject
            {
                ["title"] = "t",
                ["mine"] = extra,
                ["history"] = new JsonObject { ["messages"] = new JsonObject { ["a"] = new JsonObject { ["role"] = "user", ["content"] = text, ["own"] = text.Length > 50_000 ? "" : text } } },
            };
            var blob = (await site.Client.ReadAsync("/" + await site.Client.NewAsync(body.ToJsonString())))["chat"]!;
            Assert.Equal((extra, text), ((string)blob["mine"]!, (string)blob["history"]!["messages"]!["a"]!["content"]!));
            Assert.Equal(text.Length > 50_000 ? "" : text, (string)blob["history"]!["messages"]!["a"]!["own"]!);
        }
    }

    [Fact]
    public async Task Texts_CutInsideACharacter_AreKeptWithoutTheHalf()
    {
        await using var site = await TestSite.StartAsync();
        using var sent = await site.Client.CallAsync("POST", ChatCalls.Root + "/new", """
            {"chat":{"title":"x\ud83d","last\udE00":"\\ud83d \ud83d\ude42 \uD83Dz","history":{"messages":{"a":{"role":"user","content":"\ude42\ud83d\ud83d\ude42\\"}}}}}
            """);
        var blob = JsonNode.Parse(await sent.Content.ReadAsStringAsync())!["chat"]!;
        Assert.Equal(("x\uFFFD", "\\ud83d 🙂 \uFFFDz", "\uFFFD\uFFFD🙂\\"), ((string)blob["title"]!, (string)blob["last\uFFFD"]!, (string)blob["history"]!["messages"]!["a"]!["content"]!));
        using var content = new ByteArrayContent([.. Encoding.UTF8.GetBytes("{\"chat\":{\"title\":\""), 0xC3, 0x28, .. Encoding.UTF8.GetBytes("\"}}")]);
        using var broken = await site.Client.PostAsync(new Uri(ChatCalls.Root + "/new", UriKind.Relative), content);
        Assert.Equal(HttpStatusCode.BadRequest, broken.StatusCode);
    }

    [Fact]
    public async Task Layout_MadeUpByAClient_IsLeftAside()
    {
        await using var site = await TestSite.StartAsync();
        foreach (var layout in (string[])["c1c2147483647", "c99999999999", "r-1", "x", "c1c1", "c0r1c1"])
        {
            var id = await site.Client.NewAsync("""{"history":{"messages":{"a":{"role":"assistant","content":"12","reasoning":"3","layout":"LAYOUT","done":true}}}}""".Replace("LAYOUT", layout, StringComparison.Ordinal));
            var message = (await site.Client.ReadAsync("/" + id))["chat"]!["history"]!["messages"]!["a"]!;
            Assert.Equal(("12", "3", null), ((string)message["content"]!, (string)message["reasoning"]!, (string?)message["layout"]));
        }

        var fitting = await site.Client.NewAsync("""{"history":{"messages":{"a":{"role":"assistant","content":"12","reasoning":"3","layout":"c1r1c1","done":true}}}}""");
        Assert.Equal("c1r1c1", (string)(await site.Client.ReadAsync("/" + fitting))["chat"]!["history"]!["messages"]!["a"]!["layout"]!);
    }
}
