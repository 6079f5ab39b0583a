using Microsoft.Extensions.Primitives;

namespace OpenWebUi.Services.Upstreams;

/// <summary>
/// The headers that cross the relay: lists of what may, because whatever is not named here stops, hop-by-hop and
/// identifying headers (cookies, addresses, user agents, referrers) among them.
/// </summary>
internal static class UpstreamHeaders
{
    /// <summary>Says which connection an answer came from. An error that bears it is the provider's, not ours.</summary>
    public const string ConnectionHeader = "x-openwebui-connection";

    private static readonly HashSet<string> Requested = new(StringComparer.OrdinalIgnoreCase)
    {
        "Accept", "Idempotency-Key", "OpenAI-Beta", "OpenAI-Project", "anthropic-version", "anthropic-beta", "X-Client-Request-Id",
    };

    private static readonly HashSet<string> Answered = new(StringComparer.OrdinalIgnoreCase)
    {
        "Content-Type", "Content-Encoding", "Content-Disposition", "Retry-After", "retry-after-ms", "x-should-retry", "x-request-id",
        "request-id", "openai-processing-ms", "openai-version", "openai-model",
    };

    /// <summary>Copies the caller's headers. Content-Type and Content-Length belong to the body and are set with it; Accept-Encoding stays behind, so that a stream comes uncompressed.</summary>
    public static void CopyRequest(IHeaderDictionary from, HttpRequestMessage to)
    {
        foreach (var (name, values) in from)
        {
            // What is no ASCII cannot be sent on, and would look like the provider's fault.
            if (Requested.Contains(name) && values.All(value => value is null || System.Text.Ascii.IsValid(value)))
            {
                to.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
            }
        }
    }

    /// <summary>Copies the provider's headers; one that repeats a key of ours stays behind.</summary>
    public static void CopyAnswer(HttpResponseMessage from, Connection connection, IHeaderDictionary to)
    {
        foreach (var (name, values) in from.Headers.NonValidated)
        {
            Copy(name, values, connection, to);
        }

        foreach (var (name, values) in from.Content.Headers.NonValidated)
        {
            Copy(name, values, connection, to);
        }
    }

    private static void Copy(string name, System.Net.Http.Headers.HeaderStringValues values, Connection connection, IHeaderDictionary to)
    {
        var isWanted = Answered.Contains(name) || name.StartsWith("x-ratelimit-", StringComparison.OrdinalIgnoreCase);
        if (isWanted && !Repeats(values, connection))
        {
            to[name] = values.Count == 1 ? new StringValues(values.ToString()) : new StringValues([.. values]);
        }
    }

    private static bool Repeats(System.Net.Http.Headers.HeaderStringValues values, Connection connection)
    {
        foreach (var secret in connection.Secrets)
        {
            foreach (var value in values)
            {
                if (value.Contains(secret, StringComparison.Ordinal))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
