using System.Net;
using System.Text.Json.Nodes;
using OpenWebUi.Tests.Access;
using OpenWebUi.Tests.Folders;
using OpenWebUi.Tests.Platform.Azure;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Chats;

public sealed class TagTests
{
    [Theory]
    [InlineData("SQLite")]
    [InlineData("Azurite")]
    public async Task Tags_AreKeptWithTheirNames_UntilNoChatHasThem(string store)
    {
        using var azurite = store == "Azurite" ? await AzuriteServer.StartAsync() : null;
        await using var site = await TestSite.StartAsync(FolderTests.EnvironmentOf(azurite));
        var client = site.Client;
        var (one, two) = (await client.NewAsync(), await client.NewAsync());
        Assert.Equal(["my_tag My Tag"], await NamesAsync(client.SendJsonAsync($"/{one}/tags", Name(" My Tag "))));
        Assert.Equal(["my_tag My Tag", "旅行 旅行"], await NamesAsync(client.SendJsonAsync($"/{one}/tags", Name("旅行"))));
        // Twice is once.
        Assert.Equal(["my_tag My Tag", "旅行 旅行"], await NamesAsync(client.SendJsonAsync($"/{one}/tags", Name("旅行"))));
        await client.SendJsonAsync($"/{two}/tags", Name("My Tag")).JsonOfAsync();

        Assert.Equal(["my_tag My Tag", "旅行 旅行"], await NamesAsync(client.GetAsync(ChatCalls.Root + "/all/tags")));
        Assert.Equal(["my_tag", "旅行"], (await client.ReadAsync("/" + one))["meta"]!["tags"]!.AsArray().Select(tag => (string)tag!));
        var line = (await client.ReadAsync("")).AsArray().Single(line => (string)line!["id"]! == one)!;
        Assert.Equal(["my_tag", "旅行"], line["tags"]!.AsArray().Select(tag => (string)tag!));
        Assert.Equal(2, (await client.SendJsonAsync("/tags", Name("MY TAG")).JsonOfAsync()).AsArray().Count);
        Assert.Equal([one], (await client.SendJsonAsync("/tags", Name("旅行")).JsonOfAsync()).AsArray().Select(chat => (string)chat!["id"]!));
        Assert.Single((await client.SendJsonAsync("/tags", new JsonObject { ["name"] = "my tag", ["skip"] = 1, ["limit"] = 5 }).JsonOfAsync()).AsArray());

        Assert.Equal(["my_tag My Tag"], await NamesAsync(client.CallAsync("DELETE", $"{ChatCalls.Root}/{one}/tags", Name("旅行").ToJsonString())));
        Assert.Equal(["my_tag My Tag"], await NamesAsync(client.GetAsync(ChatCalls.Root + "/all/tags")));
        Assert.True((bool)await client.CallAsync("DELETE", $"{ChatCalls.Root}/{two}/tags/all", null).JsonOfAsync());
        await client.CallAsync("DELETE", $"{ChatCalls.Root}/{one}", null).JsonOfAsync();
        Assert.Empty(await NamesAsync(client.GetAsync(ChatCalls.Root + "/all/tags")));
        // The chat comes back with its tag, whose name is forgotten.
        await client.SendJsonAsync($"/{one}/restore", null).JsonOfAsync();
        Assert.Equal(["my_tag my tag"], await NamesAsync(client.GetAsync($"{ChatCalls.Root}/{one}/tags")));
    }

    [Fact]
    public async Task Tags_ThatAreNone_Are422()
    {
        await using var site = await TestSite.StartAsync();
        var id = await site.Client.NewAsync();
        foreach (var bad in (string[])["{}", """{"name":""}""", """{"name":"  "}""", """{"name":"None"}""", """{"name":3}""", $$"""{"name":"{{new string('x', 65)}}"}""", """{"name":"a\u0001"}"""])
        {
            await site.Client.CallAsync("POST", $"{ChatCalls.Root}/{id}/tags", bad).JsonOfAsync(HttpStatusCode.UnprocessableEntity);
        }

        for (var i = 0; i < 30; i++)
        {
            await site.Client.SendJsonAsync($"/{id}/tags", Name($"tag {i}")).JsonOfAsync();
        }

        await site.Client.SendJsonAsync($"/{id}/tags", Name("one more")).JsonOfAsync(HttpStatusCode.UnprocessableEntity);
        Assert.Equal(30, (await site.Client.ReadAsync($"/{id}/tags")).AsArray().Count);
    }

    private static JsonObject Name(string name) => new() { ["name"] = name };

    private static async Task<List<string>> NamesAsync(Task<HttpResponseMessage> sending) =>
        [.. (await sending.JsonOfAsync()).AsArray().Select(tag => $"{tag!["id"]} {tag["name"]}")];
}
