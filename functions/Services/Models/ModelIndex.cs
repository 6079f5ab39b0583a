using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Services.Models;

/// <summary>Every model of every connection under one roof, as one look saw them; who may see what is not decided here.</summary>
internal sealed class ModelIndex
{
    private readonly Dictionary<string, Model> _byId;

    private ModelIndex(IReadOnlyList<Model> models, IReadOnlyList<ConnectionState> connections)
    {
        Models = models;
        Connections = connections;
        _byId = models.ToDictionary(model => model.Id);
    }

    /// <summary>Also those that are switched off.</summary>
    public IReadOnlyList<Model> Models { get; }

    public IReadOnlyList<ConnectionState> Connections { get; }

    /// <summary>The model of this id, or null.</summary>
    public Model? Exactly(string id) => _byId.GetValueOrDefault(id);

    /// <summary>The model of this id; else one that the name means by another word (<see cref="ModelName"/>); else null.</summary>
    public Model? Find(string id) => Exactly(id)
        ?? Models.FirstOrDefault(model => model.Routes.Any(route => ModelName.Means(id, route)));

    /// <summary>Merges the lists: a model keeps every connection that lists its id, the first names and describes it.</summary>
    /// <param name="connections">In order of precedence.</param>
    /// <param name="fetched">The list of each; null where nothing is known yet.</param>
    /// <param name="settings">What administrators changed, by id.</param>
    /// <param name="options">What the environment says.</param>
    /// <param name="defaultId">The connection that takes what nobody lists.</param>
    public static ModelIndex Of(
        IReadOnlyList<Connection> connections, IReadOnlyList<FetchedModels?> fetched, IReadOnlyDictionary<string, ModelSettings> settings,
        ModelOptions options, string? defaultId)
    {
        var drafts = new Dictionary<string, Draft>();
        var order = new List<Draft>();
        var states = new List<ConnectionState>();
        foreach (var (i, connection) in connections.Index())
        {
            var known = fetched[i];
            states.Add(new(connection,
                known is null ? ConnectionStatus.Pending : known.Failure is null ? ConnectionStatus.Ok : ConnectionStatus.Down, known?.Failure));
            foreach (var listed in known?.Models ?? [])
            {
                Add(connection, listed);
            }
        }

        // What the environment adds: not where nobody answers.
        foreach (var (i, connection) in connections.Index().Where(entry => entry.Item.Kind != ConnectionKind.Guide && fetched[entry.Index] is not { Failure: not null, HasNoList: false }))
        {
            foreach (var (id, namesProvider) in options.Custom.NamedAt(connection, connection.Id == defaultId))
            {
                var isListed = order.Any(draft => draft.Routes.Any(route => (!namesProvider || route.Connection.Id == connection.Id)
                    && (ModelName.IsSame(route.UpstreamId, id) || ModelName.IsSame(draft.Id, id))));
                if (!isListed && connection.NameAtProvider(connection.NameForCallers(id)) is { } name)
                {
                    Add(connection, ModelListReader.OfName(name, id));
                    states[i] = states[i] is { Status: ConnectionStatus.Down } ? new(connection, ConnectionStatus.Ok, null) : states[i];
                }
            }
        }

        return new([.. order.Select(draft => draft.Finish(settings.GetValueOrDefault(draft.Id), options))], states);

        void Add(Connection connection, ListedModel listed)
        {
            var id = connection.NameForCallers(listed.CallerId);
            if (!drafts.TryGetValue(id, out var draft))
            {
                drafts[id] = draft = new(id, listed);
                order.Add(draft);
            }

            draft.Add(new(connection, listed.Id) { Raw = listed.Raw }, options.Custom);
        }
    }

    /// <summary>A model while its connections are gathered.</summary>
    private sealed class Draft(string id, ListedModel first)
    {
        private readonly List<ModelRoute> _off = [];
        private string? _offBy;
        private string? _name;

        public string Id => id;

        public List<ModelRoute> Routes { get; } = [];

        public void Add(ModelRoute route, CustomModels custom)
        {
            if (Routes.Concat(_off).Any(other => other.Connection.Id == route.Connection.Id))
            {
                return;
            }

            var verdict = custom.Judge(route, id);
            _offBy ??= verdict.OffBy;
            _name ??= verdict.Name;
            (verdict.OffBy is null ? Routes : _off).Add(route with { UpstreamId = verdict.UpstreamId });
        }

        public Model Finish(ModelSettings? settings, ModelOptions options)
        {
            var routes = Routes.Count > 0 ? Routes : _off;
            var model = new Model(id, settings?.Name ?? _name ?? (first.Name == first.CallerId ? id : first.Name), routes, first.CreatedAt)
            {
                Tags = [.. routes.SelectMany(route => route.Connection.Tags).Concat(settings?.Meta.Tags ?? []).Distinct()],
                MaxContext = ModelTraits.MaxContext(routes[0].Raw),
                IsChat = ModelTraits.IsChat(routes[0].Connection, routes[0].UpstreamId),
                OffBy = Routes.Count > 0 ? null : _offBy,
                Settings = settings,
            };
            return model with { Capabilities = ModelTraits.Capabilities(model, options.VisionModels) };
        }
    }
}
