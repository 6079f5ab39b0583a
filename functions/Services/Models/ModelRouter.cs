using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Services.Models;

/// <summary>What a call says of where it may go.</summary>
/// <param name="Dialect">What the caller speaks.</param>
/// <param name="Viewer">Which models it may use.</param>
/// <param name="OwnKey">A provider key that it brought, or null.</param>
/// <param name="HasOnlyOwnKey">It has no more than that.</param>
/// <param name="PrefersOllama">The surface stands for an Ollama server: of several connections with the model, those of Ollama answer.</param>
internal sealed record RouteQuery(Dialect Dialect, ModelViewer Viewer, string? OwnKey = null, bool HasOnlyOwnKey = false, bool PrefersOllama = false);

/// <summary>Where a call goes, or why nowhere.</summary>
/// <param name="Routes">Any of these, in order of precedence.</param>
/// <param name="OwnKey">The caller's key goes along: then there is one route.</param>
/// <param name="Refusal">Set where there is no route.</param>
/// <param name="Preset">What the request gets of a preset (<see cref="PresetRequest"/>); null: nothing.</param>
internal sealed record RouteChoice(IReadOnlyList<UpstreamRoute> Routes, string? OwnKey = null, ErrorReport? Refusal = null, PresetUse? Preset = null);

/// <summary>Which connections may serve a call. A caller's own key goes to its provider's first connection, never to another provider that would see it.</summary>
internal sealed class ModelRouter(ConnectionRegistry registry, ModelCatalog catalog)
{
    /// <summary>Where a call may go depends on the model's name: all but a lone server that takes every name as it is.</summary>
    public async ValueTask<bool> NeedsModelAsync(CancellationToken cancellation)
    {
        await registry.RefreshAsync(cancellation);
        return Lone is null || await catalog.HasRulesAsync(cancellation);
    }

    /// <summary>The only connection, where it takes every name as it is.</summary>
    private Connection? Lone =>
        registry.All is [{ Kind: not ConnectionKind.Anthropic, IsOfficial: false, PrefixId: null, ModelIds.Count: 0, Deployments.Count: 0 } lone] ? lone : null;

    /// <param name="model">As the caller names it; null where the call names none.</param>
    /// <param name="query">Who calls, and how.</param>
    /// <param name="cancellation">Ends the wait for a first model list.</param>
    public async ValueTask<RouteChoice> ChooseAsync(string? model, RouteQuery query, CancellationToken cancellation)
    {
        await registry.RefreshAsync(cancellation);
        // An Ollama server takes no keys of other providers.
        var own = query.OwnKey is null || query.PrefersOllama ? null : registry.ForOwnKey(query.Dialect);
        if (query.HasOnlyOwnKey)
        {
            return await ByOwnKeyAsync(model, own, query, cancellation);
        }

        if (model is null)
        {
            var all = query.PrefersOllama ? Candidates(query.Dialect, prefersOllama: true, hasOnlyOwnKey: false) : registry.All;
            var first = (query.PrefersOllama ? null : registry.Default) ?? (all is [var some, ..] ? some : null);
            return first is null || !ModelAccess.MayReach(first, query.Viewer) ? Refused(NoConnection) : With(own, query, [new(first, null)]);
        }

        if (own is null && Lone is { } lone && !await catalog.HasRulesAsync(cancellation))
        {
            // No list could change where it goes.
            return ModelAccess.MayReach(lone, query.Viewer) ? new([new(lone, model)]) : Refused(NotFound(model));
        }

        var match = await MatchAsync(model, query, cancellation);
        var (routes, preset) = match switch
        {
            ModelMatch.Found found => (found.Model.Routes, found.Model.Preset),
            ModelMatch.Unlisted unlisted => (unlisted.Routes, null),
            _ => ([], null),
        };
        return routes.Count > 0 ? With(own, query, [.. routes.Select(r => new UpstreamRoute(r.Connection, r.UpstreamId))]) with { Preset = preset }
            : Refused(registry.All.Count == 0 ? NoConnection : match is ModelMatch.Baseless(var baseless) ? NoBase(baseless) : NotFound(model));
    }

    /// <summary>The connections that a surface lists.</summary>
    public IReadOnlyList<Connection> Candidates(Dialect dialect, bool prefersOllama, bool hasOnlyOwnKey) =>
        hasOnlyOwnKey ? !prefersOllama && registry.ForOwnKey(dialect) is { } own ? [own] : []
        : prefersOllama ? [.. registry.All.OrderBy(c => c.Kind != ConnectionKind.Ollama)]
        : registry.All;

    private static readonly ErrorReport NoConnection =
        new(404, "no_connection", "No provider is connected to this site. An administrator adds one under Connections, or with OPENAI_API_KEY, OPENAI_API_BASE_URL or OLLAMA_BASE_URL.");

    private static ErrorReport NotFound(string model) => new(
        404, "model_not_found", $"The model '{(model.Length <= 200 ? model : model[..200] + "...")}' does not exist here. The model list has the ones that do.", "model");

    private static ErrorReport NoBase(Preset preset) => new(
        404, "base_model_not_found", $"The preset '{preset.Name}' stands on the model '{preset.BaseModelId}', which does not exist here or is not open to you. Choose another model, or change the preset's.", "model");

    private static RouteChoice Refused(ErrorReport report) => new([], Refusal: report);

    private async ValueTask<RouteChoice> ByOwnKeyAsync(string? model, Connection? own, RouteQuery query, CancellationToken cancellation)
    {
        if (own is null)
        {
            return Refused(NoConnection);
        }

        // What is switched off for everybody stays off.
        var match = model is null ? null : await catalog.FindAsync(model, query.Viewer, among: null, cancellation);
        var preset = (match as ModelMatch.Found)?.Model.Preset;
        var name = preset?.BaseId ?? model;
        return match is ModelMatch.Hidden ? Refused(NotFound(model!))
            : match is ModelMatch.Baseless(var baseless) ? Refused(NoBase(baseless))
            : new([new(own, name is null ? null : own.NameAtProvider(name) ?? name)], query.OwnKey, Preset: preset);
    }

    private async ValueTask<ModelMatch> MatchAsync(string model, RouteQuery query, CancellationToken cancellation)
    {
        var match = await catalog.FindAsync(model, query.Viewer, among: null, cancellation);
        return match is ModelMatch.Unlisted && query.PrefersOllama && registry.All.FirstOrDefault(c => c.Kind == ConnectionKind.Ollama) is { } ollama
            ? await catalog.FindAsync(model, query.Viewer, among: [ollama], cancellation) : match;
    }

    private static RouteChoice With(Connection? own, RouteQuery query, IReadOnlyList<UpstreamRoute> routes)
    {
        if (own is not null && routes.FirstOrDefault(r => r.Connection.Id == own.Id) is { } taken)
        {
            return new([taken], query.OwnKey);
        }

        return new(query.PrefersOllama && routes.Any(IsOllama) ? [.. routes.Where(IsOllama)] : routes);
    }

    private static bool IsOllama(UpstreamRoute route) => route.Connection.Kind is ConnectionKind.Ollama or ConnectionKind.Guide;
}
