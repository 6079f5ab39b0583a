using System.Text;
using OpenWebUi.Services.Dialects;
using OpenWebUi.Services.Dialects.FromOllama;
using OpenWebUi.Tests.Services.Dialects.ToAnthropic;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Services.Dialects.FromOllama;

/// <summary>Clients of Ollama's native API at other providers (Ollama API reference).</summary>
public sealed class OllamaTests
{
    private const string Line = "{\"model\":\"team.r1\",\"created_at\":\"2026-01-01T00:00:00.000000Z\",";
    private const string Numbers = "\"done\":true,\"done_reason\":\"stop\",\"total_duration\":0,\"load_duration\":0,\"prompt_eval_count\":115,\"prompt_eval_duration\":0,\"eval_count\":42,\"eval_duration\":1}\n";

    private static readonly string Chat =
        Said("\"content\":\"\",\"thinking\":\"Two \"")
        + Said("\"content\":\"\",\"thinking\":\"cities.\\n\"")
        + Said("\"content\":\"Gr\\u00fc\\u00dfe \"")
        + Said("\"content\":\"\\\"日本\\\" 😀\"")
        + Said("\"content\":\"\",\"tool_calls\":[{\"id\":\"call_1\",\"function\":{\"name\":\"weather\",\"arguments\":{\"city\":\"Oslo\"}}},{\"id\":\"call_2\",\"function\":{\"name\":\"time\",\"arguments\":{}}}]")
        + Line + "\"message\":{\"role\":\"assistant\",\"content\":\"\"}," + Numbers;

    [Fact]
    public void ChatRequest_WithEverything_IsTranslated() => AssertRequest("chat",
        """
        {
          "model": "r1",
          "messages": [
            {"role": "system", "content": "Terse."},
            {"role": "user", "content": "What is this?", "images": ["iVBORw0KGgo=", "\/9j\/4AA", "data:image/webp;base64,UklGRg=="]},
            {"role": "assistant", "content": "", "thinking": "Hm", "tool_calls": [{"function": {"name": "f", "arguments": {"a": 1}}}, {"function": {"name": "g", "arguments": {}}}]},
            {"role": "tool", "tool_name": "g", "content": "2"},
            {"role": "tool", "content": "1"},
            {"role": "assistant", "content": "", "tool_calls": [{"id": "x", "function": {"name": "f", "arguments": {}}}]},
            {"role": "tool", "tool_call_id": "x", "content": "3"}
          ],
          "tools": [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}],
          "format": {"type": "object"}, "keep_alive": "5m", "think": true,
          "options": {"temperature": 0.2, "top_p": 0.9, "top_k": 40, "seed": 7, "stop": ["END"], "num_predict": 100, "num_ctx": 8192}
        }
        """,
        """
        {
          "model": "r1",
          "messages": [
            {"role": "system", "content": "Terse."},
            {"role": "user", "content": [
              {"type": "text", "text": "What is this?"},
              {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}},
              {"type": "image_url", "image_url": {"url": "data:image/jpeg;base64,/9j/4AA"}},
              {"type": "image_url", "image_url": {"url": "data:image/webp;base64,UklGRg=="}}
            ]},
            {"role": "assistant", "content": "", "tool_calls": [
              {"id": "call_0", "type": "function", "function": {"name": "f", "arguments": "{\"a\":1}"}},
              {"id": "call_1", "type": "function", "function": {"name": "g", "arguments": "{}"}}
            ]},
            {"role": "tool", "content": "2", "tool_call_id": "call_1"},
            {"role": "tool", "content": "1", "tool_call_id": "call_0"},
            {"role": "assistant", "content": "", "tool_calls": [{"id": "x", "type": "function", "function": {"name": "f", "arguments": "{}"}}]},
            {"role": "tool", "content": "3", "tool_call_id": "x"}
          ],
          "tools": [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}],
          "temperature": 0.2, "top_p": 0.9, "seed": 7, "stop": ["END"], "max_tokens": 100,
          "response_format": {"type": "json_schema", "json_schema": {"name": "answer", "schema": {"type": "object"}}},
          "stream": true, "stream_options": {"include_usage": true}
        }
        """);

    [Fact]
    public void GenerateRequest_IsAChat() => AssertRequest("generate",
        """{"model":"gpt-5","prompt":"Why?","system":"Terse.","images":["iVBO"],"format":"json","stream":false,"think":"low","options":{"num_predict":-1},"context":[1,2]}""",
        """
        {"model":"gpt-5","messages":[{"role":"system","content":"Terse."},{"role":"user","content":[{"type":"text","text":"Why?"},{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBO"}}]}],
         "response_format":{"type":"json_object"},"reasoning_effort":"low"}
        """);

    [Theory]
    [InlineData("chat", """{"messages":[{"role":"user","content":"x"}]}""", "model")]
    [InlineData("chat", """{"model":"m","messages":[]}""", "messages")]
    [InlineData("chat", """{"model":"m","messages":[{"role":"tool","content":"x"}]}""", "messages[0]")]
    [InlineData("chat", """{"model":"m","messages":[{"role":"user","content":["x"]}]}""", "messages[0].images")]
    [InlineData("chat", """{"model":"m","messages":[{"role":"user","content":"x"}],"format":"xml"}""", "format")]
    [InlineData("chat", """{"model":"m","messages":[{"role":"user","content":"x"}],"think":"deeply"}""", "think")]
    [InlineData("chat", """{"model":"m","messages":[{"role":"user","content":"x"}],"options":[]}""", "options")]
    [InlineData("generate", """{"model":"m","prompt":""}""", "prompt")]
    [InlineData("generate", """{"model":"m","prompt":"a","suffix":"b"}""", "suffix")]
    [InlineData("generate", """{"model":"m","prompt":"a","raw":true}""", "raw")]
    [InlineData("embed", """{"model":"m"}""", "input")]
    [InlineData("embeddings", """{"model":"m","prompt":["a"]}""", "prompt")]
    public void Request_OfAnotherShape_IsRefused(string path, string body, string field)
    {
        var report = Recording.Refused(() => Begin(path, body));

        Assert.Equal((400, field), (report.Status, report.Param));
    }

    [Fact]
    public Task Stream_BecomesLines_WhereverItIsCut() => Recording.AssertPlaysAsync(ChatCall().Wrap, ChatRecordings.ThinkingAndTools, Chat);

    [Fact]
    public async Task Stream_ThatStopsBeforeItsReason_HasNoEnd()
    {
        var bytes = Encoding.UTF8.GetBytes(ChatRecordings.ThinkingAndTools);
        var wrap = ChatCall().Wrap;
        for (var cut = 0; cut < Array.LastIndexOf(bytes, (byte)'}', bytes.Length - 400); cut++)
        {
            var (text, how) = await Recording.PlayAsync(wrap, bytes[..cut]);
            Assert.True(how is IOException and not UnreadableAnswerException, $"cut at {cut}: {how}");
            Assert.StartsWith(text, Chat, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task ThinkFalse_HidesThoughts()
    {
        var call = Begin("chat", """{"model":"team.r1","messages":[{"role":"user","content":"x"}],"think":false}""");
        var (text, end) = await Recording.PlayAsync(call.Wrap, Encoding.UTF8.GetBytes(ChatRecordings.ThinkingAndTools));

        Assert.Null(end);
        Assert.DoesNotContain("thinking", text, StringComparison.Ordinal);
        Assert.DoesNotContain("thinking", Encoding.UTF8.GetString(call.Whole(Encoding.UTF8.GetBytes(ChatRecordings.Whole))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task GenerateStream_HasResponses()
    {
        var call = Begin("generate", """{"model":"team.r1","prompt":"x"}""");
        var (text, _) = await Recording.PlayAsync(call.Wrap, "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\ndata: {\"choices\":[{\"delta\":{},\"finish_reason\":\"length\"}]}\n\ndata: [DONE]\n\n"u8.ToArray());

        Assert.StartsWith(Line + "\"response\":\"a\",\"done\":false}\n" + Line + "\"response\":\"\",\"done\":true,\"done_reason\":\"length\",", text, StringComparison.Ordinal);
        Assert.Equal("application/x-ndjson", call.StreamContentType);
        Assert.True(call.WantsStream);
    }

    [Fact]
    public async Task Error_InAStream_IsALine()
    {
        var (text, end) = await Recording.PlayAsync(ChatCall().Wrap, "data: {\"error\":{\"message\":\"Slow down\"}}\n\n"u8.ToArray());

        Assert.Equal(("{\"error\":\"Slow down\"}\n", null), (text, end));
        Assert.Equal("{\"error\":\"Slow down\"}", Encoding.UTF8.GetString(ChatCall().Error(429, "{\"error\":{\"message\":\"Slow down\"}}"u8.ToArray())));
    }

    [Fact]
    public void Durations_AreNanoseconds()
    {
        var time = new ManualTime();
        var call = Begin("generate", """{"model":"m","prompt":"x","stream":false}""", time);
        time.Advance(TimeSpan.FromMilliseconds(1500));

        Recording.AssertJson(
            """
            {"model":"m","created_at":"2026-01-01T00:00:01.500000Z","response":"Gr\u00fc\u00dfe.","thinking":"Two cities.",
             "tool_calls":[{"id":"call_1","function":{"name":"weather","arguments":{"city":"Oslo"}}},{"id":"call_2","function":{"name":"time","arguments":{}}}],
             "done":true,"done_reason":"stop","total_duration":1500000000,"load_duration":0,"prompt_eval_count":115,"prompt_eval_duration":1500000000,"eval_count":42,"eval_duration":1}
            """, call.Whole(Encoding.UTF8.GetBytes(ChatRecordings.Whole)));
    }

    [Fact]
    public void Embeddings_ComeInOrder()
    {
        var answer = """{"object":"list","data":[{"index":1,"embedding":[3,4]},{"index":0,"embedding":[1,2.5e-3]}],"usage":{"prompt_tokens":8}}"""u8.ToArray();
        var many = Begin("embed", """{"model":"m","input":["a","b"],"truncate":true,"dimensions":2}""");
        var one = Begin("embeddings", """{"model":"m","prompt":"a"}""");

        Recording.AssertJson("""{"model":"m","input":["a","b"],"encoding_format":"float","dimensions":2}""", many.Body);
        Recording.AssertJson("""{"model":"m","embeddings":[[1,2.5e-3],[3,4]],"total_duration":0,"load_duration":0,"prompt_eval_count":8}""", many.Whole(answer));
        Recording.AssertJson("""{"model":"m","input":"a","encoding_format":"float"}""", one.Body);
        Recording.AssertJson("""{"embedding":[1,2.5e-3]}""", one.Whole(answer));
        Assert.Throws<UnreadableAnswerException>(() => many.Whole("{}"u8.ToArray()));
    }

    [Fact]
    public async Task OllamaClient_AtAnAnthropicProvider_PassesBoth()
    {
        var call = Recording.Begin(WireDialect.Ollama, "chat", WireDialect.Anthropic,
            """{"model":"team.r1","messages":[{"role":"user","content":"x"}],"think":true}""", "claude-sonnet-4-5");

        Recording.AssertJson(
            """{"model":"claude-sonnet-4-5","max_tokens":32000,"messages":[{"role":"user","content":[{"type":"text","text":"x"}]}],"thinking":{"type":"enabled","budget_tokens":8192},"stream":true}""", call.Body);
        await Recording.AssertPlaysAsync(call.Wrap, ClaudeRecordings.ThinkingAndTools, Chat
            .Replace(Said("\"content\":\"\",\"thinking\":\"Two \""), "").Replace("\"thinking\":\"cities.", "\"thinking\":\"Two cities.").Replace("call_1", "toolu_01A").Replace("call_2", "toolu_01B"));
        Assert.Equal("{\"error\":\"Overloaded\"}", Encoding.UTF8.GetString(call.Error(529, """{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"""u8.ToArray())));
        var (text, end) = await Recording.PlayAsync(call.Wrap, Encoding.UTF8.GetBytes(ClaudeRecordings.ThinkingAndTools[..^60]));
        Assert.IsAssignableFrom<IOException>(end);
        Assert.DoesNotContain("\"done\":true", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Show_SaysWhatTheListKnows()
    {
        var model = new ShownModel("team.gpt", DateTimeOffset.UnixEpoch, "openai", ContextTokens: 128_000, HasVision: true);

        Recording.AssertJson(
            """
            {"modelfile":"","parameters":"","template":"","details":{"parent_model":"","format":"","family":"openai","families":["openai"],"parameter_size":"","quantization_level":""},
             "model_info":{"general.architecture":"openai","general.basename":"team.gpt","openai.context_length":128000},"capabilities":["completion","tools","vision"],"modified_at":"1970-01-01T00:00:00Z"}
            """, model.ToJson());
        Assert.Equal(("a", "b"), (ShownModel.NameIn("{\"model\":\"a\",\"name\":\"b\"}"u8.ToArray()), ShownModel.NameIn("{\"name\":\"b\"}"u8.ToArray())));
        Assert.Equal("model", Recording.Refused(() => ShownModel.NameIn("{}"u8.ToArray())).Param);
    }

    private static TranslatedCall ChatCall() => Begin("chat", """{"model":"team.r1","messages":[{"role":"user","content":"x"}]}""");

    private static TranslatedCall Begin(string path, string body, TimeProvider? time = null) =>
        Recording.Begin(WireDialect.Ollama, path, WireDialect.OpenAi, body, time: time);

    private static void AssertRequest(string path, string body, string expected) => Recording.AssertJson(expected, Begin(path, body).Body);

    private static string Said(string message) => Line + "\"message\":{\"role\":\"assistant\"," + message + "},\"done\":false}\n";
}
