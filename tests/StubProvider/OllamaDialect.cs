using System.Text;
using System.Text.Json.Nodes;

namespace OpenWebUi.StubProvider;

/// <summary>Ollama's native API under <c>/api</c>; its <c>/v1</c> is the OpenAI dialect.</summary>
internal static class OllamaDialect
{
    private const string Time = "2026-01-01T00:00:00.000000000Z";

    /// <summary>The right answer; null where the dialect has no such route.</summary>
    public static StubReply? Answer(StubServer stub, StubRequest request, StubBehavior behavior) => (request.Method, request.Path) switch
    {
        ("GET", "/api/version") => StubReply.Json(new JsonObject { ["version"] = stub.OllamaVersion }),
        ("GET", "/api/tags") => StubReply.Json(new JsonObject { ["models"] = new JsonArray([.. stub.Models.Select(Tag)]) }),
        ("GET", "/api/ps") => StubReply.Json(new JsonObject { ["models"] = new JsonArray([.. stub.Models.Take(1).Select(model => Running(model, stub.LoadedContext))]) }),
        ("POST", "/api/show") => StubReply.Json(Show()),
        ("POST", "/api/chat") => Chat(stub, request, behavior),
        ("POST", "/api/generate") => Generate(stub, request, behavior),
        ("POST", "/api/embed") => Embed(stub, request),
        ("POST", "/api/embeddings") => StubReply.Json(new JsonObject
        {
            ["embedding"] = StubText.Numbers(StubText.Vector(StubText.Content(request.Json?["prompt"]), stub.EmbeddingDimensions)),
        }),

        // Some proxies put OpenAI's API under /api/v1 (OpenRouter), Open WebUI under /api.
        _ => OpenAiDialect.Answer(stub, request, behavior),
    };

    private static StubReply Chat(StubServer stub, StubRequest request, StubBehavior behavior)
    {
        var prompt = StubText.LastMessage(request.Json, "user") ?? "";
        if (StubText.ToolCall(request.Json) is { } call)
        {
            var wanted = new JsonObject { ["function"] = new JsonObject { ["name"] = call.Name, ["arguments"] = call.Arguments } };
            return Reply(request, behavior, prompt, [""], _ => Part("message", new JsonObject
            {
                ["role"] = "assistant",
                ["content"] = "",
                ["tool_calls"] = new JsonArray(wanted.DeepClone()),
            }), text => Part("message", Message(text)));
        }

        var answer = stub.ReplyText
            ?? (StubText.LastRole(request.Json) == "tool" ? "The tool said: " + StubText.LastMessage(request.Json, "tool") : "You said: " + prompt);
        return Reply(request, behavior, prompt, StubText.Pieces(stub.ReplyText, answer, behavior), text => Part("message", Message(text)), text => Part("message", Message(text)));
    }

    private static StubReply Generate(StubServer stub, StubRequest request, StubBehavior behavior)
    {
        var prompt = StubText.Content(request.Json?["prompt"]);
        var pieces = StubText.Pieces(stub.ReplyText, "You said: " + prompt, behavior);
        return Reply(request, behavior, prompt, pieces, text => Part("response", text), text => Part("response", text));
    }

    /// <summary>One line a piece and a last line with the counts; or the whole in one object where <c>stream</c> is false.</summary>
    private static StubReply Reply(
        StubRequest request, StubBehavior behavior, string prompt, IEnumerable<string> pieces, Func<string, JsonObject> part, Func<string, JsonObject> last)
    {
        if (behavior.Kind == StubBehaviorKind.NoStream || StubText.Bool(request.Json?["stream"]) == false)
        {
            return StubReply.Json(Final(part(string.Concat(pieces))));
        }

        var lines = pieces.Select(p => Line(NotYet(part(p)))).Append(Line(Final(last(""))));
        return new StubReply("application/x-ndjson", lines, Line(StubErrors.Ollama("The stub failed in mid-stream.")), DoneChunks: 1);

        JsonObject NotYet(JsonObject line)
        {
            Head(line);
            line["done"] = false;
            return line;
        }

        JsonObject Final(JsonObject line)
        {
            Head(line);
            line["done"] = true;
            line["done_reason"] = "stop";
            line["total_duration"] = 5_000_000;
            line["load_duration"] = 1_000_000;
            line["prompt_eval_count"] = StubText.Tokens(prompt);
            line["prompt_eval_duration"] = 1_000_000;
            line["eval_count"] = pieces.Count();
            line["eval_duration"] = 3_000_000;
            return line;
        }

        void Head(JsonObject line)
        {
            line["model"] = request.Model;
            line["created_at"] = Time;
        }
    }

    private static ReadOnlyMemory<byte> Line(JsonObject line) => Encoding.UTF8.GetBytes(line.ToJsonString() + "\n");

    private static JsonObject Part(string name, JsonNode? value) => new() { [name] = value };

    private static JsonObject Message(string text) => new() { ["role"] = "assistant", ["content"] = text };

    private static StubReply Embed(StubServer stub, StubRequest request)
    {
        var inputs = StubText.Inputs(request.Json?["input"]);
        var vectors = inputs.Select(text => (JsonNode)StubText.Numbers(StubText.Vector(text, stub.EmbeddingDimensions)));
        return StubReply.Json(new JsonObject
        {
            ["model"] = request.Model,
            ["embeddings"] = new JsonArray([.. vectors]),
            ["total_duration"] = 1_000_000,
            ["load_duration"] = 1_000,
            ["prompt_eval_count"] = inputs.Sum(StubText.Tokens),
        });
    }

    private static JsonObject Tag(string model) => new()
    {
        ["name"] = model,
        ["model"] = model,
        ["modified_at"] = Time,
        ["size"] = 123_456_789,
        ["digest"] = "0000000000000000000000000000000000000000000000000000000000000000",
        ["details"] = Details(),
    };

    private static JsonObject Running(string model, int? context)
    {
        var tag = Tag(model);
        tag["expires_at"] = Time;
        tag["size_vram"] = 0;
        if (context is not null)
        {
            tag["context_length"] = context;
        }

        return tag;
    }

    private static JsonObject Details() => new()
    {
        ["parent_model"] = "",
        ["format"] = "gguf",
        ["family"] = "stub",
        ["families"] = new JsonArray("stub"),
        ["parameter_size"] = "1B",
        ["quantization_level"] = "Q4_0",
    };

    private static JsonObject Show() => new()
    {
        ["license"] = "MIT",
        ["modelfile"] = "FROM stub",
        ["parameters"] = "temperature 0",
        ["template"] = "{{ .Prompt }}",
        ["details"] = Details(),
        ["model_info"] = new JsonObject { ["general.architecture"] = "stub", ["stub.context_length"] = 8192, ["stub.embedding_length"] = 8 },
        ["capabilities"] = new JsonArray("completion", "tools"),
        ["modified_at"] = Time,
    };
}
