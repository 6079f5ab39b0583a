using System.Text;
using System.Text.Json;

namespace OpenWebUi.Services.Doctor;

/// <summary>What a server answered to one request of the doctor.</summary>
/// <param name="Url">What was asked, without query.</param>
/// <param name="Location">Of a redirect, as it was sent.</param>
/// <param name="RetryAfter">Null where none was sent, or no time could be read from it.</param>
/// <param name="AsksForPassword">The challenge of a 401 is for a user name and password (Basic, Digest, Negotiate), which no provider of models wants.</param>
/// <param name="IsEncoded">The body is compressed, though nobody asked for that.</param>
/// <param name="IsCut">The body is longer than what was read.</param>
internal sealed record ProviderAnswer(
    string Method, Uri Url, int Status, string? MediaType, Uri? Location, TimeSpan? RetryAfter, bool AsksForPassword, bool IsEncoded, bool IsCut, byte[] Body)
{
    /// <summary>The body, where it is JSON.</summary>
    public JsonElement? Json { get; } = Parse(Body);

    public bool IsSuccess => Status is >= 200 and < 300;

    public bool IsRedirect => Status is 301 or 302 or 303 or 307 or 308;

    /// <summary>A web page, whatever it is labelled as.</summary>
    public bool IsPage => MediaType is "text/html" or "application/xhtml+xml" || (Json is null && StartsLikePage());

    /// <summary>An error in a form that APIs use.</summary>
    public bool IsApiError => !IsSuccess && Json is { ValueKind: JsonValueKind.Object } json
        && (json.Has("error") || json.Has("detail") || json.Has("message") || json.Has("code"));

    /// <summary>The page asks for a password, or is called like one that does.</summary>
    public bool IsLoginPage
    {
        get
        {
            var text = IsPage ? Encoding.UTF8.GetString(Body) : "";
            var title = Between(text, "<title", "</title");
            return text.Contains("type=\"password\"", StringComparison.OrdinalIgnoreCase)
                || LoginWords.Any(word => title.Contains(word, StringComparison.OrdinalIgnoreCase));
        }
    }

    /// <summary>For a step's detail: what was asked and answered. No text of a server that is no API.</summary>
    public string Summary
    {
        get
        {
            var said = ProviderError.Of(this) is { Message.Length: > 0 } error ? $": {error.Message}" : MediaType is null ? "" : $" ({MediaType})";
            return $"{Method} {Url.GetLeftPart(UriPartial.Path)} answered {Status}{said}";
        }
    }

    private static readonly string[] LoginWords = ["sign in", "signin", "log in", "login", "log on", "anmeld", "authenti", "single sign"];

    private bool StartsLikePage()
    {
        var start = Encoding.UTF8.GetString(Body.AsSpan(0, Math.Min(Body.Length, 64))).TrimStart();
        return start.StartsWith("<!doctype html", StringComparison.OrdinalIgnoreCase) || start.StartsWith("<html", StringComparison.OrdinalIgnoreCase);
    }

    private static string Between(string text, string from, string to)
    {
        var start = text.IndexOf(from, StringComparison.OrdinalIgnoreCase);
        var end = start < 0 ? -1 : text.IndexOf(to, start, StringComparison.OrdinalIgnoreCase);
        return end < 0 ? "" : text[start..end];
    }

    private static JsonElement? Parse(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.ValueKind is JsonValueKind.Object or JsonValueKind.Array && HasReadableNames(document.RootElement) ? document.RootElement.Clone() : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Half a surrogate pair in a name makes every later look for a member throw.</summary>
    private static bool HasReadableNames(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().All(member => member.Name is not null && HasReadableNames(member.Value)),
        JsonValueKind.Array => element.EnumerateArray().All(HasReadableNames),
        _ => true,
    };
}
