using System.Text.Json;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Prompts;
using OpenWebUi.Tests.Access;
using OpenWebUi.Tests.Auth;
using OpenWebUi.Tests.Platform.Azure;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Prompts;

/// <summary>Prompts over HTTP, by Open WebUI's routes.</summary>
public sealed class PromptTests
{
    private const string Root = "/api/v1/prompts";
    private static readonly (string, string) MayMake = ("USER_PERMISSIONS_WORKSPACE_PROMPTS_ACCESS", "true");

    [Theory]
    [InlineData("SQLite")]
    [InlineData("Azurite")]
    public async Task Prompt_FromItsFirstWordToItsLast(string store)
    {
        using var azurite = store == "Azurite" ? await AzuriteServer.StartAsync() : null;
        await using var people = await AccountSite.StartAsync(
            [MayMake, .. azurite is null ? [] : ((string, string)[])[("STORAGE_PROVIDER", "azure"), ("AzureWebJobsStorage", azurite.ConnectionString)]]);
        var user = people.User.Bearer;
        var made = await user.DoAsync("POST", Root + "/create", """{"command":"/翻译-1","title":" Translate ","content":"Into {{language}}:\n「{{CLIPBOARD}}」"}""");
        Assert.Equal(["command", "user_id", "title", "content", "timestamp", "access_control", "write_access"], made.EnumerateObject().Select(member => member.Name));
        Assert.Equal(
            ("/翻译-1", "Translate", """{"read":{"group_ids":[],"user_ids":[]}}""", people.User.Id.Text),
            (Text(made, "command"), Text(made, "title"), made.GetProperty("access_control").GetRawText(), Text(made, "user_id")));
        Assert.Equal("Into {{language}}:\n「{{CLIPBOARD}}」", Text(await user.DoAsync("GET", $"{Root}/command/{Uri.EscapeDataString("翻译-1")}"), "content"));

        // Another command, another title: one prompt still.
        await user.DoAsync("POST", $"{Root}/command/{Uri.EscapeDataString("翻译-1")}/update", """{"command":"/translate","title":"T"}""");
        Assert.Equal(["/translate"], await CommandsAsync(user));
        Assert.Equal("prompt_exists", await user.RefusalAsync("POST", Root + "/create", """{"command":"TRANSLATE","title":"x","content":"y"}""", 409));

        Assert.True((await user.DoAsync("DELETE", Root + "/command/translate/delete")).GetBoolean());
        Assert.Equal(404, await user.CodeAsync("DELETE", Root + "/command/translate/delete"));
        Assert.Empty(await CommandsAsync(user));
    }

    [Fact]
    public async Task EachRoute_AskedByEachKindOfCaller()
    {
        await using var people = await AccountSite.StartAsync(MayMake);
        const string Form = """{"command":"/mine","title":"Mine","content":"text"}""";
        foreach (var who in (string[])["stranger", "pending"])
        {
            var expected = who == "stranger" ? 401 : 403;
            foreach (var (method, path, body) in new[] { ("GET", "/", (string?)null), ("GET", "/list", null), ("POST", "/create", Form), ("GET", "/command/mine", null), ("POST", "/command/mine/update", "{}"), ("DELETE", "/command/mine/delete", null) })
            {
                Assert.Equal((who, path, expected), (who, path, await people.ClientOf(who).CodeAsync(method, Root + path, body)));
            }
        }

        await people.User.Bearer.DoAsync("POST", Root + "/create", Form);
        foreach (var who in (string[])["other", "admin"])
        {
            var client = people.ClientOf(who);
            Assert.Empty(await CommandsAsync(client));
            Assert.Equal(404, await client.CodeAsync("GET", Root + "/command/mine"));
            Assert.Equal(404, await client.CodeAsync("POST", Root + "/command/mine/update", """{"title":"x"}"""));
            Assert.Equal(404, await client.CodeAsync("DELETE", Root + "/command/mine/delete"));
        }

        Assert.Equal("Mine", Text(await people.User.Bearer.DoAsync("GET", Root + "/command/mine"), "title"));
    }

    [Fact]
    public async Task Guest_OwnsWhatItsPassOwns_WhereEverybodyMay()
    {
        await using var closed = await TestSite.StartAsync(("CODE", "one"));
        var cookie = AccessCalls.Cookie(await closed.Client.PassAsync("one"));
        using var refused = await closed.Client.CallAsync("POST", Root + "/create", """{"command":"/a","title":"A","content":"text"}""", cookie);
        Assert.Equal(403, (int)refused.StatusCode);

        await using var site = await TestSite.StartAsync(("CODE", "one"), MayMake);
        var first = AccessCalls.Cookie(await site.Client.PassAsync("one"));
        var second = AccessCalls.Cookie(await site.Client.PassAsync("one"));
        using var made = await site.Client.CallAsync("POST", Root + "/create", """{"command":"/a","title":"A","content":"text"}""", first);
        Assert.Equal(200, (int)made.StatusCode);
        using var list = await site.Client.GetAsync(Root + "/", second);
        Assert.Equal(0, (await list.JsonAsync()).GetArrayLength());
        using var config = await site.Client.GetAsync("/api/config", first);
        Assert.True((await config.JsonAsync()).GetProperty("permissions").GetProperty("workspace").GetProperty("prompts").GetBoolean());
    }

    [Fact]
    public async Task Sharing_TakesItsPermission_AndReachesWhomItNames()
    {
        await using var people = await AccountSite.StartAsync(MayMake);
        var (admin, user, other) = (people.Admin.Bearer, people.User.Bearer, people.Other.Bearer);
        var team = await GroupAsync(admin, "Team", people.User);
        var strangers = await GroupAsync(admin, "Strangers", people.Other);
        Assert.Equal("not_permitted", await user.RefusalAsync("POST", Root + "/create", """{"command":"all","title":"x","content":"y","access_control":null}""", 403));
        var forTeam = $$"""{"command":"team","title":"x","content":"y","access_control":{"read":{"group_ids":["{{team}}"]} } }""";
        Assert.Equal("not_permitted", await user.RefusalAsync("POST", Root + "/create", forTeam, 403));
        await admin.DoAsync("POST", $"/api/v1/groups/id/{team}/update", """{"name":"Team","description":"","permissions":{"sharing":{"prompts":true} } }""");
        Assert.Equal("not_your_group", await user.RefusalAsync("POST", Root + "/create", forTeam.Replace(team, strangers, StringComparison.Ordinal), 403));
        await user.DoAsync("POST", Root + "/create", forTeam);
        Assert.Empty(await CommandsAsync(other));
        Assert.Equal(["/team"], await CommandsAsync(admin));

        // One's own comes before what others share under the same command.
        await admin.DoAsync("POST", Root + "/create", """{"command":"/hello","title":"Site's","content":"y"}""");
        await user.DoAsync("POST", Root + "/create", """{"command":"/hello","title":"Mine","content":"y"}""");
        Assert.Equal(["/hello", "/hello", "/team"], await CommandsAsync(user));
        Assert.Equal("Mine", Text(await user.DoAsync("GET", Root + "/command/hello"), "title"));
        var seen = await other.DoAsync("GET", Root + "/command/hello");
        Assert.Equal(("Site's", false, false), (Text(seen, "title"), seen.GetProperty("write_access").GetBoolean(), seen.TryGetProperty("access_control", out _)));
        Assert.Equal(404, await other.CodeAsync("POST", Root + "/command/hello/update", """{"title":"Stolen"}"""));

        // Back into its owner's drawer, and out of everybody else's.
        await user.DoAsync("POST", Root + "/command/team/update", """{"access_control":{}}""");
        Assert.Equal(404, await admin.CodeAsync("GET", Root + "/command/team"));
        Assert.Equal(["/hello", "/hello", "/team"], await CommandsAsync(user));
    }

    [Theory]
    [InlineData("""{"title":"a","content":"b"}""", "command")]
    [InlineData("""{"command":"/","title":"a","content":"b"}""", "command")]
    [InlineData("""{"command":"a b","title":"a","content":"b"}""", "command")]
    [InlineData("""{"command":"a/b","title":"a","content":"b"}""", "command")]
    [InlineData("""{"command":"a","title":"","content":"b"}""", "title")]
    [InlineData("""{"command":"a","title":"x\ny","content":"b"}""", "title")]
    [InlineData("""{"command":"a","title":"a","content":""}""", "content")]
    [InlineData("""{"command":"a","title":"a","content":"b\u0000"}""", "content")]
    [InlineData("""{"command":"a","title":"a","content":7}""", "content")]
    [InlineData("""{"command":"a","title":"a","content":"b","access_control":[]}""", "access_control")]
    [InlineData("""{"command":"a","title":"a","content":"b","access_control":{"read":{"group_ids":[7]}}}""", "access_control")]
    public async Task Form_WithWhatIsNone_IsRefusedByItsField(string body, string field)
    {
        await using var site = await TestSite.StartAsync(MayMake);
        using var answer = await site.Client.CallAsync("POST", Root + "/create", body);
        Assert.Equal(422, (int)answer.StatusCode);
        Assert.Equal([field], (await answer.JsonAsync()).GetProperty("errors").EnumerateObject().Select(error => error.Name));
        Assert.Empty(await CommandsAsync(site.Client));
    }

    [Fact]
    public async Task Longest_IsKept_AndOneTooMany_IsRefused()
    {
        await using var site = await TestSite.StartAsync(MayMake);
        var longest = JsonSerializer.Serialize(new { command = new string('c', 64), title = new string('t', 200), content = new string('中', 30_000), access_control = new { } });
        Assert.Equal(30_000, Text(await site.Client.DoAsync("POST", Root + "/create", longest), "content").Length);
        var store = (PromptStore)site.Services.GetService(typeof(PromptStore))!;
        for (var i = 1; i < Prompt.MaxOfOwner; i++)
        {
            Assert.True(await store.PutAsync(new("p" + i, "t", "c", Readers.Nobody, OwnerId.Local, DateTimeOffset.UnixEpoch.AddYears(50)), default));
        }

        Assert.Equal("too_many_prompts", await site.Client.RefusalAsync("POST", Root + "/create", """{"command":"more","title":"t","content":"c","access_control":{}}""", 409));
    }

    private static async Task<string> GroupAsync(HttpClient admin, string name, Person member)
    {
        var id = (await admin.DoAsync("POST", "/api/v1/groups/create", $$"""{"name":"{{name}}"}""")).GetProperty("id").GetString()!;
        await admin.DoAsync("POST", $"/api/v1/groups/id/{id}/users/add", $$"""{"user_ids":["{{member.Id}}"]}""");
        return id;
    }

    private static async Task<string[]> CommandsAsync(HttpClient client) =>
        [.. (await client.DoAsync("GET", Root + "/")).EnumerateArray().Select(prompt => Text(prompt, "command"))];

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;
}
