using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Relay;

/// <summary>The caller's side of a relayed call: the provider's answer, or its failure, in the form that the surface's clients expect.</summary>
internal sealed class RelayAnswer(HttpContext context, Surface surface, Connection connection, StreamPulse pulse)
{
    private const string EventStream = "text/event-stream";
    private bool _isStream;

    /// <summary>Answers 200 and keeps the stream alive before the provider has said anything.</summary>
    public async Task OpenEarlyAsync()
    {
        context.Response.ContentType = EventStream;
        BeginStream();
        await pulse.OpenAsync(beatNow: true);
    }

    /// <summary>Sends the provider's answer.</summary>
    public async Task WriteAsync(HttpResponseMessage response)
    {
        var status = (int)response.StatusCode;
        var mediaType = response.Content.Headers.ContentType?.MediaType ?? "";
        if (status is >= 300 and < 400 || (status < 300 && mediaType == "text/html"))
        {
            await FailAsync(new UpstreamFailure(UpstreamLeg.NotAnApi, connection.Name).Report);
        }
        else if (status >= 400)
        {
            await WriteErrorAsync(response, status);
        }
        else if (context.Response.HasStarted && mediaType != EventStream)
        {
            await FailAsync(new UpstreamFailure(UpstreamLeg.NotAStream, connection.Name).Report);
        }
        else
        {
            await WriteSuccessAsync(response, mediaType);
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

    private async Task WriteSuccessAsync(HttpResponseMessage response, string mediaType)
    {
        if (!context.Response.HasStarted)
        {
            context.Response.StatusCode = (int)response.StatusCode;
            UpstreamHeaders.CopyAnswer(response, connection, context.Response.Headers);
            if (mediaType is EventStream or "application/x-ndjson")
            {
                BeginStream();
            }
            else
            {
                context.Response.Headers.CacheControl = "no-store";
                context.Response.ContentLength = response.Content.Headers.ContentLength;
            }

            if (mediaType == EventStream && response.Content.Headers.ContentEncoding.Count == 0)
            {
                await pulse.OpenAsync(beatNow: false);
            }
        }

        var from = await response.Content.ReadAsStreamAsync(pulse.Token);
        await StreamCopy.RunAsync(from, context.Response.BodyWriter, pulse, _isStream);
    }

    /// <summary>A provider's own error: its status and its body, as they are where the body is JSON; else its text in our form.</summary>
    private async Task WriteErrorAsync(HttpResponseMessage response, int status)
    {
        var error = await UpstreamError.ReadAsync(response, connection, pulse.Token);
        if (context.Response.HasStarted)
        {
            await SendLastEventAsync(error.AsEvent());
            return;
        }

        UpstreamHeaders.CopyAnswer(response, connection, context.Response.Headers);
        context.Response.Headers.Remove("Content-Encoding");
        if (error.Json is not { } json)
        {
            await ErrorWriter.WriteAsync(context, error.Report);
            return;
        }

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
