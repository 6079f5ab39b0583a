using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace OpenWebUi.Platform.Http;

/// <summary>Puts an <see cref="ErrorReport"/> into the dialect of the route.</summary>
internal static class ErrorWriter
{
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static ErrorDialect DialectOf(HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<ErrorDialectMetadata>()?.Dialect ?? ErrorDialect.Problem;

    /// <summary>Sends the report as the whole answer. The answer must not have started.</summary>
    public static async Task WriteAsync(HttpContext context, ErrorReport report)
    {
        var dialect = DialectOf(context);
        var response = context.Response;
        response.StatusCode = report.Status;
        response.ContentType = dialect == ErrorDialect.Problem ? "application/problem+json" : "application/json";
        response.Headers.CacheControl = "no-store";
        if (report.RetryAfterSeconds is { } seconds)
        {
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        if (HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }

        var body = Body(report, dialect, Activity.Current?.TraceId.ToString() ?? context.TraceIdentifier);
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body, context.RequestAborted);
    }

    /// <summary>The JSON of a report, UTF-8.</summary>
    public static byte[] Body(ErrorReport report, ErrorDialect dialect, string traceId)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, Plain))
        {
            json.WriteStartObject();
            switch (dialect)
            {
                case ErrorDialect.OpenAi:
                    json.WriteStartObject("error");
                    json.WriteString("message", report.Message);
                    json.WriteString("type", TypeOf(report.Status));
                    json.WriteString("param", report.Param);
                    json.WriteString("code", report.Code);
                    json.WriteEndObject();
                    break;
                case ErrorDialect.Ollama:
                    json.WriteString("error", report.Message);
                    break;
                case ErrorDialect.NextChat:
                    json.WriteBoolean("error", true);
                    json.WriteString("msg", report.Message);
                    break;
                case ErrorDialect.Anthropic:
                    json.WriteString("type", "error");
                    json.WriteStartObject("error");
                    json.WriteString("type", AnthropicTypeOf(report.Status));
                    json.WriteString("message", report.Message);
                    json.WriteEndObject();
                    break;
                default:
                    WriteProblem(json, report, traceId);
                    break;
            }

            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The event that ends a stream which failed after its status was sent: one SSE event, or one NDJSON line.</summary>
    public static byte[] StreamEvent(ErrorReport report, ErrorDialect dialect) =>
        AsEvent(Body(report, dialect is ErrorDialect.Ollama or ErrorDialect.Anthropic ? dialect : ErrorDialect.OpenAi, ""), dialect);

    /// <summary>An error body of a dialect as the event that ends a stream. SDKs of Anthropic's look at the event's name.</summary>
    /// <param name="body">JSON on one line.</param>
    public static byte[] AsEvent(ReadOnlySpan<byte> body, ErrorDialect dialect) => dialect switch
    {
        ErrorDialect.Ollama => [.. body, (byte)'\n'],
        ErrorDialect.Anthropic => [.. "event: error\ndata: "u8, .. body, .. "\n\n"u8],
        _ => [.. "data: "u8, .. body, .. "\n\n"u8],
    };

    private static void WriteProblem(Utf8JsonWriter json, ErrorReport report, string traceId)
    {
        json.WriteString("type", "urn:openwebui:problem/" + report.Code);
        json.WriteString("title", Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(report.Status));
        json.WriteNumber("status", report.Status);
        json.WriteString("detail", report.Message);
        json.WriteString("traceId", traceId);
        if (report.RetryAfterSeconds is { } seconds)
        {
            json.WriteNumber("retryAfter", seconds);
        }

        var fields = report.Fields ?? (report.Param is { } field ? new Dictionary<string, string> { [field] = report.Message } : null);
        if (fields is not null)
        {
            json.WriteStartObject("errors");
            foreach (var (name, message) in fields)
            {
                json.WriteStartArray(name);
                json.WriteStringValue(message);
                json.WriteEndArray();
            }

            json.WriteEndObject();
        }
    }

    private static string TypeOf(int status) => status switch
    {
        401 => "authentication_error",
        403 => "permission_error",
        429 => "rate_limit_error",
        502 or 503 or 504 => "upstream_error",
        >= 500 => "server_error",
        _ => "invalid_request_error",
    };

    /// <summary>By status, as Anthropic's API does it (2026): 529 is its own, and 503 says the same.</summary>
    private static string AnthropicTypeOf(int status) => status switch
    {
        401 => "authentication_error",
        402 => "billing_error",
        403 => "permission_error",
        404 => "not_found_error",
        413 => "request_too_large",
        429 => "rate_limit_error",
        504 => "timeout_error",
        503 or 529 => "overloaded_error",
        >= 500 => "api_error",
        _ => "invalid_request_error",
    };
}
