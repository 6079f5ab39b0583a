using System.Text;
using OpenWebUi.Services.Dialects;

namespace OpenWebUi.Tests.Services.Dialects.ToAnthropic;

/// <summary>An Anthropic provider's stream, for OpenAI's clients.</summary>
public sealed class CompletionStreamTests
{
    private const string Head = """{"id":"msg_01XFDUDYJgAACzvnptvVoYEL","object":"chat.completion.chunk","created":1767225600,"model":"claude-sonnet-4-5-20250929","choices":[""";
    private const string Usage = "\"usage\":{\"prompt_tokens\":115,\"completion_tokens\":42,\"total_tokens\":157,\"prompt_tokens_details\":{\"cached_tokens\":100}}}";

    private static readonly string Body =
        Delta("""{"role":"assistant","content":""}""")
        + Delta("""{"reasoning_content":"Two cities.\n"}""")
        + Delta("""{"content":"Gr\u00fc\u00dfe "}""")
        + Delta("""{"content":"\"日本\" 😀"}""")
        + Delta("""{"tool_calls":[{"index":0,"id":"toolu_01A","type":"function","function":{"name":"weather","arguments":""}}]}""")
        + Delta("""{"tool_calls":[{"index":0,"function":{"arguments":"{\"city\": \"Os"}}]}""")
        + Delta("""{"tool_calls":[{"index":0,"function":{"arguments":"lo\"}"}}]}""")
        + Delta("""{"tool_calls":[{"index":1,"id":"toolu_01B","type":"function","function":{"name":"time","arguments":""}}]}""")
        + Delta("""{"tool_calls":[{"index":1,"function":{"arguments":"{}"}}]}""")
        + $"data: {Head}{{\"index\":0,\"delta\":{{}},\"finish_reason\":\"tool_calls\"}}]";

    private static readonly string WithUsage = Body + "}\n\n" + $"data: {Head}]," + Usage + "\n\ndata: [DONE]\n\n";
    private static readonly string WithoutUsage = Body + "," + Usage + "\n\ndata: [DONE]\n\n";

    [Fact]
    public Task Stream_BecomesChunks_WhereverItIsCut() =>
        Recording.AssertPlaysAsync(Begin(wantsUsage: true).Wrap, ClaudeRecordings.ThinkingAndTools, WithUsage);

    [Fact]
    public Task Usage_NotAskedFor_ComesWithTheReason() =>
        Recording.AssertPlaysAsync(Begin(wantsUsage: false).Wrap, ClaudeRecordings.ThinkingAndTools, WithoutUsage);

    [Fact]
    public Task Stream_WithOtherLineEndsAndComments_IsTheSame() =>
        Recording.AssertPlaysAsync(Begin(wantsUsage: true).Wrap, ": hello\r\n\r\n" + ClaudeRecordings.ThinkingAndTools.Replace("\n", "\r\n"), WithUsage);

    [Fact]
    public Task Stream_ThatStops_HasNoEnd() =>
        Recording.AssertCutsAsync(Begin(wantsUsage: true).Wrap, ClaudeRecordings.ThinkingAndTools, WithUsage, "{\"type\":\"message_stop\"}");

    [Theory]
    [InlineData("end_turn", "stop")]
    [InlineData("stop_sequence", "stop")]
    [InlineData("max_tokens", "length")]
    [InlineData("model_context_window_exceeded", "length")]
    [InlineData("tool_use", "tool_calls")]
    [InlineData("refusal", "content_filter")]
    [InlineData("pause_turn", "stop")]
    [InlineData("of tomorrow", "stop")]
    public async Task StopReason_IsAFinishReason(string reason, string expected)
    {
        var (text, end) = await Recording.PlayAsync(Begin(wantsUsage: false).Wrap, Bytes(
            Event($$$"""{"type":"message_delta","delta":{"stop_reason":"{{{reason}}}"},"usage":{"output_tokens":1}}""") + Event("""{"type":"message_stop"}""")));

        Assert.Null(end);
        Assert.Contains($"\"finish_reason\":\"{expected}\"", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ErrorEvent_IsOne_AndNoEnd()
    {
        var begin = ClaudeRecordings.ThinkingAndTools[..ClaudeRecordings.ThinkingAndTools.IndexOf("event: message_delta", StringComparison.Ordinal)];
        const string Error = "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n";

        await Recording.AssertPlaysAsync(
            Begin(wantsUsage: true).Wrap, begin + Error + "data: more\n\n",
            Body[..Body.LastIndexOf("data: ", StringComparison.Ordinal)]
                + "data: {\"error\":{\"message\":\"Overloaded\",\"type\":\"server_error\",\"param\":null,\"code\":\"overloaded_error\"}}\n\n");
    }

    [Theory]
    [InlineData("data: <html>\n\n")]
    [InlineData("data: [1]\n\n")]
    [InlineData("data: {}\n\n")]
    [InlineData("data: {\"type\":\"content_block_delta\",\"index\":\"x\",\"delta\":{\"type\":7,\"text\":\"a\"}}\n\ndata: {\"type\":\n\n")]
    public async Task Event_ThatIsNone_EndsTheStreamAsUnreadable(string broken)
    {
        var first = ClaudeRecordings.ThinkingAndTools.Split("\n\n")[0] + "\n\n";
        var (text, end) = await Recording.PlayAsync(Begin(wantsUsage: true).Wrap, Bytes(first + broken + ClaudeRecordings.ThinkingAndTools));

        Assert.IsType<UnreadableAnswerException>(end);
        Assert.Equal(Delta("""{"role":"assistant","content":""}"""), text);
    }

    [Fact]
    public async Task Event_TooLong_EndsTheStreamAsUnreadable()
    {
        var (_, end) = await Recording.PlayAsync(Begin(wantsUsage: true).Wrap, Bytes("data: {\"type\":\"" + new string('x', 2 * EventBuffer.MaxEventBytes)));

        Assert.IsType<UnreadableAnswerException>(end);
    }

    [Fact]
    public async Task ToolWithItsWholeInput_AtTheBeginning_HasItsArguments()
    {
        var (text, _) = await Recording.PlayAsync(Begin(wantsUsage: false).Wrap, Bytes(
            Event("""{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"t","name":"f","input":{"a":"b"}}}""") + Event("""{"type":"content_block_stop","index":0}""")));

        Assert.Contains("""{"arguments":"{\"a\":\"b\"}"}""", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Chunk_LeavesWhenItsEventIsComplete_AndNoReadWaitsForMore()
    {
        var provider = new Gate();
        await using var stream = Begin(wantsUsage: true).Wrap(provider);
        var buffer = new byte[4096];
        var reading = stream.ReadAsync(buffer).AsTask();

        provider.Send(Event("""{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"a"}}""")[..^1]);
        Assert.False(reading.IsCompleted);
        provider.Send("\n");

        Assert.Contains("\"content\":\"a\"", Encoding.UTF8.GetString(buffer, 0, await reading), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancellation_ReachesTheProvidersRead()
    {
        var provider = new Gate();
        await using var stream = Begin(wantsUsage: true).Wrap(provider);
        using var end = new CancellationTokenSource();
        var reading = stream.ReadAsync(new byte[10], end.Token).AsTask();

        await end.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
    }

    [Fact]
    public async Task Disposal_WhileAReadIsUnderWay_IsTheProvidersToo()
    {
        var provider = new Gate();
        var stream = Begin(wantsUsage: true).Wrap(provider);
        var reading = stream.ReadAsync(new byte[10]).AsTask();

        await stream.DisposeAsync();

        Assert.True(provider.IsDisposed);
        Assert.False(reading.IsCompleted);
    }

    private static TranslatedCall Begin(bool wantsUsage) => Recording.Begin(WireDialect.OpenAi, "chat/completions", WireDialect.Anthropic,
        $$"""{"model":"claude-sonnet-4-5","messages":[{"role":"user","content":"x"}],"stream":true,"stream_options":{"include_usage":{{(wantsUsage ? "true" : "false")}} } }""");

    private static string Delta(string delta) => $"data: {Head}{{\"index\":0,\"delta\":{delta},\"finish_reason\":null}}]}}\n\n";

    private static string Event(string data) => $"data: {data}\n\n";

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    /// <summary>A provider that sends when it is told to.</summary>
    private sealed class Gate : MemoryStream
    {
        private readonly System.Threading.Channels.Channel<byte[]> _sent = System.Threading.Channels.Channel.CreateUnbounded<byte[]>(new() { AllowSynchronousContinuations = true });

        public bool IsDisposed { get; private set; }

        public void Send(string text) => _sent.Writer.TryWrite(Bytes(text));

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var piece = await _sent.Reader.ReadAsync(cancellationToken);
            piece.CopyTo(buffer);
            return piece.Length;
        }

        protected override void Dispose(bool disposing)
        {
            IsDisposed = true;
            base.Dispose(disposing);
        }
    }
}
