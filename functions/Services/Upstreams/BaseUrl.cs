namespace OpenWebUi.Services.Upstreams;

/// <summary>
/// Base URLs as people write them. An empty path means <c>/v1</c>; any other path is used as it stands; trailing slashes
/// do not matter; a missing scheme is https, or http for loopback; a pasted endpoint (<c>.../chat/completions</c>) is cut back.
/// </summary>
internal static class BaseUrl
{
    private static readonly string[] Endpoints = ["/chat/completions", "/completions", "/models", "/embeddings"];

    /// <summary>The base of the OpenAI dialect, or null when the text is no http(s) URL.</summary>
    public static string? OfOpenAi(string text)
    {
        if (Normalize(text) is not { } url)
        {
            return null;
        }

        foreach (var endpoint in Endpoints)
        {
            if (url.EndsWith(endpoint, StringComparison.OrdinalIgnoreCase))
            {
                url = url[..^endpoint.Length].TrimEnd('/');
                break;
            }
        }

        return new Uri(url).AbsolutePath == "/" ? url + "/v1" : url;
    }

    /// <summary>The root of an Ollama server: <c>/api</c> and <c>/v1</c> at the end are understood, not refused.</summary>
    public static string? OfOllama(string text)
    {
        if (Normalize(text) is not { } url)
        {
            return null;
        }

        foreach (var end in (ReadOnlySpan<string>)["/v1", "/api"])
        {
            if (url.EndsWith(end, StringComparison.OrdinalIgnoreCase))
            {
                return url[..^end.Length].TrimEnd('/');
            }
        }

        return url;
    }

    /// <summary>What people see of a base: the host, with the port where one is given.</summary>
    public static string NameOf(string url) => new Uri(url).Authority;

    private static string? Normalize(string text)
    {
        var trimmed = text.Trim();
        if (trimmed.StartsWith("sk-", StringComparison.Ordinal) && !trimmed.Contains('.', StringComparison.Ordinal))
        {
            // A key in the wrong variable would pass as a host name, and be shown and looked up as one.
            return null;
        }

        if (!trimmed.Contains("://", StringComparison.Ordinal))
        {
            var isLoopback = Uri.TryCreate("http://" + trimmed, UriKind.Absolute, out var local) && local.IsLoopback;
            trimmed = (isLoopback ? "http://" : "https://") + trimmed;
        }

        return Uri.TryCreate(trimmed, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            && uri!.Host.Length > 0 && uri.UserInfo.Length == 0 && uri.Query.Length == 0 && uri.Fragment.Length == 0
            ? uri.GetLeftPart(UriPartial.Path).TrimEnd('/')
            : null;
    }
}
