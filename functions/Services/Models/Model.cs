using System.Text.Json;
using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Services.Models;

/// <summary>A model that some connection offers.</summary>
/// <param name="Id">As the provider names it, and as callers ask for it.</param>
/// <param name="Name">For people.</param>
/// <param name="CreatedAt">Unix seconds, 0 where the provider does not say.</param>
/// <param name="Raw">The provider's own description: an element of OpenAI's <c>data</c> or of Ollama's <c>models</c>.</param>
internal sealed record Model(string Id, string Name, Connection Connection, long CreatedAt, JsonElement Raw)
{
    /// <summary>Open WebUI's <c>owned_by</c>.</summary>
    public string OwnedBy => Connection.Kind switch
    {
        ConnectionKind.Ollama => "ollama",
        ConnectionKind.Guide => "openwebui",
        _ => "openai",
    };
}

/// <summary>What is known of a connection's model list.</summary>
internal enum ConnectionStatus
{
    /// <summary>Asked, not answered yet.</summary>
    Pending,
    Ok,
    Down,
}

/// <param name="Reason">Why it is down, for people; null otherwise.</param>
internal sealed record ConnectionState(Connection Connection, ConnectionStatus Status, string? Reason);

/// <summary>The merged list: on equal ids the first connection wins.</summary>
internal sealed record ModelList(IReadOnlyList<Model> Models, IReadOnlyList<ConnectionState> Connections);
