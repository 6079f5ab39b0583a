using System.Text;
using System.Text.Json.Nodes;

namespace OpenWebUi.StubProvider;

/// <summary>Error bodies in the shapes that providers use.</summary>
public static class StubErrors
{
    /// <summary>The message that a stub sends with a status; it always names the stub, so that a test can look for it.</summary>
    public static string MessageFor(int status) => status switch
    {
        400 => "The stub cannot understand this request.",
        401 => "Incorrect API key provided to the stub.",
        403 => "The stub does not let this key do that.",
        404 => "The stub has no such model.",
        429 => "Rate limit reached for the stub.",
        >= 500 => "The stub had an error while processing your request.",
        _ => FormattableString.Invariant($"The stub refuses with {status}."),
    };

    /// <summary>OpenAI: <c>{"error":{"message","type","param","code"}}</c>.</summary>
    public static JsonObject OpenAi(int status, string message) => new()
    {
        ["error"] = new JsonObject
        {
            ["message"] = message,
            ["type"] = status switch { 429 => "rate_limit_error", >= 500 => "server_error", _ => "invalid_request_error" },
            ["param"] = null,
            ["code"] = status switch { 401 => "invalid_api_key", 404 => "model_not_found", 429 => "rate_limit_exceeded", _ => (JsonNode?)null },
        },
    };

    /// <summary>Ollama: <c>{"error":"..."}</c>.</summary>
    public static JsonObject Ollama(string message) => new() { ["error"] = message };

    /// <summary>Anthropic: <c>{"type":"error","error":{"type","message"},"request_id"}</c>.</summary>
    public static JsonObject Anthropic(int status, string message) => new()
    {
        ["type"] = "error",
        ["error"] = new JsonObject
        {
            ["type"] = status switch
            {
                401 => "authentication_error",
                403 => "permission_error",
                404 => "not_found_error",
                413 => "request_too_large",
                429 => "rate_limit_error",
                503 or 529 => "overloaded_error",
                >= 500 => "api_error",
                _ => "invalid_request_error",
            },
            ["message"] = message,
        },
        ["request_id"] = "req_stub",
    };

    /// <summary>vLLM: flat, with a numeric code.</summary>
    public static JsonObject Vllm(int status, string message) => new()
    {
        ["object"] = "error",
        ["message"] = message,
        ["type"] = status switch { 404 => "NotFoundError", 503 => "ServiceUnavailableError", >= 500 => "InternalServerError", _ => "BadRequestError" },
        ["param"] = null,
        ["code"] = status,
    };

    internal static byte[] Bytes(JsonNode node) => Encoding.UTF8.GetBytes(node.ToJsonString());
}
