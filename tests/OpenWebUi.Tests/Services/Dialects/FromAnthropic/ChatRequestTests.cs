using System.Text;
using OpenWebUi.Services.Dialects;
using OpenWebUi.Services.Dialects.FromAnthropic;

namespace OpenWebUi.Tests.Services.Dialects.FromAnthropic;

/// <summary>Requests of Anthropic's clients, as chat completion requests.</summary>
public sealed class ChatRequestTests
{
    [Fact]
    public void Conversation_WithEverything_IsTranslated() => AssertRequest(
        """
        {
          "model": "qwen3", "max_tokens": 1000, "stream": true, "temperature": 0.5, "top_p": 0.9, "top_k": 4, "stop_sequences": ["END"],
          "metadata": {"user_id": "u-1"}, "service_tier": "auto", "thinking": {"type": "enabled", "budget_tokens": 2000}, "x": 1,
          "system": [{"type": "text", "text": "You are\nterse.", "cache_control": {"type": "ephemeral"}}, {"type": "text", "text": "Really."}],
          "messages": [
            {"role": "user", "content": "Hi \ud83d\ude00"},
            {"role": "assistant", "content": [{"type": "thinking", "thinking": "Hm", "signature": "s"}, {"type": "text", "text": "Hello."}]},
            {"role": "user", "content": [
              {"type": "text", "text": "What is this?"},
              {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}},
              {"type": "image", "source": {"type": "url", "url": "https://example.com/cat.jpg"}},
              {"type": "document", "title": "a.pdf", "source": {"type": "base64", "media_type": "application/pdf", "data": "JVBERi0="}},
              {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "plain"}}
            ]}
          ]
        }
        """,
        """
        {
          "model": "qwen3",
          "messages": [
            {"role": "system", "content": "You are\nterse.\n\nReally."},
            {"role": "user", "content": "Hi \ud83d\ude00"},
            {"role": "assistant", "content": "Hello."},
            {"role": "user", "content": [
              {"type": "text", "text": "What is this?"},
              {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}},
              {"type": "image_url", "image_url": {"url": "https://example.com/cat.jpg"}},
              {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,JVBERi0="}},
              {"type": "text", "text": "plain"}
            ]}
          ],
          "max_tokens": 1000, "temperature": 0.5, "top_p": 0.9, "stop": ["END"], "user": "u-1",
          "stream": true, "stream_options": {"include_usage": true}
        }
        """);

    [Fact]
    public void RoundOfTools_IsAMessageForEachResult() => AssertRequest(
        """
        {
          "model": "qwen3", "max_tokens": 9,
          "messages": [
            {"role": "user", "content": [{"type": "text", "text": "Weather?"}, {"type": "text", "text": "Please."}]},
            {"role": "assistant", "content": [{"type": "tool_use", "id": "toolu_1", "name": "weather", "input": {"city": "Oslo"}}, {"type": "tool_use", "id": "toolu_2", "name": "map", "input": {}}]},
            {"role": "user", "content": [
              {"type": "tool_result", "tool_use_id": "toolu_1", "content": "5 degrees"},
              {"type": "tool_result", "tool_use_id": "toolu_2", "is_error": true, "content": [{"type": "text", "text": "A map"}, {"type": "image", "source": {"type": "base64", "media_type": "image/jpeg", "data": "/9j/"}}]},
              {"type": "text", "text": "And?"}
            ]}
          ],
          "tools": [{"name": "weather", "description": "Now", "input_schema": {"type": "object"}, "cache_control": {"type": "ephemeral"}}, {"type": "custom", "name": "map", "input_schema": {"type": "object"}}],
          "tool_choice": {"type": "any", "disable_parallel_tool_use": true}
        }
        """,
        """
        {
          "model": "qwen3",
          "messages": [
            {"role": "user", "content": "Weather?\n\nPlease."},
            {"role": "assistant", "content": null, "tool_calls": [
              {"id": "toolu_1", "type": "function", "function": {"name": "weather", "arguments": "{\"city\": \"Oslo\"}"}},
              {"id": "toolu_2", "type": "function", "function": {"name": "map", "arguments": "{}"}}
            ]},
            {"role": "tool", "tool_call_id": "toolu_1", "content": "5 degrees"},
            {"role": "tool", "tool_call_id": "toolu_2", "content": "A map"},
            {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:image/jpeg;base64,/9j/"}}, {"type": "text", "text": "And?"}]}
          ],
          "max_tokens": 9,
          "tools": [
            {"type": "function", "function": {"name": "weather", "description": "Now", "parameters": {"type": "object"}}},
            {"type": "function", "function": {"name": "map", "parameters": {"type": "object"}}}
          ],
          "tool_choice": "required", "parallel_tool_calls": false
        }
        """);

    [Theory]
    [InlineData("auto", "\"auto\"")]
    [InlineData("none", "\"none\"")]
    [InlineData("tool\",\"name\":\"f", "{\"type\":\"function\",\"function\":{\"name\":\"f\"}}")]
    public void ToolChoice_HasAWordThere(string choice, string expected) => AssertRequest(
        $$$"""{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"x"}],"tools":[{"name":"f","input_schema":{}}],"tool_choice":{"type":"{{{choice}}}"}}""",
        $$$$"""{"model":"m","messages":[{"role":"user","content":"x"}],"max_tokens":9,"tools":[{"type":"function","function":{"name":"f","parameters":{}}}],"tool_choice":{{{{expected}}}}}""");

    [Theory]
    [InlineData("gpt-5", """{"type":"enabled","budget_tokens":2000}""", ",\"reasoning_effort\":\"low\"")]
    [InlineData("gpt-5", """{"type":"enabled","budget_tokens":10000}""", ",\"reasoning_effort\":\"medium\"")]
    [InlineData("o4-mini", """{"type":"enabled","budget_tokens":31999}""", ",\"reasoning_effort\":\"high\"")]
    [InlineData("gpt-oss:20b", """{"type":"adaptive"}""", ",\"reasoning_effort\":\"medium\"")]
    [InlineData("gpt-5", """{"type":"disabled"}""", "")]
    [InlineData("gpt-4o", """{"type":"enabled","budget_tokens":2000}""", "")]
    [InlineData("o1-mini", """{"type":"enabled","budget_tokens":2000}""", "")]
    public void Thinking_IsAnEffort_WhereTheModelTakesOne(string model, string thinking, string expected) => AssertRequest(
        $$"""{"model":"{{model}}","max_tokens":9,"messages":[{"role":"user","content":"x"}],"thinking":{{thinking}}}""",
        $$"""{"model":"{{model}}","messages":[{"role":"user","content":"x"}],"max_tokens":9{{expected}}}""");

    [Fact]
    public void LongUser_AndSchema_AreWhatOpenAiTakes() => AssertRequest(
        """{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"x"}],"metadata":{"user_id":"USER"},"output_config":{"format":{"type":"json_schema","schema":{"type":"object"}}}}""".Replace("USER", new string('u', 65)),
        """{"model":"m","messages":[{"role":"user","content":"x"}],"max_tokens":9,"response_format":{"type":"json_schema","json_schema":{"name":"answer","schema":{"type":"object"}}}}""");

    [Theory]
    [InlineData("""{"max_tokens":9,"messages":[{"role":"user","content":"x"}]}""", "model")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"x"}]}""", "max_tokens")]
    [InlineData("""{"model":"m","max_tokens":9}""", "messages")]
    [InlineData("""{"model":"m","max_tokens":9,"messages":[{"role":"tool","content":"x"}]}""", "messages[0].role")]
    [InlineData("""{"model":"m","max_tokens":9,"messages":[{"role":"user"}]}""", "messages[0].content")]
    [InlineData("""{"model":"m","max_tokens":9,"messages":[{"role":"user","content":[{"type":"tool_result","content":"x"}]}]}""", "messages[0].content.tool_use_id")]
    [InlineData("""{"model":"m","max_tokens":9,"messages":[{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"f","input":"x"}]}]}""", "messages[0].content")]
    [InlineData("""{"model":"m","max_tokens":9,"messages":[{"role":"user","content":[{"type":"image","source":{"type":"file","file_id":"f"}}]}]}""", "messages[0].content")]
    [InlineData("""{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"x"}],"tools":[{"type":"web_search_20250305","name":"web_search"}]}""", "tools[0]")]
    [InlineData("""{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"x"}],"system":7}""", "system")]
    public void Request_OfAnotherShape_IsRefused(string body, string field)
    {
        var report = Recording.Refused(() => Recording.Begin(WireDialect.Anthropic, "messages", WireDialect.OpenAi, body));

        Assert.Equal((400, field), (report.Status, report.Param));
    }

    [Theory]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"12345678"}]}""", 6)]
    [InlineData("""{"model":"m","system":"1234","messages":[{"role":"user","content":[{"type":"text","text":"日本"},{"type":"image","source":{"data":"AAAA"}}]}]}""", 1 + 2 + 1600 + 4)]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"1234"}],"tools":[{"name":"abcd","input_schema":{"a":1}}]}""", 1 + 4 + 8 + 1 + 2)]
    public void TokenEstimate_CountsWhatAModelReads(string body, int expected) =>
        Assert.Equal($"{{\"input_tokens\":{expected}}}", Encoding.UTF8.GetString(TokenEstimate.Answer(Encoding.UTF8.GetBytes(body))));

    private static void AssertRequest(string body, string expected) =>
        Recording.AssertJson(expected, Recording.Begin(WireDialect.Anthropic, "messages", WireDialect.OpenAi, body).Body);
}
