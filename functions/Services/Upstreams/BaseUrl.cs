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

    /// <summary>The resource of Azure OpenAI: what stands behind the host (<c>/openai/deployments/...</c>, a query) is understood, not refused.</summary>
    public static string? OfAzure(string text)
    {
        var url = Normalize(text.Split('?')[0]);
        var openai = url?.IndexOf("/openai", StringComparison.OrdinalIgnoreCase) ?? -1;
        return openai < 0 ? url : url![..openai];
    }

    /// <summary>The root of Anthropic's API: <c>/v1</c> and <c>/v1/messages</c> at the end are understood, not refused.</summary>
    public static string? OfAnthropic(string text)
    {
        var url = Normalize(text);
        foreach (var end in (ReadOnlySpan<string>)["/messages", "/v1"])
        {
            url = url is not null && url.EndsWith(end, StringComparison.OrdinalIgnoreCase) ? url[..^end.Length].TrimEnd('/') : url;
        }

        return url;
    }

    /// <summary>The base of a kind, or null when the text is no http(s) URL.</summary>
    public static string? Of(ConnectionKind kind, string text) => kind switch
    {
        ConnectionKind.Ollama => OfOllama(text),
        ConnectionKind.AzureOpenAi => OfAzure(text),
        ConnectionKind.Anthropic => OfAnthropic(text),
        _ => OfOpenAi(text),
    };

    /// <summary>What people see of a base: the host, with the port where one is given.</summary>
    public static string NameOf(string url) => new Uri(url).Authority;

    /// <summary>Scheme, host and port: what a key was entered for.</summary>
    public static string OriginOf(string url)
    {
        var uri = new Uri(url);
        return FormattableString.Invariant($"{uri.Scheme}://{uri.IdnHost.ToLowerInvariant()}:{uri.Port}");
    }

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
