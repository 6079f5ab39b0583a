using OpenWebUi.Services.Completion;
using OpenWebUi.StubProvider;
using OpenWebUi.Tests.Site;
using static OpenWebUi.Services.Completion.CompletionEvent;
using static OpenWebUi.Tests.Services.Completion.CompletionSite;

namespace OpenWebUi.Tests.Services.Completion;

/// <summary>What a provider that does not work is told as: one <see cref="Failed"/>, last.</summary>
public sealed class CompletionFailureTests
{
    [Theory]
    [InlineData(401, "invalid_api_key")]
    [InlineData(404, "model_not_found")]
    [InlineData(429, "rate_limit_exceeded")]
    [InlineData(500, "upstream_status")]
    public async Task ErrorStatus_IsTheProvidersOwn(int status, string code)
    {
        await using var site = await StartAsync();
        var failed = Assert.IsType<Failed>(Assert.Single(await site.AskAsync($"status-{status}")));
        Assert.Equal(site.ConnectionName, failed.Connection);
        Assert.Equal((status, code, StubErrors.MessageFor(status)), (failed.Report.Status, failed.Report.Code, failed.Report.Message));
        Assert.Equal(status == 429 ? 7 : null, failed.Report.RetryAfterSeconds);
        Assert.Equal([$"Warning: Connection {site.ConnectionName} answered with an error, status {status}"], site.Log.Lines);
    }

    [Theory]
    [InlineData("""{"error":{"message":"no"}}""", "no")]
    [InlineData("""{"error":"no"}""", "no")]
    [InlineData("""{"error":true,"msg":"no"}""", "no")]
    [InlineData("""{"object":"error","message":"no","code":400}""", "no")]
    [InlineData("""{"detail":"no"}""", "no")]
    [InlineData("""{"detail":[{"loc":["body"],"msg":"no"}]}""", "no")]
    [InlineData("""[{"error":{"code":400,"message":"no"}}]""", "no")]
    [InlineData("{}", "{name} answered 400 without a message.")]
    [InlineData("plain", "{name} answered 400: plain")]
    public async Task ErrorMessage_IsFoundInEveryForm(string body, string expected)
    {
        await using var site = await StartAsync();
        site.Answer("application/json", body, 400);
        var failed = Assert.IsType<Failed>(Assert.Single(await site.AskAsync()));
        Assert.Equal(expected.Replace("{name}", site.ConnectionName, StringComparison.Ordinal), failed.Report.Message);
        Assert.Equal(400, failed.Report.Status);
    }

    [Theory]
    [InlineData("html", "upstream_not_an_api")]
    [InlineData("redirect", "upstream_not_an_api")]
    [InlineData("garbage", "upstream_protocol")]
    [InlineData("html-502", "upstream_status")]
    public async Task WhatIsNoApi_IsNamed(string model, string code)
    {
        await using var site = await StartAsync();
        var failed = Assert.IsType<Failed>(Assert.Single(await site.AskAsync(model)));
        Assert.Equal((502, code, site.ConnectionName), (failed.Report.Status, failed.Report.Code, failed.Connection));
    }

    [Theory]
    [InlineData("cut", "upstream_cut")]
    [InlineData("cut-midline", "upstream_cut")]
    [InlineData("error-midstream", "upstream_status")]
    public async Task FailureInMidStream_KeepsWhatCame(string model, string code)
    {
        await using var site = await StartAsync();
        var events = await site.AskAsync(model);
        Assert.Equal(new Opened(site.ConnectionName), events[0]);
        Assert.StartsWith("You said: ", Assert.IsType<Text>(events[1]).Value, StringComparison.Ordinal);
        Assert.Equal(code, Assert.IsType<Failed>(events[2]).Report.Code);
        Assert.Single(site.Log.Lines);
        Assert.DoesNotContain("hello", site.Log.Lines[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("text/event-stream", "data: {\"choices\":[{\"delta\":{\"content\":\"<thi\"}}]}\n\n", "<thi", "upstream_cut")]
    [InlineData("text/event-stream", "data: {\"choices\":[{\"delta\":{\"content\":\"secret", null, "upstream_cut")]
    [InlineData("text/event-stream", "data: secret words\n\ndata: {}\n\n", null, "upstream_unreadable")]
    [InlineData("text/event-stream", "data: [1]\n\ndata: {}\n\n", null, "upstream_unreadable")]
    [InlineData("text/event-stream", "", null, "upstream_cut")]
    [InlineData("text/event-stream", ": only\n\n", null, "upstream_cut")]
    [InlineData("text/event-stream", "  <html>secret words</html>", null, "upstream_not_an_api")]
    [InlineData("application/json", "{\"choices\":[{\"mess", null, "upstream_unreadable")]
    [InlineData("application/json", "{\"secret\":\"words\"}", null, "upstream_unreadable")]
    public async Task BrokenBody_IsNamedAndNotLogged(string type, string body, string? text, string code)
    {
        await using var site = await StartAsync();
        site.Answer(type, body);
        var events = await site.AskAsync();
        Assert.Equal(text, string.Concat(events.OfType<Text>().Select(e => e.Value)) is { Length: > 0 } said ? said : null);
        Assert.Equal(code, Assert.IsType<Failed>(events[^1]).Report.Code);
        Assert.DoesNotContain("secret", Assert.Single(site.Log.Lines), StringComparison.Ordinal);
        Assert.StartsWith($"Warning: Connection {site.ConnectionName} failed at ", site.Log.Lines[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"error":{"message":"overloaded","code":503}}""", 503, "overloaded")]
    [InlineData("""{"error":{"message":"overloaded","code":"server_busy"}}""", 502, "overloaded")]
    [InlineData("""{"error":"key sk-site and sk-own refused"}""", 502, "key *** and *** refused")]
    [InlineData("""{"object":"error","message":"overloaded","code":500}""", 500, "overloaded")]
    [InlineData("""{"choices":[{"delta":{"content":"x"},"finish_reason":"error"}],"error":{"message":"overloaded"}}""", 502, "overloaded")]
    public async Task ErrorEvent_EndsTheAnswerWithItsMessage(string error, int status, string message)
    {
        await using var site = await StartAsync(("OPENAI_API_KEY", "sk-site"));
        site.Stream(Content("Hi"), error, Content("more"), "[DONE]");
        var events = await site.AskAsync(ownKey: "sk-own");
        Assert.Equal(3, events.Count);
        Assert.Equal(new Text("Hi"), events[1]);
        var failed = Assert.IsType<Failed>(events[2]);
        Assert.Equal((status, message), (failed.Report.Status, failed.Report.Message));
    }

    [Fact]
    public async Task ErrorThatIsOnlyLabelledSo_EndsTheAnswer()
    {
        await using var site = await StartAsync();
        site.Answer("text/event-stream", "event: error\ndata: {\"message\":\"overloaded\"}\n\n");
        Assert.Equal("overloaded", Assert.IsType<Failed>((await site.AskAsync())[^1]).Report.Message);
    }

    [Fact]
    public async Task ErrorBody_ThatRepeatsAKey_IsMasked()
    {
        await using var site = await StartAsync(("OPENAI_API_KEY", "sk-site"));
        site.Answer("application/json", """{"error":{"message":"wrong key sk-own, not sk-site"}}""", 401);
        Assert.Equal("wrong key ***, not ***", Assert.IsType<Failed>(Assert.Single(await site.AskAsync(ownKey: "sk-own"))).Report.Message);
    }

    [Theory]
    [InlineData("slow-headers")]
    [InlineData("stall")]
    public async Task SilentProvider_IsGivenUpAfterTheIdleTime(string model)
    {
        var time = new ManualTime();
        await using var site = await StartAsync(time, ("AIOHTTP_CLIENT_STREAM_IDLE_TIMEOUT", "60"));
        var asking = site.AskAsync(model);
        var request = await site.Stub.WaitForRequestAsync("/v1/chat/completions");
        await request.Held;
        time.Advance(TimeSpan.FromSeconds(30));
        Assert.False(asking.IsCompleted);
        await time.AdvanceUntilAsync(asking, TimeSpan.FromSeconds(61));
        Assert.Equal((504, "upstream_timeout"), Assert.IsType<Failed>((await asking)[^1]) is { } failed ? (failed.Report.Status, failed.Report.Code) : default);
        await request.Aborted.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task SlowReader_IsNotTheProvidersSilence()
    {
        var time = new ManualTime();
        await using var site = await StartAsync(time, ("AIOHTTP_CLIENT_STREAM_IDLE_TIMEOUT", "60"));
        await using var events = site.Client.AskAsync(Call("stepped-1"), default).GetAsyncEnumerator();
        Assert.True(await events.MoveNextAsync());
        await site.Stub.StepAsync();
        Assert.True(await events.MoveNextAsync());
        time.Advance(TimeSpan.FromHours(1));
        site.Stub.Release();
        Assert.True(await events.MoveNextAsync());
        Assert.Equal(new Finished("stop"), events.Current);
    }

    [Theory]
    [InlineData("slow-headers")]
    [InlineData("stall")]
    public async Task Cancelled_ClosesTheProvidersConnection(string model)
    {
        await using var site = await StartAsync();
        using var leaving = new CancellationTokenSource();
        var asking = Task.Run(async () =>
        {
            await foreach (var _ in site.Client.AskAsync(Call(model), leaving.Token))
            {
            }
        });
        var request = await site.Stub.WaitForRequestAsync("/v1/chat/completions");
        await request.Held;
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        await request.Aborted.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Empty(site.Log.Lines);
    }

    [Fact]
    public async Task ReaderThatStops_ClosesTheProvidersConnection()
    {
        await using var site = await StartAsync();
        await foreach (var next in site.Client.AskAsync(Call("stall"), default))
        {
            if (next is Text)
            {
                break;
            }
        }

        await (await site.Stub.WaitForRequestAsync("/v1/chat/completions")).Aborted.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task EndlessLine_IsGivenUp()
    {
        await using var site = await StartAsync();
        Assert.Equal("upstream_unreadable", Assert.IsType<Failed>((await site.AskAsync("endless-line"))[^1]).Report.Code);
    }

    [Fact]
    public async Task UnknownModel_WithSeveralConnections_IsNotFound()
    {
        await using var site = await StartAsync(("ENABLE_OPENAI_API", "false"), ("OLLAMA_BASE_URLS", "http://127.0.0.1:1;http://127.0.0.1:2"));
        var failed = Assert.IsType<Failed>(Assert.Single(await site.AskAsync("nobody-has-this")));
        Assert.Equal((404, "model_not_found", (string?)null), (failed.Report.Status, failed.Report.Code, failed.Connection));
    }

    [Fact]
    public async Task NoConnection_IsSaid()
    {
        await using var site = await StartAsync(("ENABLE_OPENAI_API", "false"), ("ENABLE_GUIDE_MODEL", "false"));
        var failed = Assert.IsType<Failed>(Assert.Single(await site.AskAsync()));
        Assert.Equal((404, "no_connection", (string?)null), (failed.Report.Status, failed.Report.Code, failed.Connection));
    }

    [Fact]
    public async Task ProviderThatIsNotThere_IsConnect()
    {
        await using var raw = RawTcpStub.Start(RawTcpMode.Refuse);
        await using var site = await StartAsync(("BASE_URL", raw.BaseUrl));
        Assert.Equal("upstream_connect", Assert.IsType<Failed>(Assert.Single(await site.AskAsync())).Report.Code);
    }
}
