using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using OpenWebUi.Services.Upstreams;
using OpenWebUi.StubProvider;
using OpenWebUi.Tests.Access;
using OpenWebUi.Tests.Settings;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Connections;

/// <summary>Connections as clients of Open WebUI read and write them.</summary>
public sealed class OpenWebUiConfigTests
{
    private const string OpenAi = "/openai/config";
    private const string Ollama = "/ollama/config";

    [Fact]
    public async Task Config_OfAll_IsOpenWebUisForm()
    {
        await using var site = await TestSite.StartAsync(("OPENAI_API_BASE_URL", "http://a.invalid"), ("OPENAI_API_KEY", "k"), ("OLLAMA_BASE_URL", "http://o.invalid"));
        await site.Client.MakeAsync("""
            {"kind":"azure","base_url":"https://x.openai.azure.com","keys":["k"],"headers":{"X-Team":"v"},"api_version":"2024-10-21","tags":["t"],"prefix_id":"p","model_ids":["m"],"enabled":false}
            """);
        Assert.Equal("""
            {"ENABLE_OPENAI_API":true,"OPENAI_API_BASE_URLS":["http://a.invalid/v1","https://x.openai.azure.com"],"OPENAI_API_KEYS":["",""],"OPENAI_API_CONFIGS":{"0":{"enable":true,"tags":[],"prefix_id":"","model_ids":[],"connection_type":"external","auth_type":"bearer"},"1":{"enable":false,"tags":[{"name":"t"}],"prefix_id":"p","model_ids":["m"],"connection_type":"external","auth_type":"bearer","headers":{"X-Team":null},"azure":true,"api_version":"2024-10-21"}}}
            """.Trim(), (await site.Client.ReadAsync(OpenAi)).GetRawText());
        Assert.Equal("""
            {"ENABLE_OLLAMA_API":true,"OLLAMA_BASE_URLS":["http://o.invalid"],"OLLAMA_API_CONFIGS":{"0":{"enable":true,"tags":[],"prefix_id":"","model_ids":[],"connection_type":"local","auth_type":"bearer","key":""}}}
            """.Trim(), (await site.Client.ReadAsync(Ollama)).GetRawText());
    }

    [Theory]
    [InlineData(OpenAi)]
    [InlineData(Ollama)]
    public async Task Update_WithWhatWasRead_ChangesNothing(string path)
    {
        await using var site = await TestSite.StartAsync(
            ("OPENAI_API_BASE_URL", "http://a.invalid"), ("OPENAI_API_KEY", "k"), ("OLLAMA_BASE_URL", "http://o.invalid"), ("AZURE_URL", "https://x.openai.azure.com"), ("ANTHROPIC_API_KEY", "k"));
        await site.Client.MakeAsync("""{"kind":"openai","base_url":"http://b.invalid","keys":["k1","k2"],"headers":{"X-Team":"v"},"tags":["t"],"weight":7,"group_ids":["g"],"enabled":false}""");
        await site.Client.MakeAsync("""{"kind":"anthropic","base_url":"http://c.invalid","keys":["k1"],"enabled":false}""");
        await site.Client.MakeAsync("""{"kind":"ollama","base_url":"http://d.invalid","keys":["k1"],"enabled":false}""");
        var before = await FieldsAsync();
        var read = await site.Client.ReadAsync(path);
        Assert.Equal(read.GetRawText(), (await site.Client.PostAsync(path + "/update", read.GetRawText())).GetRawText());
        Assert.Equal(before, await FieldsAsync());

        // How they are is another thing: they are asked meanwhile.
        async Task<IReadOnlyList<string>> FieldsAsync() =>
            [.. from connection in await site.Client.ConnectionsAsync()
                from field in connection.EnumerateObject()
                where field.Name != "status"
                select field.ToString()];
    }

    [Fact]
    public async Task Update_OfAList_MakesChangesAndDeletes()
    {
        await using var stub = await StubServer.StartAsync();
        stub.RequiredKey = "k-right";
        await using var site = await TestSite.StartAsync();
        var ollama = await site.Client.MakeAsync("""{"kind":"ollama","base_url":"http://o.invalid","enabled":false}""");
        await site.Client.PostAsync(OpenAi + "/update", $$"""
            {"ENABLE_OPENAI_API":true,"OPENAI_API_BASE_URLS":["{{stub.BaseUrl}}","http://b.invalid/v1"],"OPENAI_API_KEYS":["k-right","k-b"],
             "OPENAI_API_CONFIGS":{"0":{"enable":true,"prefix_id":"team","connection_type":"local","auth_type":"bearer"},"1":{"enable":false,"tags":[{"name":"t"}]} } }
            """);
        using (var answer = await site.Client.CompleteAsync("team.echo"))
        {
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        var made = await site.Client.ConnectionsAsync();
        Assert.Equal([ollama, "local", "external"], [made[0].Text("id"), made[1].Text("connection_type"), made[2].Text("connection_type")]);

        // The first goes; the second moves up, and keeps its key and its id.
        await site.Client.PostAsync(OpenAi + "/update", """{"OPENAI_API_BASE_URLS":["http://b.invalid/v1"],"OPENAI_API_KEYS":[""],"OPENAI_API_CONFIGS":{"0":{"enable":false}}}""");
        var left = await site.Client.ConnectionsAsync();
        Assert.Equal([ollama, made[2].Text("id")], left.Select(c => c.Text("id")));
        Assert.Equal(("1", """["t"]"""), (left[1].Raw("key_count"), left[1].Raw("tags")));
    }

    [Theory]
    [InlineData("""["http://a.invalid/v1","http://b.invalid/v1"]""", """["",""]""", "a.invalid k-a, b.invalid k-b")]
    [InlineData("""["http://b.invalid/v1","http://a.invalid/v1"]""", """["",""]""", "b.invalid k-b, a.invalid k-a")]
    [InlineData("""["http://b.invalid/v1"]""", """[""]""", "b.invalid k-b")]
    [InlineData("""["http://a.invalid/other","http://b.invalid/v1"]""", """[]""", "a.invalid k-a, b.invalid k-b")]
    [InlineData("""["http://c.invalid/v1","http://b.invalid/v1"]""", """["",""]""", "c.invalid , b.invalid k-b")]
    [InlineData("""["http://c.invalid/v1","http://b.invalid/v1"]""", """["k-c",""]""", "c.invalid k-c, b.invalid k-b")]
    [InlineData("""["https://a.invalid/v1","http://b.invalid/v1"]""", """["",""]""", "a.invalid , b.invalid k-b")]
    [InlineData("""["http://a.invalid/v1","http://b.invalid/v1","http://a.invalid/v1"]""", """["","k-n",""]""", "a.invalid k-a, b.invalid k-n, a.invalid #2 ")]
    [InlineData("[]", "[]", "")]
    public async Task Update_OfPlaces_KeepsAKeyOnlyForItsHost(string urls, string keys, string expected)
    {
        await using var site = await TestSite.StartAsync(("ENABLE_OPENAI_API", "true"));
        await site.Client.MakeAsync("""{"kind":"openai","base_url":"http://a.invalid","keys":["k-a"],"enabled":false}""");
        await site.Client.MakeAsync("""{"kind":"openai","base_url":"http://b.invalid","keys":["k-b"],"enabled":false}""");
        await site.Client.PostAsync(OpenAi + "/update", $$"""{"ENABLE_OPENAI_API":true,"OPENAI_API_BASE_URLS":{{urls}},"OPENAI_API_KEYS":{{keys}},"OPENAI_API_CONFIGS":{} }""");
        Assert.Equal(expected, string.Join(", ", site.Services.GetRequiredService<ConnectionStore>().Current.Connections.Select(c => $"{c.Name} {string.Join('+', c.Keys)}")));
    }

    [Theory]
    [InlineData("""{"OPENAI_API_BASE_URLS":[]}""")]
    [InlineData("""{"OPENAI_API_BASE_URLS":["http://evil.invalid/v1"]}""")]
    [InlineData("""{"OPENAI_API_BASE_URLS":["http://a.invalid/v1"],"OPENAI_API_KEYS":["another"]}""")]
    [InlineData("""{"OPENAI_API_BASE_URLS":["http://a.invalid/v1"],"OPENAI_API_CONFIGS":{"0":{"enable":false}}}""")]
    [InlineData("""{"OPENAI_API_BASE_URLS":["http://a.invalid/v1"],"OPENAI_API_CONFIGS":{"0":{"headers":{"X":"y"}}}}""")]
    [InlineData("""{"OPENAI_API_BASE_URLS":["http://b.invalid/v1","http://a.invalid/v1"]}""")]
    public async Task Update_OfWhatTheEnvironmentFixes_Is403(string body)
    {
        await using var site = await TestSite.StartAsync(("OPENAI_API_BASE_URL", "http://a.invalid"), ("OPENAI_API_KEY", "k"));
        var refused = await site.Client.RefusedAsync(OpenAi + "/update", body, HttpStatusCode.Forbidden);
        Assert.Contains("OPENAI_API_BASE_URL", refused.Text("detail"), StringComparison.Ordinal);
        Assert.Single(await site.Client.ConnectionsAsync());
    }

    [Fact]
    public async Task Update_WithFaults_NamesThePlacesAndChangesNothing()
    {
        await using var site = await TestSite.StartAsync();
        var refused = await site.Client.RefusedAsync(OpenAi + "/update", """
            {"ENABLE_OPENAI_API":false,"OPENAI_API_BASE_URLS":["http://a.invalid","ftp://b.invalid","http://169.254.169.254/v1"],"OPENAI_API_KEYS":["two words"],
             "OPENAI_API_CONFIGS":{"0":{"auth_type":"session","prefix_id":"a/b"} } }
            """, HttpStatusCode.UnprocessableEntity);
        Assert.Equal(
            ["OPENAI_API_BASE_URLS.1", "OPENAI_API_BASE_URLS.2", "OPENAI_API_CONFIGS.0.auth", "OPENAI_API_CONFIGS.0.prefix_id", "OPENAI_API_KEYS.0"],
            refused.Faults().Order(StringComparer.Ordinal));
        Assert.Empty(await site.Client.ConnectionsAsync());
        Assert.True((await site.Client.ReadAsync(OpenAi)).GetProperty("ENABLE_OPENAI_API").GetBoolean());
        foreach (var wrong in (string[])["""{"OPENAI_API_BASE_URLS":"x"}""", """{"OPENAI_API_BASE_URLS":["http://a.invalid"],"OPENAI_API_CONFIGS":[]}""", """{"ENABLE_OPENAI_API":1}"""])
        {
            await site.Client.RefusedAsync(OpenAi + "/update", wrong, HttpStatusCode.UnprocessableEntity);
        }
    }

    [Fact]
    public async Task Update_OfTheSwitchAlone_LeavesTheList()
    {
        await using var site = await TestSite.StartAsync(("ENABLE_OLLAMA_API", ""));
        await site.Client.MakeAsync("""{"kind":"ollama","base_url":"http://o.invalid"}""");
        var off = await site.Client.PostAsync(Ollama + "/update", """{"ENABLE_OLLAMA_API":false}""");
        Assert.Equal(("false", """["http://o.invalid"]"""), (off.Raw("ENABLE_OLLAMA_API"), off.Raw("OLLAMA_BASE_URLS")));
    }

    [Fact]
    public async Task ListOfOne_IsItsOwnList()
    {
        await using var stub = await StubServer.StartAsync();
        stub.Models = ["echo"];
        await using var other = await StubServer.StartAsync();
        other.RequiredKey = "another";
        await using var site = await TestSite.StartAsync(("ENABLE_OLLAMA_API", "true"));
        await site.Client.ConnectAsync(stub);
        await site.Client.ConnectAsync(other);
        await site.Client.MakeAsync("""{"kind":"openai","base_url":"http://off.invalid","enabled":false}""");
        await site.Client.MakeAsync($$"""{"kind":"ollama","base_url":"{{stub.OllamaUrl}}"}""");
        var list = await site.Client.ReadAsync("/openai/models/0");
        Assert.Equal(("list", "echo"), (list.Text("object"), list.GetProperty("data")[0].Text("id")));
        Assert.NotEmpty((await site.Client.ReadAsync("/ollama/api/tags/0")).GetProperty("models").EnumerateArray());
        foreach (var (path, status) in ((string, HttpStatusCode)[])[("/openai/models/1", HttpStatusCode.BadGateway), ("/openai/models/2", HttpStatusCode.NotFound), ("/openai/models/3", HttpStatusCode.NotFound), ("/ollama/api/tags/1", HttpStatusCode.NotFound)])
        {
            using var answer = await site.Client.GetAsync(path, []);
            Assert.Equal(status, answer.StatusCode);
            Assert.NotEmpty((await answer.JsonAsync()).Text("detail"));
        }

        // A model's name is no place: that address is the relay's.
        Assert.Equal(HttpStatusCode.OK, await site.Client.StatusAsync("/openai/models/echo"));
    }

    [Theory]
    [InlineData("GET", "/openai/config")]
    [InlineData("POST", "/openai/config/update")]
    [InlineData("GET", "/openai/models/0")]
    [InlineData("POST", "/openai/verify")]
    [InlineData("GET", "/ollama/config")]
    [InlineData("GET", "/ollama/api/tags/0")]
    [InlineData("GET", "/api/v1/connections/")]
    public async Task ForeignOrigins_HearNothing(string method, string path)
    {
        // Codes: the relay answers every origin here, and these addresses stand among the relay's.
        await using var site = await TestSite.StartAsync(("CODE", "right"), ("ADMIN_CODE", "admins"));
        (string, string)[] from = [("Origin", "https://elsewhere.example"), ("Access-Control-Request-Method", method)];
        using (var relay = await site.Client.CallAsync("OPTIONS", "/openai/models", null, from))
        {
            Assert.Equal("*", relay.Header("Access-Control-Allow-Origin"));
        }

        using var preflight = await site.Client.CallAsync("OPTIONS", path, null, from);
        Assert.Null(preflight.Header("Access-Control-Allow-Origin"));
        using var call = await site.Client.CallAsync(method, path, method == "POST" ? "{}" : null, ("Origin", "https://elsewhere.example"), ("Authorization", "Bearer nk-right"));
        Assert.Equal(HttpStatusCode.Unauthorized, call.StatusCode);
        Assert.Null(call.Header("Access-Control-Allow-Origin"));
    }
}
