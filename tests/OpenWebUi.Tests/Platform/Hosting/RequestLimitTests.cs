using System.Net;
using OpenWebUi.FunctionsHostDouble;
using OpenWebUi.Platform.Hosting;
using OpenWebUi.StubProvider;
using OpenWebUi.Tests.Infra;
using OpenWebUi.Tests.Relay;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Platform.Hosting;

public sealed class RequestLimitTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Longer than the limit, so that it is not this which ends the call.</summary>
    private static readonly (string, string) Idle = ("AIOHTTP_CLIENT_STREAM_IDLE_TIMEOUT", "3600");

    [Fact]
    public async Task Stream_UnderTheFunctionsHost_IsCutBeforeFunctionTimeout()
    {
        var time = new ManualTime();
        await using var stub = await StubServer.StartAsync();
        await using var site = await RelayCalls.SiteFor(time, stub, "/v1", Idle, ("FUNCTIONS_CUSTOMHANDLER_PORT", $"{FreePort.Find()}"));
        using var answer = await site.Client.StreamAsync(RelayCalls.Chat("/v1/chat/completions", "stall"));
        var stream = await answer.Content.ReadAsStreamAsync();
        await stream.ReadUntilAsync("\n\n");
        var request = Assert.Single(stub.Requests);
        time.Advance(RequestLimit.Max - TimeSpan.FromSeconds(1));
        Assert.False(request.IsAborted);
        time.Advance(TimeSpan.FromSeconds(1));
        await request.Aborted.WaitAsync(Patience);
        // No quiet end, which a client would take for the whole answer.
        await Assert.ThrowsAnyAsync<IOException>(() => stream.CopyToAsync(Stream.Null).WaitAsync(Patience));
        using var next = await site.Client.GetAsync("/health");
        Assert.Equal(HttpStatusCode.OK, next.StatusCode);
    }

    [Fact]
    public async Task Stream_Elsewhere_GoesOn()
    {
        var time = new ManualTime();
        await using var stub = await StubServer.StartAsync();
        await using var site = await RelayCalls.SiteFor(time, stub, "/v1", Idle);
        using var answer = await site.Client.StreamAsync(RelayCalls.Chat("/v1/chat/completions", "stall"));
        var stream = await answer.Content.ReadAsStreamAsync();
        await stream.ReadUntilAsync("\n\n");
        time.Advance(RequestLimit.Max + TimeSpan.FromMinutes(2));
        stub.Release();
        await stream.ReadUntilAsync("[DONE]");
    }
}
