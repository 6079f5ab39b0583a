using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Conversations;
using OpenWebUi.Tests.Access;
using OpenWebUi.Tests.Chats;
using OpenWebUi.Tests.Platform.Azure;
using OpenWebUi.Tests.Site;
using OpenWebUi.Tests.Turns;

namespace OpenWebUi.Tests.Folders;

public sealed class FolderTests
{
    private const string Root = "/api/v1/folders";

    [Theory]
    [InlineData("SQLite")]
    [InlineData("Azurite")]
    public async Task Folder_HoldsChats_UntilItIsDeleted(string store)
    {
        var time = new ManualTime();
        using var azurite = store == "Azurite" ? await AzuriteServer.StartAsync() : null;
        await using var site = await TestSite.StartAsync(time, EnvironmentOf(azurite));
        var client = site.Client;
        var work = await MakeAsync(client, """{"name":" Work ","data":{"system_prompt":"Be formal."},"meta":{"icon":"x"}}""");
        Assert.Equal(("Work", "Be formal.", "x"), ((string)work["name"]!, (string)work["data"]!["system_prompt"]!, (string)work["meta"]!["icon"]!));
        var id = (string)work["id"]!;
        var inner = (string)(await MakeAsync(client, $$"""{"name":"Inner","parent_id":"{{id}}"}"""))["id"]!;
        var chats = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            chats.Add(await client.NewAsync($$"""{"title":"c{{i}}"}"""));
        }

        await MoveAsync(client, chats[0], id);
        await MoveAsync(client, chats[1], id);
        Assert.Equal(inner, (string)(await MoveAsync(client, chats[2], inner))["folder_id"]!);

        Assert.Empty(await IdsAsync(client, "?page=1"));
        Assert.Equal([chats[2], chats[1], chats[0]], await IdsAsync(client, "?page=1&include_folders=true"));
        Assert.Equal([chats[1], chats[0]], await IdsAsync(client, "/folder/" + id));
        Assert.Equal([chats[1], chats[0]], await IdsAsync(client, $"/folder/{id}/list?page=1"));
        Assert.Empty(await IdsAsync(client, $"/folder/{id}/list?page=2"));

        // Pinned and archived ones stand on other lists and come back to the folder.
        await client.SendJsonAsync($"/{chats[0]}/pin", null).JsonOfAsync();
        Assert.Equal([chats[1]], await IdsAsync(client, "/folder/" + id));
        await client.SendJsonAsync($"/{chats[0]}/pin", null).JsonOfAsync();
        Assert.Equal([chats[1], chats[0]], await IdsAsync(client, "/folder/" + id));
        await client.SendJsonAsync($"/{chats[0]}/pin", null).JsonOfAsync();

        await Post(client, $"{Root}/{id}/update", """{"name":"Office","data":{"files":[]}}""").JsonOfAsync();
        await Post(client, $"{Root}/{id}/update/expanded", """{"is_expanded":true}""").JsonOfAsync();
        var read = await client.CallAsync("GET", $"{Root}/{id}", null).JsonOfAsync();
        Assert.Equal(("Office", "Be formal.", true), ((string)read["name"]!, (string)read["data"]!["system_prompt"]!, (bool)read["is_expanded"]!));
        var listed = (await client.CallAsync("GET", Root + "/", null).JsonOfAsync()).AsArray();
        Assert.Equal(["Inner", "Office"], listed.Select(folder => (string)folder!["name"]!));
        Assert.Equal((id, false), ((string)listed[0]!["parent_id"]!, listed[0]!.AsObject().ContainsKey("data")));

        await client.CallAsync("DELETE", $"{Root}/{id}?delete_contents=false", null).JsonOfAsync();
        Assert.Empty((await client.CallAsync("GET", Root, null).JsonOfAsync()).AsArray());
        Assert.Equal([chats[2], chats[1]], await IdsAsync(client, ""));
        await client.SendJsonAsync($"/{chats[0]}/pin", null).JsonOfAsync();
        Assert.Equal([chats[2], chats[1], chats[0]], await IdsAsync(client, ""));
    }

    [Fact]
    public async Task Delete_WithItsChats_BringsThemBackOutsideOfIt()
    {
        await using var site = await TestSite.StartAsync();
        var id = (string)(await MakeAsync(site.Client, """{"name":"Gone"}"""))["id"]!;
        var chat = await site.Client.NewAsync();
        await MoveAsync(site.Client, chat, id);
        await site.Client.CallAsync("DELETE", $"{Root}/{id}", null).JsonOfAsync();
        Assert.Empty(await IdsAsync(site.Client, "?include_folders=true"));
        var back = await site.Client.SendJsonAsync($"/{chat}/restore", null).JsonOfAsync();
        Assert.Null(back["folder_id"]);
        Assert.Equal([chat], await IdsAsync(site.Client, ""));
    }

    /// <summary>A chat that came into the folder when it was all but gone.</summary>
    [Fact]
    public async Task Delete_CutInTheMiddle_IsEndedByHousekeeping()
    {
        var time = new ManualTime();
        await using var site = await TestSite.StartAsync(time);
        var id = (string)(await MakeAsync(site.Client, """{"name":"Gone"}"""))["id"]!;
        await site.Client.CallAsync("DELETE", $"{Root}/{id}?delete_contents=false", null).JsonOfAsync();
        var now = DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds());
        var chats = site.Services.GetRequiredService<ChatStore>();
        var chat = new Chat(new("late"), "Late", now, now) { Folder = new(id) };
        await site.Services.GetRequiredService<RowStore>().BatchAsync(
            ChatRows.Table, OwnerId.Local.Text, ChatStore.Operations(null, chat), default);
        Assert.Empty(await IdsAsync(site.Client, ""));
        time.Advance(Leftover.Grace + TimeSpan.FromMinutes(1));
        await site.Services.GetRequiredService<LeftoverSweep>().RunAsync(default);
        Assert.Equal(["late"], await IdsAsync(site.Client, ""));
        Assert.Null((await chats.GetAsync(OwnerId.Local, new("late"), default))!.Folder);
    }

    [Fact]
    public async Task Tree_RefusesCirclesTakenNamesAndTooMuch()
    {
        await using var site = await TestSite.StartAsync();
        var client = site.Client;
        var ids = new List<string>();
        for (var i = 0; i < Folder.MaxDepth; i++)
        {
            ids.Add((string)(await MakeAsync(client, new JsonObject { ["name"] = "f", ["parent_id"] = i == 0 ? null : ids[^1] }.ToJsonString()))["id"]!);
        }

        await Post(client, Root, new JsonObject { ["name"] = "deeper", ["parent_id"] = ids[^1] }.ToJsonString()).JsonOfAsync(HttpStatusCode.UnprocessableEntity);
        await Post(client, $"{Root}/{ids[0]}/update/parent", $$"""{"parent_id":"{{ids[3]}}"}""").JsonOfAsync(HttpStatusCode.UnprocessableEntity);
        await Post(client, $"{Root}/{ids[0]}/update/parent", $$"""{"parent_id":"{{ids[0]}}"}""").JsonOfAsync(HttpStatusCode.UnprocessableEntity);
        await Post(client, $"{Root}/{ids[0]}/update/parent", """{"parent_id":"none"}""").JsonOfAsync(HttpStatusCode.NotFound);
        await Post(client, Root, """{"name":"F"}""").JsonOfAsync(HttpStatusCode.BadRequest);
        await Post(client, $"{Root}/{ids[1]}/update/parent", """{"parent_id":null}""").JsonOfAsync(HttpStatusCode.BadRequest);
        var top = await Post(client, $"{Root}/{ids[1]}/update", """{"name":"other"}""").JsonOfAsync();
        Assert.Equal("other", (string)top["name"]!);
        Assert.Null((await Post(client, $"{Root}/{ids[1]}/update/parent", """{"parent_id":null}""").JsonOfAsync())["parent_id"]);
        foreach (var bad in (string[])["""{"name":""}""", """{"name":" "}""", """{"name":3}""", "{}", $$"""{"name":"{{new string('x', 101)}}"}""", """{"name":"a\nb"}""",
            """{"name":"x","data":[]}""", $$"""{"name":"x","data":{"system_prompt":"{{new string('x', Folder.MaxJsonUnits)}}"} }"""])
        {
            await Post(client, Root, bad).JsonOfAsync(HttpStatusCode.UnprocessableEntity);
        }

        await Task.WhenAll(Enumerable.Range(0, 6).Select(i => Post(client, Root, """{"name":"once"}""")));
        Assert.Single((await client.CallAsync("GET", Root, null).JsonOfAsync()).AsArray(), folder => (string)folder!["name"]! == "once");
    }

    [Fact]
    public async Task FolderAndChat_OfAnotherGuest_AreNotThere()
    {
        await using var site = await TestSite.StartAsync(("CODE", "right"));
        var (mine, other) = (AccessCalls.Cookie(await site.Client.PassAsync("right")), AccessCalls.Cookie(await site.Client.PassAsync("right")));
        var folder = (string)(await site.Client.CallAsync("POST", Root, """{"name":"Mine"}""", mine).JsonOfAsync())["id"]!;
        var chat = await site.Client.NewAsync(headers: other);
        await site.Client.SendJsonAsync($"/{chat}/folder", new JsonObject { ["folder_id"] = folder }, other).JsonOfAsync(HttpStatusCode.NotFound);
        await site.Client.SendJsonAsync("/new", new JsonObject { ["chat"] = new JsonObject(), ["folder_id"] = folder }, other).JsonOfAsync(HttpStatusCode.NotFound);
        await site.Client.CallAsync("POST", "/api/chat/completions", $$"""{"model":"guide","folder_id":"{{folder}}","user_message":{"content":"x"} }""", other).JsonOfAsync(HttpStatusCode.NotFound);
        await site.Client.CallAsync("GET", "/api/v1/chats/folder/" + folder, null, other).JsonOfAsync(HttpStatusCode.NotFound);
        await site.Client.CallAsync("POST", Root, $$"""{"name":"x","parent_id":"{{folder}}"}""", other).JsonOfAsync(HttpStatusCode.NotFound);
        Assert.Empty((await site.Client.CallAsync("GET", Root, null, other).JsonOfAsync()).AsArray());
    }

    [Fact]
    public async Task Turn_InAFolder_IsToldItsPromptFirstAndCostsOneReadMore()
    {
        await using var site = await TurnSite.StartAsync();
        var folder = (string)(await MakeAsync(site.Client, """{"name":"Work","data":{"system_prompt":"Be formal."}}"""))["id"]!;
        await using var first = await (await site.TurnAsync(
            $$"""{"folder_id":"{{folder}}","parent_id":null,"user_message":{"id":"u1","content":"hi"},"background_tasks":{"title_generation":false} }""")).ReadToEndAsync();
        Assert.Equal(["system: Be formal.", "user: hi"], (await site.Script.AskedAsync()).Prompt);
        Assert.Equal([first.ChatId], await IdsAsync(site.Client, "/folder/" + folder));
        await site.Client.UpdateAsync(first.ChatId, new JsonObject { ["system"] = "Be brief." }).JsonOfAsync();
        site.Counts.Reset();
        await using var second = await (await site.NextAsync(first, "and?", "u2")).ReadToEndAsync();
        Assert.Equal("system: Be formal.\n\nBe brief.", (await site.Script.AskedAsync()).Prompt[0]);
        Assert.True(site.Counts.Traffic.Verbs == 5, site.Counts.Log);
        Assert.Equal([first.ChatId], await IdsAsync(site.Client, "/folder/" + folder));

        await site.Client.CallAsync("DELETE", $"{Root}/{folder}?delete_contents=false", null).JsonOfAsync();
        await using var third = await (await site.NextAsync(second, "and now?", "u3")).ReadToEndAsync();
        Assert.Equal("system: Be brief.", (await site.Script.AskedAsync()).Prompt[0]);
    }

    /// <summary>Nothing is lost by it: what lay in folders is on the ordinary list, and lies there again afterwards.</summary>
    [Fact]
    public async Task Folders_TurnedOff_AreNowhereAndComeBack()
    {
        await using var site = await TestSite.StartAsync();
        var folder = (string)(await MakeAsync(site.Client, """{"name":"Work"}"""))["id"]!;
        var chat = await site.Client.NewAsync();
        await MoveAsync(site.Client, chat, folder);
        Assert.Empty((await site.Client.ReadAsync("/?page=1")).AsArray());

        await using (var off = await site.StartAnewAsync(("ENABLE_FOLDERS", "false")))
        {
            foreach (var (method, path, body) in ((string, string, string?)[])[
                ("GET", Root, null), ("POST", Root, """{"name":"x"}"""), ("GET", $"{Root}/{folder}", null), ("POST", $"{Root}/{folder}/update", """{"name":"x"}"""),
                ("POST", $"{Root}/{folder}/update/parent", """{"parent_id":null}"""), ("POST", $"{Root}/{folder}/update/expanded", """{"is_expanded":true}"""),
                ("DELETE", $"{Root}/{folder}", null), ("GET", $"{ChatCalls.Root}/folder/{folder}", null), ("POST", $"{ChatCalls.Root}/{chat}/folder", """{"folder_id":null}""")])
            {
                var refused = await off.Client.CallAsync(method, path, body).JsonOfAsync(HttpStatusCode.Forbidden);
                Assert.EndsWith("folders_off", (string)refused["type"]!, StringComparison.Ordinal);
            }

            Assert.Equal([chat], (await off.Client.ReadAsync("/?page=1")).AsArray().Select(line => (string)line!["id"]!));
            Assert.False((bool)(await off.Client.CallAsync("GET", "/api/config", null).JsonOfAsync())["features"]!["enable_folders"]!);
        }

        Assert.Equal([chat], (await site.Client.ReadAsync("/folder/" + folder)).AsArray().Select(line => (string)line!["id"]!));
    }

    internal static (string, string)[] EnvironmentOf(AzuriteServer? azurite) =>
        azurite is null ? [] : [("STORAGE_PROVIDER", "azure"), ("AzureWebJobsStorage", azurite.ConnectionString)];

    private static Task<HttpResponseMessage> Post(HttpClient client, string path, string body) => client.CallAsync("POST", path, body);

    private static Task<JsonNode> MakeAsync(HttpClient client, string body) => Post(client, Root, body).JsonOfAsync();

    private static Task<JsonNode> MoveAsync(HttpClient client, string chat, string? folder) =>
        client.SendJsonAsync($"/{chat}/folder", new JsonObject { ["folder_id"] = folder }).JsonOfAsync();

    private static async Task<List<string>> IdsAsync(HttpClient client, string path) =>
        [.. (await client.ReadAsync(path)).AsArray().Select(line => (string)line!["id"]!)];
}
