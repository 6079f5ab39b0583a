using System.Text.Json.Nodes;

namespace OpenWebUi.StubProvider;

/// <summary>What vLLM's server says in its own words (vllm/entrypoints/openai, read 2026-11): its model list, and refusals of what it does not serve.</summary>
internal static class Vllm
{
    /// <summary>The <c>max_model_len</c> of its models.</summary>
    public const int MaxModelLen = 8192;

    /// <summary>An entry of <c>GET /v1/models</c>.</summary>
    public static JsonObject Model(string id) => new()
    {
        ["id"] = id,
        ["object"] = "model",
        ["created"] = 1700000000,
        ["owned_by"] = "vllm",
        ["root"] = "/models/" + id,
        ["parent"] = null,
        ["max_model_len"] = MaxModelLen,
        ["permission"] = new JsonArray(new JsonObject
        {
            ["id"] = "modelperm-stub",
            ["object"] = "model_permission",
            ["created"] = 1700000000,
            ["allow_create_engine"] = false,
            ["allow_sampling"] = true,
            ["allow_logprobs"] = true,
            ["allow_search_indices"] = false,
            ["allow_view"] = true,
            ["allow_fine_tuning"] = false,
            ["organization"] = "*",
            ["group"] = null,
            ["is_blocking"] = false,
        }),
    };

    /// <summary>The refusal of a request that asks for a model it does not serve, or for more tokens than one has; null: it is served.</summary>
    public static (int Status, string Message)? Refusal(StubServer stub, StubRequest request) =>
        request.Model is { } model && !stub.Models.Contains(model) ? (404, MessageFor(404, request))
        : request.Json?["max_tokens"] is JsonValue value && value.TryGetValue<int>(out var tokens) && tokens > MaxModelLen ? (400, MessageFor(400, request))
        : null;

    /// <summary>Its sentences; for other statuses the stub's.</summary>
    public static string MessageFor(int status, StubRequest request) => status switch
    {
        400 => FormattableString.Invariant($"'max_tokens' or 'max_completion_tokens' is too large: {request.Json?["max_tokens"]?.ToJsonString() ?? "9000"}. This model's maximum context length is {MaxModelLen} tokens and your request has 7 input tokens."),
        404 => $"The model `{request.Model}` does not exist.",
        _ => StubErrors.MessageFor(status),
    };
}
