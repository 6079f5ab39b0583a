using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Models;
using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Relay;

/// <summary>
/// One call through the relay:
/// <list type="number">
/// <item>The path is looked up in the list of what callers may reach.</item>
/// <item>The first piece of the body is read; on, until the model's name, where more than one connection could serve it.</item>
/// <item>A connection is chosen.</item>
/// <item>The call is sent: the held piece, then the rest of the body as it comes.</item>
/// <item>The provider's status is waited for, 10 s. After that a caller who asked for an SSE stream gets 200 and comments.</item>
/// <item>The answer goes to the caller (<see cref="RelayAnswer"/>), bytes as they come.</item>
/// <item>A failure is told in the dialect of the surface: as a status before the first byte, as one event after it.</item>
/// </list>
/// The caller goes away, at any step: the provider's connection is closed at once.
/// </summary>
internal sealed partial class RelayCall(
    ModelRouter router, UpstreamClient client, ConnectionOptions options, TimeProvider time, ILogger<RelayCall> logger)
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
        var (connection, refusal) = await ChooseAsync(context, surface, body, pulse.Token);
        if (connection is null)
        {
            await ErrorWriter.WriteAsync(context, refusal!);
            return;
        }

        RequestSummary.Of(context).Connection = connection.Name;
        context.Response.Headers[UpstreamHeaders.ConnectionHeader] = HeaderText(connection.Name);
        // Whatever a provider sends, a browser that opens it on our origin runs nothing of it.
        context.Response.Headers.ContentSecurityPolicy = "sandbox; default-src 'none'";
        var answer = new RelayAnswer(context, surface, connection, pulse);
        try
        {
            using var response = await SendAsync(context, surface, path, connection, body, answer, pulse);
            await answer.WriteAsync(response);
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
        catch (Exception e) when (!context.RequestAborted.IsCancellationRequested && e is HttpRequestException or IOException or OperationCanceledException)
        {
            // 7
            var failure = pulse.IsTimedOut ? new UpstreamFailure(UpstreamLeg.Timeout, connection.Name) : UpstreamFailure.Of(e, connection.Name);
            Log.UpstreamFailed(logger, connection.Name, failure.Leg, e.Message);
            await answer.FailAsync(failure.Report);
        }
    }

    private async ValueTask<(Connection? Connection, ErrorReport? Refusal)> ChooseAsync(
        HttpContext context, Surface surface, RelayBody? body, CancellationToken cancellation)
    {
        var caller = AccessGate.CallerOf(context);
        var candidates = router.Candidates(surface.Dialect, surface.OllamaOnly, caller.HasOnlyOwnKey);
        if (candidates.Count == 0)
        {
            return (null, surface.OllamaOnly
                ? new(404, "no_connection", "No Ollama server is connected to this site. Set OLLAMA_BASE_URL.")
                : new(404, "no_connection", "No provider is connected to this site. Set OPENAI_API_KEY, OPENAI_API_BASE_URL or OLLAMA_BASE_URL."));
        }

        // 2
        var model = body is null ? null : await body.PeekAsync(untilModel: candidates.Count > 1, cancellation);
        if (body?.Refusal is { } refusal)
        {
            return (null, refusal);
        }

        // 3
        return await router.ChooseAsync(model, candidates, cancellation) is { } connection
            ? (connection, null)
            : (null, new(404, "model_not_found", $"The model '{Shown(model!)}' does not exist here. The model list has the ones that do.", "model"));
    }

    private async Task<HttpResponseMessage> SendAsync(
        HttpContext context, Surface surface, RelayPath path, Connection connection, RelayBody? body, RelayAnswer answer, StreamPulse pulse)
    {
        // 4
        var message = new HttpRequestMessage(HttpMethod.Parse(path.Method), connection.UrlFor(surface.Dialect, path.Path, context.Request.QueryString.Value ?? ""))
        {
            Content = body,
        };
        UpstreamHeaders.CopyRequest(context.Request.Headers, message);
        var caller = AccessGate.CallerOf(context);
        var sending = client.SendAsync(connection, message, router.TakesOwnKey(connection) ? caller.OwnKey : null, pulse.Token);

        // 5
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(pulse.Token);
        if (surface.Dialect == Dialect.OpenAi && await Task.WhenAny(sending, Task.Delay(StreamPulse.Beat, time, waiting.Token)) != sending
            && body is { WantsStream: true } && !pulse.Token.IsCancellationRequested)
        {
            await answer.OpenEarlyAsync();
        }

        await waiting.CancelAsync();
        return await sending;
    }

    private static string Shown(string text) => text.Length <= 200 ? text : text[..200] + "...";

    /// <summary>Headers are ASCII; a connection's name may not be.</summary>
    private static string HeaderText(string name) => new([.. name.Select(c => c is >= ' ' and <= '~' ? c : '?')]);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Connection {Connection} failed at {Leg}: {Cause}")]
        public static partial void UpstreamFailed(ILogger logger, string connection, UpstreamLeg leg, string cause);
    }
}
