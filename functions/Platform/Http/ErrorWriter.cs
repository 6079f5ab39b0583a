using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text;
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
                default:
                    WriteProblem(json, report, traceId);
                    break;
            }

            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The event that ends a stream which failed after its status was sent: one SSE event, or one NDJSON line.</summary>
    public static byte[] StreamEvent(ErrorReport report, ErrorDialect dialect)
    {
        var body = Encoding.UTF8.GetString(Body(report, dialect == ErrorDialect.Ollama ? dialect : ErrorDialect.OpenAi, ""));
        return Encoding.UTF8.GetBytes(dialect == ErrorDialect.Ollama ? body + "\n" : $"data: {body}\n\n");
    }

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

        if (report.Param is { } field)
        {
            json.WriteStartObject("errors");
            json.WriteStartArray(field);
            json.WriteStringValue(report.Message);
            json.WriteEndArray();
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
}
