using System.Text.Json;
using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Services.Models;

/// <summary>One connection that serves a model, and what the model is called there.</summary>
/// <param name="UpstreamId">As the provider calls it: an Azure deployment, or the name without the connection's prefix.</param>
internal sealed record ModelRoute(Connection Connection, string UpstreamId)
{
    /// <summary>The provider's own description: an element of OpenAI's <c>data</c> or of Ollama's <c>models</c>.</summary>
    public JsonElement Raw { get; init; }
}

/// <summary>A model that some connection offers.</summary>
/// <param name="Id">As callers ask for it (<see cref="Connection.NameForCallers"/>).</param>
/// <param name="Name">For people.</param>
/// <param name="Routes">Every connection that lists the id, in order of precedence; at least one. Of an answer for a viewer: only those that the viewer may reach, in the order of who asked.</param>
/// <param name="CreatedAt">Unix seconds, 0 where the provider does not say.</param>
internal sealed record Model(string Id, string Name, IReadOnlyList<ModelRoute> Routes, long CreatedAt)
{
    /// <summary>The first that serves it.</summary>
    public Connection Connection => Routes[0].Connection;

    /// <summary>The first provider's own description.</summary>
    public JsonElement Raw => Routes[0].Raw;

    /// <summary>Of its connections, then its own; each once.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>What is known of what it can, such as <c>vision</c>.</summary>
    public IReadOnlyDictionary<string, bool> Capabilities { get; init; } = new Dictionary<string, bool>();

    /// <summary>Tokens that go into one call, question and answer together; null where the provider does not say.</summary>
    public int? MaxContext { get; init; }

    /// <summary>False for what only other routes than chat take (embeddings, speech, images).</summary>
    public bool IsChat { get; init; } = true;

    /// <summary>The variable that switched it off; null: none did.</summary>
    public string? OffBy { get; init; }

    /// <summary>What an administrator changed; null: nothing.</summary>
    public ModelSettings? Settings { get; init; }

    /// <summary>The preset that it is, over the model whose routes it has; null: a provider's own.</summary>
    public PresetUse? Preset { get; init; }

    /// <summary>Nobody reaches one that is off.</summary>
    public bool IsOn => OffBy is null && Settings is null or { IsActive: true };

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

/// <summary>The merged list: on equal ids the first connection gives the description.</summary>
internal sealed record ModelList(IReadOnlyList<Model> Models, IReadOnlyList<ConnectionState> Connections);

/// <summary>What became of a model that somebody asked for.</summary>
internal abstract record ModelMatch
{
    private ModelMatch()
    {
    }

    /// <summary>It is there, and the viewer may use it.</summary>
    /// <param name="Model">With the routes that this viewer may take, at least one.</param>
    /// <param name="IsStandIn">It is another one than was asked for (<c>ENABLE_CUSTOM_MODEL_FALLBACK</c>).</param>
    public sealed record Found(Model Model, bool IsStandIn = false) : ModelMatch;

    /// <summary>No connection lists it. Providers take names that they do not list.</summary>
    /// <param name="Routes">Where it may be tried: the only connection, or the default one. Empty: the model does not exist here.</param>
    public sealed record Unlisted(IReadOnlyList<ModelRoute> Routes) : ModelMatch;

    /// <summary>The viewer may use the preset, but not the model under it, or nobody has that any more.</summary>
    public sealed record Baseless(Preset Preset) : ModelMatch;

    /// <summary>Switched off, or not for this viewer. Answer as if it did not exist (404 <c>model_not_found</c>).</summary>
    public sealed record Hidden : ModelMatch;
}
