using System.Net;
using System.Text.Json;
using OpenWebUi.StubProvider;
using OpenWebUi.Tests.Access;
using OpenWebUi.Tests.Platform.Storage;
using OpenWebUi.Tests.Settings;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Connections;

/// <summary>Connections together: order, names, switches, locks, states, and other instances.</summary>
public sealed class ConnectionListTests
{
    private const string Path = ConnectionCalls.Path;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Order_IsThatOfTheIds_AndNothingElse()
    {
        await using var site = await TestSite.StartAsync();
        List<string> ids = [];
        foreach (var host in (string[])["a", "b", "c"])
        {
            ids.Add(await site.Client.MakeAsync($$"""{"kind":"openai","base_url":"http://{{host}}.invalid","enabled":false}"""));
        }

        var versions = (await site.Client.ConnectionsAsync()).Select(c => c.Text("version")).Order().ToList();
        var ordered = await site.Client.PostAsync(Path + "order", $$"""{"ids":["{{ids[2]}}","{{ids[0]}}","{{ids[1]}}"]}""");
        Assert.Equal([ids[2], ids[0], ids[1]], ordered.GetProperty("connections").EnumerateArray().Select(c => c.Text("id")));
        Assert.Equal([ids[2], ids[0], ids[1]], (await site.Client.ConnectionsAsync()).Select(c => c.Text("id")));
        Assert.Equal(versions, (await site.Client.ConnectionsAsync()).Select(c => c.Text("version")).Order());

        foreach (var wrong in (string[])[$"\"{ids[0]}\"", $"\"{ids[0]}\",\"{ids[0]}\",\"{ids[1]}\"", $"\"{ids[0]}\",\"{ids[1]}\",\"c-nothing000\"", $"\"{ids[0]}\",\"{ids[1]}\",\"{ids[2]}\",\"env-openai-1\""])
        {
            Assert.Equal(["ids"], (await site.Client.RefusedAsync(Path + "order", $$"""{"ids":[{{wrong}}]}""", HttpStatusCode.UnprocessableEntity)).Faults());
        }
    }

    [Fact]
    public async Task Names_AreUniqueOverEnvironmentAndStore()
    {
        await using var site = await TestSite.StartAsync(("OPENAI_API_BASE_URL", "http://a.invalid"));
        const string more = """ "kind":"openai","base_url":"http://a.invalid/other","enabled":false """;
        Assert.Equal("a.invalid #2", (await site.Client.PostAsync(Path, $"{{{more}}}")).Text("name"));
        Assert.Equal("a.invalid #3", (await site.Client.PostAsync(Path, $$"""{"name":"",{{more}}}""")).Text("name"));
        foreach (var taken in (string[])["a.invalid", "A.INVALID #2", "openwebui", "Ollama on this machine"])
        {
            var refused = await site.Client.RefusedAsync(Path, $$"""{"name":"{{taken}}",{{more}}}""", HttpStatusCode.Conflict);
            Assert.Equal(["name"], refused.Faults());
        }

        // A variable may take a name afterwards: both go on, with names of their own.
        var named = await site.Client.PostAsync(Path, $$"""{"name":"b.invalid",{{more}}}""");
        await using var anew = await site.StartAnewAsync(("OPENAI_API_BASE_URL", "http://b.invalid"));
        Assert.Equal(["b.invalid", "a.invalid #2", "a.invalid #3", "b.invalid #2"], (await anew.Client.ConnectionsAsync()).Select(c => c.Text("name")));
        Assert.Equal(named.Text("version"), (await anew.Client.ConnectionsAsync())[3].Text("version"));
    }

    [Fact]
    public async Task Create_OfMoreThanFifty_IsRefused()
    {
        await using var site = await TestSite.StartAsync();
        for (var n = 0; n < 50; n++)
        {
            await site.Client.MakeAsync($$"""{"kind":"openai","base_url":"http://{{n}}.invalid","enabled":false}""");
        }

        await site.Client.RefusedAsync(Path, """{"kind":"openai","base_url":"http://a.invalid"}""", HttpStatusCode.Conflict);
        await site.Client.RemoveAsync((await site.Client.ConnectionsAsync())[7].Text("id"));
        await site.Client.MakeAsync("""{"kind":"openai","base_url":"http://a.invalid","enabled":false}""");
    }

    [Fact]
    public async Task Create_ByTwoInstancesAtOnce_KeepsAllUnderNamesOfTheirOwn()
    {
        await using var site = await TestSite.StartAsync();
        await using var twin = await site.StartTwinAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(n =>
            (n % 2 == 0 ? site : twin).Client.CallAsync("POST", Path, """{"kind":"openai","base_url":"http://a.invalid","enabled":false}""")));
        var made = answers.Count(answer => answer.StatusCode == HttpStatusCode.OK);
        Assert.True(made >= 2, $"{made}");
        var names = (await site.Client.ConnectionsAsync()).Select(c => c.Text("name")).ToList();
        Assert.Equal(made, names.Count);
        Assert.Equal(names.Distinct(), names);
    }

    [Fact]
    public async Task OfTheEnvironment_AreFirstAndLocked()
    {
        await using var site = await TestSite.StartAsync(("OPENAI_API_BASE_URLS", "http://a.invalid;http://b.invalid"), ("OPENAI_API_KEYS", "k1;"), ("OLLAMA_BASE_URL", "http://o.invalid"));
        await site.Client.MakeAsync("""{"kind":"openai","base_url":"http://c.invalid","enabled":false}""");
        var all = await site.Client.ConnectionsAsync();
        Assert.Equal(["env-openai-1 1 OPENAI_API_BASE_URLS", "env-openai-2 0 OPENAI_API_BASE_URLS", "env-ollama-1 0 OLLAMA_BASE_URL"],
            all.Take(3).Select(c => $"{c.Text("id")} {c.Raw("key_count")} {c.Text("locked_by")}"));
        Assert.All(all.Take(3), c => Assert.Equal(JsonValueKind.Null, c.GetProperty("version").ValueKind));
        var refused = await site.Client.RefusedAsync(Path + "env-openai-2", """{"name":"x"}""", HttpStatusCode.Forbidden);
        Assert.Contains("OPENAI_API_BASE_URLS", refused.Text("detail"), StringComparison.Ordinal);
        await site.Client.RemoveAsync("env-ollama-1", HttpStatusCode.Forbidden);
        Assert.Equal(4, (await site.Client.ConnectionsAsync()).Count);
    }

    [Fact]
    public async Task Switch_Off_AsksNobodyOfThatKind()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await TestSite.StartAsync(("ENABLE_OLLAMA_API", "true"), ("ENABLE_GUIDE_MODEL", "false"));
        await site.Client.ConnectAsync(stub);
        var off = await site.Client.PostAsync(Path + "switch", """{"enable_openai_api":false}""");
        Assert.Equal("""{"value":false,"locked_by":null}""", off.Raw("enable_openai_api"));
        Assert.Equal("off", off.GetProperty("connections")[0].GetProperty("status").Text("state"));
        using (var answer = await site.Client.CompleteAsync())
        {
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }

        await site.Client.PostAsync(Path + "switch", """{"enable_openai_api":true}""");
        using var served = await site.Client.CompleteAsync();
        Assert.Equal(HttpStatusCode.OK, served.StatusCode);
    }

    [Fact]
    public async Task Switch_OfTheEnvironment_IsLocked()
    {
        await using var site = await TestSite.StartAsync(("ENABLE_OPENAI_API", "true"), ("ENABLE_OLLAMA_API", "false"));
        var list = await site.Client.ReadAsync(Path);
        Assert.Equal("""{"value":true,"locked_by":"ENABLE_OPENAI_API"}""", list.Raw("enable_openai_api"));
        Assert.Equal("""{"value":false,"locked_by":"ENABLE_OLLAMA_API"}""", list.Raw("enable_ollama_api"));
        var refused = await site.Client.RefusedAsync(Path + "switch", """{"enable_ollama_api":true}""", HttpStatusCode.Forbidden);
        Assert.Contains("ENABLE_OLLAMA_API", refused.Text("detail"), StringComparison.Ordinal);
        await site.Client.PostAsync(Path + "switch", """{"enable_openai_api":true,"enable_ollama_api":null}""");
        await site.Client.RefusedAsync(Path + "switch", """{"enable_openai_api":"no"}""", HttpStatusCode.UnprocessableEntity);
        var made = await site.Client.PostAsync(Path, """{"kind":"ollama","base_url":"http://o.invalid"}""");
        Assert.Equal("off", made.GetProperty("status").Text("state"));
    }

    [Fact]
    public async Task Status_OfWhatIsAsked_SaysHowItIs()
    {
        await using var stub = await StubServer.StartAsync();
        stub.Models = ["echo", "embed"];
        await using var refusing = await StubServer.StartAsync();
        refusing.RequiredKey = "another";
        await using var site = await TestSite.StartAsync();
        await site.Client.ConnectAsync(stub);
        await site.Client.ConnectAsync(refusing, ""","keys":["wrong"]""");
        await site.Client.MakeAsync("""{"kind":"openai","base_url":"http://off.invalid","enabled":false}""");
        await site.Client.ReadAsync("/api/models");
        var states = (await site.Client.ConnectionsAsync()).Select(c => c.GetProperty("status")).ToList();
        Assert.Equal(["ok", "down", "off"], states.Select(s => s.Text("state")));
        Assert.Equal(("2", "null", "null"), (states[0].Raw("model_count"), states[1].Raw("model_count"), states[2].Raw("model_count")));
        Assert.Contains("401", states[1].Text("reason"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Change_OnAnotherInstance_IsInForceWithinFiveSeconds()
    {
        await using var stub = await StubServer.StartAsync();
        var time = new ManualTime();
        await using var here = await TestSite.StartAsync(time, ("ENABLE_GUIDE_MODEL", "false"));
        CountingRows? counts = null;
        await using var there = await here.StartTwinAsync(inner => counts = new(inner));
        using (var none = await there.Client.CompleteAsync())
        {
            Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
        }

        await here.Client.ConnectAsync(stub);
        using (var served = await here.Client.CompleteAsync())
        {
            Assert.Equal(HttpStatusCode.OK, served.StatusCode);
        }

        counts!.Reset();
        time.Advance(TimeSpan.FromSeconds(5));
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => there.Client.CompleteAsync())).WaitAsync(Limit);
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        // One row of the connection, one of their order.
        Assert.Single(counts.Log.Split(", "), line => line == "query 2");
    }

    [Fact]
    public async Task StoreDown_CallsGoOn_AndChangesSaySo()
    {
        await using var stub = await StubServer.StartAsync();
        var time = new ManualTime();
        FaultyRows? faults = null;
        await using var site = await TestSite.StartAsync(time, inner => faults = new(inner));
        await site.Client.ConnectAsync(stub);
        faults!.Plan = (_, _) => RowFault.Unavailable;
        time.Advance(TimeSpan.FromMinutes(10));
        using (var served = await site.Client.CompleteAsync().WaitAsync(Limit))
        {
            Assert.Equal(HttpStatusCode.OK, served.StatusCode);
        }

        await site.Client.RefusedAsync(Path, """{"kind":"openai","base_url":"http://a.invalid"}""", HttpStatusCode.ServiceUnavailable);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await site.Client.StatusAsync(Path));
    }
}
