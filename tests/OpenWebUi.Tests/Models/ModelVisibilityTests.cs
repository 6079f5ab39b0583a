using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Services.Models;
using OpenWebUi.StubProvider;
using OpenWebUi.Tests.Access;
using OpenWebUi.Tests.Auth;
using OpenWebUi.Tests.Connections;
using OpenWebUi.Tests.Platform.Storage;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Models;

/// <summary>Who sees which model, and reaches it: the same on every list and every surface.</summary>
public sealed class ModelVisibilityTests
{
    [Fact]
    public async Task EveryList_AndEverySurface_KnowsOnlyWhatTheCallerMayUse()
    {
        await using var stub = await StubServer.StartAsync();
        stub.Models = ["open", "team", "mine", "closed", "off"];
        await using var people = await AccountSite.StartAsync(("OPENAI_API_BASE_URL", stub.BaseUrl), ("OLLAMA_BASE_URL", stub.OllamaUrl));
        var admin = people.Admin.Bearer;
        var group = (await admin.DoAsync("POST", "/api/v1/groups/create", """{"name":"Team"}""")).GetProperty("id").GetString();
        await admin.DoAsync("POST", $"/api/v1/groups/id/{group}/users/add", $$"""{"user_ids":["{{people.User.Id}}"]}""");
        await CreateAsync(admin, "team", $$""","access_control":{"read":{"group_ids":["{{group}}"] } }""");
        await CreateAsync(admin, "mine", $$""","access_control":{"read":{"user_ids":["{{people.Other.Id}}"] } }""");
        await CreateAsync(admin, "closed", ""","access_control":{}""");
        await CreateAsync(admin, "off", ""","is_active":false""");

        foreach (var (who, expected) in new[] { ("user", "open team"), ("other", "open mine"), ("admin", "open team mine closed") })
        {
            var client = people.ClientOf(who);
            foreach (var list in ModelCalls.Lists)
            {
                Assert.Equal($"{who} {list}: {expected}", $"{who} {list}: {string.Join(' ', await client.ModelsAsync(list))}");
            }

            foreach (var surface in ModelCalls.Surfaces)
            {
                foreach (var model in stub.Models)
                {
                    var status = expected.Split(' ').Contains(model) ? "200" : "404";
                    Assert.Equal($"{who} {surface} {model}: {status}", $"{who} {surface} {model}: {await client.AskAsync(surface, model)}");
                }
            }

            foreach (var model in stub.Models)
            {
                var status = expected.Split(' ').Contains(model) ? HttpStatusCode.OK : HttpStatusCode.NotFound;
                Assert.Equal(status, await client.StatusAsync("/v1/models/" + model));
            }
        }
    }

    [Theory]
    [InlineData("closed")]
    [InlineData("CLOSED")]
    [InlineData("closed:latest")]
    [InlineData("local")]
    [InlineData("local:latest")]
    [InlineData("Local:Latest")]
    public async Task ClosedModel_UnderAnotherSpelling_IsClosed(string asked)
    {
        await using var stub = await StubServer.StartAsync();
        await using var ollama = await StubServer.StartAsync();
        stub.Models = ["open", "closed"];
        ollama.Models = ["local:latest"];
        await using var people = await AccountSite.StartAsync(("OPENAI_API_BASE_URL", stub.BaseUrl), ("OLLAMA_BASE_URL", ollama.OllamaUrl));
        await CreateAsync(people.Admin.Bearer, "closed", ""","access_control":{}""");
        await CreateAsync(people.Admin.Bearer, "local:latest", ""","access_control":{}""");
        Assert.Equal("404", await people.User.Bearer.AskAsync("/v1/chat/completions", asked));
        Assert.Equal("404", await people.User.Bearer.AskAsync("/ollama/api/chat", asked));
        Assert.Equal("200", await people.Admin.Bearer.AskAsync("/v1/chat/completions", asked));
    }

    [Fact]
    public async Task ClosedModel_WhileItsConnectionIsDown_IsClosed()
    {
        await using var stub = await StubServer.StartAsync();
        stub.Behavior = StubBehavior.HtmlBadGateway;
        await using var people = await AccountSite.StartAsync(("OPENAI_API_BASE_URL", stub.BaseUrl));
        await CreateAsync(people.Admin.Bearer, "closed", ""","is_active":false""");
        Assert.Empty(await people.Admin.Bearer.ModelsAsync("/v1/models"));
        stub.Behavior = StubBehavior.Answer;
        Assert.Equal("404", await people.Admin.Bearer.AskAsync("/v1/chat/completions", "closed"));
        Assert.Equal("200", await people.User.Bearer.AskAsync("/v1/chat/completions", "another"));
    }

    /// <summary>The only connection is not asked for its list.</summary>
    [Theory]
    [InlineData("gpt-4o", "404")]
    [InlineData("prod", "404")]
    [InlineData("o3", "404")]
    [InlineData("thinker", "404")]
    [InlineData("gpt-5", "200")]
    [InlineData("five", "200")]
    public async Task ClosedModel_AsTheDeploymentThatItIs_IsClosed(string asked, string expected)
    {
        await using var stub = await StubServer.StartAsync();
        await using var people = await AccountSite.StartAsync(
            ("AZURE_URL", stub.OllamaUrl), ("AZURE_API_KEY", "key"), ("CUSTOM_MODELS", "gpt-4o@azure=prod,o3@azure=thinker,gpt-5@azure=five,-o3"));
        await CreateAsync(people.Admin.Bearer, "gpt-4o", ""","access_control":{}""");
        Assert.Equal(expected, await people.User.Bearer.AskAsync("/v1/chat/completions", asked));
        Assert.Equal(["gpt-5"], await people.User.Bearer.ModelsAsync("/v1/models"));
        Assert.Equal(expected, await people.User.Bearer.AskAsync("/v1/chat/completions", asked));
    }

    [Fact]
    public async Task ConnectionOfAGroup_IsItsMembersAndAdministrators()
    {
        await using var stub = await StubServer.StartAsync();
        await using var shared = await StubServer.StartAsync();
        (stub.Models, shared.Models) = (["gpu", "both"], ["both", "free"]);
        await using var people = await AccountSite.StartAsync();
        var admin = people.Admin.Bearer;
        var group = (await admin.DoAsync("POST", "/api/v1/groups/create", """{"name":"Team"}""")).GetProperty("id").GetString();
        await admin.DoAsync("POST", $"/api/v1/groups/id/{group}/users/add", $$"""{"user_ids":["{{people.User.Id}}"]}""");
        await admin.ConnectAsync(stub, $$""","name":"Ours","group_ids":["{{group}}"]""");
        await admin.ConnectAsync(shared, ""","name":"Shared" """);
        Assert.Equal(["gpu", "both", "free"], await people.User.Bearer.ModelsAsync("/api/models"));
        Assert.Equal(["gpu", "both", "free"], await admin.ModelsAsync("/api/models"));
        Assert.Equal(["both", "free"], await people.Other.Bearer.ModelsAsync("/api/models"));
        Assert.Equal("""["Shared"]""", (await people.Other.Bearer.ModelAsync("both")).GetProperty("connections").GetRawText());
        Assert.Equal("""["Ours","Shared"]""", (await people.User.Bearer.ModelAsync("both")).GetProperty("connections").GetRawText());
        Assert.DoesNotContain("Ours", (await people.Other.Bearer.DoAsync("GET", "/api/models")).GetRawText(), StringComparison.Ordinal);

        Assert.Equal("404", await people.Other.Bearer.AskAsync("/v1/chat/completions", "gpu"));
        Assert.Equal("200", await people.User.Bearer.AskAsync("/v1/chat/completions", "gpu"));
        Assert.Equal("404", await people.Other.Bearer.AskAsync("/v1/chat/completions", "unlisted"));
        for (var i = 0; i < 8; i++)
        {
            Assert.Equal("200", await people.Other.Bearer.AskAsync("/v1/chat/completions", "both"));
        }

        Assert.DoesNotContain(stub.Requests, request => request.Model == "both");
    }

    [Theory]
    [InlineData("BYPASS_MODEL_ACCESS_CONTROL", "true", "open closed", "open closed")]
    [InlineData("BYPASS_ADMIN_ACCESS_CONTROL", "false", "open", "open")]
    [InlineData("BYPASS_ADMIN_ACCESS_CONTROL", "true", "open", "open closed")]
    public async Task Bypass_IsWhatTheVariableSays(string variable, string value, string user, string admin)
    {
        await using var stub = await StubServer.StartAsync();
        stub.Models = ["open", "closed", "off"];
        await using var people = await AccountSite.StartAsync(("OPENAI_API_BASE_URL", stub.BaseUrl), (variable, value));
        await CreateAsync(people.Admin.Bearer, "closed", ""","access_control":{}""");
        await CreateAsync(people.Admin.Bearer, "off", ""","is_active":false""");
        Assert.Equal(user.Split(' '), await people.User.Bearer.ModelsAsync("/api/models"));
        Assert.Equal(admin.Split(' '), await people.Admin.Bearer.ModelsAsync("/api/models"));
        Assert.Equal(["open", "closed", "off"], await people.Admin.Bearer.ModelsAsync("/api/models/base"));
    }

    [Fact]
    public async Task GuestsAndPrograms_WithACode_SeeWhatIsEverybodys()
    {
        await using var stub = await StubServer.StartAsync();
        stub.Models = ["open", "team", "off"];
        await using var site = await TestSite.StartAsync(("CODE", "right"), ("OPENAI_API_BASE_URL", stub.BaseUrl));
        await PutAsync(site, new("team", null, ModelMeta.Empty, new(["g"], ["u"]), IsActive: true, "", DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch));
        await PutAsync(site, new("off", null, ModelMeta.Empty, null, IsActive: false, "", DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch));
        var (code, pass) = (("Authorization", "Bearer nk-right"), AccessCalls.Cookie(await site.Client.PassAsync("right")));
        Assert.Equal(["open"], await site.Client.ModelsAsync("/api/models", pass));
        Assert.Equal(["open"], await site.Client.ModelsAsync("/api/models", code));
        Assert.Equal("404", await site.Client.AskAsync("/v1/chat/completions", "team", code));
        Assert.Equal("404", await site.Client.AskAsync("/v1/chat/completions", "off", code));
    }

    [Fact]
    public async Task CallersWithAKeyOfTheirOwn_ReachNothingThatIsClosed()
    {
        await using var stub = await StubServer.StartAsync();
        stub.Models = ["open", "team"];
        await using var site = await TestSite.StartAsync(("CODE", "right"), ("OPENAI_API_BASE_URL", stub.BaseUrl), ("OPENAI_API_KEY", "sk-ours"));
        await PutAsync(site, new("team", null, ModelMeta.Empty, new([], []), IsActive: true, "", DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch));
        var own = ("Authorization", "Bearer sk-theirs");
        Assert.Equal(["open"], await site.Client.ModelsAsync("/v1/models", own));
        Assert.Equal("404", await site.Client.AskAsync("/v1/chat/completions", "team", own));
        Assert.Equal("200", await site.Client.AskAsync("/v1/chat/completions", "open", own));
    }

    [Fact]
    public async Task Turn_WithAClosedModel_FailsAsIfItDidNotExist()
    {
        await using var stub = await StubServer.StartAsync();
        stub.Models = ["open", "closed"];
        await using var people = await AccountSite.StartAsync(("OPENAI_API_BASE_URL", stub.BaseUrl));
        await CreateAsync(people.Admin.Bearer, "closed", ""","access_control":{}""");
        foreach (var (model, isThere) in new[] { ("closed", false), ("open", true) })
        {
            using var answer = await people.User.Bearer.CallAsync("POST", "/api/chat/completions", $$"""
                {"model":"{{model}}","stream":true,"parent_id":null,"user_message":{"id":"u-{{model}}","content":"hi"},"background_tasks":{"title_generation":false} }
                """);
            var text = await answer.Content.ReadAsStringAsync();
            Assert.True(text.Contains("model_not_found", StringComparison.Ordinal) != isThere, text);
        }

        Assert.DoesNotContain(stub.Requests, request => request.Model == "closed");
    }

    [Fact]
    public async Task ChangeOnOneInstance_CountsOnTheOtherWithinFiveSeconds()
    {
        var time = new ManualTime();
        await using var stub = await StubServer.StartAsync();
        stub.Models = ["open", "soon"];
        await using var people = await AccountSite.StartAsync(time, null, ("OPENAI_API_BASE_URL", stub.BaseUrl));
        await using var twin = await people.Site.StartTwinAsync();
        using var there = twin.NewClient();
        there.DefaultRequestHeaders.Authorization = new("Bearer", people.User.Token);
        Assert.Equal(["open", "soon"], await there.ModelsAsync("/v1/models"));
        await CreateAsync(people.Admin.Bearer, "soon", ""","access_control":{}""");
        Assert.Equal(["open"], await people.User.Bearer.ModelsAsync("/v1/models"));
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(["open"], await there.ModelsAsync("/v1/models"));
        Assert.Equal("404", await there.AskAsync("/v1/chat/completions", "soon"));
    }

    [Fact]
    public async Task StoreAway_NobodyAdministersTheSite_NothingCanBeClosed()
    {
        await using var stub = await StubServer.StartAsync();
        FaultyRows? rows = null;
        await using var site = await TestSite.StartAsync(TimeProvider.System, inner => rows = new(inner), ("CODE", "right"), ("OPENAI_API_BASE_URL", stub.BaseUrl));
        _ = site.Services.GetRequiredService<RowStore>();
        rows!.IsCutOff = true;
        Assert.Equal("200", await site.Client.AskAsync("/v1/chat/completions", "echo", ("Authorization", "Bearer nk-right")));
    }

    [Fact]
    public async Task StoreAway_LastKnownRulesHold_AndUnknownOnesLetNobodyIn()
    {
        var time = new ManualTime();
        await using var stub = await StubServer.StartAsync();
        stub.Models = ["open", "closed"];
        FaultyRows? rows = null;
        await using var site = await TestSite.StartAsync(time, inner => rows = new(inner), ("CODE", "right"), ("ADMIN_CODE", "admins"), ("OPENAI_API_BASE_URL", stub.BaseUrl));
        _ = site.Services.GetRequiredService<RowStore>();
        var code = ("Authorization", "Bearer nk-right");
        rows!.IsCutOff = true;
        Assert.Equal("503", await site.Client.AskAsync("/v1/chat/completions", "open", code));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await site.Client.StatusAsync("/v1/models", code));

        rows.IsCutOff = false;
        time.Advance(TimeSpan.FromSeconds(5));
        await PutAsync(site, new("closed", null, ModelMeta.Empty, new([], []), IsActive: true, "", DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch));
        Assert.Equal("200", await site.Client.AskAsync("/v1/chat/completions", "open", code));
        rows.IsCutOff = true;
        time.Advance(TimeSpan.FromHours(1));
        Assert.Equal("200", await site.Client.AskAsync("/v1/chat/completions", "open", code));
        Assert.Equal("404", await site.Client.AskAsync("/v1/chat/completions", "closed", code));
    }

    private static Task<JsonElement> CreateAsync(HttpClient admin, string id, string more) => admin.DoAsync("POST", ModelCalls.Path + "/create", $$"""{"id":"{{id}}"{{more}}}""");

    private static async Task PutAsync(TestSite site, ModelSettings settings) =>
        Assert.True(await site.Services.GetRequiredService<ModelSettingsStore>().PutAsync(settings, default));
}
