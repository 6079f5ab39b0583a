using System.Net;
using System.Text.Json.Nodes;
using OpenWebUi.Services.Conversations;
using OpenWebUi.Tests.Access;
using OpenWebUi.Tests.Auth;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Chats;

/// <summary>Export, import, and deleting everything.</summary>
public sealed class MoveChatsTests
{
    [Fact]
    public async Task Export_ThenImport_KeepsWhatAChatHas()
    {
        var time = new ManualTime();
        await using var site = await AccountSite.StartAsync(time, null);
        var (user, other) = (site.User.Bearer, site.Other.Bearer);
        var ids = new[] { await user.NewAsync(), await user.NewAsync(ChatCalls.Line(3).ToJsonString()), await user.NewAsync() };
        await user.SendJsonAsync($"/{ids[1]}/pin", null).JsonOfAsync();
        await user.SendJsonAsync($"/{ids[2]}/archive", null).JsonOfAsync();
        var rows = (await user.ReadAsync("/all")).AsArray();
        Assert.Equal([ids[2], ids[0], ids[1]], rows.Select(r => (string)r!["id"]!));
        Assert.Equal([ids[2]], (await user.ReadAsync("/all/archived")).AsArray().Select(r => (string)r!["id"]!));

        time.Advance(TimeSpan.FromDays(3));
        var imported = (await other.SendJsonAsync("/import", new JsonObject { ["chats"] = rows.DeepClone() }).JsonOfAsync()).AsArray();
        Assert.Equal(3, imported.Count);
        var copies = (await other.ReadAsync("/all")).AsArray();
        for (var i = 0; i < 3; i++)
        {
            Assert.NotEqual((string?)rows[i]!["id"], (string?)copies[i]!["id"]);
            foreach (var node in (JsonNode[])[rows[i]!, copies[i]!])
            {
                node["id"] = node["user_id"] = node["chat"]!["id"] = null;
            }

            Assert.Equal(rows[i]!.ToJsonString(), copies[i]!.ToJsonString());
        }

        // A second time makes copies, and the first ones stay.
        await other.SendJsonAsync("/import", new JsonObject { ["chats"] = rows.DeepClone() }).JsonOfAsync();
        Assert.Equal(6, (await other.ReadAsync("/all")).AsArray().Count);
    }

    [Fact]
    public async Task Export_InParts_HasEveryChatOnce()
    {
        await using var site = await TestSite.StartAsync();
        var ids = new List<string>();
        for (var i = 0; i < 7; i++)
        {
            ids.Add(await site.Client.NewAsync(ChatCalls.Line(1).ToJsonString()));
            if (i % 3 > 0)
            {
                await site.Client.SendJsonAsync($"/{ids[i]}/{(i % 3 == 1 ? "pin" : "archive")}", null).JsonOfAsync();
            }
        }

        // One that lies in a folder is on none of the other lists.
        var folder = await site.Client.CallAsync("POST", "/api/v1/folders/", """{"name":"Work"}""").JsonOfAsync();
        await site.Client.SendJsonAsync($"/{ids[0]}/folder", new JsonObject { ["folder_id"] = (string)folder["id"]! }).JsonOfAsync();

        var (read, after, parts) = (new List<string>(), (string?)null, 0);
        do
        {
            using var answer = await site.Client.GetAsync($"{ChatCalls.Root}/all?limit=2{(after is null ? "" : "&after=" + after)}");
            read.AddRange(JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsArray().Select(r => (string)r!["id"]!));
            after = answer.Header("x-openwebui-next");
            parts++;
        }
        while (after is not null && parts < 20);

        Assert.Equal(ids.Order(), read.Order());
        foreach (var query in (string[])["limit=0", "limit=101", "limit=x", "limit=1&after=x", "limit=1&after=l.q.0000000000000.x"])
        {
            using var refused = await site.Client.GetAsync($"{ChatCalls.Root}/all?{query}");
            Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
        }
    }

    [Fact]
    public async Task Import_WithBrokenItems_SaysWhichAndTakesTheRest()
    {
        await using var site = await TestSite.StartAsync();
        var items = new JsonArray(
            new JsonObject { ["chat"] = ChatCalls.Line(1) }, "text", new JsonObject { ["chat"] = new JsonObject { ["title"] = 3 } },
            new JsonObject { ["chat"] = JsonNode.Parse("""{"title":"Legacy","messages":[{"role":"user","content":"Hello"}]}""") },
            new JsonObject { ["chat"] = ChatCalls.Line(1), ["meta"] = 3 });
        var report = await site.Client.SendJsonAsync("/import?report=true", new JsonObject { ["chats"] = items.DeepClone() }).JsonOfAsync();
        Assert.Equal(["Line", "Legacy"], report["imported"]!.AsArray().Select(t => (string)t!["title"]!));
        Assert.Equal([1, 2, 4], report["failed"]!.AsArray().Select(f => (int)f!["index"]!));
        Assert.All(report["failed"]!.AsArray(), f => Assert.NotEmpty((string)f!["detail"]!));
        Assert.Equal(2, (await site.Client.ReadAsync("/")).AsArray().Count);

        var refused = await site.Client.SendJsonAsync("/import", new JsonObject { ["chats"] = items.DeepClone() }).JsonOfAsync(HttpStatusCode.UnprocessableEntity);
        Assert.Contains("Item 2", (string)refused["detail"]!, StringComparison.Ordinal);
        Assert.Equal(2, (await site.Client.ReadAsync("/")).AsArray().Count);
        await site.Client.SendJsonAsync("/import", new JsonObject { ["chats"] = 1 }).JsonOfAsync(HttpStatusCode.UnprocessableEntity);
    }

    /// <summary>The same chat in the same state once, however often a file is chosen; a chat that grew elsewhere, and one that was deleted here, again.</summary>
    [Fact]
    public async Task Import_Repeated_LeavesOutWhatIsHere()
    {
        await using var site = await AccountSite.StartAsync();
        var user = site.User.Bearer;
        JsonObject Item(string? id, long updated, string title) => new() { ["id"] = id, ["updated_at"] = updated, ["chat"] = new JsonObject { ["title"] = title, ["history"] = ChatCalls.Line(3)["history"]!.DeepClone() } };
        JsonArray Items() => [Item("a", 1_700_000_000, "A"), Item(null, 1_700_000_000, "Nameless"), Item("a", 1_700_000_500, "A, longer")];
        Assert.Equal((3, 0), await ImportAsync(user, Items()));
        Assert.Equal((0, 3), await ImportAsync(user, Items()));
        Assert.Equal((1, 2), await ImportAsync(user, [.. Items().Take(2).Select(item => item!.DeepClone()), Item("b", 1, "B")]));
        // Somebody else has none of them, and a program that does not ask for it gets copies.
        Assert.Equal((3, 0), await ImportAsync(site.Other.Bearer, Items()));
        await user.SendJsonAsync("/import", new JsonObject { ["chats"] = Items() }).JsonOfAsync();
        Assert.Equal(7, (await user.ReadAsync("/")).AsArray().Count);

        // What was deleted comes back, once.
        Assert.True((bool)await user.CallAsync("DELETE", ChatCalls.Root + "/", null).JsonOfAsync());
        Assert.Equal((3, 0), await ImportAsync(user, Items()));
        Assert.Equal((0, 3), await ImportAsync(user, Items()));

        // The export of chats that are still here, of one that went on since too.
        var rows = (await user.ReadAsync("/all")).AsArray();
        await user.UpdateAsync((string)rows[0]!["id"]!, JsonNode.Parse("""{"history":{"messages":{"new":{"parentId":"m2","role":"assistant","content":"later"}}}}""")!).JsonOfAsync();
        Assert.Equal((0, 3), await ImportAsync(user, rows));
        Assert.Equal((3, 0), await ImportAsync(site.Admin.Bearer, (await user.ReadAsync("/all")).AsArray()));
    }

    [Fact]
    public async Task Import_OfChatsInFolders_FilesThemWhereTheFolderIsTheOwners()
    {
        await using var site = await AccountSite.StartAsync();
        var (user, other) = (site.User.Bearer, site.Other.Bearer);
        var folder = (string)(await user.CallAsync("POST", "/api/v1/folders/", """{"name":"Work"}""").JsonOfAsync())["id"]!;
        var chat = await user.NewAsync();
        await user.SendJsonAsync($"/{chat}/folder", new JsonObject { ["folder_id"] = folder }).JsonOfAsync();
        var rows = (await user.ReadAsync("/all")).AsArray();
        rows.Add(rows[0]!.DeepClone());
        rows[1]!["pinned"] = true;
        foreach (var client in (HttpClient[])[user, other])
        {
            await client.SendJsonAsync("/import", new JsonObject { ["chats"] = rows.DeepClone() }).JsonOfAsync();
        }

        Assert.Equal([folder, folder, folder], (await user.ReadAsync("/all")).AsArray().Select(r => (string?)r!["folder_id"]));
        Assert.Equal(2, (await user.ReadAsync("/folder/" + folder)).AsArray().Count);
        Assert.Equal([null, null], (await other.ReadAsync("/all")).AsArray().Select(r => (string?)r!["folder_id"]));
    }

    private static async Task<(int Imported, int Known)> ImportAsync(HttpClient client, JsonArray items)
    {
        var report = await client.SendJsonAsync("/import?report=true&known=skip", new JsonObject { ["chats"] = items.DeepClone() }).JsonOfAsync();
        Assert.Empty(report["failed"]!.AsArray());
        return (report["imported"]!.AsArray().Count, report["known"]!.AsArray().Count);
    }

    [Fact]
    public async Task DeleteAll_AskedUntilItSaysSo_LeavesNothingOfOnesOwn()
    {
        await using var site = await AccountSite.StartAsync();
        var others = await site.Other.Bearer.NewAsync();
        var many = new JsonArray([.. Enumerable.Range(0, ChatRemoval.MaxAtOnce).Select(i => new JsonObject { ["chat"] = ChatCalls.Line(1), ["pinned"] = i % 2 == 0 })]);
        await site.User.Bearer.SendJsonAsync("/import", new JsonObject { ["chats"] = many }).JsonOfAsync();
        await site.User.Bearer.SendJsonAsync($"/{await site.User.Bearer.NewAsync()}/archive", null).JsonOfAsync();
        var folder = await site.User.Bearer.CallAsync("POST", "/api/v1/folders/", """{"name":"Work"}""").JsonOfAsync();
        await site.User.Bearer.SendJsonAsync($"/{await site.User.Bearer.NewAsync()}/folder", new JsonObject { ["folder_id"] = (string)folder["id"]! }).JsonOfAsync();

        Assert.False((bool)await site.User.Bearer.CallAsync("DELETE", ChatCalls.Root + "/", null).JsonOfAsync());
        Assert.Equal(2, (await site.User.Bearer.ReadAsync("/all")).AsArray().Count);
        Assert.True((bool)await site.User.Bearer.CallAsync("DELETE", ChatCalls.Root + "/", null).JsonOfAsync());
        Assert.True((bool)await site.User.Bearer.CallAsync("DELETE", ChatCalls.Root, null).JsonOfAsync());
        Assert.Empty((await site.User.Bearer.ReadAsync("/all")).AsArray());
        Assert.Equal([others], (await site.Other.Bearer.ReadAsync("/all")).AsArray().Select(r => (string)r!["id"]!));
    }
}
