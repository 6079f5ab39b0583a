using System.Text.Json;
using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Services.Completion;

/// <summary>A provider's own error as a report: its status, its code and its words, without our keys.</summary>
internal static class ProviderMessage
{
    private const int MaxCharacters = 500;

    /// <summary>Where providers put their words, outermost first: OpenAI and Ollama, vLLM, FastAPI, others.</summary>
    private static readonly string[] Names = ["error", "message", "detail", "msg"];

    /// <summary>The report for an answer with an error status.</summary>
    public static ErrorReport Of(HttpResponseMessage response, UpstreamError error, Connection connection)
    {
        var report = error.Report;
        if (error.Json is not null)
        {
            using var document = JsonDocument.Parse(error.Json);
            report = Of(document.RootElement, report.Status, connection);
        }

        return report with { RetryAfter = response.Headers.RetryAfter?.Delta };
    }

    /// <summary>The report for an error in mid-stream: the status that it names, else 502.</summary>
    public static ErrorReport OfEvent(JsonElement root, Connection connection)
    {
        var named = root.ValueKind == JsonValueKind.Object && root.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.Object ? error : root;
        var isStatus = named.TryGetProperty("code", out var code) && code.ValueKind == JsonValueKind.Number && code.TryGetInt32(out var number) && number is >= 400 and < 600;
        return Of(root, isStatus ? code.GetInt32() : 502, connection);
    }

    private static ErrorReport Of(JsonElement root, int status, Connection connection)
    {
        var message = MessageOf(root) is { } text ? Clean(text, connection) : $"{connection.Name} answered {status} without a message.";
        var code = root.ValueKind == JsonValueKind.Object && root.TryGetProperty("error", out var error) ? JsonText.Of(error, "code") : null;
        return new(status, string.IsNullOrEmpty(code) ? "upstream_status" : Clean(code, connection), message);
    }

    private static string? MessageOf(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => JsonText.Of(element) is { } text && !string.IsNullOrWhiteSpace(text) ? text : null,
        JsonValueKind.Array => element.EnumerateArray().Select(MessageOf).FirstOrDefault(text => text is not null),
        JsonValueKind.Object => Names.Select(name => element.TryGetProperty(name, out var inner) ? MessageOf(inner) : null).FirstOrDefault(text => text is not null),
        _ => null,
    };

    private static string Clean(string text, Connection connection)
    {
        var clean = WholeCharacters.Mend(UpstreamError.Masked(text, connection)).Trim();
        return clean.Length <= MaxCharacters ? clean : WholeCharacters.Cut(clean, MaxCharacters) + "...";
    }
}
