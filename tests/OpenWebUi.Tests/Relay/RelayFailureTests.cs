using System.Net;
using Microsoft.AspNetCore.Http;
using OpenWebUi.StubProvider;
using static OpenWebUi.Tests.Relay.RelayCalls;

namespace OpenWebUi.Tests.Relay;

/// <summary>Failures that need a story of their own; the table of all others is <see cref="Chaos.ChaosTests"/>.</summary>
public sealed class RelayFailureTests
{
    [Fact]
    public async Task Provider_CutsAnAnswerThatIsNoStream_CallerSeesItCutToo()
    {
        await using var stub = await StubServer.StartAsync();
        var arrived = new TaskCompletionSource();
        stub.Behavior = StubBehavior.Custom(async (context, request) =>
        {
            context.Response.ContentType = "application/json";
            context.Response.ContentLength = 1000;
            await context.Response.WriteAsync("{\"id\":");
            await context.Response.Body.FlushAsync();
            await arrived.Task;
            context.Abort();
        });
        await using var site = await SiteFor(stub, "/v1");
        using var answer = await site.Client.StreamAsync(Chat("/v1/chat/completions", "any", stream: false));
        var stream = await answer.Content.ReadAsStreamAsync();
        await stream.ReadUntilAsync("{\"id\":");
        arrived.SetResult();
        await Assert.ThrowsAnyAsync<IOException>(() => stream.CopyToAsync(Stream.Null));
    }

    [Fact]
    public async Task Provider_SendsItsOwnErrorInTheStream_ItPassesAsItIs()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await SiteFor(stub, "/v1");
        using var direct = await site.Client.StreamAsync(Chat(stub.BaseUrl + "/chat/completions", "error-midstream"));
        using var relayed = await site.Client.StreamAsync(Chat("/v1/chat/completions", "error-midstream"));
        Assert.Equal(Scrub(await direct.ReadToEndAsync()), Scrub(await relayed.ReadToEndAsync()));
    }

    [Theory]
    [InlineData("application/json", "{\"error\":{\"message\":\"bad key sk-server-key\"}}")]
    [InlineData("text/plain", "bad key sk-server-key")]
    public async Task Provider_RepeatsTheServersKey_ItDoesNotReachTheCaller(string type, string body)
    {
        await using var stub = await StubServer.StartAsync();
        stub.Behavior = StubBehavior.Custom(async (context, _) =>
        {
            context.Response.StatusCode = 401;
            context.Response.ContentType = type;
            context.Response.Headers["x-request-id"] = "Bearer sk-server-key";
            await context.Response.WriteAsync(body);
        });
        await using var site = await SiteFor(stub, "/v1", ("OPENAI_API_KEY", "sk-server-key"));
        using var answer = await site.Client.StreamAsync(Chat("/v1/chat/completions", "any"));
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        var text = await answer.ReadToEndAsync();
        Assert.Contains("bad key ***", text, StringComparison.Ordinal);
        Assert.DoesNotContain("sk-server-key", text + answer.Headers, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("OpenAI-Beta")]
    [InlineData("Content-Type")]
    public async Task Caller_SendsAHeaderOutsideAscii_IsNotTheProvidersFault(string name)
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await SiteFor(stub, "/v1");
        using var socket = new System.Net.Sockets.TcpClient();
        await socket.ConnectAsync(site.Address.Host, site.Address.Port);
        const string body = "{\"model\":\"echo\",\"messages\":[]}";
        await socket.GetStream().WriteAsync(System.Text.Encoding.UTF8.GetBytes(
            $"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n{name}: application/json\u00e9\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}"));
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        Assert.StartsWith("HTTP/1.1 200", await new StreamReader(socket.GetStream()).ReadToEndAsync(limit.Token), StringComparison.Ordinal);
    }

    private static string Scrub(string text) =>
        System.Text.RegularExpressions.Regex.Replace(text, "\"(?<field>id|created)\":(?:\"[^\"]*\"|\\d+)", "\"${field}\":0", System.Text.RegularExpressions.RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5));
}
