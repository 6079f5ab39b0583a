using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Dialects;
using OpenWebUi.Services.Models;
using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Relay;

/// <summary>What a call asks for.</summary>
/// <param name="Model">As the caller says it; null where it says none.</param>
/// <param name="Viewer">Who calls.</param>
/// <param name="Preset">What the model is, where it is a preset.</param>
internal sealed record AskedModel(string? Model, ModelViewer Viewer, PresetUse? Preset);

/// <summary>
/// How one call is made at each connection that may serve it: as it came, with the model's name exchanged, or translated into the
/// provider's dialect. A preset's words are added before either. Only what must be written anew is held whole.
/// </summary>
internal sealed class RelayPlan
{
    private readonly HttpContext _context;
    private readonly Surface _surface;
    private readonly RelayPath _path;
    private readonly RelayBody? _body;
    private readonly AskedModel _model;
    private readonly TimeProvider _time;
    private readonly Dictionary<string, TranslatedCall> _translated = [];
    private readonly RequestForm _form;
    private ReadOnlyMemory<byte> _whole;

    private RelayPlan(HttpContext context, Surface surface, RelayPath path, RelayBody? body, AskedModel model, IReadOnlyList<UpstreamRoute> routes, TimeProvider time)
    {
        (_context, _surface, _path, _body, _model, Routes, _time) = (context, surface, path, body, model, routes, time);
        _form = model.Preset is null || body is null or { IsForm: true } ? RequestForm.Other : FormOf(surface.Dialect, path.Path);
    }

    /// <summary>Those where the call can be made.</summary>
    public IReadOnlyList<UpstreamRoute> Routes { get; }

    /// <summary>Who answered in the end.</summary>
    public Connection? Answered { get; set; }

    /// <summary>The plan, or why there is none.</summary>
    /// <param name="context">The call.</param>
    /// <param name="surface">Where it came in.</param>
    /// <param name="path">Which path.</param>
    /// <param name="body">Its body, read as far as the model's name.</param>
    /// <param name="model">What it asks for.</param>
    /// <param name="routes">Where it may go.</param>
    /// <param name="time">For translated answers.</param>
    /// <param name="cancellation">Ends the reading of the body.</param>
    /// <exception cref="RefusedException">The body cannot be translated.</exception>
    public static async ValueTask<(RelayPlan? Plan, ErrorReport? Refusal)> MakeAsync(
        HttpContext context, Surface surface, RelayPath path, RelayBody? body, AskedModel model, IReadOnlyList<UpstreamRoute> routes, TimeProvider time, CancellationToken cancellation)
    {
        List<UpstreamRoute> possible = [.. routes.Where(route => PassageTo(surface, path, route) is not Passage.Impossible)];
        if (possible.Count == 0)
        {
            return (null, new(400, "not_possible", ((Passage.Impossible)PassageTo(surface, path, routes[0])!).Sentence, "model"));
        }

        var plan = new RelayPlan(context, surface, path, body, model, possible, time);
        if (body is not null && possible.Any(plan.IsWrittenAnew))
        {
            var whole = await body.ReadWholeAsync(cancellation);
            plan._whole = plan.HasWords ? PresetRequest.Apply(whole, model.Preset!, plan._form, model.Viewer, time.GetUtcNow()) : whole;
        }

        return (plan, null);
    }

    /// <summary>What becomes of a call at a connection; null: it passes as it is.</summary>
    public static Passage? PassageTo(Surface surface, RelayPath path, UpstreamRoute route) =>
        Translations.Find(WireOf(surface.Dialect), path.Path, route.Connection.Kind switch
        {
            ConnectionKind.Anthropic => WireDialect.Anthropic,
            ConnectionKind.Ollama or ConnectionKind.Guide => WireDialect.Ollama,
            _ => WireDialect.OpenAi,
        });

    /// <summary>The message for one attempt.</summary>
    public HttpRequestMessage MessageFor(UpstreamRoute route)
    {
        var (connection, model) = route;
        var passage = PassageTo(_surface, _path, route) as Passage.Translated;
        var query = passage is null ? _context.Request.QueryString.Value ?? "" : "";
        var dialect = passage is null ? _surface.Dialect : passage.Translation.Provider == WireDialect.Anthropic ? Dialect.Anthropic : Dialect.OpenAi;
        var message = new HttpRequestMessage(HttpMethod.Parse(_path.Method), connection.UrlFor(dialect, passage?.Translation.Path ?? _path.Path, query, model))
        {
            Content = _body is null ? null : passage is not null ? TranslatedContent(route, passage.Translation) : PassedContent(route),
        };
        UpstreamHeaders.CopyRequest(_context.Request.Headers, message);
        return message;
    }

    /// <summary>The translation that an attempt at this route began; null: it passes as it is.</summary>
    public TranslatedCall? TranslationOf(UpstreamRoute route) => _translated.GetValueOrDefault(route.Connection.Id);

    /// <summary>Body or answer are parsed and written anew, at some connection at least; else bytes only pass.</summary>
    public bool Computes => !_whole.IsEmpty;

    /// <summary>The caller wants a stream, as far as its body has passed.</summary>
    public bool WantsStream => _translated.Count > 0 ? _translated.Values.First().WantsStream : _body?.WantsStream == true;

    private static WireDialect WireOf(Dialect dialect) => dialect switch
    {
        Dialect.OllamaNative => WireDialect.Ollama,
        Dialect.Anthropic => WireDialect.Anthropic,
        _ => WireDialect.OpenAi,
    };

    /// <summary>A preset says something in this call.</summary>
    private bool HasWords => _form != RequestForm.Other;

    /// <summary>The name by which the held body asks.</summary>
    private string? Asked => HasWords ? _model.Preset!.BaseId : _model.Model;

    private static RequestForm FormOf(Dialect dialect, string path) => (dialect, path) switch
    {
        (Dialect.OpenAi, "chat/completions") => RequestForm.Chat,
        (Dialect.OpenAi, "completions") => RequestForm.Completion,
        (Dialect.OpenAi, "responses") => RequestForm.Responses,
        (Dialect.Anthropic, "messages") => RequestForm.Messages,
        (Dialect.OllamaNative, "chat") => RequestForm.OllamaChat,
        (Dialect.OllamaNative, "generate") => RequestForm.OllamaGenerate,
        _ => RequestForm.Other,
    };

    private bool IsWrittenAnew(UpstreamRoute route) => HasWords || PassageTo(_surface, _path, route) is Passage.Translated || IsAdapted(route);

    /// <summary>OpenAI's own rules for the words of a reasoning model's call.</summary>
    private bool IsAdapted(UpstreamRoute route) =>
        route.Connection.IsOfficial && _path.Path == "chat/completions" && _surface.Dialect == Dialect.OpenAi
        && (ReasoningModels.Includes(Asked ?? "") || ReasoningModels.Includes(route.Model ?? ""));

    private HttpContent PassedContent(UpstreamRoute route)
    {
        var renamed = route.Model == Asked ? null : route.Model;
        if (!IsAdapted(route) && !HasWords)
        {
            return _body!.ContentFor(renamed);
        }

        var named = !HasWords ? _body!.WholeAs(renamed) : renamed is null ? _whole : PresetRequest.WithModel(_whole, renamed);
        if (!IsAdapted(route))
        {
            return Json(named);
        }

        return Json(ReasoningModels.Adapt(named, ReasoningModels.Includes(Asked!) ? Asked! : route.Model!) ?? named);
    }

    private ReadOnlyMemoryContent TranslatedContent(UpstreamRoute route, Translation translation)
    {
        var call = translation.Begin(_whole, _time, route.Model);
        _translated[route.Connection.Id] = call;
        var body = route.Connection.IsOfficial && translation.Path == "chat/completions"
            ? ReasoningModels.Adapt(call.Body, ReasoningModels.Includes(Asked ?? "") ? Asked! : route.Model ?? "") ?? call.Body
            : call.Body;
        return Json(body);
    }

    private static ReadOnlyMemoryContent Json(ReadOnlyMemory<byte> body)
    {
        var content = new ReadOnlyMemoryContent(body);
        content.Headers.ContentType = new("application/json");
        return content;
    }
}
