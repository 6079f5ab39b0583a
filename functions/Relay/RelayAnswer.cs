using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Dialects;
using OpenWebUi.Services.Upstreams;
using OpenWebUi.Services.Usage;

namespace OpenWebUi.Relay;

/// <summary>The caller's side of a relayed call: the provider's answer, or its failure, in the form that the surface's clients expect.</summary>
/// <param name="context">The call.</param>
/// <param name="surface">Where it came in.</param>
/// <param name="ownKey">The caller's own key, which no answer repeats either; or null.</param>
/// <param name="pulse">Its clock.</param>
/// <param name="tap">Sees what passes, or null.</param>
internal sealed class RelayAnswer(HttpContext context, Surface surface, string? ownKey, StreamPulse pulse, UsageTap? tap)
{
    private const string EventStream = "text/event-stream";
    private bool _isStream;

    /// <summary>The surface's streams are events, between which comments may stand.</summary>
    public bool CanOpenEarly => surface.Dialect != Dialect.OllamaNative;

    /// <summary>The provider did what it was asked, or began to.</summary>
    public bool HasSucceeded { get; private set; }

    /// <summary>Lines of each event of the stream; 0: the answer is no stream.</summary>
    public int LinesPerEvent => !_isStream ? 0 : surface.Dialect == Dialect.OllamaNative ? 1 : 2;

    /// <summary>Answers 200 and keeps the stream alive before the provider has said anything.</summary>
    public async Task OpenEarlyAsync()
    {
        context.Response.ContentType = EventStream;
        BeginStream();
        await pulse.OpenAsync(beatNow: true);
    }

    /// <summary>Sends the provider's answer.</summary>
    /// <param name="answer">As it came.</param>
    /// <param name="translated">What brings it into the surface's dialect; null: it passes as it is.</param>
    public async Task WriteAsync(UpstreamAnswer answer, TranslatedCall? translated)
    {
        var response = answer.Response;
        var status = (int)response.StatusCode;
        var mediaType = response.Content.Headers.ContentType?.MediaType ?? "";
        if (status is >= 300 and < 400 || (status < 300 && mediaType == "text/html"))
        {
            await FailAsync(new UpstreamFailure(UpstreamLeg.NotAnApi, answer.Connection.Name).Report);
        }
        else if (status >= 400)
        {
            await WriteErrorAsync(answer, translated, status);
        }
        else if ((context.Response.HasStarted || translated is { WantsStream: true }) && mediaType != EventStream)
        {
            await FailAsync(new UpstreamFailure(UpstreamLeg.NotAStream, answer.Connection.Name).Report);
        }
        else if (translated is { WantsStream: false })
        {
            await WriteWholeAsync(answer, translated);
        }
        else
        {
            await WriteSuccessAsync(answer, translated, mediaType);
        }
    }

    /// <summary>Tells a failure: as a status while nothing was sent, as the last event of a stream, else by cutting the answer, never by a false end.</summary>
    public async Task FailAsync(ErrorReport report)
    {
        if (!context.Response.HasStarted)
        {
            context.Response.Headers.ContentLength = null;
            context.Response.Headers.Remove("Content-Encoding");
            await ErrorWriter.WriteAsync(context, report);
        }
        else if (_isStream)
        {
            await SendLastEventAsync(ErrorWriter.StreamEvent(report, surface.Errors));
        }
        else
        {
            context.Abort();
        }
    }

    private async Task WriteSuccessAsync(UpstreamAnswer answer, TranslatedCall? translated, string mediaType)
    {
        var response = answer.Response;
        if (!context.Response.HasStarted)
        {
            context.Response.StatusCode = (int)response.StatusCode;
            UpstreamHeaders.CopyAnswer(response, answer.Connection, context.Response.Headers);
            mediaType = translated?.StreamContentType ?? mediaType;
            if (translated is not null)
            {
                context.Response.ContentType = mediaType;
                context.Response.Headers.Remove("Content-Encoding");
            }

            if (mediaType is EventStream or "application/x-ndjson")
            {
                BeginStream();
            }
            else
            {
                context.Response.Headers.CacheControl = "no-store";
                context.Response.ContentLength = response.Content.Headers.ContentLength;
            }

            if (mediaType == EventStream && (translated is not null || response.Content.Headers.ContentEncoding.Count == 0))
            {
                await pulse.OpenAsync(beatNow: false);
            }
        }

        HasSucceeded = true;
        var from = translated is null ? await response.Content.ReadAsStreamAsync(pulse.Token)
            : translated.Wrap(await WholeAnswer.OpenAsync(response, pulse.Token));
        await StreamCopy.RunAsync(from, context.Response.BodyWriter, pulse, _isStream, tap);
    }

    /// <summary>A whole answer in another dialect.</summary>
    private async Task WriteWholeAsync(UpstreamAnswer answer, TranslatedCall translated)
    {
        var bytes = await WholeAnswer.ReadAsync(answer.Response, pulse);
        HasSucceeded = true;
        tap?.Feed(bytes.Span);
        UpstreamHeaders.CopyAnswer(answer.Response, answer.Connection, context.Response.Headers);
        await WriteJsonAsync(200, translated.Whole(bytes));
    }

    /// <summary>A provider's own error: its status and its body, as they are where the body is JSON; else its text in our form.</summary>
    private async Task WriteErrorAsync(UpstreamAnswer answer, TranslatedCall? translated, int status)
    {
        var connection = ownKey is null ? answer.Connection : answer.Connection with { Keys = [.. answer.Connection.Keys, ownKey] };
        var error = await UpstreamError.ReadAsync(answer.Response, connection, pulse.Token);
        if (translated is not null && error.Json is not null)
        {
            error = error with { Json = translated.Error(status, error.Json) };
        }

        if (context.Response.HasStarted)
        {
            await SendLastEventAsync(error.Json is { } told && translated is not null ? ErrorWriter.AsEvent(told, surface.Errors) : error.AsEvent());
            return;
        }

        UpstreamHeaders.CopyAnswer(answer.Response, connection, context.Response.Headers);
        if (error.Json is { } json)
        {
            await WriteJsonAsync(status, json);
            return;
        }

        context.Response.Headers.Remove("Content-Encoding");
        await ErrorWriter.WriteAsync(context, error.Report);
    }

    private async Task WriteJsonAsync(int status, byte[] json)
    {
        context.Response.Headers.Remove("Content-Encoding");
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = json.Length;
        context.Response.Headers.CacheControl = "no-store";
        await context.Response.Body.WriteAsync(json, pulse.Token);
    }

    private void BeginStream()
    {
        _isStream = true;
        // Nginx and its kin buffer unless told; no-transform keeps gateways from compressing chunks together.
        context.Response.Headers["X-Accel-Buffering"] = "no";
        context.Response.Headers.CacheControl = "no-cache, no-transform";
    }

    private async Task SendLastEventAsync(byte[] last)
    {
        await pulse.EnterAsync();
        byte[] end = surface.Dialect == Dialect.OllamaNative
            ? pulse.IsAfterLine ? last : [(byte)'\n', .. last]
            : pulse.IsBetweenEvents ? last : [(byte)'\n', (byte)'\n', .. last];
        await context.Response.Body.WriteAsync(end, context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
        pulse.Leave(end);
    }
}
