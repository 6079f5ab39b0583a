using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Http;
using OpenWebUi.StubProvider;
using OpenWebUi.Tests.Site;
using static OpenWebUi.Tests.Relay.RelayCalls;

namespace OpenWebUi.Tests.Relay;

public sealed class RelayStreamTests
{
    [Theory]
    [MemberData(nameof(RelayCalls.Surfaces), MemberType = typeof(RelayCalls))]
    public async Task Stream_OnEverySurface_FirstChunkArrivesBeforeTheSecondIsSent(string path)
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await SiteFor(stub, path);
        var calling = site.Client.StreamAsync(Chat(path, "stepped-3"));
        var first = await stub.StepAsync();
        using var answer = await calling;
        var stream = await answer.Content.ReadAsStreamAsync();
        // The stub sends its second chunk only at the next step: what is read here came alone.
        await stream.ReadUntilAsync(first.Text);
        var second = await stub.StepAsync();
        await stream.ReadUntilAsync(second.Text);
        stub.Release();
        await stream.ReadUntilAsync(IsNative(path) ? "\"done\":true" : "[DONE]");

        Assert.Equal(IsNative(path) ? "application/x-ndjson" : "text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal("no", answer.Headers.GetValues("X-Accel-Buffering").Single());
        Assert.True(answer.Headers.CacheControl is { NoCache: true, NoTransform: true });
    }

    [Theory]
    [InlineData("/v1/chat/completions", "stall", true)]
    [InlineData("/v1/chat/completions", "slow-headers", false)]
    [InlineData("/ollama/api/chat", "stall", true)]
    [InlineData("/ollama/api/chat", "slow-headers", false)]
    public async Task Caller_GoesAway_ProviderIsCancelledWithin100Milliseconds(string path, string model, bool afterFirstByte)
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await SiteFor(stub, path);
        var fastest = TimeSpan.MaxValue;
        // The fastest of five: the machine runs other tests beside, and the first call pays for compiling.
        for (var i = 0; i < 5; i++)
        {
            using var leaving = new CancellationTokenSource();
            var calling = site.Client.StreamAsync(Chat(path, model), leaving.Token);
            var request = await stub.WaitForRequestAsync();
            await request.Held;
            HttpResponseMessage? answer = null;
            if (afterFirstByte)
            {
                answer = await calling;
                await (await answer.Content.ReadAsStreamAsync()).ReadUntilAsync("{");
            }

            var left = Stopwatch.GetTimestamp();
            await leaving.CancelAsync();
            answer?.Dispose();
            await request.Aborted.WaitAsync(TimeSpan.FromSeconds(10));
            var elapsed = Stopwatch.GetElapsedTime(left);
            fastest = elapsed < fastest ? elapsed : fastest;
        }

        Assert.True(fastest < TimeSpan.FromMilliseconds(100), $"cancelled after {fastest.TotalMilliseconds} ms");
    }

    [Fact]
    public async Task Provider_SilentForTenSeconds_CallerGets200AndComments_ThenTheAnswer()
    {
        var time = new ManualTime();
        await using var stub = await StubServer.StartAsync();
        await using var site = await SiteFor(time, stub, "/v1");
        var calling = site.Client.StreamAsync(Chat("/v1/chat/completions", "slow-headers"));
        var request = await stub.WaitForRequestAsync();
        await request.Held;
        Assert.False(calling.IsCompleted);

        await time.AdvanceUntilAsync(calling, TimeSpan.FromSeconds(10));
        using var answer = await calling;
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var stream = await answer.Content.ReadAsStreamAsync();
        await stream.ReadUntilAsync(": keep-alive\n\n");
        await stream.ReadUntilAsync(": keep-alive\n\n", time);
        request.Release();
        await stream.ReadUntilAsync("[DONE]");
    }

    [Fact]
    public async Task Provider_FailsAfterTheStreamWasOpened_CallerGetsAnErrorEventWithoutDone()
    {
        var time = new ManualTime();
        await using var stub = await StubServer.StartAsync();
        var held = new TaskCompletionSource();
        stub.Behavior = StubBehavior.Custom(async (context, request) =>
        {
            await held.Task;
            context.Response.StatusCode = 429;
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync("{\n  \"error\": {\"message\": \"slow down, please\",\n \"type\": \"rate\"}}");
        });
        await using var site = await SiteFor(time, stub, "/v1");
        var calling = site.Client.StreamAsync(Chat("/v1/chat/completions", "any"));
        await stub.WaitForRequestAsync();
        await time.AdvanceUntilAsync(calling, TimeSpan.FromSeconds(10));
        using var answer = await calling;
        held.SetResult();
        var text = await answer.ReadToEndAsync();
        Assert.EndsWith("data: {\"error\":{\"message\":\"slow down, please\",\"type\":\"rate\"}}\n\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("[DONE]", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stream_SilentBetweenChunks_IsKeptAliveBetweenEventsOnly()
    {
        var time = new ManualTime();
        await using var stub = await StubServer.StartAsync();
        await using var site = await SiteFor(time, stub, "/v1");
        using var answer = await site.Client.StreamAsync(Chat("/v1/chat/completions", "stall"));
        var stream = await answer.Content.ReadAsStreamAsync();
        var text = await stream.ReadUntilAsync("\n\n");
        Assert.DoesNotContain("keep-alive", text, StringComparison.Ordinal);
        Assert.Equal(": keep-alive\n\n", await stream.ReadUntilAsync("keep-alive\n\n", time));
        Assert.Equal(": keep-alive\n\n", await stream.ReadUntilAsync("keep-alive\n\n", time));
        stub.Release();
        await stream.ReadUntilAsync("[DONE]");
    }

    [Fact]
    public async Task Provider_HasOnlySentItsHeaders_TheCallerHasThemToo()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await SiteFor(stub, "/v1");
        using var answer = await site.Client.StreamAsync(Chat("/v1/chat/completions", "stepped-2"));
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        stub.Release();
        Assert.Contains("[DONE]", await answer.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stream_SilentInTheMiddleOfAnEvent_GetsNoComment()
    {
        var time = new ManualTime();
        await using var stub = await StubServer.StartAsync();
        var go = new TaskCompletionSource();
        stub.Behavior = StubBehavior.Custom(async (context, request) =>
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync("data: {\"half");
            await context.Response.Body.FlushAsync();
            await go.Task;
            await context.Response.WriteAsync("\":1}\n\ndata: [DONE]\n\n");
        });
        await using var site = await SiteFor(time, stub, "/v1");
        using var answer = await site.Client.StreamAsync(Chat("/v1/chat/completions", "any"));
        var stream = await answer.Content.ReadAsStreamAsync();
        var text = await stream.ReadUntilAsync("half");
        time.Advance(TimeSpan.FromSeconds(30));
        go.SetResult();
        text += await stream.ReadUntilAsync("[DONE]\n\n");
        Assert.Equal("data: {\"half\":1}\n\ndata: [DONE]\n\n", text);
    }

    [Theory]
    [InlineData("/ollama/api/chat", true)]
    [InlineData("/v1/chat/completions", false)]
    public async Task Answer_ThatIsNoEventStream_GetsNoComments(string path, bool stream)
    {
        var time = new ManualTime();
        await using var stub = await StubServer.StartAsync();
        await using var site = await SiteFor(time, stub, path);
        var calling = site.Client.StreamAsync(Chat(path, "slow-headers", stream));
        var request = await stub.WaitForRequestAsync();
        await request.Held;
        time.Advance(TimeSpan.FromSeconds(60));
        Assert.False(calling.IsCompleted);
        request.Release();
        using var answer = await calling;
        Assert.DoesNotContain("keep-alive", await answer.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Provider_SilentForTheIdleTime_BeforeItsStatus_Is504()
    {
        var time = new ManualTime();
        await using var stub = await StubServer.StartAsync();
        await using var site = await SiteFor(time, stub, "/v1", ("AIOHTTP_CLIENT_STREAM_IDLE_TIMEOUT", "60"));
        var calling = site.Client.StreamAsync(Chat("/v1/chat/completions", "slow-headers", stream: false));
        var request = await stub.WaitForRequestAsync();
        await request.Held;
        await time.AdvanceUntilAsync(calling, TimeSpan.FromSeconds(61));
        using var answer = await calling;
        Assert.Equal(HttpStatusCode.GatewayTimeout, answer.StatusCode);
        Assert.Contains("upstream_timeout", await answer.ReadToEndAsync(), StringComparison.Ordinal);
        await request.Aborted.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Theory]
    [InlineData("/v1/chat/completions", "data: {\"error\":")]
    [InlineData("/ollama/api/chat", "{\"error\":\"")]
    public async Task Provider_SilentForTheIdleTime_InTheStream_EndsItWithAnError(string path, string expected)
    {
        var time = new ManualTime();
        await using var stub = await StubServer.StartAsync();
        await using var site = await SiteFor(time, stub, path, ("AIOHTTP_CLIENT_STREAM_IDLE_TIMEOUT", "60"));
        using var answer = await site.Client.StreamAsync(Chat(path, "stall"));
        var stream = await answer.Content.ReadAsStreamAsync();
        await stream.ReadUntilAsync("\n");
        var text = await stream.ReadUntilAsync("in time", time);
        Assert.Contains(expected, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reader_ThatBeginsLate_StillGetsEverything()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await SiteFor(stub, "/v1");
        stub.ReplyText = string.Join(' ', Enumerable.Range(0, 20_000).Select(i => $"word{i}"));
        using var answer = await site.Client.StreamAsync(Chat("/v1/chat/completions", "echo"));
        var stream = await answer.Content.ReadAsStreamAsync();
        // The reader takes nothing until the whole way is full and the relay waits for it.
        await EventuallyAsync(() => stub.ActiveRequests > 0 || stub.Requests.Count > 0, "the stub was not asked");
        var text = await new StreamReader(stream).ReadToEndAsync();
        Assert.Contains("word19999", text, StringComparison.Ordinal);
        Assert.EndsWith("data: [DONE]\n\n", text, StringComparison.Ordinal);
    }
}
