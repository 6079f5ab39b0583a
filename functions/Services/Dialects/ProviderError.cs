using System.Text;
using System.Text.Json;
using OpenWebUi.Platform.Http;

namespace OpenWebUi.Services.Dialects;

/// <summary>Reads an error body, or an error event, of whatever provider: OpenAI's form, Anthropic's, vLLM's flat one, FastAPI's <c>detail</c>, Ollama's.</summary>
internal static class ProviderError
{
    /// <summary>An error body in a client's form.</summary>
    public static byte[] Translate(int status, ReadOnlyMemory<byte> body, ErrorDialect dialect)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return ErrorWriter.Body(Read(status, document.RootElement), dialect, "");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return ErrorWriter.Body(Unknown(status), dialect, "");
        }
    }

    /// <param name="status">Null in a stream: then what the error says of itself counts.</param>
    /// <exception cref="InvalidOperationException">Half a character in an escape.</exception>
    public static ErrorReport Read(int? status, JsonElement root)
    {
        var error = RawJson.Member(root, "error"u8) is { ValueKind: not JsonValueKind.Undefined } member ? member : root;
        if (error.ValueKind == JsonValueKind.String)
        {
            return Unknown(status ?? 502) with { Message = error.GetString()! };
        }

        var code = Text(error, "code"u8) ?? Text(error, "type"u8);
        var known = status ?? StatusOf(code, RawJson.Number(error, "code"u8));
        var message = Text(error, "message"u8) ?? Text(error, "msg"u8) ?? Text(root, "message"u8) ?? Detail(root);
        return message is null ? Unknown(known) : new ErrorReport(known, code ?? "upstream_status", message, Text(error, "param"u8));
    }

    private static ErrorReport Unknown(int status) => new(status, "upstream_status", $"The provider answered {status}.");

    private static string? Text(JsonElement owner, ReadOnlySpan<byte> name) =>
        RawJson.Member(owner, name) is { ValueKind: JsonValueKind.String } value && value.GetString() is { Length: > 0 } text ? text : null;

    /// <summary>A sentence, or FastAPI's list of what is wrong.</summary>
    private static string? Detail(JsonElement root)
    {
        var detail = RawJson.Member(root, "detail"u8);
        return detail.ValueKind switch
        {
            JsonValueKind.String => detail.GetString(),
            JsonValueKind.Array or JsonValueKind.Object => Encoding.UTF8.GetString(RawJson.Of(detail)),
            _ => null,
        };
    }

    /// <summary>The status that an error of a stream would have had: by Anthropic's types, or the number that some gateways send as the code.</summary>
    private static int StatusOf(string? code, long number) => code switch
    {
        "invalid_request_error" => 400,
        "authentication_error" => 401,
        "billing_error" => 402,
        "permission_error" => 403,
        "not_found_error" => 404,
        "request_too_large" => 413,
        "rate_limit_error" or "rate_limit_exceeded" => 429,
        "timeout_error" => 504,
        "overloaded_error" => 529,
        "api_error" or "server_error" => 500,
        _ => number is >= 400 and < 600 ? (int)number : 502,
    };
}
