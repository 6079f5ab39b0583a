using System.Text;
using System.Text.Json.Nodes;

namespace OpenWebUi.StubProvider;

/// <summary>Anthropic's Messages API as its SDKs speak it: <c>/v1/messages</c> and, for callers that send <c>anthropic-version</c>, <c>/v1/models</c>.</summary>
internal static class AnthropicDialect
{
    private const string Time = "2026-01-01T00:00:00Z";

    /// <summary>A path of this dialect, or the model list asked for as its SDKs do.</summary>
    public static bool Speaks(StubRequest request) =>
        request.Path.EndsWith("/messages", StringComparison.Ordinal)
        || request.Path.EndsWith("/messages/count_tokens", StringComparison.Ordinal)
        || (request.Path.Contains("/models", StringComparison.Ordinal) && request.Headers.ContainsKey("anthropic-version"));

    /// <summary>The right answer; null where the dialect has no such route.</summary>
    public static StubReply? Answer(StubServer stub, StubRequest request, StubBehavior behavior) => (request.Method, request.Path) switch
    {
        ("GET", "/v1/models") => StubReply.Json(new JsonObject
        {
            ["data"] = new JsonArray([.. stub.Models.Select(Model)]),
            ["has_more"] = false,
            ["first_id"] = stub.Models is [var first, ..] ? first : null,
            ["last_id"] = stub.Models is [.., var last] ? last : null,
        }),
        ("POST", "/v1/messages") => Message(stub, request, behavior),
        ("POST", "/v1/messages/count_tokens") => StubReply.Json(new JsonObject { ["input_tokens"] = StubText.Tokens(StubText.LastMessage(request.Json, "user") ?? "") }),
        _ => null,
    };

    private static JsonObject Model(string id) => new() { ["type"] = "model", ["id"] = id, ["display_name"] = "Stub " + id, ["created_at"] = Time };

    private static StubReply Message(StubServer stub, StubRequest request, StubBehavior behavior)
    {
        var prompt = StubText.LastMessage(request.Json, "user") ?? "";
        var tool = HasResult(request) ? null : StubText.ToolCall(request.Json);
        var pieces = StubText.Pieces(stub.ReplyText, (HasResult(request) ? "The tool said: " : "You said: ") + prompt, behavior);
        if (OpenAiDialect.Streams(request, behavior))
        {
            return new StubReply(
                "text/event-stream; charset=utf-8", Events(request, prompt, pieces, tool),
                Event(StubErrors.Anthropic(500, "The stub failed in mid-stream.")), DoneChunks: 1);
        }

        return StubReply.Json(Head(request, prompt, tool is { } call ? ToolUse(call.Name, call.Arguments) : Text(string.Concat(pieces)), tool is null ? "end_turn" : "tool_use", pieces.Count()));
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Events(StubRequest request, string prompt, IEnumerable<string> pieces, (string Name, JsonObject Arguments)? tool)
    {
        yield return Event(new JsonObject { ["type"] = "message_start", ["message"] = Head(request, prompt, block: null, stopReason: null, outputTokens: 1) });
        yield return Event(new JsonObject
        {
            ["type"] = "content_block_start",
            ["index"] = 0,
            ["content_block"] = tool is { } call ? ToolUse(call.Name, []) : Text(""),
        });
        foreach (var delta in tool is { } wanted ? Halves(wanted.Arguments.ToJsonString()).Select(ArgumentsDelta) : pieces.Select(TextDelta))
        {
            yield return Event(new JsonObject { ["type"] = "content_block_delta", ["index"] = 0, ["delta"] = delta });
        }

        yield return Event(new JsonObject { ["type"] = "content_block_stop", ["index"] = 0 });
        yield return Event(new JsonObject
        {
            ["type"] = "message_delta",
            ["delta"] = new JsonObject { ["stop_reason"] = tool is null ? "end_turn" : "tool_use", ["stop_sequence"] = null },
            ["usage"] = new JsonObject { ["output_tokens"] = pieces.Count() },
        });
        yield return Event(new JsonObject { ["type"] = "message_stop" });
    }

    /// <summary>The last message brings a tool's result.</summary>
    private static bool HasResult(StubRequest request) =>
        (request.Json?["messages"] as JsonArray)?.LastOrDefault()?["content"] is JsonArray parts && parts.Any(p => StubText.String(p?["type"]) == "tool_result");

    private static JsonObject Head(StubRequest request, string prompt, JsonObject? block, string? stopReason, int outputTokens) => new()
    {
        ["id"] = "msg_stub",
        ["type"] = "message",
        ["role"] = "assistant",
        ["model"] = request.Model,
        ["content"] = block is null ? [] : new JsonArray(block),
        ["stop_reason"] = stopReason,
        ["stop_sequence"] = null,
        ["usage"] = new JsonObject { ["input_tokens"] = StubText.Tokens(prompt), ["output_tokens"] = outputTokens },
    };

    private static JsonObject Text(string text) => new() { ["type"] = "text", ["text"] = text };

    private static JsonObject ToolUse(string name, JsonObject input) => new() { ["type"] = "tool_use", ["id"] = "toolu_stub", ["name"] = name, ["input"] = input };

    private static JsonObject TextDelta(string text) => new() { ["type"] = "text_delta", ["text"] = text };

    private static JsonObject ArgumentsDelta(string part) => new() { ["type"] = "input_json_delta", ["partial_json"] = part };

    private static string[] Halves(string text) => [text[..(text.Length / 2)], text[(text.Length / 2)..]];

    private static ReadOnlyMemory<byte> Event(JsonObject data) => Encoding.UTF8.GetBytes($"event: {StubText.String(data["type"])}\ndata: {data.ToJsonString()}\n\n");
}
