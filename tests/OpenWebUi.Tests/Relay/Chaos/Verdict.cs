using System.Text.Json;

namespace OpenWebUi.Tests.Relay.Chaos;

/// <summary>What a caller got, judged by what the product promises on every surface: never a false end, never a key or a stack.</summary>
/// <param name="Outcome">The status where it is an error; <c>whole</c>: 200 with a true end; <c>error</c>: 200, and the last event tells a failure; <c>open</c>: 200 with neither.</param>
/// <param name="Fault">What breaks a promise; null: nothing.</param>
internal sealed record Verdict(string Outcome, string? Fault)
{
    public static Verdict Of(ChaosSurface surface, HttpResponseMessage answer, string text, string connection)
    {
        var status = (int)answer.StatusCode;
        var ends = Ends(surface, text);
        var failure = status == 200 ? LastFailure(surface, text) : null;
        var outcome = status != 200 ? $"{status}" : failure is not null ? "error" : ends ? "whole" : "open";
        return new(outcome, FaultIn());

        string? FaultIn()
        {
            var seen = text + answer.Headers + answer.Content.Headers;
            return seen.Contains(ChaosWorld.Key, StringComparison.Ordinal) ? "it tells the key"
                : seen.Contains(" at OpenWebUi.", StringComparison.Ordinal) || seen.Contains(" at System.", StringComparison.Ordinal) ? "it tells a stack"
                : !answer.Headers.TryGetValues("x-openwebui-connection", out var names) || names.Single() != connection ? "it does not name the connection"
                : status >= 400 ? FaultInError(surface, answer, text, status, connection)
                : failure is not null && ends ? "it ends well and badly"
                : failure is { Length: 0 } ? "its error says nothing"
                : null;
        }
    }

    /// <summary>502 and 504 may be ours, in the surface's own form and with the connection's name; a provider's own JSON passes as it is where nothing is translated.</summary>
    private static string? FaultInError(ChaosSurface surface, HttpResponseMessage answer, string text, int status, string connection)
    {
        if (answer.Content.Headers.ContentType?.MediaType != "application/json")
        {
            return "its error is no JSON";
        }

        using var json = JsonDocument.Parse(text);
        var isOurs = status is 502 or 504;
        var message = surface switch
        {
            _ when !isOurs && !surface.IsTranslated => Deep(json.RootElement),
            { IsNdjson: true } => Text(json.RootElement, "error"),
            { IsMessages: true } => Text(json.RootElement, "type") == "error" && json.RootElement.TryGetProperty("error", out var error) && Text(error, "type") is not null ? Text(error, "message") : null,
            { Path: "/api/openai/v1/chat/completions" } when isOurs => Text(json.RootElement, "msg"),
            _ => json.RootElement.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.Object ? Text(error, "message") : null,
        };
        return string.IsNullOrWhiteSpace(message) ? "its error has not the surface's form: " + text
            : isOurs && !message.Contains(connection, StringComparison.Ordinal) ? "its error does not name the connection: " + text
            : null;
    }

    private static bool Ends(ChaosSurface surface, string text) => Events(surface, text).Any(data =>
        surface.IsNdjson ? data is { } line && line.TryGetProperty("done", out var done) && done.ValueKind == JsonValueKind.True
        : surface.IsMessages ? data is { } part && Text(part, "type") == "message_stop"
        : data is null);

    /// <summary>What the last event says where it tells a failure.</summary>
    private static string? LastFailure(ChaosSurface surface, string text) =>
        Events(surface, text).LastOrDefault() is { ValueKind: JsonValueKind.Object } last && last.TryGetProperty("error", out _)
        && (!surface.IsMessages || Text(last, "type") == "error") ? Deep(last) ?? "" : null;

    /// <summary>Every event that can be read; null stands for <c>[DONE]</c>. What a cut left of an event is none.</summary>
    private static IEnumerable<JsonElement?> Events(ChaosSurface surface, string text)
    {
        foreach (var line in text.Split('\n'))
        {
            var data = surface.IsNdjson ? line : line.StartsWith("data:", StringComparison.Ordinal) ? line[5..].Trim() : "";
            if (data == "[DONE]")
            {
                yield return null;
            }
            else if (data.StartsWith('{') && Parse(data) is { } json)
            {
                yield return json;
            }
        }
    }

    private static JsonElement? Parse(string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            return json.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Text(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>The message, wherever a provider's form has it.</summary>
    private static string? Deep(JsonElement json) =>
        json.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.Object ? Text(error, "message") : Text(json, "error") ?? Text(json, "message");
}
