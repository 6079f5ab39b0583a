using System.Net;
using OpenWebUi.StubProvider;
using OpenWebUi.Tests.Access;
using OpenWebUi.Tests.Auth;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Models;

/// <summary>What an administrator changes of a model, by Open WebUI's routes.</summary>
public sealed class ChangeModelTests
{
    private const string Picture = "data:image/png;base64,iVBORw0KGgo=";

    [Fact]
    public async Task Model_FromItsFirstChangeToItsLast()
    {
        await using var stub = await StubServer.StartAsync();
        stub.Models = ["org/model"];
        await using var people = await AccountSite.StartAsync(("OPENAI_API_BASE_URL", stub.BaseUrl));
        var admin = people.Admin.Bearer;
        var made = await admin.DoAsync("POST", ModelCalls.Path + "/create", $$$"""
            {"id":"org/model","base_model_id":null,"name":" Our model ","params":{"temperature":1},"access_control":null,"is_active":true,
             "meta":{"description":"Knows us","profile_image_url":"{{{Picture}}}","capabilities":{"vision":true,"citations":false},"tags":[{"name":"new"}],"suggestion_prompts":null}}
            """);
        Assert.Equal(
            ["id", "user_id", "base_model_id", "name", "meta", "params", "access_control", "is_active", "updated_at", "created_at"],
            made.EnumerateObject().Select(member => member.Name));
        Assert.Equal(
            $$"""{"description":"Knows us","profile_image_url":"{{Picture}}","capabilities":{"vision":true,"citations":false},"tags":[{"name":"new"}]}""",
            made.GetProperty("meta").GetRawText());
        var seen = await people.User.Bearer.ModelAsync("org/model");
        Assert.Equal("Our model", seen.GetProperty("name").GetString());
        Assert.Equal("""[{"name":"new"}]""", seen.GetProperty("tags").GetRawText());
        var info = seen.GetProperty("info");
        Assert.Equal(made.GetProperty("meta").GetRawText(), info.GetProperty("meta").GetRawText());
        Assert.False(info.TryGetProperty("access_control", out _));
        Assert.True(info.GetProperty("is_active").GetBoolean());

        var changed = await admin.DoAsync("POST", ModelCalls.Path + "/model/update", $$"""
            {"id":"org/model","name":null,"meta":{"tags":[]},"access_control":{"read":{"group_ids":["g"],"user_ids":[]},"write":{} } }
            """);
        Assert.Equal("""{"read":{"group_ids":["g"],"user_ids":[]}}""", changed.GetProperty("access_control").GetRawText());
        var forAdmin = await admin.ModelAsync("org/model");
        Assert.Equal("org/model", forAdmin.GetProperty("name").GetString());
        Assert.Equal("Knows us", forAdmin.GetProperty("info").GetProperty("meta").GetProperty("description").GetString());
        Assert.Equal("""{"read":{"group_ids":["g"],"user_ids":[]}}""", forAdmin.GetProperty("info").GetProperty("access_control").GetRawText());
        Assert.Empty(await people.User.Bearer.ModelsAsync("/api/models"));

        Assert.False((await admin.DoAsync("POST", ModelCalls.Path + "/model/toggle?id=org%2Fmodel")).GetProperty("is_active").GetBoolean());
        Assert.Empty(await admin.ModelsAsync("/api/models"));
        Assert.False((await admin.ModelAsync("org/model", "/api/v1/models/base")).GetProperty("info").GetProperty("is_active").GetBoolean());
        Assert.True((await admin.DoAsync("POST", ModelCalls.Path + "/model/toggle?id=org%2Fmodel")).GetProperty("is_active").GetBoolean());

        Assert.Equal(1, (await admin.DoAsync("GET", ModelCalls.Path + "/list")).GetProperty("total").GetInt32());
        Assert.Equal("org/model", (await admin.DoAsync("GET", ModelCalls.Path + "/list")).GetProperty("items")[0].GetProperty("id").GetString());
        Assert.Equal("org/model", (await admin.DoAsync("GET", ModelCalls.Path + "/model?id=org/model")).GetProperty("id").GetString());
        Assert.True((await admin.DoAsync("POST", ModelCalls.Path + "/model/delete", """{"id":"org/model"}""")).GetBoolean());
        Assert.True((await admin.DoAsync("POST", ModelCalls.Path + "/model/delete", """{"id":"org/model"}""")).GetBoolean());
        Assert.Equal("not_found", await admin.RefusalAsync("GET", ModelCalls.Path + "/model?id=org/model", null, 404));
        Assert.Equal(["org/model"], await people.User.Bearer.ModelsAsync("/api/models"));
    }

    [Fact]
    public async Task Create_OfAModelThatWasChangedBefore_IsAConflict_UpdateMakesOne()
    {
        await using var people = await AccountSite.StartAsync();
        var admin = people.Admin.Bearer;
        await admin.DoAsync("POST", ModelCalls.Path + "/model/update", """{"id":"m","name":"One"}""");
        Assert.Equal("model_exists", await admin.RefusalAsync("POST", ModelCalls.Path + "/create", """{"id":"m","name":"Two"}""", 409));
        Assert.Equal("One", (await admin.DoAsync("GET", ModelCalls.Path + "/model?id=m")).GetProperty("name").GetString());
    }

    [Theory]
    [InlineData("""{"name":"x"}""", "id")]
    [InlineData("""{"id":""}""", "id")]
    [InlineData("""{"id":"a\u0007b"}""", "id")]
    [InlineData("""{"id":"m","name":7}""", "name")]
    [InlineData("""{"id":"m","name":"a\nb"}""", "name")]
    [InlineData("""{"id":"m","is_active":"no"}""", "is_active")]
    [InlineData("""{"id":"m","meta":[]}""", "meta")]
    [InlineData("""{"id":"m","meta":{"description":"\u0000"}}""", "meta.description")]
    [InlineData("""{"id":"m","meta":{"profile_image_url":"http://a.example/x.png"}}""", "meta.profile_image_url")]
    [InlineData("""{"id":"m","meta":{"profile_image_url":"javascript:alert(1)"}}""", "meta.profile_image_url")]
    [InlineData("""{"id":"m","meta":{"profile_image_url":"data:image/svg+xml;base64,AAAA"}}""", "meta.profile_image_url")]
    [InlineData("""{"id":"m","meta":{"profile_image_url":"data:image/png;base64,no base"}}""", "meta.profile_image_url")]
    [InlineData("""{"id":"m","meta":{"profile_image_url":"https://user:pass@a.example/x.png"}}""", "meta.profile_image_url")]
    [InlineData("""{"id":"m","meta":{"capabilities":{"vision":1}}}""", "meta.capabilities")]
    [InlineData("""{"id":"m","meta":{"tags":["new"]}}""", "meta.tags")]
    [InlineData("""{"id":"m","meta":{"tags":[{"name":""}]}}""", "meta.tags")]
    [InlineData("""{"id":"m","access_control":[]}""", "access_control")]
    [InlineData("""{"id":"m","access_control":{"read":{"group_ids":"g"}}}""", "access_control")]
    [InlineData("""{"id":"m","access_control":{"read":{"user_ids":[7]}}}""", "access_control")]
    public async Task Form_WithWhatIsNone_IsRefusedByItsField(string body, string field)
    {
        await using var site = await TestSite.StartAsync();
        foreach (var path in (string[])["/create", "/model/update"])
        {
            using var answer = await site.Client.CallAsync("POST", ModelCalls.Path + path, body);
            Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
            Assert.Equal([field], (await answer.JsonAsync()).GetProperty("errors").EnumerateObject().Select(error => error.Name));
        }

        Assert.Equal(0, (await site.Client.DoAsync("GET", ModelCalls.Path + "/list")).GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task Update_ByManyAtOnce_LosesNothing()
    {
        await using var site = await TestSite.StartAsync();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(i => site.Client.DoAsync("POST", ModelCalls.Path + "/model/update",
            i % 2 == 0 ? """{"id":"m","name":"Name"}""" : """{"id":"m","meta":{"description":"Text"}}""")));
        var settings = await site.Client.DoAsync("GET", ModelCalls.Path + "/model?id=m");
        Assert.Equal(("Name", "Text"), (settings.GetProperty("name").GetString(), settings.GetProperty("meta").GetProperty("description").GetString()));
    }
}
