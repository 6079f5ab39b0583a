using System.Text.Json;
using OpenWebUi.Platform.Security;

namespace OpenWebUi.Services.Doctor;

/// <summary>
/// The error in an answer, in whichever form it came: OpenAI's and Azure's <c>{"error":{"message","type","code"}}</c>, Anthropic's
/// <c>{"type":"error","error":{"type","message"}}</c>, Ollama's <c>{"error":"..."}</c>, vLLM's <c>{"object":"error","message",...}</c>,
/// FastAPI's <c>{"detail":"..."}</c>, API Management's <c>{"statusCode","message"}</c>.
/// </summary>
/// <param name="Code">Or empty.</param>
/// <param name="Type">Or empty.</param>
/// <param name="Message">One line, or empty.</param>
internal sealed record ProviderError(string Code, string Type, string Message)
{
    private const int MaxCharacters = 8_000;

    /// <summary>Null where the answer is no API's error.</summary>
    public static ProviderError? Of(ProviderAnswer answer)
    {
        if (!answer.IsApiError || answer.Json is not { } json)
        {
            return null;
        }

        var error = json.Member("error") is { ValueKind: JsonValueKind.Object } inner ? inner : json;
        var message = error.Text("message") ?? json.Text("error") ?? json.Text("detail") ?? json.Text("message") ?? "";
        return new(error.Word("code") ?? json.Word("statusCode") ?? "", error.Word("type") ?? "", OneLine(message));
    }

    /// <summary>Any of the words stands in code, type or message; upper and lower case do not matter.</summary>
    public bool Says(params ReadOnlySpan<string> words)
    {
        foreach (var word in words)
        {
            if (Code.Contains(word, StringComparison.OrdinalIgnoreCase) || Type.Contains(word, StringComparison.OrdinalIgnoreCase)
                || Message.Contains(word, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private static string OneLine(string text)
    {
        // More than is shown: a key that stands across the end of what is shown must still be found whole.
        return new string([.. text.Take(MaxCharacters).Select(c => char.IsControl(c) ? ' ' : c)]).Trim();
    }
}
