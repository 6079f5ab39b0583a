using System.Net.Sockets;
using System.Text;
using OpenWebUi.Services.Conversations;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Turns;

/// <summary>Whoever follows an answer, wherever and whenever, gets every character once.</summary>
public sealed class FollowTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Followers_FromEveryPlace_GetTheRestOnce(bool elsewhere)
    {
        var time = new ManualTime();
        await using var site = await TurnSite.StartAsync(time);
        await using var other = await site.StartTwinAsync();
        var at = elsewhere ? other : site;
        site.Script.AlwaysSay = null;
        await using var turn = await site.NewChatAsync();
        var script = await site.Script.AskedAsync();
        script.Think("ab");
        script.Say("cde");
        script.Think("f");
        await turn.ReadAsync("abcdef");
        await KeptAsync(site, turn, time, 6);
        var early = await Task.WhenAll(Enumerable.Range(0, 10).Select(n => at.FollowAsync(turn, n)));
        script.Say("g");
        script.Say("hi");
        script.End();
        await turn.ReadToEndAsync();
        foreach (var reading in early)
        {
            await EndAsync(reading, time);
        }

        var late = await Task.WhenAll(Enumerable.Range(0, 10).Select(n => at.FollowAsync(turn, n)));
        for (var n = 0; n < 10; n++)
        {
            await late[n].ReadToEndAsync();
            foreach (var reading in (AnswerReading[])[early[n], late[n]])
            {
                Assert.Equal(("abcdefghi"[n..], "done", 9), (reading.Text, reading.State, reading.Sequence));
                Assert.Equal("cdeghi"[^reading.Content.Length..], reading.Content.ToString());
                await reading.DisposeAsync();
            }
        }

        Assert.Equal("abf", (await site.MessageAsync(turn)).Reasoning);
    }

    [Fact]
    public async Task LastEventId_TakesThePlaceOfFrom_AndWrongOnesAreRefused()
    {
        await using var site = await TurnSite.StartAsync();
        await using var turn = await (await site.NewChatAsync()).ReadToEndAsync();
        var path = $"/api/v1/chats/{turn.ChatId}/messages/{turn.AnswerId}/stream";
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { "Last-Event-ID", "6" } } };
        await using var reading = await (await AnswerReading.OfAsync(await site.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead), 6)).ReadToEndAsync();
        Assert.Equal("there!", reading.Text);
        foreach (var (address, status) in ((string, int)[])[(path + "?from=-1", 422), (path + "?from=x", 422), (path.Replace(turn.AnswerId, "u1", StringComparison.Ordinal), 404), (path.Replace(turn.ChatId, "none", StringComparison.Ordinal), 404)])
        {
            using var refused = await site.Client.GetAsync(address);
            Assert.Equal(status, (int)refused.StatusCode);
        }
    }

    [Fact]
    public async Task StalledReader_NeitherSlowsNorEndsTheRun()
    {
        var time = new ManualTime();
        await using var site = await TurnSite.StartAsync(time);
        site.Script.AlwaysSay = null;
        await using var turn = await site.NewChatAsync();
        var script = await site.Script.AskedAsync();
        using var stalled = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        await stalled.ConnectAsync(site.Site.Address.Host, site.Site.Address.Port);
        await stalled.SendAsync(Encoding.ASCII.GetBytes(
            $"GET /api/v1/chats/{turn.ChatId}/messages/{turn.AnswerId}/stream HTTP/1.1\r\nHost: {site.Site.Address.Authority}\r\n\r\n"));
        var piece = new string('x', 10_000);
        for (var i = 0; i < 300; i++)
        {
            script.Say(piece);
        }

        for (var read = 10_000; read <= 3_000_000; read += 10_000)
        {
            await turn.ReadAsync(read);
            time.Advance(TimeSpan.FromMilliseconds(200));
        }

        script.End();
        await turn.ReadToEndAsync();
        Assert.Equal((3_000_000, "done"), (turn.Sequence, turn.State));
    }

    [Fact]
    public async Task ThousandFollowers_OfOneAnswer_AllGetIt()
    {
        await using var site = await TurnSite.StartAsync();
        site.Script.AlwaysSay = null;
        await using var turn = await site.NewChatAsync();
        var script = await site.Script.AskedAsync();
        var readings = await Task.WhenAll(Enumerable.Range(0, 1_000).Select(_ => site.FollowAsync(turn)));
        for (var i = 0; i < 10; i++)
        {
            script.Say($"piece {i} ");
        }

        script.End();
        var text = (await turn.ReadToEndAsync()).Text;
        Assert.Equal(80, text.Length);
        await Task.WhenAll(readings.Select(async reading => Assert.Equal(text, (await reading.ReadToEndAsync()).Text)));
        await Task.WhenAll(readings.Select(reading => reading.DisposeAsync().AsTask()));
    }

    [Fact]
    public async Task Stream_OfALongAnswer_EndsInTimeAndIsFollowedOn()
    {
        var time = new ManualTime();
        await using var site = await TurnSite.StartAsync(time, ("AIOHTTP_CLIENT_STREAM_IDLE_TIMEOUT", "3600"));
        site.Script.AlwaysSay = null;
        await using var turn = await site.NewChatAsync();
        var script = await site.Script.AskedAsync();
        script.Say("Hel");
        await turn.ReadAsync("Hel");
        var ended = turn.ReadToEndAsync();
        await time.AdvanceUntilAsync(ended, TimeSpan.FromSeconds(20));
        Assert.Equal((null, false), (turn.State, turn.IsDone));
        await using var on = await site.FollowAsync(turn, from: 3);
        script.Say("lo");
        script.End();
        await on.ReadToEndAsync();
        Assert.Equal(("lo", "done", true), (on.Text, on.State, on.IsDone));
    }

    [Fact]
    public async Task Silence_IsFilledWithComments()
    {
        var time = new ManualTime();
        await using var site = await TurnSite.StartAsync(time);
        site.Script.AlwaysSay = null;
        await using var turn = await site.NewChatAsync();
        using var response = await site.Client.GetAsync($"/api/v1/chats/{turn.ChatId}/messages/{turn.AnswerId}/stream", HttpCompletionOption.ResponseHeadersRead);
        await using var stream = await response.Content.ReadAsStreamAsync();
        var found = Task.Run(async () =>
        {
            var text = new StringBuilder();
            var buffer = new byte[4096];
            while (!text.ToString().Contains(": keep-alive", StringComparison.Ordinal))
            {
                text.Append(Encoding.UTF8.GetString(buffer, 0, await stream.ReadAsync(buffer)));
            }
        });
        await time.AdvanceUntilAsync(found, TimeSpan.FromSeconds(1));
        Assert.True(found.IsCompletedSuccessfully);
    }

    internal static async Task KeptAsync(TurnSite site, AnswerReading turn, ManualTime time, int units)
    {
        var kept = TurnSite.EventuallyAsync(
            async () => await site.Get<RunStore>().LeaseAsync(TurnSite.Owner, new(turn.ChatId), new(turn.AnswerId), default) is { } lease && lease.Kept >= units, "No checkpoint came.");
        await time.AdvanceUntilAsync(kept, TimeSpan.FromSeconds(1));
        await kept;
    }

    internal static async Task EndAsync(AnswerReading reading, ManualTime time)
    {
        var ended = reading.ReadToEndAsync();
        await time.AdvanceUntilAsync(ended, TimeSpan.FromSeconds(1));
        await ended;
    }
}
