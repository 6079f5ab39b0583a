using System.Text;
using System.Text.Json.Nodes;

namespace OpenWebUi.StubProvider;

/// <summary>
/// OpenAI's API as its SDKs speak it. Routes are known by their end, so that any prefix works (<c>/v1</c>, <c>/api/v1</c>, Azure's
/// <c>/openai/deployments/x</c>).
/// </summary>
internal static class OpenAiDialect
{
    /// <summary>The right answer; null where the dialect has no such route.</summary>
    public static StubReply? Answer(StubServer stub, StubRequest request, StubBehavior behavior)
    {
        var path = request.Path.TrimEnd('/');
        if (request.Method == "GET")
        {
            return Models(stub, path);
        }

        if (request.Method != "POST")
        {
            return null;
        }

        return path switch
        {
            _ when path.EndsWith("/chat/completions", StringComparison.Ordinal) => Chat(stub, request, behavior),
            _ when path.EndsWith("/completions", StringComparison.Ordinal) => Completion(stub, request, behavior),
            _ when path.EndsWith("/embeddings", StringComparison.Ordinal) => Embeddings(stub, request),
            _ when path.EndsWith("/responses", StringComparison.Ordinal) => OpenAiResponses.Answer(stub, request, behavior),
            _ => OpenAiMedia.Answer(request, path),
        };
    }

    internal static bool Streams(StubRequest request, StubBehavior behavior) =>
        behavior.Kind != StubBehaviorKind.NoStream && StubText.Bool(request.Json?["stream"]) == true;

    internal static ReadOnlyMemory<byte> Event(JsonNode data) => Encoding.UTF8.GetBytes($"data: {data.ToJsonString()}\n\n");

    internal static JsonObject Usage(string prompt, int completionTokens) => new()
    {
        ["prompt_tokens"] = StubText.Tokens(prompt),
        ["completion_tokens"] = completionTokens,
        ["total_tokens"] = StubText.Tokens(prompt) + completionTokens,
    };

    private static ReadOnlyMemory<byte> Done { get; } = "data: [DONE]\n\n"u8.ToArray();

    private static StubReply? Models(StubServer stub, string path)
    {
        if (path.EndsWith("/models", StringComparison.Ordinal))
        {
            return StubReply.Json(new JsonObject { ["object"] = "list", ["data"] = new JsonArray([.. stub.Models.Select(id => stub.IsVllm ? Vllm.Model(id) : Model(id))]) });
        }

        var slash = path.IndexOf("/models/", StringComparison.Ordinal);
        return slash >= 0 && stub.Models.Contains(path[(slash + 8)..], StringComparer.Ordinal) ? StubReply.Json(Model(path[(slash + 8)..])) : null;
    }

    private static JsonObject Model(string id) => new() { ["id"] = id, ["object"] = "model", ["created"] = 1700000000, ["owned_by"] = "stub" };

    private static StubReply Chat(StubServer stub, StubRequest request, StubBehavior behavior)
    {
        var prompt = StubText.LastMessage(request.Json, "user") ?? "";
        var text = stub.ReplyText
            ?? (StubText.LastRole(request.Json) == "tool" ? "The tool said: " + StubText.LastMessage(request.Json, "tool") : "You said: " + prompt);
        var tool = StubText.ToolCall(request.Json);
        var pieces = StubText.Pieces(stub.ReplyText, text, behavior);
        if (Streams(request, behavior))
        {
            var withUsage = StubText.Bool(request.Json?["stream_options"]?["include_usage"]) == true;
            var events = tool is { } call ? ToolDeltas(call) : TextDeltas(pieces);
            var chunks = events.Select(e => Event(ChatChunk(request, e)));
            if (withUsage)
            {
                chunks = chunks.Append(Event(UsageChunk(request, prompt, pieces.Count())));
            }

            return new StubReply("text/event-stream; charset=utf-8", chunks.Append(Done), MidStreamError(), DoneChunks: 1);
        }

        var message = new JsonObject { ["role"] = "assistant", ["content"] = tool is null ? string.Concat(pieces) : null };
        if (tool is { } wanted)
        {
            message["tool_calls"] = new JsonArray(ToolCall(wanted.Name, wanted.Arguments.ToJsonString()));
        }

        return StubReply.Json(new JsonObject
        {
            ["id"] = "chatcmpl-stub",
            ["object"] = "chat.completion",
            ["created"] = 1700000000,
            ["model"] = request.Model,
            ["choices"] = new JsonArray(new JsonObject
            {
                ["index"] = 0,
                ["message"] = message,
                ["logprobs"] = null,
                ["finish_reason"] = tool is null ? "stop" : "tool_calls",
            }),
            ["usage"] = Usage(prompt, pieces.Count()),
        });
    }

    private static IEnumerable<(JsonObject Delta, string? Finish)> TextDeltas(IEnumerable<string> pieces)
    {
        var first = true;
        foreach (var piece in pieces)
        {
            var delta = new JsonObject { ["content"] = piece };
            if (first)
            {
                delta["role"] = "assistant";
                first = false;
            }

            yield return (delta, null);
        }

        yield return ([], "stop");
    }

    private static IEnumerable<(JsonObject Delta, string? Finish)> ToolDeltas((string Name, JsonObject Arguments) call)
    {
        var arguments = call.Arguments.ToJsonString();
        var half = arguments.Length / 2;
        var head = ToolCall(call.Name, "");
        head["index"] = 0;
        yield return (new JsonObject { ["role"] = "assistant", ["content"] = null, ["tool_calls"] = new JsonArray(head) }, null);
        foreach (var part in (string[])[arguments[..half], arguments[half..]])
        {
            var more = new JsonObject { ["index"] = 0, ["function"] = new JsonObject { ["arguments"] = part } };
            yield return (new JsonObject { ["tool_calls"] = new JsonArray(more) }, null);
        }

        yield return ([], "tool_calls");
    }

    private static JsonObject ToolCall(string name, string arguments) => new()
    {
        ["id"] = "call_stub",
        ["type"] = "function",
        ["function"] = new JsonObject { ["name"] = name, ["arguments"] = arguments },
    };

    private static JsonObject ChatChunk(StubRequest request, (JsonObject Delta, string? Finish) part) => new()
    {
        ["id"] = "chatcmpl-stub",
        ["object"] = "chat.completion.chunk",
        ["created"] = 1700000000,
        ["model"] = request.Model,
        ["choices"] = new JsonArray(new JsonObject { ["index"] = 0, ["delta"] = part.Delta, ["finish_reason"] = part.Finish }),
    };

    private static JsonObject UsageChunk(StubRequest request, string prompt, int pieces) => new()
    {
        ["id"] = "chatcmpl-stub",
        ["object"] = "chat.completion.chunk",
        ["created"] = 1700000000,
        ["model"] = request.Model,
        ["choices"] = new JsonArray(),
        ["usage"] = Usage(prompt, pieces),
    };

    private static ReadOnlyMemory<byte> MidStreamError() => Event(StubErrors.OpenAi(500, "The stub failed in mid-stream."));

    private static StubReply Completion(StubServer stub, StubRequest request, StubBehavior behavior)
    {
        var prompt = StubText.Inputs(request.Json?["prompt"])[0];
        var pieces = StubText.Pieces(stub.ReplyText, "You said: " + prompt, behavior);
        if (Streams(request, behavior))
        {
            var chunks = pieces.Select(p => Event(Body(p, null))).Append(Event(Body("", "stop"))).Append(Done);
            return new StubReply("text/event-stream; charset=utf-8", chunks, MidStreamError(), DoneChunks: 1);
        }

        var whole = Body(string.Concat(pieces), "stop");
        whole["usage"] = Usage(prompt, pieces.Count());
        return StubReply.Json(whole);

        JsonObject Body(string text, string? finish) => new()
        {
            ["id"] = "cmpl-stub",
            ["object"] = "text_completion",
            ["created"] = 1700000000,
            ["model"] = request.Model,
            ["choices"] = new JsonArray(new JsonObject { ["index"] = 0, ["text"] = text, ["logprobs"] = null, ["finish_reason"] = finish }),
        };
    }

    private static StubReply Embeddings(StubServer stub, StubRequest request)
    {
        var inputs = StubText.Inputs(request.Json?["input"]);
        var dimensions = request.Json?["dimensions"] is JsonValue value && value.TryGetValue<int>(out var wanted) ? wanted : stub.EmbeddingDimensions;
        var base64 = StubText.String(request.Json?["encoding_format"]) == "base64";
        var data = inputs.Select((text, index) =>
        {
            var vector = StubText.Vector(text, dimensions);
            return (JsonNode)new JsonObject
            {
                ["object"] = "embedding",
                ["index"] = index,
                ["embedding"] = base64 ? Convert.ToBase64String(System.Runtime.InteropServices.MemoryMarshal.AsBytes(vector.AsSpan())) : StubText.Numbers(vector),
            };
        });
        return StubReply.Json(new JsonObject
        {
            ["object"] = "list",
            ["model"] = request.Model,
            ["data"] = new JsonArray([.. data]),
            ["usage"] = new JsonObject { ["prompt_tokens"] = inputs.Sum(StubText.Tokens), ["total_tokens"] = inputs.Sum(StubText.Tokens) },
        });
    }
}
