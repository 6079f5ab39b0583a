using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Services.Models;

/// <summary>Which connection serves a call.</summary>
internal sealed class ModelRouter(ConnectionRegistry registry, ModelCatalog catalog)
{
    /// <summary>The connections that a surface reaches.</summary>
    /// <param name="dialect">The native Ollama dialect reaches Ollama servers and the guide; the OpenAI dialect reaches all.</param>
    /// <param name="ollamaOnly">The surface is Ollama's (<c>/ollama/v1</c>).</param>
    /// <param name="hasOnlyOwnKey">The caller has no more than a key of its own: only the default connection takes it.</param>
    public IReadOnlyList<Connection> Candidates(Dialect dialect, bool ollamaOnly, bool hasOnlyOwnKey)
    {
        if (hasOnlyOwnKey)
        {
            return registry.Default is { } own && dialect == Dialect.OpenAi && !ollamaOnly ? [own] : [];
        }

        return dialect == Dialect.OllamaNative || ollamaOnly
            ? [.. registry.All.Where(c => c.Kind is ConnectionKind.Ollama or ConnectionKind.Guide)]
            : registry.All;
    }

    /// <summary>A caller's own key goes to the default connection, never to another provider that would see it.</summary>
    public bool TakesOwnKey(Connection connection) => connection == registry.Default && connection.TakesOwnKeys;

    /// <summary>
    /// The connection for a model among candidates: the only one there is; else the first that lists the model; else the
    /// default connection, because providers take names that they do not list; else null.
    /// </summary>
    public async ValueTask<Connection?> ChooseAsync(string? modelId, IReadOnlyList<Connection> candidates, CancellationToken cancellation)
    {
        if (candidates.Count <= 1)
        {
            return candidates.Count == 0 ? null : candidates[0];
        }

        return (modelId is null ? null : await catalog.FindAsync(modelId, candidates, cancellation))
            ?? candidates.FirstOrDefault(c => c == registry.Default)
            ?? (modelId is null ? candidates[0] : null);
    }
}
