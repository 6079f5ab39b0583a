using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using OpenWebUi.Services.Models;
using OpenWebUi.StubProvider;
using OpenWebUi.Tests.Access;
using OpenWebUi.Tests.Auth;
using OpenWebUi.Tests.Connections;
using OpenWebUi.Tests.Settings;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Models;

/// <summary>Lists of each kind of connection, when they are asked for, and that nobody waits for a dead one.</summary>
public sealed class ModelListsTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task DownConnection_IsAskedAgainAfter5_10_20_30Seconds_BehindWhoeverLooks()
    {
        var time = new ManualTime();
        await using var stub = await StubServer.StartAsync();
        stub.Behavior = StubBehavior.HtmlBadGateway;
        await using var site = await TestSite.StartAsync(time, ("OPENAI_API_BASE_URL", stub.BaseUrl));
        int[] expected = [0, 5, 15, 35, 65, 95];
        for (var second = 0; second <= 96; second++)
        {
            // The clock stands: a list that waited for the dead one would never come.
            Assert.Empty(await site.Client.ModelsAsync("/api/models").WaitAsync(TimeSpan.FromSeconds(20)));
            if (expected.Contains(second))
            {
                await stub.WaitForRequestAsync("/v1/models");
                await DownAsync(site);
            }

            time.Advance(Second);
        }

        Assert.Equal(expected.Length, stub.Requests.Count);
        stub.Behavior = StubBehavior.Answer;
        time.Advance(TimeSpan.FromSeconds(30));
        await UntilAsync(async () => (await site.Client.ModelsAsync("/api/models")).Length == 3);
        // It is well again: the next failure is the first one.
        stub.Behavior = StubBehavior.HtmlBadGateway;
        time.Advance(TimeSpan.FromSeconds(30));
        await UntilAsync(async () => (await site.Client.ModelsAsync("/api/models")).Length == 0);
        stub.Behavior = StubBehavior.Answer;
        time.Advance(TimeSpan.FromSeconds(5));
        await UntilAsync(async () => (await site.Client.ModelsAsync("/api/models")).Length == 3);
    }

    [Theory]
    [InlineData("", 30)]
    [InlineData("7", 7)]
    [InlineData("0", 0)]
    public async Task ListThatIsOlderThanItsTime_IsAskedForAnew(string variable, int seconds)
    {
        var time = new ManualTime();
        await using var stub = await StubServer.StartAsync();
        await using var site = await TestSite.StartAsync(time, ("OPENAI_API_BASE_URL", stub.BaseUrl), ("MODELS_CACHE_TTL", variable));
        Assert.Equal(3, (await site.Client.ModelsAsync("/api/models")).Length);
        stub.Models = ["new"];
        if (seconds > 0)
        {
            time.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromMilliseconds(1));
            for (var i = 0; i < 5; i++)
            {
                Assert.Equal(3, (await site.Client.ModelsAsync("/api/models")).Length);
            }

            Assert.Single(stub.Requests);
            time.Advance(TimeSpan.FromMilliseconds(1));
        }

        await UntilAsync(async () => await site.Client.ModelsAsync("/api/models") is ["new"]);
    }

    [Fact]
    public async Task Refresh_OfAnAdministrator_AsksNow_AndOfNobodyElse()
    {
        await using var stub = await StubServer.StartAsync();
        await using var people = await AccountSite.StartAsync(("OPENAI_API_BASE_URL", stub.BaseUrl));
        Assert.Equal(3, (await people.Admin.Bearer.ModelsAsync("/api/models")).Length);
        stub.Models = ["new"];
        Assert.Equal(3, (await people.User.Bearer.ModelsAsync("/api/models?refresh=true")).Length);
        Assert.Equal(3, (await people.Admin.Bearer.ModelsAsync("/api/models?refresh=false")).Length);
        Assert.Equal(["new"], await people.Admin.Bearer.ModelsAsync("/api/models?refresh=true"));
        Assert.Equal(["new"], await people.User.Bearer.ModelsAsync("/api/models"));
    }

    [Fact]
    public async Task Refresh_OfADeadConnection_WaitsForItsDeadlineOnly()
    {
        var time = new ManualTime();
        await using var stub = await StubServer.StartAsync();
        await using var hole = RawTcpStub.Start(RawTcpMode.Blackhole);
        await using var site = await TestSite.StartAsync(time, ("OPENAI_API_BASE_URLS", $"{stub.BaseUrl};{hole.BaseUrl}"));
        var first = site.Client.ModelsAsync("/api/models");
        await hole.Connected;
        await time.AdvanceUntilAsync(first, Second);
        Assert.Equal(3, (await first).Length);
        var before = time.GetUtcNow();
        var again = site.Client.ModelsAsync("/api/models?refresh=true");
        await time.AdvanceUntilAsync(again, TimeSpan.FromMilliseconds(500));
        Assert.Equal(3, (await again).Length);
        Assert.InRange(time.GetUtcNow() - before, TimeSpan.Zero, TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Connection_ChangedOrRemoved_IsAskedAnewOrForgottenAtOnce()
    {
        var time = new ManualTime();
        await using var one = await StubServer.StartAsync();
        await using var two = await StubServer.StartAsync();
        (one.Models, two.Models) = (["one"], ["two"]);
        await using var site = await TestSite.StartAsync(time);
        var id = (await site.Client.ConnectAsync(one)).Text("id");
        Assert.Equal(["one"], await site.Client.ModelsAsync("/api/models"));
        await site.Client.PostAsync(ConnectionCalls.Path + id, $$"""{"base_url":"{{two.BaseUrl}}","version":{{(await site.Client.ReadAsync(ConnectionCalls.Path + id)).Raw("version")}}}""");
        Assert.Equal(["two"], await site.Client.ModelsAsync("/api/models"));
        await site.Client.PostAsync(ConnectionCalls.Path + id, $$"""{"prefix_id":"p","tags":["gpu"],"model_ids":["two","named"],"version":{{(await site.Client.ReadAsync(ConnectionCalls.Path + id)).Raw("version")}}}""");
        Assert.Equal(["p.two", "p.named"], await site.Client.ModelsAsync("/api/models"));
        Assert.Equal("""[{"name":"gpu"}]""", (await site.Client.ModelAsync("p.named")).GetProperty("tags").GetRawText());
        foreach (var list in ModelCalls.Lists)
        {
            Assert.Equal(["p.two", "p.named"], await site.Client.ModelsAsync(list));
        }

        Assert.Equal("200", await site.Client.AskAsync("/v1/chat/completions", "p.named"));
        Assert.Equal("named", Assert.Single(two.Requests, request => request.Path.EndsWith("/chat/completions", StringComparison.Ordinal)).Model);
        Assert.Equal("404", await site.Client.AskAsync("/v1/chat/completions", "two"));
        Assert.Equal("404", await site.Client.AskAsync("/v1/chat/completions", "p.unnamed"));
        await site.Client.RemoveAsync(id);
        Assert.Equal(["guide"], await site.Client.ModelsAsync("/api/models"));
    }

    [Fact]
    public async Task NamedModels_AreAnsweredBeforeAnybodyLookedAtTheList()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await TestSite.StartAsync();
        await site.Client.ConnectAsync(stub, ""","model_ids":["named"],"prefix_id":"p" """);
        Assert.Equal("200", await site.Client.AskAsync("/v1/chat/completions", "p.named"));
        Assert.Equal("404", await site.Client.AskAsync("/v1/chat/completions", "p.echo"));
        Assert.Equal("named", Assert.Single(stub.Requests, request => request.Method == "POST").Model);
    }

    [Fact]
    public async Task OneModelOnTwoConnections_KeepsBoth_AndTheFirstDescribesIt()
    {
        await using var one = await StubServer.StartAsync();
        await using var two = await StubServer.StartAsync();
        one.Models = ["shared", "one"];
        two.Behavior = StubBehavior.Custom((context, _) => context.Response.WriteAsync(
            """{"data":[{"id":"shared","name":"Second's","created":1},{"id":"two","name":"Number Two","created":1700000000000,"max_model_len":4096,"description":"Local"}]}"""));
        await using var site = await TestSite.StartAsync(("OPENAI_API_BASE_URLS", $"{one.BaseUrl};{two.BaseUrl}"));
        var shared = await site.Client.ModelAsync("shared");
        Assert.Equal("shared", shared.GetProperty("name").GetString());
        Assert.Equal(2, shared.GetProperty("connections").GetArrayLength());
        var second = await site.Client.ModelAsync("two");
        Assert.Equal(("Number Two", 0, 4096, "Local"), (
            second.GetProperty("name").GetString(), second.GetProperty("created").GetInt64(), second.GetProperty("info").GetProperty("max_context").GetInt32(),
            second.GetProperty("info").GetProperty("meta").GetProperty("description").GetString()));
    }

    [Fact]
    public async Task Anthropic_IsListedPageByPage_WithItsKeyAndVersion()
    {
        await using var stub = await StubServer.StartAsync();
        stub.Behavior = StubBehavior.Custom((context, request) => context.Response.WriteAsync(request.Target.Contains("after_id=claude-1", StringComparison.Ordinal)
            ? """{"data":[{"type":"model","id":"claude-2","display_name":"Claude Two","created_at":"2025-02-19T00:00:00Z"}],"has_more":false,"first_id":"claude-2","last_id":"claude-2"}"""
            : """{"data":[{"type":"model","id":"claude-1","display_name":"Claude One","created_at":"2025-02-19T00:00:00Z"}],"has_more":true,"first_id":"claude-1","last_id":"claude-1"}"""));
        await using var site = await TestSite.StartAsync(("ANTHROPIC_URL", stub.OllamaUrl), ("ANTHROPIC_API_KEY", "sk-ant-x"));
        Assert.Equal(["claude-1", "claude-2"], await site.Client.ModelsAsync("/api/models"));
        Assert.All(stub.Requests, request => Assert.Equal(
            ("/v1/models", "sk-ant-x", "2023-06-01"), (request.Path, request.Headers["x-api-key"], request.Headers["anthropic-version"])));
        Assert.Equal("Claude Two", (await site.Client.ModelAsync("claude-2")).GetProperty("name").GetString());
        var listed = (await site.Client.ReadAsync("/v1/models")).GetProperty("data")[0];
        Assert.Equal($$"""{"id":"claude-1","object":"model","created":{{DateTimeOffset.Parse("2025-02-19T00:00:00Z", CultureInfo.InvariantCulture).ToUnixTimeSeconds()}},"owned_by":"anthropic"}""", listed.GetRawText());
    }

    [Fact]
    public async Task Anthropic_ThatNeverEndsItsPages_IsCutOff()
    {
        await using var stub = await StubServer.StartAsync();
        stub.Behavior = StubBehavior.Custom((context, _) => context.Response.WriteAsync("""{"data":[{"id":"again"}],"has_more":true,"last_id":"again"}"""));
        await using var site = await TestSite.StartAsync(("ANTHROPIC_URL", stub.OllamaUrl), ("ANTHROPIC_API_KEY", "sk-ant-x"));
        Assert.Equal(["again"], await site.Client.ModelsAsync("/api/models"));
        Assert.Equal(5, stub.Requests.Count);
    }

    [Fact]
    public async Task Azure_ItsListIsTheDeployments_WhateverItSaysItHas()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await TestSite.StartAsync(
            ("AZURE_URL", stub.OllamaUrl), ("AZURE_API_KEY", "azure-key"), ("CUSTOM_MODELS", "-all,+gpt-4o@Azure=prod,o3@azure=thinker"));
        Assert.Equal(["gpt-4o", "o3"], await site.Client.ModelsAsync("/api/models"));
        Assert.Equal("200", await site.Client.AskAsync("/v1/chat/completions", "gpt-4o"));
        Assert.Contains(stub.Requests, request => request.Path == "/openai/deployments/prod/chat/completions");
        // The deployment's own word for it, and what no entry switches on.
        Assert.Equal("200", await site.Client.AskAsync("/v1/chat/completions", "prod"));
        Assert.Equal("404", await site.Client.AskAsync("/v1/chat/completions", "echo"));
    }

    [Theory]
    [InlineData("404", "ok", "named")]
    [InlineData("403", "ok", "named")]
    [InlineData("401", "down", "")]
    [InlineData("500", "down", "")]
    public async Task NamedModels_AreThereWithoutAList_ButNotWhereTheKeyIsWrong(string status, string expected, string models)
    {
        await using var stub = await StubServer.StartAsync();
        stub.Behavior = StubBehavior.Custom((context, _) =>
        {
            context.Response.StatusCode = int.Parse(status, CultureInfo.InvariantCulture);
            return Task.CompletedTask;
        });
        await using var custom = await TestSite.StartAsync(("OPENAI_API_BASE_URL", stub.BaseUrl), ("CUSTOM_MODELS", "+named"));
        await using var allowed = await TestSite.StartAsync();
        await allowed.Client.ConnectAsync(stub, ""","model_ids":["named"]""");
        foreach (var site in (TestSite[])[custom, allowed])
        {
            Assert.Equal(models, string.Join(' ', await site.Client.ModelsAsync("/api/models")));
            Assert.Equal(expected, (await site.Client.ReadAsync("/api/models")).GetProperty("connections")[0].Text("status"));
        }
    }

    [Fact]
    public async Task CustomModels_HoldOnEverySurface()
    {
        await using var stub = await StubServer.StartAsync();
        stub.Models = ["on", "off", "gpt-4o"];
        await using var site = await TestSite.StartAsync(
            ("OPENAI_API_BASE_URL", stub.BaseUrl), ("CUSTOM_MODELS", "-off,+on=Is on,+added"), ("DISABLE_GPT4", "1"), ("VISION_MODELS", "on"));
        Assert.Equal("Is on", (await site.Client.ModelAsync("on")).GetProperty("name").GetString());
        Assert.Equal("""{"vision":true}""", (await site.Client.ModelAsync("on")).GetProperty("info").GetProperty("meta").GetProperty("capabilities").GetRawText());
        Assert.Equal("""{"vision":false}""", (await site.Client.ModelAsync("added")).GetProperty("info").GetProperty("meta").GetProperty("capabilities").GetRawText());
        foreach (var list in ModelCalls.Lists)
        {
            Assert.Equal(["on", "added"], await site.Client.ModelsAsync(list));
        }

        foreach (var surface in ModelCalls.Surfaces)
        {
            foreach (var (model, expected) in new[] { ("on", "200"), ("added", "200"), ("unlisted", "200"), ("off", "404"), ("OFF", "404"), ("gpt-4o", "404"), ("gpt-4.1", "404") })
            {
                Assert.Equal($"{surface} {model} {expected}", $"{surface} {model} {await site.Client.AskAsync(surface, model)}");
            }
        }

        var all = await site.Client.ModelAsync("off", "/api/models/base");
        Assert.Equal((false, "CUSTOM_MODELS"), (all.GetProperty("info").GetProperty("is_active").GetBoolean(), all.GetProperty("info").Text("locked_by")));
        Assert.Equal("DISABLE_GPT4", (await site.Client.ModelAsync("gpt-4o", "/api/models/base")).GetProperty("info").Text("locked_by"));
        var config = await site.Client.ReadAsync("/api/config");
        Assert.Equal((true, "on", ""), (config.GetProperty("disableGPT4").GetBoolean(), config.Text("visionModels"), config.Text("customModels")));
    }

    [Theory]
    [InlineData("true", "gone,backup", "200 backup")]
    [InlineData("true", "gone", "200 unlisted")]
    [InlineData("true", "off,backup", "200 backup")]
    [InlineData("false", "backup", "200 unlisted")]
    public async Task Fallback_IsTheFirstDefaultModelThatIsThere(string variable, string defaults, string expected)
    {
        await using var stub = await StubServer.StartAsync();
        stub.Models = ["other", "backup", "off"];
        await using var site = await TestSite.StartAsync(
            ("OPENAI_API_BASE_URL", stub.BaseUrl), ("ENABLE_CUSTOM_MODEL_FALLBACK", variable), ("DEFAULT_MODELS", defaults), ("CUSTOM_MODELS", "-off"));
        var status = await site.Client.AskAsync("/v1/chat/completions", "unlisted");
        Assert.Equal(expected, $"{status} {stub.Requests.Last(request => request.Method == "POST").Model}");
        Assert.Equal(variable == "true" && defaults.Contains("backup", StringComparison.Ordinal) ? "200" : "404", await site.Client.AskAsync("/v1/chat/completions", "off"));
        Assert.Equal("200", await site.Client.AskAsync("/v1/chat/completions", "other"));
        Assert.Equal("other", stub.Requests.Last(request => request.Method == "POST").Model);
    }

    /// <summary>Waits until the fetch that was seen at the provider has become what is known.</summary>
    private static Task DownAsync(TestSite site)
    {
        var registry = site.Services.GetRequiredService<OpenWebUi.Services.Upstreams.ConnectionRegistry>();
        var lists = site.Services.GetRequiredService<ModelLists>();
        return UntilAsync(async () => await lists.ReadAsync(registry.All, waits: false, anew: false, default) is [{ Failure: not null }]);
    }

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!await isSo())
        {
            await Task.Delay(10, limit.Token);
        }
    }
}
