using System.Net;
using System.Text.Json.Nodes;
using OpenWebUi.Services.Conversations;
using OpenWebUi.Tests.Access;
using OpenWebUi.Tests.Folders;
using OpenWebUi.Tests.Platform.Azure;
using OpenWebUi.Tests.Site;
using OpenWebUi.Tests.Turns;

namespace OpenWebUi.Tests.Chats;

/// <summary>Pain 14: an old chat is found, by its title and by what was said in it.</summary>
public sealed class SearchTests
{
    [Theory]
    [InlineData("SQLite")]
    [InlineData("Azurite")]
    public async Task Search_FindsTitlesFirstThenTextsFromTheNewestChat(string store)
    {
        var time = new ManualTime();
        using var azurite = store == "Azurite" ? await AzuriteServer.StartAsync() : null;
        await using var site = await TestSite.StartAsync(time, FolderTests.EnvironmentOf(azurite));
        var client = site.Client;
        var ids = new Dictionary<string, string>();
        foreach (var (name, title, text) in ((string, string, string)[])[
            ("old", "Garden", "We spoke of ZEBRA crossings,\nat length."), ("title", "A zebra's life", "nothing"), ("blob", "Long", new string('x', 250_000) + " the zebra"),
            ("other", "Else", "no such animal"), ("cjk", "旅行", "我们去里斯本旅行吧"), ("new", "Kitchen", "a zebra 🙂 in the kitchen")])
        {
            time.Advance(TimeSpan.FromSeconds(1));
            ids[name] = await client.NewAsync(new JsonObject
            {
                ["title"] = title,
                ["history"] = new JsonObject { ["messages"] = new JsonObject { ["m1"] = new JsonObject { ["role"] = "user", ["content"] = "first" }, ["m2"] = new JsonObject { ["role"] = "assistant", ["parentId"] = "m1", ["content"] = text } } },
            }.ToJsonString());
        }

        string[] found = [ids["title"], ids["new"], ids["blob"], ids["old"]];
        Assert.Equal(found, (await FindAsync(client, "zebra")).Select(Id));
        Assert.Equal(found, (await WalkAsync(client, "zebra")).Select(Id));
        Assert.Equal([ids["cjk"]], (await FindAsync(client, "里斯本")).Select(Id));
        Assert.Equal([ids["new"]], (await FindAsync(client, "KITCHEN a")).Select(Id));
        Assert.Empty(await FindAsync(client, "zebra kitchen garden"));

        var hits = await FindAsync(client, "zebra");
        Assert.Equal(("title", "A zebra's life", "zebra"), ((string)hits[0]["hit"]!["in"]!, (string)hits[0]["snippet"]!, Marked(hits[0])));
        Assert.Equal(("text", "m2", "zebra"), ((string)hits[1]["hit"]!["in"]!, (string)hits[1]["hit"]!["message_id"]!, Marked(hits[1])));
        Assert.Equal(("We spoke of ZEBRA crossings, at length.", "ZEBRA"), ((string)hits[3]["snippet"]!, Marked(hits[3])));
        Assert.StartsWith("…", (string)hits[2]["snippet"]!, StringComparison.Ordinal);
        Assert.Equal("里斯本", Marked((await FindAsync(client, "里斯本"))[0]));

        // Operators
        var folder = (string)(await client.CallAsync("POST", "/api/v1/folders", """{"name":"My Trips"}""").JsonOfAsync())["id"]!;
        await client.SendJsonAsync($"/{ids["old"]}/folder", new JsonObject { ["folder_id"] = folder }).JsonOfAsync();
        await client.SendJsonAsync($"/{ids["old"]}/tags", new JsonObject { ["name"] = "My Tag" }).JsonOfAsync();
        await client.SendJsonAsync($"/{ids["new"]}/pin", null).JsonOfAsync();
        await client.SendJsonAsync($"/{ids["blob"]}/archive", null).JsonOfAsync();
        foreach (var (text, expected) in ((string, string[])[])[
            ("folder:my_trips", ["old"]), ("folder:my_trips zebra", ["old"]), ("folder:none_such", []), ("tag:my_tag", ["old"]), ("tag:my_tag kitchen", []), ("tag:none zebra", ["title", "new", "blob"]),
            ("pinned:true", ["new"]), ("pinned:false zebra", ["title", "blob", "old"]), ("archived:true", ["blob"]), ("archived:false zebra", ["title", "new", "old"]),
            ("shared:true", []), ("shared:false pinned:true", ["new"]), ("", ["new", "cjk", "other", "blob", "title", "old"])])
        {
            Assert.Equal(expected.Select(name => ids[name]), (await FindAsync(client, text)).Select(Id));
            Assert.Equal(expected.Select(name => ids[name]), (await WalkAsync(client, text)).Select(Id));
        }
    }

    /// <summary>However much there is, one answer reads a bounded part of it.</summary>
    [Fact]
    public async Task Search_OfManyChats_ReadsAStretchAtATime()
    {
        await using var site = await TurnSite.StartAsync(new ManualTime());
        var writer = site.Get<ChatWriter>();
        var start = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        for (var i = 0; i < 200; i++)
        {
            var now = start.AddMinutes(i);
            await writer.CreateAsync(TurnSite.Owner, new(new($"c{i:D3}"), i % 2 == 0 ? $"Even {i}" : $"Odd {i}", now, now), [new(new("m"), null, 0, 0, "user", now) { Content = i == 0 ? "the needle" : "hay" }], default);
        }

        site.Counts.Reset();
        using var titles = await site.Client.GetAsync(ChatCalls.Root + "/search?text=even&after=");
        Assert.Equal(60, JsonNode.Parse(await titles.Content.ReadAsStringAsync())!.AsArray().Count);
        Assert.True(site.Counts.Traffic.Verbs <= 6, site.Counts.Log);
        Assert.Equal(100, (await WalkAsync(site.Client, "even")).Count);
        Assert.Equal(60, (await FindAsync(site.Client, "even")).Count);
        Assert.Equal(40, (await FindAsync(site.Client, "even", "&page=2")).Count);

        var (stretches, at) = (0, "");
        var hits = new List<JsonNode>();
        do
        {
            site.Counts.Reset();
            using var answer = await site.Client.GetAsync($"{ChatCalls.Root}/search?text=needle&after={at}");
            hits.AddRange(JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsArray().OfType<JsonNode>());
            Assert.True(site.Counts.Traffic.Verbs <= ChatSearch.MaxReads + 1, site.Counts.Log);
            at = answer.Header("x-openwebui-next");
            stretches++;
        }
        while (at is not null);
        Assert.Equal(["c000"], hits.Select(Id));
        Assert.InRange(stretches, 5, 10);
    }

    /// <summary>One chat may hold more than one answer reads: the cursor stands inside it.</summary>
    [Fact]
    public async Task Search_InsideAHugeChat_GoesOnWhereItEnded()
    {
        await using var site = await TurnSite.StartAsync(new ManualTime());
        var now = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var messages = Enumerable.Range(0, 90).Select(i => new Message(new($"m{i}"), i == 0 ? null : new($"m{i - 1}"), i, i, "user", now)
        {
            Content = (i == 0 ? "the needle " : "hay ") + new string('x', 200_001),
        }).ToList();
        await site.Get<ChatWriter>().CreateAsync(TurnSite.Owner, new(new("huge"), "Huge", now, now), messages, default);
        await site.Get<ChatWriter>().CreateAsync(TurnSite.Owner, new(new("small"), "Small", now.AddDays(-1), now.AddDays(-1)), [new(new("m"), null, 0, 0, "user", now) { Content = "a needle" }], default);
        Assert.Equal(["huge", "small"], (await WalkAsync(site.Client, "needle")).Select(Id));
    }

    [Theory]
    [InlineData("?text=a&after=x")]
    [InlineData("?text=a&after=m.1")]
    [InlineData("?text=a&after=m.1234567890123.a.1.b")]
    [InlineData("?text=a&after=t.1234567890123.a.00000001.b")]
    [InlineData("?text=a&page=0")]
    public async Task Search_WithAWrongQuery_Is422(string query)
    {
        await using var site = await TestSite.StartAsync();
        await site.Client.GetAsync(ChatCalls.Root + "/search" + query).JsonOfAsync(HttpStatusCode.UnprocessableEntity);
        await site.Client.GetAsync($"{ChatCalls.Root}/search?text={new string('x', 501)}").JsonOfAsync(HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task Search_OfAnotherGuest_FindsNothing()
    {
        await using var site = await TestSite.StartAsync(("CODE", "right"));
        var (mine, other) = (AccessCalls.Cookie(await site.Client.PassAsync("right")), AccessCalls.Cookie(await site.Client.PassAsync("right")));
        await site.Client.NewAsync(headers: mine);
        Assert.Empty((await site.Client.GetAsync(ChatCalls.Root + "/search?text=lisbon", other).JsonOfAsync()).AsArray());
        Assert.Single((await site.Client.GetAsync(ChatCalls.Root + "/search?text=lisbon", mine).JsonOfAsync()).AsArray());
    }

    private static string Id(JsonNode? hit) => (string)hit!["id"]!;

    private static string Marked(JsonNode hit) => ((string)hit["snippet"]!).Substring((int)hit["hit"]!["start"]!, (int)hit["hit"]!["length"]!);

    /// <summary>As Open WebUI's clients ask.</summary>
    private static async Task<List<JsonNode>> FindAsync(HttpClient client, string text, string more = "") =>
        [.. (await client.ReadAsync($"/search?text={Uri.EscapeDataString(text)}{more}")).AsArray().OfType<JsonNode>()];

    private static async Task<List<JsonNode>> WalkAsync(HttpClient client, string text)
    {
        var (hits, at) = (new List<JsonNode>(), (string?)"");
        while (at is not null)
        {
            using var answer = await client.GetAsync($"{ChatCalls.Root}/search?text={Uri.EscapeDataString(text)}&after={at}");
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            hits.AddRange(JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsArray().OfType<JsonNode>());
            at = answer.Header("x-openwebui-next");
        }

        return hits;
    }
}
