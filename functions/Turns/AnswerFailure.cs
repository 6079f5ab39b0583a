using System.Text.Json;
using System.Text.Json.Nodes;
using OpenWebUi.Services.Conversations;

namespace OpenWebUi.Turns;

/// <summary>Why an answer has no good end, for callers who speak OpenAI's dialect.</summary>
/// <param name="Status">The provider's own, or ours.</param>
/// <param name="Message">For people.</param>
/// <param name="Code">For programs.</param>
/// <param name="Connection">Whose failure it is; null where it is nobody's.</param>
/// <param name="RetryAt">Unix seconds before which the provider wants no other call; null where it did not say.</param>
internal sealed record AnswerFailure(int Status, string Message, string Code, string? Connection, long? RetryAt = null)
{
    public static AnswerFailure Of(Message message)
    {
        if (message.Error is null)
        {
            return new(502, "The answer was interrupted: the server that wrote it went away, or nobody listened any more. What had come is kept and can be continued.", "interrupted", null);
        }

        var error = ExtraJson.Read(message.Error);
        return new(
            error["status"] is JsonValue value && value.TryGetValue<int>(out var status) ? status : 502,
            ExtraJson.Text(error, "content") ?? "The answer failed.",
            ExtraJson.Text(error, "type") ?? "failed",
            ExtraJson.Text(error, "connection"),
            error["retry_at"] is JsonValue time && time.TryGetValue<long>(out var retryAt) ? retryAt : null);
    }

    public void WriteFields(Utf8JsonWriter json)
    {
        json.WriteString("message", Message);
        json.WriteString("type", Code == "interrupted" ? "interrupted" : Status == 401 ? "authentication_error" : Status == 429 ? "rate_limit_error" : "upstream_error");
        json.WriteNull("param");
        json.WriteString("code", Code);
        json.WriteNumber("status", Status);
        json.WriteString("connection", Connection);
        if (RetryAt is { } seconds)
        {
            json.WriteNumber("retry_at", seconds);
        }
    }
}
