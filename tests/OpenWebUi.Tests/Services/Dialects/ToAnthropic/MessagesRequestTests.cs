using OpenWebUi.Services.Dialects;

namespace OpenWebUi.Tests.Services.Dialects.ToAnthropic;

/// <summary>Chat completion requests of OpenAI's clients, as requests for a message.</summary>
public sealed class MessagesRequestTests
{
    [Fact]
    public void Conversation_WithEverything_IsTranslated() => AssertRequest(
        """
        {
          "model": "claude-sonnet-4-20250514",
          "messages": [
            {"role": "system", "content": "You are terse."},
            {"role": "user", "content": "Hi \ud83d\ude00 \"there\"", "name": "ann"},
            {"role": "assistant", "content": "Hello.", "reasoning_content": "They greet."},
            {"role": "developer", "content": [{"type": "text", "text": "Use metric units.", "cache_control": {"type": "ephemeral"}}]},
            {"role": "user", "content": [
              {"type": "text", "text": "What is this?"},
              {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo=", "detail": "low"}},
              {"type": "image_url", "image_url": {"url": "https://example.com/cat.jpg"}},
              {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,JVBERi0="}}
            ]}
          ],
          "max_tokens": 1000, "temperature": 1.5, "stop": ["END", "\n\n"], "user": "u-1", "stream": true,
          "stream_options": {"include_usage": true}, "seed": 4, "response_format": {"type": "json_object"}, "frequency_penalty": 0.1, "x": 1
        }
        """,
        """
        {
          "model": "claude-sonnet-4-20250514",
          "max_tokens": 1000,
          "system": [{"type": "text", "text": "You are terse."}, {"type": "text", "text": "Use metric units.", "cache_control": {"type": "ephemeral"}}],
          "messages": [
            {"role": "user", "content": [{"type": "text", "text": "Hi \ud83d\ude00 \"there\""}]},
            {"role": "assistant", "content": [{"type": "text", "text": "Hello."}]},
            {"role": "user", "content": [
              {"type": "text", "text": "What is this?"},
              {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}},
              {"type": "image", "source": {"type": "url", "url": "https://example.com/cat.jpg"}},
              {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": "JVBERi0="}, "title": "a.pdf"}
            ]}
          ],
          "stop_sequences": ["END"],
          "temperature": 1,
          "metadata": {"user_id": "u-1"},
          "stream": true
        }
        """);

    [Fact]
    public void RoundOfTools_IsOneMessageOfResults() => AssertRequest(
        """
        {
          "model": "claude-opus-4-1-20250805", "max_completion_tokens": 500, "max_tokens": 9, "temperature": 1, "top_p": 0.9, "top_k": 5,
          "messages": [
            {"role": "user", "content": "Weather in Oslo and Rome?"},
            {"role": "assistant", "content": null, "tool_calls": [
              {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": "{\"city\": \"Oslo\"}"}},
              {"id": "functions.weather:1", "type": "function", "function": {"name": "weather", "arguments": ""}},
              {"id": "call_3", "type": "function", "function": {"name": "weather", "arguments": "{\"city\": "}}
            ]},
            {"role": "tool", "tool_call_id": "call_1", "content": "5 degrees"},
            {"role": "tool", "tool_call_id": "functions.weather:1", "content": [{"type": "text", "text": "20 degrees"}]},
            {"role": "tool", "tool_call_id": "call_3", "content": ""},
            {"role": "user", "content": "Thanks. And?"}
          ],
          "tools": [
            {"type": "function", "function": {"name": "weather", "description": "Now", "strict": true, "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}},
            {"type": "function", "function": {"name": "time"}},
            {"type": "function", "function": {"name": "odd", "parameters": {"properties": {}}}}
          ],
          "tool_choice": "auto", "parallel_tool_calls": false
        }
        """,
        """
        {
          "model": "claude-opus-4-1-20250805",
          "max_tokens": 500,
          "messages": [
            {"role": "user", "content": [{"type": "text", "text": "Weather in Oslo and Rome?"}]},
            {"role": "assistant", "content": [
              {"type": "tool_use", "id": "call_1", "name": "weather", "input": {"city": "Oslo"}},
              {"type": "tool_use", "id": "functions_weather_1", "name": "weather", "input": {}},
              {"type": "tool_use", "id": "call_3", "name": "weather", "input": {"invalid_arguments": "{\"city\": "}}
            ]},
            {"role": "user", "content": [
              {"type": "tool_result", "tool_use_id": "call_1", "content": [{"type": "text", "text": "5 degrees"}]},
              {"type": "tool_result", "tool_use_id": "functions_weather_1", "content": [{"type": "text", "text": "20 degrees"}]},
              {"type": "tool_result", "tool_use_id": "call_3", "content": []},
              {"type": "text", "text": "Thanks. And?"}
            ]}
          ],
          "top_p": 0.9,
          "top_k": 5,
          "tools": [
            {"name": "weather", "description": "Now", "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}}},
            {"name": "time", "input_schema": {"type": "object"}},
            {"name": "odd", "input_schema": {"type": "object", "properties": {}}}
          ],
          "tool_choice": {"type": "auto", "disable_parallel_tool_use": true}
        }
        """);

    [Theory]
    [InlineData("\"none\"", """{"type":"none"}""")]
    [InlineData("\"required\"", """{"type":"any"}""")]
    [InlineData("""{"type":"function","function":{"name":"f"}}""", """{"type":"tool","name":"f"}""")]
    public void ToolChoice_HasAWordThere(string choice, string expected) => AssertRequest(
        $$$"""{"model":"claude-haiku-4-5","max_tokens":9,"messages":[{"role":"user","content":"x"}],"tools":[{"type":"function","function":{"name":"f"}}],"tool_choice":{{{choice}}}}""",
        $$$"""{"model":"claude-haiku-4-5","max_tokens":9,"messages":[{"role":"user","content":[{"type":"text","text":"x"}]}],"tools":[{"name":"f","input_schema":{"type":"object"}}],"tool_choice":{{{expected}}}}""");

    [Theory]
    [InlineData("claude-3-haiku-20240307", 4096)]
    [InlineData("claude-instant-1.2", 4096)]
    [InlineData("claude-3-5-sonnet-20241022", 8192)]
    [InlineData("claude-3-7-sonnet-latest", 8192)]
    [InlineData("claude-opus-4-20250514", 32_000)]
    [InlineData("anthropic/claude-sonnet-4.5", 32_000)]
    [InlineData("claude-next", 32_000)]
    [InlineData("MiniMax-M2", 8192)]
    public void MaxTokens_NotSent_AreWhatTheModelCan(string model, int expected) => AssertRequest(
        $$"""{"model":"{{model}}","messages":[{"role":"user","content":"x"}]}""",
        $$"""{"model":"{{model}}","max_tokens":{{expected}},"messages":[{"role":"user","content":[{"type":"text","text":"x"}]}]}""");

    [Theory]
    [InlineData("claude-sonnet-4-5", 32_000, "low", """,'thinking':{'type':'enabled','budget_tokens':1024}""")]
    [InlineData("claude-sonnet-4-5", 32_000, "medium", """,'thinking':{'type':'enabled','budget_tokens':8192}""")]
    [InlineData("claude-sonnet-4-5", 32_000, "high", """,'thinking':{'type':'enabled','budget_tokens':24000}""")]
    [InlineData("claude-sonnet-4-5", 64_000, "high", """,'thinking':{'type':'enabled','budget_tokens':24576}""")]
    [InlineData("claude-sonnet-4-5", 4000, "high", """,'thinking':{'type':'enabled','budget_tokens':3000}""")]
    [InlineData("claude-sonnet-4-5", 1200, "low", ",'temperature':0.5")]
    [InlineData("claude-sonnet-4-5", 32_000, "none", ",'temperature':0.5")]
    [InlineData("claude-3-5-haiku-latest", 4000, "high", ",'temperature':0.5")]
    [InlineData("claude-opus-4-6", 4000, "minimal", """,'thinking':{'type':'adaptive','display':'summarized'},'output_config':{'effort':'low'}""")]
    [InlineData("claude-opus-4-6", 4000, "xhigh", """,'thinking':{'type':'adaptive','display':'summarized'},'output_config':{'effort':'high'}""")]
    [InlineData("claude-opus-4-7", 4000, "xhigh", """,'thinking':{'type':'adaptive','display':'summarized'},'output_config':{'effort':'xhigh'}""")]
    [InlineData("claude-opus-4-7", 4000, "none", "")]
    public void ReasoningEffort_IsThinking_WhereTheModelThinks(string model, int maxTokens, string effort, string expected) => AssertRequest(
        $$"""{"model":"{{model}}","max_tokens":{{maxTokens}},"temperature":0.5,"reasoning_effort":"{{effort}}","messages":[{"role":"user","content":"x"}]}""",
        $$"""{"model":"{{model}}","max_tokens":{{maxTokens}},"messages":[{"role":"user","content":[{"type":"text","text":"x"}]}]{{expected.Replace('\'', '"')}}}""");

    [Theory]
    [InlineData("""{"role":"assistant","content":"It is "}""", """{"role":"assistant","content":[{"type":"text","text":"It is"}]}""")]
    [InlineData("""{"role":"assistant","tool_calls":[{"id":"a","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"a","content":"1"}""",
        """{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"f","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"a","content":[{"type":"text","text":"1"}]}]}""")]
    public void Thinking_IsLeftOut_WhereItsBeginningWouldHaveToBeThere(string rest, string expected) => AssertRequest(
        $$"""{"model":"claude-sonnet-4-5","max_tokens":9000,"reasoning_effort":"high","messages":[{"role":"user","content":"x"},{{rest}}]}""",
        $$"""{"model":"claude-sonnet-4-5","max_tokens":9000,"messages":[{"role":"user","content":[{"type":"text","text":"x"}]},{{expected}}]}""");

    [Fact]
    public void EmptyMessages_AreLeftOut_AndNeighboursBecomeOne() => AssertRequest(
        """{"model":"claude-sonnet-4-5","max_tokens":9,"messages":[{"role":"user","content":"a"},{"role":"assistant","content":" \n"},{"role":"user","content":[{"type":"text","text":""},{"type":"text","text":"b"}]}]}""",
        """{"model":"claude-sonnet-4-5","max_tokens":9,"messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}]}""");

    [Fact]
    public void ProvidersName_TakesThePlaceOfTheClients()
    {
        var call = Recording.Begin(WireDialect.OpenAi, "chat/completions", WireDialect.Anthropic,
            """{"messages":[{"role":"user","content":"x"}],"model":"team.claude-3-haiku"}""", "claude-3-haiku");

        Recording.AssertJson("""{"model":"claude-3-haiku","max_tokens":4096,"messages":[{"role":"user","content":[{"type":"text","text":"x"}]}]}""", call.Body);
    }

    [Theory]
    [InlineData("[]", null)]
    [InlineData("{", null)]
    [InlineData("""{"messages":[{"role":"user","content":"x"}]}""", "model")]
    [InlineData("""{"model":"m"}""", "messages")]
    [InlineData("""{"model":"m","messages":[]}""", "messages")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":""}]}""", "messages")]
    [InlineData("""{"model":"m","messages":[{"role":"system","content":"only"}]}""", "messages")]
    [InlineData("""{"model":"m","messages":[{"role":"king","content":"x"}]}""", "messages[0].role")]
    [InlineData("""{"model":"m","messages":["x"]}""", "messages[0].role")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":7}]}""", "messages[0].content")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":[{"type":"input_audio","input_audio":{}}]}]}""", "messages[0].content")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"file:///etc/passwd"}}]}]}""", "messages[0].content.image_url")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png,raw"}}]}]}""", "messages[0].content.image_url")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":[{"type":"image_url"}]}]}""", "messages[0].content.image_url")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"x"}],"n":2}""", "n")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"x"}],"functions":[{}]}""", "functions")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"x"}],"tools":[{"type":"web_search"}]}""", "tools[0]")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"x"}],"max_tokens":0}""", "max_tokens")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"x"}],"temperature":"hot"}""", "temperature")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"x"}],"stream":"yes"}""", "stream")]
    [InlineData("""{"model":"m","messages":[{"role":"tool","content":"x"}]}""", "messages[0].tool_call_id")]
    [InlineData("""{"model":"\ud83d","messages":[{"role":"user","content":"x"}]}""", "model")]
    public void Request_OfAnotherShape_IsRefused(string body, string? field)
    {
        var report = Recording.Refused(() => Recording.Begin(WireDialect.OpenAi, "chat/completions", WireDialect.Anthropic, body));

        Assert.Equal((400, field), (report.Status, report.Param));
    }

    [Fact]
    public void HalfACharacter_PassesAsItWasWritten()
    {
        var call = Recording.Begin(WireDialect.OpenAi, "chat/completions", WireDialect.Anthropic,
            """{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"cut \ud83d"}]}""");

        Assert.Contains("""{"type":"text","text":"cut \ud83d"}""", System.Text.Encoding.UTF8.GetString(call.Body), StringComparison.Ordinal);
    }

    private static void AssertRequest(string body, string expected) =>
        Recording.AssertJson(expected, Recording.Begin(WireDialect.OpenAi, "chat/completions", WireDialect.Anthropic, body).Body);
}
