using OpenWebUi.Platform.Storage;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Settings;
using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Services.Models;

/// <summary>
/// Which models there are, and for whom. It never waits for a dead connection (<see cref="ModelLists"/>). Where nobody knows what
/// administrators closed (the store cannot be reached, and never was), only who sees all goes on; others get <see cref="StoreUnavailableException"/>. A site
/// with a code and without administrators has nobody who could close anything: its relay needs no store.
/// </summary>
internal sealed class ModelCatalog(
    ConnectionRegistry registry, ModelLists lists, ModelListClient client, ModelSettingsStore store, AdminSettingsStore admin, ModelOptions options, AccessOptions access, TimeProvider time)
{
    private volatile Snapshot? _last;

    private bool IsAdministeredByNobody => access is { Mode: AccessMode.Code, AdminCodes.Count: 0 };

    /// <summary>Who a caller is to models.</summary>
    public ModelViewer ViewerOf(Caller caller) => new(
        caller.Standing, caller.Account?.Id, caller.Account?.Groups ?? [],
        options.BypassesForAll || (options.BypassesForAdmins && caller.Standing == Standing.Admin))
    {
        Owner = caller.Owner,
        Name = caller.Account?.Name ?? "",
    };

    /// <summary>The models that a viewer may use, and the presets whose model it may use, each with the routes that this viewer may take.</summary>
    /// <param name="viewer">Who looks.</param>
    /// <param name="among">Which connections, in order of precedence; null takes all.</param>
    /// <param name="ownKey">The caller's own key: the default connection is asked with it, anew, because its list may differ by key.</param>
    /// <param name="anew">Ask every connection now, in place of what is known, and wait for them <see cref="ModelLists.FirstDeadline"/> at most.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="StoreUnavailableException">As above.</exception>
    public async Task<ModelList> ListAsync(
        ModelViewer viewer, IReadOnlyList<Connection>? among, string? ownKey, bool anew, CancellationToken cancellation)
    {
        var look = await ReadAsync(viewer, ownKey, waits: true, anew, cancellation);
        var index = look.Index;
        var models = index.Models.Where(model => ModelAccess.MaySee(model, viewer)).Select(model => For(model, viewer, among)).OfType<Model>()
            .Concat(PresetsFor(look, viewer, among));
        return new(
            [.. among is null ? models : models.OrderBy(model => PlaceIn(among, model.Connection))],
            [.. index.Connections.Where(state => IsAmong(state.Connection, among) && ModelAccess.MayReach(state.Connection, viewer))]);
    }

    /// <summary>Every model that there is, also those that are switched off, with all their routes.</summary>
    public async Task<ModelList> AllAsync(bool anew, CancellationToken cancellation)
    {
        var index = (await ReadAsync(ModelViewer.Site, ownKey: null, waits: true, anew, cancellation)).Index;
        return new(index.Models, index.Connections);
    }

    /// <summary>
    /// The model that a viewer asks for, or why it is not there. Where there is only one connection it is not asked for its list: it
    /// could change nothing. With <c>ENABLE_CUSTOM_MODEL_FALLBACK</c> the first default model that is there is found instead.
    /// </summary>
    /// <param name="modelId">As the caller wrote it; also another word for a model that is listed, such as <c>llama3</c> for <c>llama3:latest</c>.</param>
    /// <param name="viewer">Who asks.</param>
    /// <param name="among">The connections that the surface reaches, in order of precedence; null takes all.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="StoreUnavailableException">As above.</exception>
    public async ValueTask<ModelMatch> FindAsync(string modelId, ModelViewer viewer, IReadOnlyList<Connection>? among, CancellationToken cancellation)
    {
        var asks = options.StandsIn || (among ?? registry.All).Count > 1;
        var look = await ReadAsync(viewer, ownKey: null, waits: asks, anew: false, cancellation, asks);
        var match = Find(look, modelId, viewer, among);
        if (!options.StandsIn || match is ModelMatch.Found)
        {
            return match;
        }

        var defaults = (await admin.ForDisplayAsync(cancellation)).DefaultModels;
        var other = defaults.Select(id => Find(look, id, viewer, among)).OfType<ModelMatch.Found>().FirstOrDefault();
        return other is null ? match
            : new ModelMatch.Found(match is ModelMatch.Baseless(var preset) ? AsPreset(preset, other.Model.Id, other.Model) : other.Model, IsStandIn: true);
    }

    /// <summary>Somebody said something of single models: the environment, or an administrator. Also where nobody knows.</summary>
    public async ValueTask<bool> HasRulesAsync(CancellationToken cancellation) =>
        options.StandsIn || options.Custom.HasRules || await store.CurrentAsync(cancellation) is not { AreNone: true };

    private ModelMatch Find(Snapshot look, string modelId, ModelViewer viewer, IReadOnlyList<Connection>? among)
    {
        if (look.Index.Exactly(modelId) is null && look.Rules.Presets.GetValueOrDefault(modelId) is { } preset && ModelAccess.IsFor(preset, viewer))
        {
            return !preset.IsActive ? new ModelMatch.Hidden() : FindBase(look, preset, viewer, among) is { } based ? new ModelMatch.Found(based) : new ModelMatch.Baseless(preset);
        }

        return FindListed(look, modelId, viewer, among);
    }

    private IEnumerable<Model> PresetsFor(Snapshot look, ModelViewer viewer, IReadOnlyList<Connection>? among) => look.Rules.Presets.Values
        .Where(preset => preset.IsActive && ModelAccess.IsFor(preset, viewer) && look.Index.Exactly(preset.Id) is null)
        .OrderBy(preset => preset.Name, StringComparer.OrdinalIgnoreCase)
        .Select(preset => FindListed(look, preset.BaseModelId, viewer, among) is ModelMatch.Found(var model, _) ? AsPreset(preset, model.Id, model) : null)
        .OfType<Model>();

    /// <summary>The preset over its model; null where the viewer may not use that, or it is gone. Nobody lists it while its provider is down: then it is tried.</summary>
    private Model? FindBase(Snapshot look, Preset preset, ModelViewer viewer, IReadOnlyList<Connection>? among) => FindListed(look, preset.BaseModelId, viewer, among) switch
    {
        ModelMatch.Found found => AsPreset(preset, found.Model.Id, found.Model),
        ModelMatch.Unlisted { Routes: { Count: > 0 } routes } => new(preset.Id, preset.Name, routes, 0) { Preset = new(preset, preset.BaseModelId) },
        _ => null,
    };

    private static Model AsPreset(Preset preset, string baseId, Model model) => model with
    {
        Id = preset.Id,
        Name = preset.Name,
        CreatedAt = preset.CreatedAt.ToUnixTimeSeconds(),
        Tags = [.. preset.Meta.Tags],
        Capabilities = model.Capabilities.Concat(preset.Meta.Capabilities).GroupBy(entry => entry.Key).ToDictionary(group => group.Key, group => group.Last().Value),
        Settings = null,
        Preset = new(preset, baseId),
    };

    private ModelMatch FindListed(Snapshot look, string modelId, ModelViewer viewer, IReadOnlyList<Connection>? among)
    {
        if (look.Index.Find(modelId) is { } model)
        {
            return !ModelAccess.MaySee(model, viewer) ? new ModelMatch.Hidden()
                : For(model, viewer, among) is { } found ? new ModelMatch.Found(found)
                : new ModelMatch.Unlisted([]);
        }

        // What is closed stays so while its connection is down, under another spelling, and as the deployment that it is.
        var routes = RoutesOfUnlisted(modelId, viewer, among ?? registry.All);
        var isClosed = look.Rules.Settings.Values.Any(settings => !(settings.IsActive && ModelAccess.IsFor(settings, viewer))
            && (ModelName.IsSame(settings.Id, modelId) || routes.Any(route => ModelName.Means(settings.Id, route))));
        return isClosed || routes.Any(route => options.Custom.Judge(route, modelId).OffBy is not null) ? new ModelMatch.Hidden() : new ModelMatch.Unlisted(routes);
    }

    /// <summary>Providers take names that they do not list: the only connection does, or else the default one, as far as it is allowed to.</summary>
    private IReadOnlyList<ModelRoute> RoutesOfUnlisted(string modelId, ModelViewer viewer, IReadOnlyList<Connection> among)
    {
        var taker = among.Count == 1 ? among[0] : among.FirstOrDefault(connection => connection.Id == registry.Default?.Id);
        return taker is not null && ModelAccess.MayReach(taker, viewer) && taker.NameAtProvider(modelId) is { } name && taker.Allows(name)
            ? [new(taker, name)] : [];
    }

    private async ValueTask<Snapshot> ReadAsync(ModelViewer viewer, string? ownKey, bool waits, bool anew, CancellationToken cancellation, bool asks = true)
    {
        await registry.RefreshAsync(cancellation);
        var connections = registry.All;
        var @default = registry.Default;
        var asking = ownKey is null || @default is null ? null : FetchAsync(@default, ownKey, cancellation);
        var reading = asks ? lists.ReadAsync(connections, waits, anew, cancellation) : new(lists.Known(connections));
        var rules = await store.CurrentAsync(cancellation)
            ?? (viewer.SeesAll || IsAdministeredByNobody ? ModelRules.None : throw new StoreUnavailableException("Nobody knows which models are closed: the store was never reached."));
        var fetched = await reading;
        if (asking is not null)
        {
            var answer = await asking;
            fetched = [.. fetched.Select((known, i) => connections[i].Id == @default!.Id ? answer : known)];
            return new(connections, fetched, rules, ModelIndex.Of(connections, fetched, rules.Settings, options, @default!.Id));
        }

        var last = _last;
        if (last is null || !last.IsOf(connections, fetched, rules))
        {
            _last = last = new(connections, fetched, rules, ModelIndex.Of(connections, fetched, rules.Settings, options, @default?.Id));
        }

        return last;
    }

    /// <summary>Null where it does not answer in time.</summary>
    private async Task<FetchedModels?> FetchAsync(Connection connection, string ownKey, CancellationToken cancellation)
    {
        var asking = client.FetchAsync(connection, ownKey, cancellation);
        return await Task.WhenAny(asking, Task.Delay(ModelLists.FirstDeadline, time, cancellation)) == asking ? await asking : null;
    }

    /// <summary>The model with the routes that are left for this viewer, in the order of <paramref name="among"/>; null when none is.</summary>
    private static Model? For(Model model, ModelViewer viewer, IReadOnlyList<Connection>? among)
    {
        var open = model.Routes.Where(route => IsAmong(route.Connection, among) && ModelAccess.MayReach(route.Connection, viewer));
        List<ModelRoute> routes = [.. among is null ? open : open.OrderBy(route => PlaceIn(among, route.Connection))];
        return routes.Count == 0 ? null : routes.SequenceEqual(model.Routes, ReferenceEqualityComparer.Instance) ? model : model with { Routes = routes };
    }

    private static int PlaceIn(IReadOnlyList<Connection> among, Connection connection)
    {
        var place = 0;
        while (place < among.Count && among[place].Id != connection.Id)
        {
            place++;
        }

        return place;
    }

    /// <summary>By id: a connection that was read anew meanwhile is the same one.</summary>
    private static bool IsAmong(Connection connection, IReadOnlyList<Connection>? among) => among is null || among.Any(one => one.Id == connection.Id);

    /// <summary>What the merged list was made of: merging a thousand models for each call would cost more than the call.</summary>
    private sealed record Snapshot(
        IReadOnlyList<Connection> Connections, IReadOnlyList<FetchedModels?> Fetched, ModelRules Rules, ModelIndex Index)
    {
        public bool IsOf(IReadOnlyList<Connection> connections, IReadOnlyList<FetchedModels?> fetched, ModelRules rules) =>
            ReferenceEquals(Rules, rules) && (ReferenceEquals(Connections, connections) || Connections.SequenceEqual(connections)) && (ReferenceEquals(Fetched, fetched) || Fetched.SequenceEqual(fetched, ReferenceEqualityComparer.Instance));
    }
}
