using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using OpenWebUi.StubProvider;

namespace OpenWebUi.FunctionsHostDouble.Tests.StubProvider;

public class StubBehaviorTests
{
    [Theory]
    [InlineData("status-401", 401, null, "Incorrect API key provided to the stub.")]
    [InlineData("status-429", 429, "7", "Rate limit reached for the stub.")]
    [InlineData("status-500", 500, null, "The stub had an error")]
    [InlineData("vllm-503", 503, null, "\"code\":503")]
    [InlineData("vllm-404", 404, null, "\"object\":\"error\"")]
    [InlineData("html", 200, null, "<!doctype html>")]
    [InlineData("html-502", 502, null, "nginx")]
    [InlineData("redirect", 302, null, "")]
    [InlineData("empty", 200, null, "")]
    [InlineData("not-json", 200, null, "{\"choices\"")]
    [InlineData("no-stream", 200, null, "\"object\":\"chat.completion\"")]
    [InlineData("wrong-type", 200, null, "data: {")]
    public async Task Model_RefusalByName_SendsStatusAndBody(string model, int status, string? retryAfter, string text)
    {
        await using var stub = await StubServer.StartAsync();
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        using var response = await ChatAsync(client, stub, model);
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(retryAfter, response.Headers.RetryAfter?.ToString());
        Assert.Contains(text, await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(model == "redirect" ? "http://169.254.169.254/" : null, response.Headers.Location?.ToString());
    }

    [Fact]
    public async Task Cut_SendsThreeChunksThenResets()
    {
        await using var stub = await StubServer.StartAsync();
        using var client = new HttpClient();
        using var response = await ChatAsync(client, stub, "cut");
        var (text, error) = await ReadAsync(response);
        Assert.Equal(3, text.Split("\n\n").Length - 1);
        Assert.NotNull(error);
        Assert.False((await stub.WaitForRequestAsync()).IsAborted);
    }

    [Fact]
    public async Task CutMidLine_EndsInsideALine()
    {
        await using var stub = await StubServer.StartAsync();
        using var client = new HttpClient();
        using var response = await ChatAsync(client, stub, "cut-midline");
        var (text, error) = await ReadAsync(response);
        Assert.DoesNotMatch("\n$", text);
        Assert.NotNull(error);
    }

    [Fact]
    public async Task Cut_OfAWholeAnswer_EndsBeforeItsLength()
    {
        await using var stub = await StubServer.StartAsync();
        stub.Behavior = StubBehavior.Cut();
        using var client = new HttpClient();
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync(stub.BaseUrl + "/models"));
    }

    [Fact]
    public async Task Stall_SendsOneChunkAndSeesTheCallerLeave()
    {
        await using var stub = await StubServer.StartAsync();
        using var client = new HttpClient(new SocketsHttpHandler { ResponseDrainTimeout = TimeSpan.Zero });
        StubRequest request;
        using (var response = await ChatAsync(client, stub, "stall"))
        {
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
            Assert.StartsWith("data: {", await reader.ReadLineAsync(), StringComparison.Ordinal);
            request = await stub.WaitForRequestAsync("/v1/chat/completions");
            await request.Held;
            Assert.False(request.IsAborted);
        }

        await request.Aborted;
        await request.Completed;
        Assert.Equal(0, stub.ActiveRequests);
    }

    [Fact]
    public async Task StallAndSlowHeaders_Released_GoOn()
    {
        await using var stub = await StubServer.StartAsync();
        using var client = new HttpClient();
        foreach (var model in (string[])["stall", "slow-headers"])
        {
            var answer = ChatAsync(client, stub, model, HttpCompletionOption.ResponseContentRead);
            var request = await stub.WaitForRequestAsync();
            await request.Held;
            Assert.False(answer.IsCompleted);
            request.Release();
            using var response = await answer;
            Assert.EndsWith("data: [DONE]\n\n", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Stepped_EachChunkWaitsForTheTest()
    {
        await using var stub = await StubServer.StartAsync();
        using var client = new HttpClient();
        using var response = await ChatAsync(client, stub, "stepped-2");
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        for (var i = 0; i < 4; i++)
        {
            var line = reader.ReadLineAsync();
            Assert.False(line.IsCompleted);
            var step = await stub.StepAsync();
            Assert.Equal(i, step.Index);
            Assert.Equal(step.Text, await line + "\n" + await reader.ReadLineAsync() + "\n");
        }

        Assert.Null(await reader.ReadLineAsync());
    }

    [Fact]
    public async Task ErrorMidStreamAndNoDone_EndWithoutDone()
    {
        await using var stub = await StubServer.StartAsync();
        using var client = new HttpClient();
        var error = await (await ChatAsync(client, stub, "error-midstream")).Content.ReadAsStringAsync();
        Assert.Contains("The stub failed in mid-stream.", error, StringComparison.Ordinal);
        Assert.DoesNotContain("[DONE]", error, StringComparison.Ordinal);
        var cut = await (await ChatAsync(client, stub, "no-done")).Content.ReadAsStringAsync();
        Assert.Contains("\"finish_reason\":\"stop\"", cut, StringComparison.Ordinal);
        Assert.DoesNotContain("[DONE]", cut, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Garbage_IsNoHttp()
    {
        await using var stub = await StubServer.StartAsync();
        using var client = new HttpClient();
        var error = await Assert.ThrowsAsync<HttpRequestException>(() => ChatAsync(client, stub, "garbage"));
        Assert.Equal(HttpRequestError.InvalidResponse, error.HttpRequestError);
    }

    [Fact]
    public async Task Gzip_IsCompressedEventByEvent()
    {
        await using var stub = await StubServer.StartAsync();
        using var client = new HttpClient(new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.GZip });
        using var plain = new HttpClient();
        Assert.Equal(["gzip"], (await ChatAsync(plain, stub, "gzip")).Content.Headers.ContentEncoding);
        Assert.EndsWith("data: [DONE]\n\n", await (await ChatAsync(client, stub, "gzip")).Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task EndlessLine_GoesOnUntilTheCallerLeaves()
    {
        await using var stub = await StubServer.StartAsync();
        using var client = new HttpClient(new SocketsHttpHandler { ResponseDrainTimeout = TimeSpan.Zero });
        using (var response = await ChatAsync(client, stub, "endless-line"))
        {
            var buffer = new byte[4 * 1024 * 1024];
            await (await response.Content.ReadAsStreamAsync()).ReadExactlyAsync(buffer);
            Assert.DoesNotContain((byte)'\n', buffer);
        }

        await (await stub.WaitForRequestAsync()).Aborted;
    }

    [Fact]
    public async Task Paced_AThousandStreams_AllEnd()
    {
        await using var stub = await StubServer.StartAsync();
        using var client = new HttpClient();
        var answers = Enumerable.Range(0, 1000).Select(async _ =>
        {
            using var response = await ChatAsync(client, stub, "paced-5x100");
            return (await response.Content.ReadAsStringAsync()).Split("data: ").Length - 1;
        });
        Assert.All(await Task.WhenAll(answers), events => Assert.Equal(7, events));
    }

    [Fact]
    public async Task RequiredKey_MissingIs401()
    {
        await using var stub = await StubServer.StartAsync();
        stub.RequiredKey = "sk-1";
        using var client = new HttpClient();
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync(new Uri(stub.BaseUrl + "/models"))).StatusCode);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "sk-1");
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(new Uri(stub.BaseUrl + "/models"))).StatusCode);
    }

    [Fact]
    public async Task Request_IsRecordedWhole()
    {
        await using var stub = await StubServer.StartAsync(new StubOptions { MaxRecordedBodyBytes = 10 });
        using var client = new HttpClient();
        using var form = new MultipartFormDataContent { { new ByteArrayContent(new byte[100_000]), "file", "a.wav" } };
        var answer = JsonNode.Parse(await (await client.PostAsync(new Uri(stub.BaseUrl + "/audio/transcriptions?a=%2F"), form)).Content.ReadAsStringAsync())!;
        var request = await stub.WaitForRequestAsync("/v1/audio/transcriptions");
        Assert.Equal("/v1/audio/transcriptions?a=%2F", request.Target);
        Assert.Equal(request.BodyLength, (long?)answer["bytes"]);
        Assert.True(request.BodyLength > 100_000);
        Assert.Equal(10, request.Body.Length);
        Assert.Equal(64, request.BodySha256.Length);
        Assert.StartsWith("multipart/form-data", request.Headers["content-type"], StringComparison.Ordinal);
        Assert.Same(request, Assert.Single(stub.Requests));
    }

    private static Task<HttpResponseMessage> ChatAsync(
        HttpClient client, StubServer stub, string model, HttpCompletionOption completion = HttpCompletionOption.ResponseHeadersRead)
    {
        var body = new JsonObject { ["model"] = model, ["stream"] = true, ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = "hello brave new world" }) };
        var request = new HttpRequestMessage(HttpMethod.Post, stub.BaseUrl + "/chat/completions") { Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json") };
        return client.SendAsync(request, completion);
    }

    private static async Task<(string Text, Exception? Error)> ReadAsync(HttpResponseMessage response)
    {
        using var read = new MemoryStream();
        try
        {
            await (await response.Content.ReadAsStreamAsync()).CopyToAsync(read);
            return (Encoding.UTF8.GetString(read.ToArray()), null);
        }
        catch (IOException e)
        {
            return (Encoding.UTF8.GetString(read.ToArray()), e);
        }
    }
}
