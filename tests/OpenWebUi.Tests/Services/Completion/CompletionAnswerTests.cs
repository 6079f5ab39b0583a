using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using OpenWebUi.Services.Completion;
using OpenWebUi.StubProvider;
using OpenWebUi.Tests.Site;
using static OpenWebUi.Services.Completion.CompletionEvent;
using static OpenWebUi.Tests.Services.Completion.CompletionSite;

namespace OpenWebUi.Tests.Services.Completion;

/// <summary>What a provider that works says, and how it arrives.</summary>
public sealed class CompletionAnswerTests
{
    private const string Stop = """{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}""";

    [Fact]
    public async Task Answer_ComesAsOpenedTextUsageFinished()
    {
        await using var site = await StartAsync();
        var events = await site.AskAsync("echo", more: ""","stream_options":{"include_usage":true}""");
        Assert.Equal(
            [new Opened(site.ConnectionName), new Text("You said: hello"), new CompletionEvent.Usage("""{"prompt_tokens":1,"completion_tokens":3,"total_tokens":4}"""), new Finished("stop")],
            events);
        Assert.Empty(site.Log.Lines);
    }

    [Fact]
    public async Task Call_CarriesBodyKeyAndAccept()
    {
        await using var site = await StartAsync(("OPENAI_API_KEY", "sk-site"));
        await site.AskAsync("echo");
        var request = await site.Stub.WaitForRequestAsync("/v1/chat/completions");
        Assert.Equal("POST", request.Method);
        Assert.Equal(CompletionSite.Call("echo").Body.ToArray(), request.Body.ToArray());
        Assert.Equal("Bearer sk-site", request.Headers["Authorization"]);
        Assert.Equal("text/event-stream", request.Headers["Accept"]);
        Assert.Equal("application/json", request.Headers["Content-Type"]);
    }

    [Theory]
    [InlineData(true, "Bearer sk-own")]
    [InlineData(false, null)]
    public async Task OwnKey_GoesOnlyWhereKeysAreChecked(bool siteHasKey, string? expected)
    {
        await using var site = await StartAsync(siteHasKey ? [("OPENAI_API_KEY", "sk-site")] : []);
        await site.AskAsync("echo", "sk-own");
        var request = await site.Stub.WaitForRequestAsync("/v1/chat/completions");
        Assert.Equal(expected, request.Headers.GetValueOrDefault("Authorization"));
    }

    [Fact]
    public async Task FirstText_IsThereBeforeTheSecondIsSent()
    {
        await using var site = await StartAsync();
        await using var events = site.Client.AskAsync(Call("stepped-2"), default).GetAsyncEnumerator();
        await ExpectAsync(new Opened(site.ConnectionName));
        foreach (var expected in (string[])["w1 ", "w2 "])
        {
            await site.Stub.StepAsync();
            await ExpectAsync(new Text(expected));
        }

        site.Stub.Release();
        await ExpectAsync(new Finished("stop"));
        Assert.False(await events.MoveNextAsync());

        async Task ExpectAsync(CompletionEvent expected)
        {
            Assert.True(await events.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30)));
            Assert.Equal(expected, events.Current);
        }
    }

    [Theory]
    [InlineData("""{"reasoning_content":"hm"}""")]
    [InlineData("""{"reasoning":"hm"}""")]
    [InlineData("""{"reasoning":"hm","reasoning_content":"hm","content":""}""")]
    [InlineData("""{"content":"<think>hm</think>"}""")]
    [InlineData("""{"content":[{"type":"thinking","thinking":[{"type":"text","text":"hm"}]}]}""")]
    public async Task Reasoning_IsToldFromText(string delta)
    {
        await using var site = await StartAsync();
        site.Stream(Delta(delta), Delta("""{"content":"Hi","reasoning_content":null}"""), Stop, "[DONE]");
        Assert.Equal([new Opened(site.ConnectionName), new Reasoning("hm"), new Text("Hi"), new Finished("stop")], await site.AskAsync());
    }

    [Fact]
    public async Task ThinkTags_CutAnywhere_AreFound()
    {
        await using var site = await StartAsync();
        site.Stream([.. "<think>a <b> 😀</think>c".EnumerateRunes().Select(rune => Content(rune.ToString())), Stop]);
        Assert.Equal([new Opened(site.ConnectionName), new Reasoning("a <b> 😀"), new Text("c"), new Finished("stop")], await site.AskAsync());
    }

    [Fact]
    public async Task UnfinishedTag_IsTextAtTheEnd()
    {
        await using var site = await StartAsync();
        site.Stream(Content("<thi"), Stop, "[DONE]");
        Assert.Equal([new Opened(site.ConnectionName), new Text("<thi"), new Finished("stop")], await site.AskAsync());
    }

    [Fact]
    public async Task ToolCalls_AreAssembledFromTheirDeltas()
    {
        await using var site = await StartAsync();
        site.Stream(
            Delta("""{"role":"assistant","content":null,"tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"find","arguments":""}}]}"""),
            Delta("""{"tool_calls":[{"index":0,"function":{"arguments":"{\"q\":\"\ud83d"}}]}"""),
            Delta("""{"tool_calls":[{"index":0,"id":"","function":{"name":null,"arguments":"\ude00\"}"}}]}"""),
            Delta("""{"tool_calls":[{"index":1,"id":"b","function":{"name":"add","arguments":"{}"},"extra_content":{"google":{"signature":"s"}}}]}"""),
            Delta("{}", "\"tool_calls\""),
            "[DONE]");
        var events = await site.AskAsync();
        Assert.Equal([typeof(Opened), typeof(ToolCalls), typeof(Finished)], events.Select(e => e.GetType()));
        using var calls = JsonDocument.Parse(((ToolCalls)events[1]).Json);
        using var expected = JsonDocument.Parse("""
            [{"id":"a","type":"function","function":{"name":"find","arguments":"{\"q\":\"😀\"}"}},
             {"id":"b","extra_content":{"google":{"signature":"s"}},"type":"function","function":{"name":"add","arguments":"{}"}}]
            """);
        Assert.True(JsonElement.DeepEquals(expected.RootElement, calls.RootElement), ((ToolCalls)events[1]).Json);
        Assert.Equal(new Finished("tool_calls"), events[^1]);
    }

    [Fact]
    public async Task ToolCalls_OfOneIndexAndTwoIds_AreTwo()
    {
        await using var site = await StartAsync();
        site.Stream(
            Delta("""{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}]}"""),
            Delta("""{"tool_calls":[{"index":0,"id":"b","function":{"name":"g","arguments":"{}"}}]}"""),
            "[DONE]");
        var events = await site.AskAsync();
        using var calls = JsonDocument.Parse(events.OfType<ToolCalls>().Single().Json);
        Assert.Equal(["f", "g"], calls.RootElement.EnumerateArray().Select(call => call.GetProperty("function").GetProperty("name").GetString()));
        Assert.Equal(new Finished("tool_calls"), events[^1]);
    }

    [Fact]
    public async Task StubsTool_IsCalled()
    {
        await using var site = await StartAsync();
        var events = await site.AskAsync("echo", more: ""","tools":[{"type":"function","function":{"name":"look","parameters":{"properties":{"q":{"type":"string"}}}}}]""");
        Assert.Contains("\"name\":\"look\"", events.OfType<ToolCalls>().Single().Json, StringComparison.Ordinal);
        Assert.Equal(new Finished("tool_calls"), events[^1]);
    }

    [Theory]
    [InlineData("no-stream")]
    [InlineData("wrong-type")]
    [InlineData("echo")]
    [InlineData("gzip")]
    public async Task WholeOrWronglyLabelledAnswer_IsTaken(string model)
    {
        await using var site = await StartAsync();
        var events = await site.AskAsync(model);
        Assert.Equal(new Opened(site.ConnectionName), events[0]);
        Assert.Equal("You said: hello", string.Concat(events.OfType<Text>().Select(text => text.Value)));
        Assert.Equal(new Finished("stop"), events[^1]);
    }

    [Fact]
    public async Task WholeAnswer_GivesEverythingThatAStreamWould()
    {
        await using var site = await StartAsync();
        site.Answer("application/json", """
             { "choices": [ { "index": 0, "message": { "role": "assistant", "reasoning_content": "hm", "content": "Hi",
               "tool_calls": [ { "id": "a", "type": "function", "function": { "name": "f", "arguments": "{}" } },
                               { "id": "b", "type": "function", "function": { "name": "g", "arguments": "{}" } } ] },
               "finish_reason": "length" } ], "usage": { "total_tokens": 4 } }
            """);
        var events = await site.AskAsync();
        using var calls = JsonDocument.Parse(((ToolCalls)events[3]).Json);
        Assert.Equal(2, calls.RootElement.GetArrayLength());
        Assert.Equal(
            [new Opened(site.ConnectionName), new Reasoning("hm"), new Text("Hi"), events[3], new CompletionEvent.Usage("""{"total_tokens":4}"""), new Finished("length")], events);
    }

    [Theory]
    [InlineData(@"a\ud83d|\ude00b", "a😀b")]
    [InlineData(@"a\ud83d\ude00b", "a😀b")]
    [InlineData(@"a\ud83d|b", "a\uFFFDb")]
    [InlineData(@"\n\t\""\u00e9\ud83d", "\n\t\"é\uFFFD")]
    public async Task SplitPairs_AreJoined(string pieces, string expected)
    {
        await using var site = await StartAsync();
        site.Stream([.. pieces.Split('|').Select(Content), Stop]);
        List<string> texts = [];
        await foreach (var next in site.Client.AskAsync(Call("any"), default))
        {
            texts.AddRange(next is Text text ? [text.Value] : []);
        }

        Assert.Equal(expected, string.Concat(texts));
        Assert.All(texts, text => Assert.Equal(text, WholeCharacters.Mend(text)));
    }

    [Fact]
    public async Task SplitPairsInReasoning_AreJoined()
    {
        await using var site = await StartAsync();
        site.Stream(Delta("""{"reasoning_content":"\ud83d"}"""), Delta("""{"reasoning_content":"\ude00"}"""), Stop);
        Assert.Equal([new Opened(site.ConnectionName), new Reasoning("😀"), new Finished("stop")], await site.AskAsync());
    }

    [Theory]
    [InlineData("""{"choices":[{"index":0,"delta":{},"finish_reason":"length"}]}""", "length")]
    [InlineData("[DONE]", "stop")]
    public async Task End_IsToldByEitherSign(string last, string reason)
    {
        await using var site = await StartAsync();
        site.Stream(Content("Hi"), last);
        Assert.Equal([new Opened(site.ConnectionName), new Text("Hi"), new Finished(reason)], await site.AskAsync());
    }

    [Fact]
    public async Task CommentsOtherChoicesAndEmptyData_AreNoText()
    {
        await using var site = await StartAsync();
        site.Answer("text/event-stream", ": hi\r\n\r\ndata:\r\n\r\nevent: ping\r\ndata: {}\r\n\r\ndata: {\"choices\":[{\"index\":1,\"delta\":{\"content\":\"no\"}}],\"usage\":null}\r\n\r\n"
            + $"data:{Content("Hi")}\r\n\r\ndata: {Stop}\r\n\r\ndata: [DONE]\r\n\r\n");
        Assert.Equal([new Opened(site.ConnectionName), new Text("Hi"), new Finished("stop")], await site.AskAsync());
    }

    [Theory]
    [InlineData("data: [DONE]")]
    [InlineData("data: [DONE]\n")]
    [InlineData("data: [DONE]\r\n")]
    [InlineData("data: " + Stop)]
    public async Task LastEvent_WithoutItsBlankLine_Counts(string last)
    {
        await using var site = await StartAsync();
        site.Answer("text/event-stream", $"data: {Content("Hi")}\n\n{last}");
        Assert.Equal([new Opened(site.ConnectionName), new Text("Hi"), new Finished("stop")], await site.AskAsync());
    }

    [Fact]
    public async Task AnswerThatIsFinishedButNeverEnds_IsFinished()
    {
        var time = new ManualTime();
        await using var site = await StartAsync(time);
        site.Stub.Behavior = StubBehavior.Stall(4);
        var asking = site.AskAsync("echo");
        await (await site.Stub.WaitForRequestAsync("/v1/chat/completions")).Held;
        await time.AdvanceUntilAsync(asking, TimeSpan.FromSeconds(10));
        Assert.Equal([new Opened(site.ConnectionName), new Text("You said: hello"), new Finished("stop")], await asking);
        Assert.Empty(site.Log.Lines);
    }

    [Fact]
    public async Task Connection_WhoseEndComesBehindTheLastEvent_IsUsedAgain()
    {
        await using var site = await StartAsync(new ManualTime());
        var ports = new ConcurrentQueue<int>();
        var end = new TaskCompletionSource();
        site.Stub.Behavior = StubBehavior.Custom(async (context, _) =>
        {
            ports.Enqueue(context.Connection.RemotePort);
            await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes($"data: {Content("Hi")}\n\ndata: {Stop}\n\ndata: [DONE]\n\n"));
            await context.Response.Body.FlushAsync();
            await end.Task;
        });
        await using var events = site.Client.AskAsync(Call("any"), default).GetAsyncEnumerator();
        Assert.True(await events.MoveNextAsync());
        Assert.True(await events.MoveNextAsync());
        Assert.Equal(new Text("Hi"), events.Current);
        var ending = events.MoveNextAsync().AsTask();
        Assert.False(ending.IsCompleted);
        end.SetResult();
        Assert.True(await ending.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(new Finished("stop"), events.Current);
        Assert.False(await events.MoveNextAsync());
        await site.AskAsync();
        Assert.Equal(2, ports.Count);
        Assert.Single(ports.Distinct());
    }

    [Fact]
    public async Task Guide_AnswersWhereNothingIsConnected()
    {
        await using var site = await StartAsync(("ENABLE_OPENAI_API", "false"));
        var events = await site.AskAsync("guide");
        Assert.Equal(new Opened("OpenWebUi"), events[0]);
        Assert.IsType<Text>(events[1]);
        Assert.Equal(new Finished("stop"), events[^1]);
    }
}
