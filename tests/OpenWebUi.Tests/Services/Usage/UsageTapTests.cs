using System.Text;
using OpenWebUi.Services.Usage;

namespace OpenWebUi.Tests.Services.Usage;

public sealed class UsageTapTests
{
    private const string OpenAi = """
        data: {"id":"1","choices":[{"delta":{"content":"a"}}],"usage":null}

        data: {"id":"1","choices":[],"usage":{"prompt_tokens":11,"completion_tokens":7,"total_tokens":18,"prompt_tokens_details":{"cached_tokens":0}}}

        data: [DONE]


        """;

    private const string Anthropic = """
        event: message_start
        data: {"type":"message_start","message":{"id":"m","usage":{"input_tokens":25,"output_tokens":1}}}

        event: message_delta
        data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":15}}

        event: message_stop
        data: {"type":"message_stop"}


        """;

    private const string Ollama = """
        {"model":"m","message":{"role":"assistant","content":"a"},"done":false}
        {"model":"m","message":{"role":"assistant","content":""},"done":true,"total_duration":5,"prompt_eval_count":26,"prompt_eval_duration":1,"eval_count":298,"eval_duration":4}

        """;

    private const string Whole = """{"id":"1","choices":[{"message":{"content":"he said \"usage\":{\"prompt_tokens\":1}"}}],"usage":{"prompt_tokens":3,"completion_tokens":4},"system_fingerprint":"x"}""";

    [Theory]
    [InlineData(OpenAi, 2, 11, 7)]
    [InlineData(Anthropic, 2, 25, 15)]
    [InlineData(Ollama, 1, 26, 298)]
    [InlineData(Whole, 0, 3, 4)]
    public void Answer_InAnyPieces_SaysWhatItUsed(string answer, int lines, long prompt, long completion)
    {
        var bytes = Encoding.UTF8.GetBytes(answer.ReplaceLineEndings("\n"));
        foreach (var size in (int[])[1, 7, 64, bytes.Length])
        {
            var tap = new UsageTap();
            foreach (var piece in bytes.Chunk(size))
            {
                tap.Feed(piece);
            }

            Assert.Equal(new TokenUsage(prompt, completion, IsEstimated: false), tap.Result(400, lines));
        }
    }

    [Fact]
    public void LongAnswer_IsReadAtItsEnd()
    {
        var tap = new UsageTap();
        var random = new Random(5);
        for (var i = 0; i < 2_000; i++)
        {
            tap.Feed(Encoding.UTF8.GetBytes($"data: {{\"choices\":[{{\"delta\":{{\"content\":\"{new string('x', random.Next(3_000))}\"}}}}]}}\n\n"));
        }

        tap.Feed(Encoding.UTF8.GetBytes(OpenAi));
        Assert.Equal(new TokenUsage(11, 7, IsEstimated: false), tap.Result(400, 2));
    }

    [Fact]
    public void AnswerThatDoesNotSay_IsEstimated_AndMarked()
    {
        var tap = new UsageTap();
        for (var i = 0; i < 10; i++)
        {
            tap.Feed("data: {\"choices\":[{\"delta\":{\"content\":\"x\"}}]}\n\n"u8);
        }

        Assert.Equal(new TokenUsage(100, 10, IsEstimated: true), tap.Result(400, 2));
    }

    [Theory]
    [InlineData("")]
    [InlineData("data: {\"usage\":{\"input_tokens\":0,\"output_tokens\":0}}")]
    [InlineData("\"usage\"")]
    [InlineData("data: {\"usage\":{\"prompt_tokens\":")]
    [InlineData("{\"usage\":\"none\",\"eval_count\":\"x\"}")]
    [InlineData("{\"usage\":{\"prompt_tokens\":-1e99}}")]
    public void AnswerThatIsNone_IsEstimated(string answer)
    {
        var tap = new UsageTap();
        tap.Feed(Encoding.UTF8.GetBytes(answer));
        Assert.True(tap.Result(0, 2).IsEstimated);
    }
}
