using System.Collections.Concurrent;

namespace OpenWebUi.Services.Upstreams;

/// <summary>URLs that were parsed before: every call of the relay needs one of a few.</summary>
internal static class KnownUrls
{
    /// <summary>Connections times paths, and room to change them; then all are forgotten.</summary>
    private const int MaxUrls = 1_000;

    private static readonly ConcurrentDictionary<string, Uri> Known = new(StringComparer.Ordinal);

    /// <exception cref="UriFormatException">It is no absolute URL.</exception>
    public static Uri Of(string text)
    {
        if (Known.TryGetValue(text, out var known))
        {
            return known;
        }

        var url = new Uri(text);
        // A caller's query could be any: those would drive the others out.
        if (url.Query.Length == 0)
        {
            if (Known.Count >= MaxUrls)
            {
                Known.Clear();
            }

            Known[text] = url;
        }

        return url;
    }
}
