using System.Text;
using System.Text.Json.Nodes;

namespace OpenWebUi.StubProvider;

/// <summary>OpenAI's Responses API: one text answer, whole or as the events that its SDKs join.</summary>
internal static class OpenAiResponses
{
    public static StubReply Answer(StubServer stub, StubRequest request, StubBehavior behavior)
    {
        var prompt = request.Json?["input"] is JsonArray items ? StubText.Content(items.LastOrDefault()?["content"]) : StubText.String(request.Json?["input"]) ?? "";
        var pieces = StubText.Pieces(stub.ReplyText, "You said: " + prompt, behavior);
        return OpenAiDialect.Streams(request, behavior)
            ? new StubReply("text/event-stream; charset=utf-8", Events(request, prompt, pieces), Failure(), DoneChunks: 1)
            : StubReply.Json(Response(request, prompt, string.Concat(pieces), pieces.Count()));
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Events(StubRequest request, string prompt, IEnumerable<string> pieces)
    {
        var sequence = 0;
        var text = new StringBuilder();
        var count = 0;
        yield return Event("response.created", new JsonObject { ["response"] = Response(request, prompt, null, 0) });
        yield return Event("response.output_item.added", new JsonObject { ["output_index"] = 0, ["item"] = Item(null) });
        yield return Event("response.content_part.added", Part(new JsonObject { ["part"] = Text("") }));
        foreach (var piece in pieces)
        {
            text.Append(piece);
            count++;
            yield return Event("response.output_text.delta", Part(new JsonObject { ["delta"] = piece }));
        }

        yield return Event("response.output_text.done", Part(new JsonObject { ["text"] = text.ToString() }));
        yield return Event("response.content_part.done", Part(new JsonObject { ["part"] = Text(text.ToString()) }));
        yield return Event("response.output_item.done", new JsonObject { ["output_index"] = 0, ["item"] = Item(text.ToString()) });
        yield return Event("response.completed", new JsonObject { ["response"] = Response(request, prompt, text.ToString(), count) });

        ReadOnlyMemory<byte> Event(string type, JsonObject data)
        {
            data["type"] = type;
            data["sequence_number"] = sequence++;
            return Named(type, data);
        }
    }

    private static ReadOnlyMemory<byte> Named(string type, JsonObject data) => Encoding.UTF8.GetBytes($"event: {type}\ndata: {data.ToJsonString()}\n\n");

    private static ReadOnlyMemory<byte> Failure() => Named("error", new JsonObject
    {
        ["type"] = "error",
        ["code"] = "server_error",
        ["message"] = "The stub failed in mid-stream.",
        ["param"] = null,
        ["sequence_number"] = 99,
    });

    private static JsonObject Part(JsonObject data)
    {
        data["item_id"] = "msg_stub";
        data["output_index"] = 0;
        data["content_index"] = 0;
        return data;
    }

    private static JsonObject Text(string text) => new() { ["type"] = "output_text", ["text"] = text, ["annotations"] = new JsonArray() };

    private static JsonObject Item(string? text) => new()
    {
        ["type"] = "message",
        ["id"] = "msg_stub",
        ["status"] = text is null ? "in_progress" : "completed",
        ["role"] = "assistant",
        ["content"] = text is null ? new JsonArray() : new JsonArray(Text(text)),
    };

    private static JsonObject Response(StubRequest request, string prompt, string? text, int outputTokens) => new()
    {
        ["id"] = "resp_stub",
        ["object"] = "response",
        ["created_at"] = 1700000000,
        ["status"] = text is null ? "in_progress" : "completed",
        ["model"] = request.Model,
        ["error"] = null,
        ["parallel_tool_calls"] = true,
        ["tool_choice"] = "auto",
        ["tools"] = new JsonArray(),
        ["output"] = text is null ? new JsonArray() : new JsonArray(Item(text)),
        ["usage"] = text is null ? null : new JsonObject
        {
            ["input_tokens"] = StubText.Tokens(prompt),
            ["input_tokens_details"] = new JsonObject { ["cached_tokens"] = 0 },
            ["output_tokens"] = outputTokens,
            ["output_tokens_details"] = new JsonObject { ["reasoning_tokens"] = 0 },
            ["total_tokens"] = StubText.Tokens(prompt) + outputTokens,
        },
    };
}
