using System.Net;
using Microsoft.AspNetCore.Http;
using OpenWebUi.Services.Upstreams;
using OpenWebUi.StubProvider;
using OpenWebUi.Tests.Site;
using static OpenWebUi.Tests.Relay.RelayCalls;

namespace OpenWebUi.Tests.Relay;

/// <summary>Several connections with one model: who is asked, and who is asked instead (docs/connections.md, "Who answers").</summary>
public sealed class FailoverTests
{
    private const string Path = "/v1/chat/completions";

    private static Task<TestSite> SiteFor(TimeProvider time, params string[] urls) =>
        TestSite.StartAsync(time, ("OPENAI_API_BASE_URLS", string.Join(';', urls)), ("OPENAI_API_KEYS", string.Join(';', urls.Select((_, i) => $"sk-{i}"))));

    private static async Task<(HttpStatusCode Status, string Connection, string Text)> AskAsync(TestSite site, string path = Path, string model = "echo", string? own = null)
    {
        var message = Chat(path, model);
        if (own is not null)
        {
            message.Headers.Add("Authorization", "Bearer " + own);
        }

        using var answer = await site.Client.StreamAsync(message);
        return (answer.StatusCode, answer.Headers.TryGetValues("x-openwebui-connection", out var names) ? names.Single() : "", await answer.ReadToEndAsync());
    }

    private static async Task KnowAsync(TestSite site) => await site.Client.GetStringAsync("/v1/models");

    private static int Chats(StubServer stub) => stub.Requests.Count(r => r.Path.EndsWith("/chat/completions", StringComparison.Ordinal));

    [Theory]
    [InlineData(429)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task Connection_ThatCannotServe_AnotherAnswers(int status)
    {
        await using var sick = await StubServer.StartAsync();
        await using var well = await StubServer.StartAsync();
        await using var site = await SiteFor(TimeProvider.System, sick.BaseUrl, well.BaseUrl);
        await KnowAsync(site);
        sick.Behavior = StubBehavior.Status(status);
        for (var i = 0; i < 8; i++)
        {
            var (code, connection, text) = await AskAsync(site);
            Assert.Equal((HttpStatusCode.OK, $"127.0.0.1:{well.Port}"), (code, connection));
            Assert.Contains("[DONE]", text, StringComparison.Ordinal);
        }

        // It cools after the first: at most one call found out.
        Assert.InRange(Chats(sick), 0, 2);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(404)]
    [InlineData(413)]
    [InlineData(500)]
    public async Task Connection_ThatRefusesTheCall_IsTheAnswer(int status)
    {
        await using var first = await StubServer.StartAsync();
        await using var second = await StubServer.StartAsync();
        await using var site = await SiteFor(TimeProvider.System, first.BaseUrl, second.BaseUrl);
        await KnowAsync(site);
        first.Behavior = second.Behavior = StubBehavior.Status(status);
        var (code, _, text) = await AskAsync(site);
        Assert.Equal(status, (int)code);
        Assert.Contains(StubErrors.MessageFor(status), text, StringComparison.Ordinal);
        Assert.Equal(1, Chats(first) + Chats(second));
    }

    [Fact]
    public async Task Connection_ThatIsGone_AnotherAnswersWithTheWholeBody()
    {
        var gone = await StubServer.StartAsync();
        await using var well = await StubServer.StartAsync();
        await using var site = await SiteFor(TimeProvider.System, gone.BaseUrl, well.BaseUrl);
        await KnowAsync(site);
        await gone.DisposeAsync();
        var body = $$"""{"messages":[{"role":"user","content":"{{new string('x', 300_000)}}"}],"model":"echo","stream":true}""";
        for (var i = 0; i < 6; i++)
        {
            using var answer = await site.Client.StreamAsync(Post(Path, body));
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            await answer.ReadToEndAsync();
        }

        Assert.All(well.Requests.Where(r => r.Method == "POST"), r => Assert.Equal(body, r.BodyText));
    }

    [Fact]
    public async Task AllConnections_Failing_TheFirstAnswerIsTold()
    {
        await using var first = await StubServer.StartAsync();
        await using var second = await StubServer.StartAsync();
        await using var site = await SiteFor(TimeProvider.System, first.BaseUrl, second.BaseUrl);
        await KnowAsync(site);
        first.Behavior = second.Behavior = StubBehavior.Status(503, TimeSpan.FromSeconds(7));
        var (code, connection, text) = await AskAsync(site);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, code);
        Assert.Contains(StubErrors.MessageFor(503), text, StringComparison.Ordinal);
        Assert.NotEmpty(connection);
        Assert.Equal((1, 1), (Chats(first), Chats(second)));
    }

    [Fact]
    public async Task ManyConnections_Failing_AreAskedThreeTimesInAll()
    {
        var stubs = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => StubServer.StartAsync()));
        await using var site = await SiteFor(TimeProvider.System, [.. stubs.Select(s => s.BaseUrl)]);
        await KnowAsync(site);
        foreach (var stub in stubs)
        {
            stub.Behavior = StubBehavior.Status(429);
        }

        Assert.Equal(429, (int)(await AskAsync(site)).Status);
        Assert.Equal(UpstreamDispatcher.MaxAttempts, stubs.Sum(Chats));
        foreach (var stub in stubs)
        {
            await stub.DisposeAsync();
        }
    }

    [Fact]
    public async Task Keys_OneThrottled_AnotherIsTaken()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await TestSite.StartAsync(("OPENAI_API_BASE_URL", stub.BaseUrl), ("OPENAI_API_KEY", "sk-spent,sk-fresh"));
        stub.Behavior = StubBehavior.Custom(async (context, request) =>
        {
            context.Response.StatusCode = request.Headers["Authorization"] == "Bearer sk-spent" ? 429 : 200;
            await context.Response.WriteAsync("{}");
        });
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(HttpStatusCode.OK, (await AskAsync(site)).Status);
        }

        Assert.InRange(stub.Requests.Count(r => r.Headers["Authorization"] == "Bearer sk-spent"), 0, 1);
    }

    [Fact]
    public async Task RetryAfter_ThatIsOver_TheConnectionIsAskedAgain()
    {
        var time = new ManualTime();
        await using var stub = await StubServer.StartAsync();
        await using var other = await StubServer.StartAsync();
        await using var site = await SiteFor(time, stub.BaseUrl, other.BaseUrl);
        await KnowAsync(site);
        stub.Behavior = StubBehavior.Status(429, TimeSpan.FromSeconds(40));
        await UntilAskedAsync(site, stub);
        stub.Behavior = StubBehavior.Answer;
        var before = Chats(stub);
        for (var i = 0; i < 10; i++)
        {
            await AskAsync(site);
        }

        Assert.Equal(before, Chats(stub));
        time.Advance(TimeSpan.FromSeconds(41));
        await UntilAskedAsync(site, stub);
    }

    [Fact]
    public async Task OwnKey_ThatIsThrottled_IsTriedOnceAndCoolsNothing()
    {
        await using var first = await StubServer.StartAsync();
        await using var second = await StubServer.StartAsync();
        await using var site = await SiteFor(TimeProvider.System, first.BaseUrl, second.BaseUrl);
        await KnowAsync(site);
        first.Behavior = StubBehavior.Custom(async (context, request) =>
        {
            context.Response.StatusCode = request.Headers["Authorization"] == "Bearer sk-theirs" ? 429 : 200;
            await context.Response.WriteAsync("{}");
        });
        Assert.Equal(429, (int)(await AskAsync(site, own: "sk-theirs")).Status);
        Assert.Equal((1, 0), (Chats(first), Chats(second)));
        await UntilAskedAsync(site, first);
    }

    [Fact]
    public async Task StreamThatBroke_IsNotAskedAgain()
    {
        await using var first = await StubServer.StartAsync();
        await using var second = await StubServer.StartAsync();
        await using var site = await SiteFor(TimeProvider.System, first.BaseUrl, second.BaseUrl);
        await KnowAsync(site);
        first.Behavior = second.Behavior = StubBehavior.Cut(2);
        var (_, _, text) = await AskAsync(site);
        Assert.Contains("upstream_cut", text, StringComparison.Ordinal);
        Assert.Equal(1, Chats(first) + Chats(second));
    }

    [Fact]
    public async Task BusyConnections_TheLeastBusyIsAsked()
    {
        await using var first = await StubServer.StartAsync();
        await using var second = await StubServer.StartAsync();
        await using var site = await SiteFor(TimeProvider.System, first.BaseUrl, second.BaseUrl);
        await KnowAsync(site);
        first.Behavior = second.Behavior = StubBehavior.Stall(1);
        var open = new List<HttpResponseMessage>();
        for (var i = 0; i < 10; i++)
        {
            open.Add(await site.Client.StreamAsync(Chat(Path, "echo")));
        }

        Assert.Equal((5, 5), (Chats(first), Chats(second)));
        open.ForEach(answer => answer.Dispose());
    }

    [Fact]
    public async Task StoredTurn_OfAConnectionThatIsGone_IsAnsweredByAnother()
    {
        var gone = await StubServer.StartAsync();
        await using var well = await StubServer.StartAsync();
        await using var site = await SiteFor(TimeProvider.System, gone.BaseUrl, well.BaseUrl);
        await KnowAsync(site);
        await gone.DisposeAsync();
        for (var i = 0; i < 6; i++)
        {
            using var answer = await site.Client.StreamAsync(Post("/api/chat/completions",
                $$$"""{"model":"echo","stream":true,"user_message":{"id":"{{{Guid.NewGuid()}}}","content":"hello"},"id":"{{{Guid.NewGuid()}}}","chat_id":null,"parent_id":null}"""));
            Assert.Contains("\"finish_reason\":\"stop\"", await answer.ReadToEndAsync(), StringComparison.Ordinal);
        }
    }

    private static async Task UntilAskedAsync(TestSite site, StubServer stub)
    {
        var before = Chats(stub);
        for (var i = 0; i < 60 && Chats(stub) == before; i++)
        {
            await AskAsync(site);
        }

        Assert.True(Chats(stub) > before, "It was never asked.");
    }
}
