namespace OpenWebUi.Tests.Services.Dialects;

/// <summary>What OpenAI-compatible servers send.</summary>
internal static class ChatRecordings
{
    /// <summary>DeepSeek's or vLLM's thoughts, OpenAI's text, parallel tools and usage.</summary>
    public const string ThinkingAndTools =
        """
        data: {"id":"chatcmpl-9","object":"chat.completion.chunk","created":1,"model":"r1","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}],"usage":null}

        data: {"id":"chatcmpl-9","object":"chat.completion.chunk","created":1,"model":"r1","choices":[{"index":0,"delta":{"reasoning_content":"Two "},"finish_reason":null}]}

        data: {"id":"chatcmpl-9","object":"chat.completion.chunk","created":1,"model":"r1","choices":[{"index":0,"delta":{"reasoning":"cities.\n"},"finish_reason":null}]}

        data: {"id":"chatcmpl-9","object":"chat.completion.chunk","created":1,"model":"r1","choices":[{"index":0,"delta":{"content":"Gr\u00fc\u00dfe "},"finish_reason":null}]}

        : keep-alive

        data: {"id":"chatcmpl-9","object":"chat.completion.chunk","created":1,"model":"r1","choices":[{"index":0,"delta":{"content":"\"日本\" 😀"},"finish_reason":null},{"index":1,"delta":{"content":"other"}}]}

        data: {"id":"chatcmpl-9","object":"chat.completion.chunk","created":1,"model":"r1","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"call_1","type":"function","function":{"name":"weather","arguments":""}}]},"finish_reason":null}]}

        data: {"id":"chatcmpl-9","object":"chat.completion.chunk","created":1,"model":"r1","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"city\": \"Os"}}]},"finish_reason":null}]}

        data: {"id":"chatcmpl-9","object":"chat.completion.chunk","created":1,"model":"r1","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"lo\"}"}}]},"finish_reason":null}]}

        data: {"id":"chatcmpl-9","object":"chat.completion.chunk","created":1,"model":"r1","choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"id":"call_2","type":"function","function":{"name":"time","arguments":"{}"}}]},"finish_reason":null}]}

        data: {"id":"chatcmpl-9","object":"chat.completion.chunk","created":1,"model":"r1","choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}

        data: {"id":"chatcmpl-9","object":"chat.completion.chunk","created":1,"model":"r1","choices":[],"usage":{"prompt_tokens":115,"completion_tokens":42,"total_tokens":157,"prompt_tokens_details":{"cached_tokens":100}}}

        data: [DONE]


        """;

    public const string Whole =
        """
        {"id":"chatcmpl-9","object":"chat.completion","created":1,"model":"r1","choices":[{"index":0,"message":{"role":"assistant","content":"Gr\u00fc\u00dfe.","reasoning_content":"Two cities.",
         "tool_calls":[{"id":"call_1","type":"function","function":{"name":"weather","arguments":"{\"city\": \"Oslo\"}"}},{"id":"call_2","type":"function","function":{"name":"time","arguments":""}}]},
         "finish_reason":"stop"}],"usage":{"prompt_tokens":115,"completion_tokens":42,"total_tokens":157,"prompt_tokens_details":{"cached_tokens":100}}}
        """;

    /// <summary>Gemini's: parallel calls with one index, whole arguments.</summary>
    public const string OneIndex =
        """
        data: {"choices":[{"delta":{"role":"assistant","tool_calls":[{"function":{"arguments":"{\"a\":1}","name":"f"},"id":"x1","index":0,"type":"function"}]},"index":0}],"model":"gemini"}

        data: {"choices":[{"delta":{"tool_calls":[{"function":{"arguments":"{\"a\":2}","name":"f"},"id":"x2","index":0,"type":"function"}]},"finish_reason":"stop","index":0}],"model":"gemini"}

        data: [DONE]


        """;
}
