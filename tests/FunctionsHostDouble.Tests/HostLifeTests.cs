using System.Net;

namespace OpenWebUi.FunctionsHostDouble.Tests;

public class HostLifeTests
{
    [Fact]
    public async Task Exit0_IsNeverRestarted()
    {
        using var folder = PublishFolder.Usual();
        await using var host = await FunctionsHost.StartAsync(folder.Root);
        using var client = new HttpClient { BaseAddress = host.Address };
        await ExitAsync(host, client, 0);
        Assert.Equal(HttpStatusCode.BadGateway, (await client.GetAsync("x")).StatusCode);
        Assert.Equal(1, host.HandlerStarts);
        Assert.False(host.IsStopped);
    }

    [Fact]
    public async Task Exit200_IsRestartedUncounted()
    {
        using var folder = PublishFolder.Usual();
        await using var host = await FunctionsHost.StartAsync(folder.Root);
        using var client = new HttpClient { BaseAddress = host.Address };
        for (var run = 1; run <= 4; run++)
        {
            await ExitAsync(host, client, 200);
            Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("x")).StatusCode);
            Assert.Equal(run + 1, host.HandlerStarts);
        }
    }

    [Fact]
    public async Task Crash_ThirdInWindow_StopsTheHost()
    {
        using var folder = PublishFolder.Usual();
        var clock = new ManualClock();
        await using var host = await FunctionsHost.StartAsync(folder.Root, options: new FunctionsHostOptions { TimeProvider = clock, KillAfterIdle = null });
        using var client = new HttpClient { BaseAddress = host.Address };
        for (var round = 0; round < 2; round++)
        {
            await ExitAsync(host, client, 1);
            host.KillHandler();
            Assert.True(await host.WhenReadyAsync());
            clock.Advance(TimeSpan.FromMinutes(31));
        }

        Assert.Equal(5, host.HandlerStarts);
        for (var crash = 0; crash < 3; crash++)
        {
            host.KillHandler();
            await host.WhenReadyAsync();
        }

        await host.Stopped.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await client.GetAsync("x")).StatusCode);
        Assert.Equal(7, host.HandlerStarts);
    }

    [Fact]
    public async Task Idle_HandlerIsKilledAndStartedForTheNextRequest()
    {
        using var folder = PublishFolder.Usual();
        var clock = new ManualClock();
        await using var host = await FunctionsHost.StartAsync(folder.Root, options: new FunctionsHostOptions { TimeProvider = clock });
        using var client = new HttpClient(new SocketsHttpHandler { ResponseDrainTimeout = TimeSpan.Zero }) { BaseAddress = host.Address };
        using (await client.GetAsync("hang", HttpCompletionOption.ResponseHeadersRead))
        {
            // One second less than the silence that would end the exchange.
            clock.Advance(TimeSpan.FromSeconds(239));
            Assert.False(host.HandlerProcess.Exited.IsCompleted);
        }

        await host.InvocationLog[0].Completed;
        clock.Advance(TimeSpan.FromSeconds(29));
        Assert.False(host.HandlerProcess.Exited.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(137, await host.HandlerProcess.Exited);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("x")).StatusCode);
        Assert.Equal(2, host.HandlerStarts);
    }

    [Fact]
    public async Task FunctionTimeout_RestartsTheHandlerAndCutsEveryStream()
    {
        using var folder = PublishFolder.Usual();
        folder.HostJson(functionTimeout: "00:03:00");
        var clock = new ManualClock();
        await using var host = await FunctionsHost.StartAsync(folder.Root, options: new FunctionsHostOptions { TimeProvider = clock });
        using var client = new HttpClient { BaseAddress = host.Address };
        using var slow = await client.GetAsync("hang", HttpCompletionOption.ResponseHeadersRead);
        clock.Advance(TimeSpan.FromMinutes(2));
        using var other = await client.GetAsync("stream", HttpCompletionOption.ResponseHeadersRead);
        clock.Advance(TimeSpan.FromMinutes(1));
        await Assert.ThrowsAnyAsync<IOException>(async () => await (await slow.Content.ReadAsStreamAsync()).CopyToAsync(Stream.Null));
        await Assert.ThrowsAnyAsync<IOException>(async () => await (await other.Content.ReadAsStreamAsync()).CopyToAsync(Stream.Null));
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("x")).StatusCode);
        Assert.Equal(2, host.HandlerStarts);
        Assert.False(host.IsStopped);
    }

    [Fact]
    public async Task Request_WhileTheHandlerIsDown_WaitsForTheNextOne()
    {
        using var folder = PublishFolder.Usual();
        await using var host = await FunctionsHost.StartAsync(folder.Root);
        using var client = new HttpClient { BaseAddress = host.Address };
        host.KillHandler();
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("x")).StatusCode);
        Assert.Equal(2, host.HandlerStarts);
    }

    [Theory]
    [InlineData("404")]
    [InlineData("500")]
    public async Task Readiness_IsAnyStatus(string status)
    {
        using var folder = PublishFolder.Usual();
        await using var host = await FunctionsHost.StartAsync(folder.Root, new Dictionary<string, string>(StringComparer.Ordinal) { ["ROOT_STATUS"] = status });
        Assert.NotNull(host.HandlerProcess.StartToReady);
        Assert.Equal("GET / HTTP/1.1 without x-ms-invocation-id", (await host.WaitForLogAsync(l => l.Text.StartsWith("GET / ", StringComparison.Ordinal))).Text);
    }

    [Fact]
    public async Task Recycle_StartsANewProcessUncounted()
    {
        using var folder = PublishFolder.Usual();
        await using var host = await FunctionsHost.StartAsync(folder.Root);
        for (var i = 0; i < 4; i++)
        {
            var before = host.HandlerProcess.Id;
            await host.RecycleAsync();
            Assert.NotEqual(before, host.HandlerProcess.Id);
        }
    }

    [Fact]
    public async Task Dispose_KillsTheHandler()
    {
        using var folder = PublishFolder.Usual();
        var host = await FunctionsHost.StartAsync(folder.Root);
        var process = host.HandlerProcess;
        await host.DisposeAsync();
        Assert.Equal(137, await process.Exited);
    }

    private static async Task ExitAsync(FunctionsHost host, HttpClient client, int code)
    {
        var process = host.HandlerProcess;
        (await client.GetAsync(FormattableString.Invariant($"exit?code={code}"))).EnsureSuccessStatusCode();
        Assert.Equal(code, await process.Exited);
        Assert.True(await host.WhenReadyAsync());
    }
}
