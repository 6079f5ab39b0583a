using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace OpenWebUi.Tests.Turns;

/// <summary>Bodies that are small to send and large to hold: a value of two bytes takes a hundred as a node.</summary>
public sealed class HugeBodyTests
{
    [Theory]
    [InlineData("1,")]
    [InlineData("[],")]
    [InlineData("[[[[[[[[[[]]]]]]]]]],")]
    public async Task Turn_OfAMillionValues_IsRefused(string value)
    {
        await using var site = await TurnSite.StartAsync();
        using var refused = await site.SendTextAsync("/api/chat/completions", $$"""{"model":"echo","user_message":{"content":"x"},"junk":[{{Many(value)}}1]}""");
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, refused.StatusCode);
        Assert.Contains("too_many_values", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Empty(site.Stub.Requests);
    }

    [Fact]
    public async Task Chat_OfMillionsOfValues_IsRefused()
    {
        await using var site = await TurnSite.StartAsync();
        using var refused = await site.SendTextAsync("/api/v1/chats/new", $$"""{"chat":{"title":"x","files":[{{Many("1,", 5_000_000)}}1]} }""");
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, refused.StatusCode);
    }

    /// <summary>Commas and brackets in a text are no values.</summary>
    [Fact]
    public async Task Turn_WithATextOfAMillionCommas_IsTaken()
    {
        await using var site = await TurnSite.StartAsync();
        await using var turn = await site.NewChatAsync(Many(",[{", 1_000_000));
        Assert.Equal("done", (await turn.ReadToEndAsync()).State);
    }

    [Fact]
    public async Task Message_LongerThanAnyClientMayKeep_Is422()
    {
        await using var site = await TurnSite.StartAsync();
        var text = new string('x', 5_000_001);
        using var turn = await site.SendTextAsync("/api/chat/completions", $$"""{"model":"echo","user_message":{"content":"{{text}}"} }""");
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "user_message"), (turn.StatusCode, await ParamAsync(turn)));
        using var files = await site.SendTextAsync("/api/chat/completions", $$"""{"model":"echo","user_message":{"content":"x","files":[{"url":"{{text}}"}]} }""");
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "user_message"), (files.StatusCode, await ParamAsync(files)));
        foreach (var messages in (string[])[$$"""[{"role":"user","content":"{{text}}"}]""", $$"""[{"role":"user","content":"{{text}}"},{"role":"user","content":"x"}]"""])
        {
            using var plain = await site.SendTextAsync("/api/chat/completions", $$"""{"model":"echo","messages":{{messages}}}""", ("X-OpenWebUI-Store", "chat"));
            Assert.Equal((HttpStatusCode.UnprocessableEntity, "messages"), (plain.StatusCode, await ParamAsync(plain)));
        }

        Assert.Empty(await site.RowsAsync("x."));
        Assert.Empty(site.Stub.Requests);
    }

    [Fact]
    public async Task Length_ThatIsOnlyClaimed_HoldsNoMemory()
    {
        await using var site = await TurnSite.StartAsync();
        var before = GC.GetTotalMemory(forceFullCollection: false);
        var sockets = new List<Socket>();
        for (var i = 0; i < 60; i++)
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            sockets.Add(socket);
            await socket.ConnectAsync(site.Site.Address.Host, site.Site.Address.Port);
            await socket.SendAsync(Encoding.ASCII.GetBytes(
                $"POST {(i % 2 == 0 ? "/api/chat/completions" : "/api/v1/chats/new")} HTTP/1.1\r\nHost: {site.Site.Address.Authority}\r\nContent-Type: application/json\r\nContent-Length: 16000000\r\n\r\n{{"));
        }

        await Task.Delay(1_000);
        var held = GC.GetTotalMemory(forceFullCollection: false) - before;
        sockets.ForEach(socket => socket.Dispose());
        Assert.True(held < 400_000_000, $"{held} bytes for 60 bytes");
    }

    private static string Many(string text, int count = 1_000_000) => new StringBuilder(text.Length * count).Insert(0, text, count).ToString();

    private static async Task<string?> ParamAsync(HttpResponseMessage response)
    {
        using var error = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return error.RootElement.GetProperty("error").GetProperty("param").GetString();
    }
}
