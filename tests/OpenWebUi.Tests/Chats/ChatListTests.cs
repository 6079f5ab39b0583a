using System.Net;
using System.Text.Json.Nodes;
using OpenWebUi.Tests.Access;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Chats;

public sealed class ChatListTests
{
    [Fact]
    public async Task Lists_ManyChats_ComeInPagesNewestFirst()
    {
        var time = new ManualTime();
        await using var site = await TestSite.StartAsync(time);
        var ids = new List<string>();
        for (var i = 0; i < 130; i++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            ids.Insert(0, await site.Client.NewAsync($$"""{"title":"c{{i}}"}"""));
        }

        await site.Client.SendJsonAsync($"/{ids[3]}/pin", null).JsonOfAsync();
        await site.Client.SendJsonAsync($"/{ids[70]}/pin", null).JsonOfAsync();
        await site.Client.SendJsonAsync($"/{ids[5]}/archive/", null).JsonOfAsync();
        var normal = ids.Where(id => id != ids[3] && id != ids[70] && id != ids[5]).ToList();
        var open = ids.Where(id => id != ids[5]).ToList();

        foreach (var path in (string[])["", "/", "/list", "/list/"])
        {
            Assert.Equal(normal, await IdsAsync(site, path));
            Assert.Equal(normal.Take(60), await IdsAsync(site, path + "?page=1"));
            Assert.Equal(normal.Skip(60).Take(60), await IdsAsync(site, path + "?page=2"));
            Assert.Equal(normal.Skip(120), await IdsAsync(site, path + "?page=3"));
            Assert.Empty(await IdsAsync(site, path + "?page=18"));
        }

        Assert.Equal(open, await IdsAsync(site, "?include_pinned=true"));
        Assert.Equal(open.Skip(60).Take(60), await IdsAsync(site, "?include_pinned=true&page=2&include_folders=true"));
        Assert.Equal([ids[3], ids[70]], await IdsAsync(site, "/pinned"));
        Assert.Equal([ids[5]], await IdsAsync(site, "/archived?page=1"));
        Assert.Equal(normal, await WalkAsync(site, "?page=1", "?after="));
        Assert.Equal(open, await WalkAsync(site, "?include_pinned=true&page=1", "?include_pinned=true&after="));

        var line = (await site.Client.ReadAsync("/pinned")).AsArray()[0]!.AsObject();
        Assert.Equal(["id", "title", "updated_at", "created_at", "pinned", "archived", "folder_id", "tags"], line.Select(f => f.Key));
        Assert.Equal((true, false), ((bool)line["pinned"]!, (bool)line["archived"]!));
        Assert.True((bool)(await site.Client.ReadAsync($"/{ids[3]}/pinned"))!);
    }

    [Theory]
    [InlineData("?page=0")]
    [InlineData("?page=-1")]
    [InlineData("?page=x")]
    [InlineData("?page=")]
    [InlineData("?page=99999999999")]
    [InlineData("?include_pinned=maybe")]
    [InlineData("?after=x")]
    [InlineData("?after=1234567890123.")]
    [InlineData("?after=1234567890123.a/b")]
    [InlineData("?page=1&after=1234567890123.a")]
    public async Task Lists_WithAWrongQuery_Are422(string query)
    {
        await using var site = await TestSite.StartAsync();
        await site.Client.GetAsync(ChatCalls.Root + query).JsonOfAsync(HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task Marks_LeaveTheTimeAndTheMessages()
    {
        var time = new ManualTime();
        await using var site = await TestSite.StartAsync(time);
        var id = await site.Client.NewAsync();
        var before = (await site.Client.ReadAsync("/" + id))["updated_at"]!.GetValue<long>();
        time.Advance(TimeSpan.FromMinutes(1));
        foreach (var (route, field) in ((string, string)[])[("pin", "pinned"), ("archive", "archived")])
        {
            foreach (var expected in (bool[])[true, false])
            {
                JsonNode? row = null;
                var written = await site.WrittenAsync(async () => row = await site.Client.SendJsonAsync($"/{id}/{route}", null).JsonOfAsync());
                Assert.Equal((expected, before), ((bool)row![field]!, row["updated_at"]!.GetValue<long>()));
                Assert.Null(row["chat"]!["history"]);
                Assert.DoesNotContain(written, row => row.Contains(".m.", StringComparison.Ordinal));
            }
        }

        var renamed = await site.Client.UpdateAsync(id, new JsonObject { ["title"] = " New name " }).JsonOfAsync();
        Assert.Equal(("New name", before), ((string)renamed["title"]!, renamed["updated_at"]!.GetValue<long>()));
        Assert.Equal("New name", (string)(await site.Client.ReadAsync("")).AsArray()[0]!["title"]!);
    }

    private static async Task<List<string>> IdsAsync(TestSite site, string path) =>
        [.. (await site.Client.ReadAsync(path)).AsArray().Select(line => (string)line!["id"]!)];

    private static async Task<List<string>> WalkAsync(TestSite site, string first, string after)
    {
        var ids = new List<string>();
        var query = first;
        while (true)
        {
            using var answer = await site.Client.GetAsync(ChatCalls.Root + query);
            ids.AddRange(JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsArray().Select(line => (string)line!["id"]!));
            if (answer.Header("x-openwebui-next") is not { } next)
            {
                return ids;
            }

            query = after + next;
        }
    }
}
