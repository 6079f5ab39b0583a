using System.Text.Json;
using OpenWebUi.StubProvider;
using OpenWebUi.Tests.Access;
using OpenWebUi.Tests.Auth;
using OpenWebUi.Tests.Platform.Azure;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Models;

/// <summary>Presets: who makes, sees and changes them, by Open WebUI's routes for models.</summary>
public sealed class PresetTests
{
    private const string Picture = "data:image/png;base64,iVBORw0KGgo=";
    private static readonly (string, string) MayMake = ("USER_PERMISSIONS_WORKSPACE_MODELS_ACCESS", "true");

    private const string Tutor = $$$$"""
        {"id":"tutor","base_model_id":"big","name":" Tutor ","access_control":null,"is_active":true,
         "meta":{"description":"Teaches","profile_image_url":"{{{{Picture}}}}","capabilities":{"citations":false},"tags":[{"name":"school"}],
                 "suggestion_prompts":[{"title":["a","b"],"content":"Explain photosynthesis"}],"greeting":"Hello, pupil.","knowledge":[]},
         "params":{"system":"You teach.\nBe kind.","temperature":0.5,"max_tokens":100,"stop":"END, STOP","reasoning_effort":"low","function_calling":"native"}}
        """;

    [Theory]
    [InlineData("SQLite")]
    [InlineData("Azurite")]
    public async Task Preset_FromItsFirstWordToItsLast(string store)
    {
        using var azurite = store == "Azurite" ? await AzuriteServer.StartAsync() : null;
        await using var stub = await StubServer.StartAsync();
        stub.Models = ["big", "small"];
        await using var people = await AccountSite.StartAsync(
            [("OPENAI_API_BASE_URL", stub.BaseUrl), .. azurite is null ? [] : ((string, string)[])[("STORAGE_PROVIDER", "azure"), ("AzureWebJobsStorage", azurite.ConnectionString)]]);
        var admin = people.Admin.Bearer;
        var made = await admin.DoAsync("POST", ModelCalls.Path + "/create", Tutor);
        Assert.Equal(("Tutor", "big", true), (Text(made, "name"), Text(made, "base_model_id"), made.GetProperty("write_access").GetBoolean()));
        Assert.Equal(
            """{"system":"You teach.\nBe kind.","temperature":0.5,"max_tokens":100,"stop":["END","STOP"],"reasoning_effort":"low"}""",
            made.GetProperty("params").GetRawText());
        Assert.Equal(
            $$"""{"description":"Teaches","profile_image_url":"{{Picture}}","capabilities":{"citations":false},"tags":[{"name":"school"}],"suggestion_prompts":[{"content":"Explain photosynthesis"}],"greeting":"Hello, pupil."}""",
            made.GetProperty("meta").GetRawText());

        foreach (var list in ModelCalls.Lists.Where(list => !list.StartsWith("/ollama/api", StringComparison.Ordinal)))
        {
            Assert.Equal($"{list} big small tutor", $"{list} {string.Join(' ', await people.User.Bearer.ModelsAsync(list))}");
        }

        var seen = await people.User.Bearer.ModelAsync("tutor");
        var info = seen.GetProperty("info");
        Assert.True(seen.GetProperty("preset").GetBoolean());
        Assert.Equal(("big", "Hello, pupil.", false), (Text(info, "base_model_id"), Text(info.GetProperty("meta"), "greeting"), info.TryGetProperty("params", out _)));

        // Whoever may use it reads neither its system prompt nor whom it is shared with.
        var used = await people.User.Bearer.DoAsync("GET", ModelCalls.Path + "/model?id=tutor");
        Assert.Equal(("{}", false, false), (used.GetProperty("params").GetRawText(), used.GetProperty("write_access").GetBoolean(), used.TryGetProperty("access_control", out _)));

        var changed = await admin.DoAsync("POST", ModelCalls.Path + "/model/update", """{"id":"tutor","name":"Teacher","params":{"system":"You teach."},"meta":{"greeting":null}}""");
        Assert.Equal(("Teacher", "big", """{"system":"You teach."}""", JsonValueKind.Null), (
            Text(changed, "name"), Text(changed, "base_model_id"), changed.GetProperty("params").GetRawText(), changed.GetProperty("meta").GetProperty("greeting").ValueKind));
        Assert.Equal("Teaches", Text(changed.GetProperty("meta"), "description"));

        Assert.False((await admin.DoAsync("POST", ModelCalls.Path + "/model/toggle?id=tutor")).GetProperty("is_active").GetBoolean());
        Assert.Equal(["big", "small"], await people.User.Bearer.ModelsAsync("/api/models"));
        Assert.Equal("404", await people.User.Bearer.AskAsync("/v1/chat/completions", "tutor"));
        Assert.Equal(404, await people.User.Bearer.CodeAsync("GET", ModelCalls.Path + "/model?id=tutor"));
        Assert.Equal(1, (await admin.DoAsync("GET", ModelCalls.Path + "/list")).GetProperty("total").GetInt32());
        Assert.True((await admin.DoAsync("POST", ModelCalls.Path + "/model/delete", """{"id":"tutor"}""")).GetBoolean());
        Assert.Equal(0, (await admin.DoAsync("GET", ModelCalls.Path + "/list")).GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task EachRoute_AskedByEachKindOfCaller()
    {
        await using var stub = await StubServer.StartAsync();
        stub.Models = ["big"];
        await using var people = await AccountSite.StartAsync(("OPENAI_API_BASE_URL", stub.BaseUrl), MayMake);
        const string Mine = """{"id":"mine","base_model_id":"big","name":"Mine","params":{"system":"secret"}}""";
        (string, string, string?)[] routes =
        [
            ("GET", "/list", null), ("GET", "/model?id=mine", null), ("POST", "/create", Mine), ("POST", "/model/update", Mine),
            ("POST", "/model/toggle?id=mine", null), ("POST", "/model/delete", """{"id":"mine"}"""),
        ];
        foreach (var (who, expected) in new[] { ("stranger", 401), ("pending", 403) })
        {
            foreach (var (method, path, body) in routes)
            {
                Assert.Equal((who, path, expected), (who, path, await people.ClientOf(who).CodeAsync(method, ModelCalls.Path + path, body)));
            }
        }

        // What is left out is the owner's alone, and nobody else's: no administrator's either.
        var made = await people.User.Bearer.DoAsync("POST", ModelCalls.Path + "/create", Mine);
        Assert.Equal("""{"read":{"group_ids":[],"user_ids":[]}}""", made.GetProperty("access_control").GetRawText());
        foreach (var who in (string[])["other", "admin"])
        {
            var client = people.ClientOf(who);
            Assert.Equal(["big"], await client.ModelsAsync("/api/models"));
            Assert.Equal(0, (await client.DoAsync("GET", ModelCalls.Path + "/list")).GetProperty("total").GetInt32());
            Assert.Equal(404, await client.CodeAsync("GET", ModelCalls.Path + "/model?id=mine"));
            Assert.Equal(404, await client.CodeAsync("POST", ModelCalls.Path + "/model/update", Mine));
            Assert.Equal("model_exists", await client.RefusalAsync("POST", ModelCalls.Path + "/create", Mine, 409));
        }

        Assert.Equal(404, await people.Other.Bearer.CodeAsync("POST", ModelCalls.Path + "/model/toggle?id=mine"));
        Assert.Equal(404, await people.Other.Bearer.CodeAsync("POST", ModelCalls.Path + "/model/delete", """{"id":"mine"}"""));
        await people.Admin.Bearer.DoAsync("POST", ModelCalls.Path + "/model/delete", """{"id":"mine"}""");
        Assert.Equal(["big", "mine"], await people.User.Bearer.ModelsAsync("/api/models"));
        Assert.Equal("200", await people.User.Bearer.AskAsync("/v1/chat/completions", "mine"));
        Assert.Equal("403", await CreateCodeAsync(people.User.Bearer, """{"id":"big","name":"Mine now"}"""));
    }

    [Fact]
    public async Task MakingAndSharing_TakeTheirPermissions()
    {
        await using var people = await AccountSite.StartAsync();
        var (admin, user) = (people.Admin.Bearer, people.User.Bearer);
        const string Own = """{"id":"own","base_model_id":"guide","name":"Own"}""";
        Assert.Equal("not_permitted", await user.RefusalAsync("POST", ModelCalls.Path + "/create", Own, 403));
        var group = (await admin.DoAsync("POST", "/api/v1/groups/create", """{"name":"Makers"}""")).GetProperty("id").GetString();
        await admin.DoAsync("POST", $"/api/v1/groups/id/{group}/users/add", $$"""{"user_ids":["{{people.User.Id}}"]}""");
        await admin.DoAsync("POST", $"/api/v1/groups/id/{group}/update", """{"name":"Makers","description":"","permissions":{"workspace":{"models":true},"sharing":{"models":true} } }""");
        await user.DoAsync("POST", ModelCalls.Path + "/create", Own);
        Assert.Equal("not_permitted", await user.RefusalAsync("POST", ModelCalls.Path + "/model/update", """{"id":"own","access_control":null}""", 403));
        Assert.Equal("not_your_group", await user.RefusalAsync("POST", ModelCalls.Path + "/model/update", """{"id":"own","access_control":{"read":{"group_ids":["elsewhere"]}}}""", 403));
        await user.DoAsync("POST", ModelCalls.Path + "/model/update", $$"""{"id":"own","access_control":{"read":{"group_ids":["{{group}}"]} } }""");
        Assert.Equal(["guide"], await people.Other.Bearer.ModelsAsync("/api/models"));
        Assert.Equal(["guide", "own"], await admin.ModelsAsync("/api/models"));

        // An administrator looks after what is shared.
        await admin.DoAsync("POST", ModelCalls.Path + "/model/update", """{"id":"own","access_control":null}""");
        Assert.Equal(["guide", "own"], await people.Other.Bearer.ModelsAsync("/api/models"));
    }

    [Theory]
    [InlineData("""{"id":"p","base_model_id":"guide"}""", "name")]
    [InlineData("""{"id":"p","base_model_id":"p","name":"x"}""", "base_model_id")]
    [InlineData("""{"id":"p","base_model_id":"there","name":"x"}""", "base_model_id")]
    [InlineData("""{"id":"p","base_model_id":"guide","name":"x","params":[]}""", "params")]
    [InlineData("""{"id":"p","base_model_id":"guide","name":"x","params":{"system":7}}""", "params.system")]
    [InlineData("""{"id":"p","base_model_id":"guide","name":"x","params":{"temperature":"hot"}}""", "params.temperature")]
    [InlineData("""{"id":"p","base_model_id":"guide","name":"x","params":{"temperature":2.1}}""", "params.temperature")]
    [InlineData("""{"id":"p","base_model_id":"guide","name":"x","params":{"max_tokens":1.5}}""", "params.max_tokens")]
    [InlineData("""{"id":"p","base_model_id":"guide","name":"x","params":{"stop":[7]}}""", "params.stop")]
    [InlineData("""{"id":"p","base_model_id":"guide","name":"x","params":{"reasoning_effort":"lots"}}""", "params.reasoning_effort")]
    [InlineData("""{"id":"p","base_model_id":"guide","name":"x","meta":{"suggestion_prompts":["a"]}}""", "meta.suggestion_prompts")]
    [InlineData("""{"id":"p","base_model_id":"guide","name":"x","meta":{"greeting":7}}""", "meta.greeting")]
    [InlineData("""{"id":"p","base_model_id":"guide","name":"x","meta":{"profile_image_url":"javascript:alert(1)"}}""", "meta.profile_image_url")]
    public async Task Form_WithWhatIsNone_IsRefusedByItsField(string body, string field)
    {
        await using var site = await TestSite.StartAsync(MayMake);
        await site.Client.DoAsync("POST", ModelCalls.Path + "/create", """{"id":"there","base_model_id":"guide","name":"There"}""");
        using var answer = await site.Client.CallAsync("POST", ModelCalls.Path + "/create", body);
        Assert.Equal(422, (int)answer.StatusCode);
        Assert.Equal([field], (await answer.JsonAsync()).GetProperty("errors").EnumerateObject().Select(error => error.Name));
    }

    [Fact]
    public async Task Longest_IsKept_AndThe51st_IsRefused()
    {
        await using var site = await TestSite.StartAsync(("CODE", "one"), MayMake);
        var cookie = AccessCalls.Cookie(await site.Client.PassAsync("one"));
        var longest = JsonSerializer.Serialize(new
        {
            id = new string('i', 256), base_model_id = "guide", name = new string('n', 200), @params = new { system = new string('中', 30_000) },
            meta = new { greeting = new string('g', 2_000), suggestion_prompts = Enumerable.Range(0, 12).Select(_ => new { content = new string('q', 1_000) }) },
        });
        Assert.Equal(200, await CodeAsync(longest));
        for (var i = 1; i < 50; i++)
        {
            Assert.Equal(200, await CodeAsync($$"""{"id":"p{{i}}","base_model_id":"guide","name":"P"}"""));
        }

        Assert.Equal(409, await CodeAsync("""{"id":"more","base_model_id":"guide","name":"P"}"""));

        async Task<int> CodeAsync(string body)
        {
            using var answer = await site.Client.CallAsync("POST", ModelCalls.Path + "/create", body, cookie);
            return (int)answer.StatusCode;
        }
    }

    private static async Task<string> CreateCodeAsync(HttpClient client, string body) => $"{await client.CodeAsync("POST", ModelCalls.Path + "/create", body)}";

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;
}
