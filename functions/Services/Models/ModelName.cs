using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Services.Models;

/// <summary>When two names mean one model.</summary>
internal static class ModelName
{
    private const string Latest = ":latest";

    /// <summary>Providers forgive case, and Ollama a missing <c>:latest</c>: what is closed under one name must not be open under the other.</summary>
    public static bool IsSame(string a, string b) => Stem(a).Equals(Stem(b), StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a route leads to the model that a caller means by a name.</summary>
    public static bool Means(string asked, ModelRoute route) =>
        route.Connection.NameAtProvider(asked) is { } name && IsSame(name, route.UpstreamId);

    private static ReadOnlySpan<char> Stem(string name) =>
        name.EndsWith(Latest, StringComparison.OrdinalIgnoreCase) ? name.AsSpan(0, name.Length - Latest.Length) : name;
}
