using Microsoft.AspNetCore.Http.Features;
using OpenWebUi.Platform.Storage;

namespace OpenWebUi.Platform.Http;

/// <summary>
/// The outermost handler: what a route throws becomes an answer in its dialect. A caller that went away is normal;
/// a body that is too large or broken is the caller's; a store that cannot be reached is 503; the rest is a bug (500).
/// </summary>
internal sealed partial class ErrorHandler(RequestDelegate next, ILogger<ErrorHandler> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            // 499 as nginx counts it; nobody reads it, but the request log does.
            if (!context.Response.HasStarted)
            {
                context.Response.StatusCode = 499;
            }
        }
        catch (Exception exception)
        {
            var report = ReportOf(exception);
            if (report.Status >= 500 && exception is not RefusedException)
            {
                Log.Failed(logger, exception, context.Request.Method, context.GetEndpoint()?.DisplayName ?? "no route");
            }

            if (context.Response.HasStarted)
            {
                context.Abort();
                return;
            }

            if (report.Status == StatusCodes.Status413PayloadTooLarge)
            {
                LetTheRestCome(context);
            }

            ForgetBody(context.Response.Headers);
            await ErrorWriter.WriteAsync(context, report);
        }
    }

    /// <summary>
    /// A body that was announced and refused is thrown away as it comes, by Kestrel and for 5 s at most. With a connection that closes
    /// under its upload a proxy such as Apache loses our answer and makes a 502 of its own.
    /// </summary>
    private static void LetTheRestCome(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = null;
        }
    }

    /// <summary>Takes away what described the answer that does not come. The security and CORS headers stay: they belong to every answer.</summary>
    private static void ForgetBody(IHeaderDictionary headers)
    {
        foreach (var name in (ReadOnlySpan<string>)["Content-Length", "Content-Encoding", "Content-Disposition", "ETag", "Set-Cookie"])
        {
            headers.Remove(name);
        }
    }

    private static ErrorReport ReportOf(Exception exception) => exception switch
    {
        RefusedException refused => refused.Report,
        BadHttpRequestException { StatusCode: 413 } => new(413, "body_too_large", "The request body is larger than this route takes."),
        BadHttpRequestException bad => new(bad.StatusCode, "bad_request", bad.Message),
        // Where the store is and what is wrong with it is the operator's: the log has it.
        StoreUnavailableException => new(503, "store_unavailable", "The storage of this site cannot be reached right now; nothing was lost. Try again in a moment. The log says what is wrong.", RetryAfter: TimeSpan.FromSeconds(5)),
        _ => new(500, "internal_error", "Something broke here. The log has the cause under this trace id."),
    };

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Endpoint} failed")]
        public static partial void Failed(ILogger logger, Exception exception, string method, string endpoint);
    }
}
