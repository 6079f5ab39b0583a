using System.Text;
using OpenWebUi.Services.Dialects;

namespace OpenWebUi.Tests.Services.Dialects.FromAnthropic;

/// <summary>An OpenAI-compatible provider's answers, for clients of Anthropic's.</summary>
public sealed class MessageStreamTests
{
    private static readonly TranslatedCall Call = Recording.Begin(
        WireDialect.Anthropic, "messages", WireDialect.OpenAi, """{"model":"team.r1","max_tokens":100,"messages":[{"role":"user","content":"x"}],"stream":true}""");

    private static readonly string Expected =
        Event("message_start", "\"message\":{\"id\":\"msg_chatcmpl-9\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"team.r1\",\"content\":[],\"stop_reason\":null,\"stop_sequence\":null,\"usage\":{\"input_tokens\":0,\"cache_creation_input_tokens\":0,\"cache_read_input_tokens\":0,\"output_tokens\":0}}")
        + Event("content_block_start", "\"index\":0,\"content_block\":{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}")
        + Event("content_block_delta", "\"index\":0,\"delta\":{\"type\":\"thinking_delta\",\"thinking\":\"Two \"}")
        + Event("content_block_delta", "\"index\":0,\"delta\":{\"type\":\"thinking_delta\",\"thinking\":\"cities.\\n\"}")
        + Event("content_block_stop", "\"index\":0")
        + Event("content_block_start", "\"index\":1,\"content_block\":{\"type\":\"text\",\"text\":\"\"}")
        + Event("content_block_delta", "\"index\":1,\"delta\":{\"type\":\"text_delta\",\"text\":\"Gr\\u00fc\\u00dfe \"}")
        + Event("content_block_delta", "\"index\":1,\"delta\":{\"type\":\"text_delta\",\"text\":\"\\\"日本\\\" 😀\"}")
        + Event("content_block_stop", "\"index\":1")
        + Event("content_block_start", "\"index\":2,\"content_block\":{\"type\":\"tool_use\",\"id\":\"call_1\",\"name\":\"weather\",\"input\":{}}")
        + Event("content_block_delta", "\"index\":2,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"{\\\"city\\\": \\\"Os\"}")
        + Event("content_block_delta", "\"index\":2,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"lo\\\"}\"}")
        + Event("content_block_stop", "\"index\":2")
        + Event("content_block_start", "\"index\":3,\"content_block\":{\"type\":\"tool_use\",\"id\":\"call_2\",\"name\":\"time\",\"input\":{}}")
        + Event("content_block_delta", "\"index\":3,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"{}\"}")
        + Event("content_block_stop", "\"index\":3")
        + Event("message_delta", "\"delta\":{\"stop_reason\":\"tool_use\",\"stop_sequence\":null},\"usage\":{\"input_tokens\":15,\"cache_creation_input_tokens\":0,\"cache_read_input_tokens\":100,\"output_tokens\":42}")
        + "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";

    [Fact]
    public Task Stream_BecomesBlocks_WhereverItIsCut() => Recording.AssertPlaysAsync(Call.Wrap, ChatRecordings.ThinkingAndTools, Expected);

    [Fact]
    public async Task Stream_ThatStopsBeforeItsReason_HasNoEnd()
    {
        var bytes = Encoding.UTF8.GetBytes(ChatRecordings.ThinkingAndTools);
        var reason = ChatRecordings.ThinkingAndTools.IndexOf("\"tool_calls\"}]}", StringComparison.Ordinal) + "\"tool_calls\"}]}".Length;
        var end = Encoding.UTF8.GetByteCount(ChatRecordings.ThinkingAndTools[..reason]);
        for (var cut = 0; cut < end; cut++)
        {
            var (text, how) = await Recording.PlayAsync(Call.Wrap, bytes[..cut]);
            Assert.True(how is IOException and not UnreadableAnswerException, $"cut at {cut}: {how}");
            Assert.StartsWith(text, Expected, StringComparison.Ordinal);
            Assert.DoesNotContain("message_delta", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Stream_WithoutDone_EndsAfterItsReason()
    {
        var (text, end) = await Recording.PlayAsync(Call.Wrap, Encoding.UTF8.GetBytes(ChatRecordings.ThinkingAndTools.Replace("data: [DONE]\n\n", "")));

        Assert.Null(end);
        Assert.Equal(Expected, text);
    }

    [Fact]
    public async Task ParallelCalls_WithOneIndex_AreTwoBlocks()
    {
        var (text, end) = await Recording.PlayAsync(Call.Wrap, Encoding.UTF8.GetBytes(ChatRecordings.OneIndex));

        Assert.Null(end);
        Assert.Contains("\"index\":0,\"content_block\":{\"type\":\"tool_use\",\"id\":\"x1\"", text, StringComparison.Ordinal);
        Assert.Contains("\"index\":1,\"content_block\":{\"type\":\"tool_use\",\"id\":\"x2\"", text, StringComparison.Ordinal);
        Assert.Contains("\"stop_reason\":\"tool_use\"", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("data: {\"error\":{\"message\":\"Slow down\",\"type\":\"rate_limit_error\",\"code\":null}}\n\n", "rate_limit_error", "Slow down")]
    [InlineData("data: {\"error\":{\"message\":\"Bad gateway\",\"code\":502}}\n\n", "api_error", "Bad gateway")]
    [InlineData("data: {\"object\":\"error\",\"message\":\"Too long\"}\n\n", "api_error", "Too long")]
    [InlineData("event: error\ndata: {\"message\":\"Late\"}\n\n", "api_error", "Late")]
    [InlineData("data: {\"error\":\"Broken\"}\n\n", "api_error", "Broken")]
    public async Task Error_IsAnEvent_AndNoEnd(string error, string type, string message)
    {
        var (text, end) = await Recording.PlayAsync(Call.Wrap, Encoding.UTF8.GetBytes(error + "data: [DONE]\n\n"));

        Assert.Null(end);
        Assert.Equal($$$"""event: error{{{"\n"}}}data: {"type":"error","error":{"type":"{{{type}}}","message":"{{{message}}}"}}""" + "\n\n", text);
    }

    [Theory]
    [InlineData("data: nothing\n\n")]
    [InlineData("data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\"}},{\"index\":1,\"id\":\"b\",\"function\":{\"name\":\"g\"}}]}}]}\n\ndata: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"{\"}}]}}]}\n\n")]
    public async Task Event_ThatCannotBeTold_IsUnreadable(string broken) =>
        Assert.IsType<UnreadableAnswerException>((await Recording.PlayAsync(Call.Wrap, Encoding.UTF8.GetBytes(broken + "data: [DONE]\n\n"))).End);

    [Theory]
    [InlineData("stop", "end_turn")]
    [InlineData("length", "max_tokens")]
    [InlineData("content_filter", "refusal")]
    public void FinishReason_IsAStopReason(string reason, string expected) => Recording.AssertJson(
        $$$"""{"id":"msg_c","type":"message","role":"assistant","model":"team.r1","content":[{"type":"text","text":"a"}],"stop_reason":"{{{expected}}}","stop_sequence":null,"usage":{"input_tokens":0,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":0}}""",
        Call.Whole(Encoding.UTF8.GetBytes($$$"""{"id":"c","choices":[{"message":{"content":[{"type":"text","text":"a"}]},"finish_reason":"{{{reason}}}"}]}""")));

    [Fact]
    public void Completion_BecomesAMessage() => Recording.AssertJson(
        """
        {"id":"msg_chatcmpl-9","type":"message","role":"assistant","model":"team.r1","content":[
          {"type":"thinking","thinking":"Two cities.","signature":""},{"type":"text","text":"Gr\u00fc\u00dfe."},
          {"type":"tool_use","id":"call_1","name":"weather","input":{"city":"Oslo"}},{"type":"tool_use","id":"call_2","name":"time","input":{}}],
         "stop_reason":"tool_use","stop_sequence":null,"usage":{"input_tokens":15,"cache_creation_input_tokens":0,"cache_read_input_tokens":100,"output_tokens":42}}
        """, Call.Whole(Encoding.UTF8.GetBytes(ChatRecordings.Whole)));

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("x")]
    public void Answer_ThatIsNoCompletion_IsUnreadable(string answer) =>
        Assert.Throws<UnreadableAnswerException>(() => Call.Whole(Encoding.UTF8.GetBytes(answer)));

    [Fact]
    public void Error_HasAnthropicsForm() => Recording.AssertJson(
        """{"type":"error","error":{"type":"not_found_error","message":"No such model"}}""",
        Call.Error(404, """{"error":{"message":"No such model","type":"invalid_request_error","param":null,"code":"model_not_found"}}"""u8.ToArray()));

    private static string Event(string name, string data) => $"event: {name}\ndata: {{\"type\":\"{name}\",{data}}}\n\n";
}
