using System.Text;
using OpenWebUi.Services.Dialects;

namespace OpenWebUi.Tests.Services.Dialects.ToAnthropic;

/// <summary>An Anthropic provider's whole answers and errors, for OpenAI's clients.</summary>
public sealed class MessageAnswerTests
{
    private static readonly TranslatedCall Call = Recording.Begin(
        WireDialect.OpenAi, "chat/completions", WireDialect.Anthropic, """{"model":"claude-sonnet-4-5","messages":[{"role":"user","content":"x"}]}""");

    [Fact]
    public void Message_BecomesACompletion() => Recording.AssertJson(
        """
        {"id":"msg_01XFDUDYJgAACzvnptvVoYEL","object":"chat.completion","created":1767225600,"model":"claude-sonnet-4-5-20250929",
         "choices":[{"index":0,"message":{"role":"assistant","content":"Gr\u00fc\u00dfe to both.","refusal":null,"reasoning_content":"Two cities.",
          "tool_calls":[{"id":"toolu_01A","type":"function","function":{"name":"weather","arguments":"{\"city\":\"Oslo\"}"}},
                        {"id":"toolu_01B","type":"function","function":{"name":"time","arguments":"{}"}}]},
          "logprobs":null,"finish_reason":"tool_calls"}],
         "usage":{"prompt_tokens":115,"completion_tokens":42,"total_tokens":157,"prompt_tokens_details":{"cached_tokens":100}}}
        """, Call.Whole(Encoding.UTF8.GetBytes(ClaudeRecordings.Whole)));

    [Theory]
    [InlineData("[]", "\"\"")]
    [InlineData("""[{"type":"text","text":"a"}]""", "\"a\"")]
    [InlineData("""[{"type":"tool_use","id":"t","name":"f","input":{}}]""", "null")]
    public void Content_IsATextUnlessThereAreOnlyTools(string content, string expected) => Assert.Contains(
        $"\"message\":{{\"role\":\"assistant\",\"content\":{expected},",
        Encoding.UTF8.GetString(Call.Whole(Encoding.UTF8.GetBytes($$"""{"id":"m","content":{{content}},"stop_reason":"end_turn","usage":{} }"""))), StringComparison.Ordinal);

    [Theory]
    [InlineData("{\"object\":\"chat.completion\"}")]
    [InlineData("[]")]
    [InlineData("<html>")]
    [InlineData("")]
    public void Answer_ThatIsNoMessage_IsUnreadable(string answer) =>
        Assert.Throws<UnreadableAnswerException>(() => Call.Whole(Encoding.UTF8.GetBytes(answer)));

    [Theory]
    [InlineData(400, """{"type":"error","error":{"type":"invalid_request_error","message":"max_tokens: too many"},"request_id":"req_1"}""", "max_tokens: too many", "invalid_request_error", "invalid_request_error")]
    [InlineData(401, """{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}""", "invalid x-api-key", "authentication_error", "authentication_error")]
    [InlineData(429, """{"type":"error","error":{"type":"rate_limit_error","message":"Slow down"}}""", "Slow down", "rate_limit_error", "rate_limit_error")]
    [InlineData(529, """{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}""", "Overloaded", "server_error", "overloaded_error")]
    [InlineData(502, """{"message":"no upstream"}""", "no upstream", "upstream_error", "upstream_status")]
    [InlineData(422, """{"detail":"missing"}""", "missing", "invalid_request_error", "upstream_status")]
    [InlineData(500, """{"error":"broken"}""", "broken", "server_error", "upstream_status")]
    [InlineData(500, """[7]""", "The provider answered 500.", "server_error", "upstream_status")]
    [InlineData(500, "no JSON", "The provider answered 500.", "server_error", "upstream_status")]
    [InlineData(500, """{"error":{"message":"\ud83d"}}""", "The provider answered 500.", "server_error", "upstream_status")]
    public void Error_HasOpenAisForm(int status, string error, string message, string type, string code) => Recording.AssertJson(
        $$$"""{"error":{"message":"{{{message}}}","type":"{{{type}}}","param":null,"code":"{{{code}}}"}}""", Call.Error(status, Encoding.UTF8.GetBytes(error)));
}
