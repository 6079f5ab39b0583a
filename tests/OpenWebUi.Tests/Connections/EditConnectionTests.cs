using System.Net;
using System.Text.Json;
using OpenWebUi.StubProvider;
using OpenWebUi.Tests.Access;
using OpenWebUi.Tests.Settings;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Connections;

/// <summary>Connections that an administrator makes, changes and deletes, through the whole site.</summary>
public sealed class EditConnectionTests
{
    private const string Path = ConnectionCalls.Path;

    [Fact]
    public async Task List_OfASiteWithoutAny_IsEmptyWithBothSwitchesOn()
    {
        await using var site = await TestSite.StartAsync(("ENABLE_OLLAMA_API", ""));
        Assert.Equal(
            """{"connections":[],"enable_openai_api":{"value":true,"locked_by":null},"enable_ollama_api":{"value":true,"locked_by":null}}""",
            (await site.Client.ReadAsync(Path)).GetRawText());
    }

    [Fact]
    public async Task Create_OfAll_AnswersTheDocumentedForm()
    {
        await using var site = await TestSite.StartAsync();
        var made = await site.Client.PostAsync(Path, """
            {"name":"Team vLLM","kind":"openai","base_url":"gpu.invalid:8000","keys":["k-one","k-two"],"headers":{"X-Team":"gpu"},"organization":"org-1",
             "prefix_id":"team","tags":["gpu","fast"],"model_ids":["a","b"],"weight":3,"enabled":false,"connection_type":"local","group_ids":["g1"]}
            """);
        Assert.Matches("^c-[a-z0-9]{10}$", made.Text("id"));
        Assert.NotEmpty(made.Text("version"));
        var rest = made.EnumerateObject().Where(p => p.Name is not ("id" or "version")).Select(p => $"{p.Name}={p.Value.GetRawText()}");
        Assert.Equal(
            [
                """name="Team vLLM" """.Trim(), "kind=\"openai\"", "base_url=\"https://gpu.invalid:8000/v1\"", "auth=\"key\"", "key_count=2", """headers={"X-Team":null}""",
                "organization=\"org-1\"", "api_version=null", "deployments={}", "prefix_id=\"team\"", """tags=["gpu","fast"]""", """model_ids=["a","b"]""", "weight=3",
                "enabled=false", "connection_type=\"local\"", """group_ids=["g1"]""", "locked_by=null",
                """status={"state":"off","reason":null,"model_count":null,"cools_until":null}""",
            ],
            rest);
        Assert.Equal(made.GetRawText(), Assert.Single(await site.Client.ConnectionsAsync()).GetRawText());
        Assert.Equal(made.GetRawText(), (await site.Client.ReadAsync(Path + made.Text("id"))).GetRawText());
    }

    [Fact]
    public async Task Create_ServesACallAtOnce()
    {
        await using var stub = await StubServer.StartAsync();
        stub.RequiredKey = "k-right";
        await using var site = await TestSite.StartAsync();
        await site.Client.ConnectAsync(stub, ""","keys":["k-right"],"headers":{"X-Team":"gpu"}""");
        using var answer = await site.Client.CompleteAsync();
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        Assert.Equal($"127.0.0.1:{stub.Port}", answer.Header("x-openwebui-connection"));
    }

    [Fact]
    public async Task Change_OfSomeFields_LeavesTheOthers()
    {
        await using var site = await TestSite.StartAsync();
        var made = await site.Client.PostAsync(Path, """{"kind":"openai","base_url":"http://a.invalid/v1","keys":["k"],"tags":["x"],"weight":7,"enabled":false}""");
        var changed = await site.Client.PostAsync(Path + made.Text("id"), $$"""{"version":{{made.Raw("version")}},"name":"Renamed","tags":[]}""");
        Assert.Equal(("Renamed", "[]", "7", "1", "http://a.invalid/v1"), (
            changed.Text("name"), changed.Raw("tags"), changed.Raw("weight"), changed.Raw("key_count"), changed.Text("base_url")));
        Assert.NotEqual(made.Text("version"), changed.Text("version"));
    }

    [Fact]
    public async Task Change_OfAnOldVersion_Is409AndChangesNothing()
    {
        await using var site = await TestSite.StartAsync();
        var made = await site.Client.PostAsync(Path, """{"kind":"openai","base_url":"http://a.invalid/v1","enabled":false}""");
        var address = Path + made.Text("id");
        await site.Client.PostAsync(address, $$"""{"version":{{made.Raw("version")}},"name":"First"}""");
        foreach (var version in (string[])[made.Raw("version"), "\"made-up\""])
        {
            await site.Client.RefusedAsync(address, $$"""{"version":{{version}},"name":"Second"}""", HttpStatusCode.Conflict);
        }

        Assert.Equal("First", (await site.Client.ReadAsync(address)).Text("name"));
    }

    [Fact]
    public async Task Delete_IsGone_AndASecondTimeIsMissing()
    {
        await using var site = await TestSite.StartAsync();
        var id = await site.Client.MakeAsync("""{"kind":"openai","base_url":"http://a.invalid/v1","enabled":false}""");
        await site.Client.RemoveAsync(id);
        Assert.Empty(await site.Client.ConnectionsAsync());
        await site.Client.RemoveAsync(id, HttpStatusCode.NotFound);
        await site.Client.RefusedAsync(Path + id, """{"name":"x"}""", HttpStatusCode.NotFound);
        Assert.Equal(HttpStatusCode.NotFound, await site.Client.StatusAsync(Path + id));
    }
}
