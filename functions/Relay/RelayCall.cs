using OpenWebUi.Platform.Hosting;
using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Dialects;
using OpenWebUi.Services.Models;
using OpenWebUi.Services.Upstreams;
using OpenWebUi.Services.Usage;

namespace OpenWebUi.Relay;

/// <summary>
/// One call through the relay:
/// <list type="number">
/// <item>The path is looked up in the list of what callers may reach.</item>
/// <item>The first piece of the body is read; on, until the model's name, where the connection or the caller's right depends on it.</item>
/// <item>The connections that may serve it are chosen, and how the call is made at each (<see cref="RelayPlan"/>).</item>
/// <item>The call is sent: what is held, then the rest of the body as it comes; to another connection where the first does not serve it.</item>
/// <item>The provider's status is waited for, 10 s. After that a caller who asked for an SSE stream gets 200 and comments.</item>
/// <item>The answer goes to the caller (<see cref="RelayAnswer"/>), bytes as they come.</item>
/// <item>A failure is told in the dialect of the surface: as a status before the first byte, as one event after it.</item>
/// </list>
/// The caller goes away, at any step: the provider's connection is closed at once.
/// </summary>
internal sealed partial class RelayCall(
    ModelRouter router, ModelCatalog catalog, UpstreamDispatcher dispatcher, AnswersHere here, ConnectionOptions options, UsageMeter meter, TimeProvider time, ILogger<RelayCall> logger)
{
    public async Task ForwardAsync(HttpContext context, Surface surface, string relativePath)
    {
        // 1
        if (RelayPaths.Find(surface.Dialect, relativePath) is not { } path)
        {
            await ErrorWriter.WriteAsync(context, new(surface == Surface.NextChat ? 403 : 404, "unknown_path", $"you are not allowed to request {Shown(relativePath)}"));
            return;
        }

        if (!HttpMethods.Equals(context.Request.Method, path.Method))
        {
            context.Response.Headers.Allow = path.Method;
            await ErrorWriter.WriteAsync(context, new(405, "method_not_allowed", $"This path takes {path.Method}."));
            return;
        }

        await using var pulse = new StreamPulse(context, options.IdleTimeout, time);
        using var body = path.Body == BodyForm.None ? null : new RelayBody(context.Request, path.Body, pulse.Moved);

        // 2
        var model = body is null ? null : await body.PeekAsync(await router.NeedsModelAsync(pulse.Token), pulse.Token);
        if (body?.Refusal is { } refused)
        {
            await ErrorWriter.WriteAsync(context, refused);
            return;
        }

        // 3
        var caller = AccessGate.CallerOf(context);
        var viewer = catalog.ViewerOf(caller);
        var choice = await router.ChooseAsync(
            model, new(surface.Dialect, viewer, caller.OwnKey, caller.HasOnlyOwnKey, surface.PrefersOllama), pulse.Token);
        if (choice.Refusal is null && RelayPlan.PassageTo(surface, path, choice.Routes[0]) is Passage.AnsweredHere)
        {
            await PoolContext.RunAsync(() => here.AnswerAsync(context, path, body, model, pulse.Token));
            return;
        }

        var (plan, refusal) = choice.Refusal is not null ? (null, choice.Refusal)
            : await RelayPlan.MakeAsync(context, surface, path, body, new(model, viewer, choice.Preset), choice.Routes, time, pulse.Token);
        if (plan is null)
        {
            await ErrorWriter.WriteAsync(context, refusal!);
            return;
        }

        // Whatever a provider sends, a browser that opens it on our origin runs nothing of it.
        context.Response.Headers.ContentSecurityPolicy = "sandbox; default-src 'none'";
        var tap = path.UsesTokens ? new UsageTap() : null;
        var answer = new RelayAnswer(context, surface, choice.OwnKey, pulse, tap);
        try
        {
            await (plan.Computes
                ? PoolContext.RunAsync(() => ServeAsync(context, answer, plan, body, choice.OwnKey, pulse))
                : ServeAsync(context, answer, plan, body, choice.OwnKey, pulse));
        }
        finally
        {
            if (answer.HasSucceeded && tap is not null)
            {
                meter.Add(viewer, choice.Preset?.BaseId ?? model, plan.Answered!.Id, tap.Result(body?.Taken ?? 0, answer.LinesPerEvent));
            }
        }
    }

    private async Task ServeAsync(HttpContext context, RelayAnswer answer, RelayPlan plan, RelayBody? body, string? ownKey, StreamPulse pulse)
    {
        Name(context, plan.Routes[0].Connection);
        var asked = plan.Routes[0].Connection.Name;
        try
        {
            using var sent = await SendAsync(answer, plan, body, ownKey, pulse);
            asked = sent.Connection.Name;
            plan.Answered = sent.Connection;
            Name(context, sent.Connection);
            body?.Release();
            await answer.WriteAsync(sent, plan.TranslationOf(sent.Route));
        }
        catch (Exception) when (body?.ReadFailure is { } failure and not OperationCanceledException && !context.Response.HasStarted)
        {
            // The caller's own body broke: not the provider's fault.
            context.Response.Headers.Remove(UpstreamHeaders.ConnectionHeader);
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
        }
        catch (Exception) when (body?.Refusal is { } broken)
        {
            context.Response.Headers.Remove(UpstreamHeaders.ConnectionHeader);
            await answer.FailAsync(broken);
        }
        catch (UpstreamFailedException e) when (!context.RequestAborted.IsCancellationRequested)
        {
            // 7
            Log.UpstreamFailed(logger, e.Failure.ConnectionName, e.Failure.Leg, e.Message);
            await answer.FailAsync(e.Failure.Report);
        }
        catch (Exception e) when (!context.RequestAborted.IsCancellationRequested && e is HttpRequestException or IOException or OperationCanceledException or InvalidDataException)
        {
            // 7
            var failure = pulse.IsTimedOut ? new UpstreamFailure(UpstreamLeg.Timeout, asked)
                : e is UnreadableAnswerException or InvalidDataException ? new UpstreamFailure(UpstreamLeg.Unreadable, asked)
                : UpstreamFailure.Of(e, asked);
            Log.UpstreamFailed(logger, asked, failure.Leg, e.Message);
            await answer.FailAsync(failure.Report);
        }
    }

    private async Task<UpstreamAnswer> SendAsync(RelayAnswer answer, RelayPlan plan, RelayBody? body, string? ownKey, StreamPulse pulse)
    {
        // 4
        if (body is not null)
        {
            body.Keeps = plan.Routes.Count > 1 || plan.Routes[0].Connection.Keys.Count > 1;
        }

        var sending = dispatcher.SendAsync(new(plan.Routes, ownKey, plan.MessageFor, () => body is null or { CanRepeat: true }), pulse.Token);

        // 5
        if (answer.CanOpenEarly && !await pulse.IsOverWithinBeatAsync(sending) && plan.WantsStream && !pulse.Token.IsCancellationRequested)
        {
            await answer.OpenEarlyAsync();
        }

        return await sending;
    }

    /// <summary>Says which connection it is, to the caller and to the log. A header that has been sent stays.</summary>
    private static void Name(HttpContext context, Connection connection)
    {
        RequestSummary.Of(context).Connection = connection.Name;
        if (!context.Response.HasStarted)
        {
            // Headers are printable ASCII; a connection's name may not be.
            context.Response.Headers[UpstreamHeaders.ConnectionHeader] = connection.Name.AsSpan().ContainsAnyExceptInRange(' ', '~')
                ? new string([.. connection.Name.Select(c => c is >= ' ' and <= '~' ? c : '?')])
                : connection.Name;
        }
    }

    private static string Shown(string text) => text.Length <= 200 ? text : text[..200] + "...";

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Connection {Connection} failed at {Leg}: {Cause}")]
        public static partial void UpstreamFailed(ILogger logger, string connection, UpstreamLeg leg, string cause);
    }
}
