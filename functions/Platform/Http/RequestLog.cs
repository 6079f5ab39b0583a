using System.Diagnostics;

namespace OpenWebUi.Platform.Http;

/// <summary>What the one summary line of a request says beyond its status: filled in by who knows it.</summary>
internal sealed class RequestSummary
{
    public string Caller { get; set; } = "-";

    public string Connection { get; set; } = "-";

    public static RequestSummary Of(HttpContext context)
    {
        if (context.Items.TryGetValue(typeof(RequestSummary), out var found) && found is RequestSummary summary)
        {
            return summary;
        }

        summary = new RequestSummary();
        context.Items[typeof(RequestSummary)] = summary;
        return summary;
    }
}

/// <summary>One line a request. The route's pattern stands for the path: a path may hold what somebody typed, a query what somebody wrote.</summary>
internal sealed partial class RequestLog(RequestDelegate next, ILogger<RequestLog> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var start = Stopwatch.GetTimestamp();
        try
        {
            await next(context);
        }
        finally
        {
            if (logger.IsEnabled(LogLevel.Information))
            {
                var milliseconds = (long)Stopwatch.GetElapsedTime(start).TotalMilliseconds;
                var route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "(no route)";
                var summary = RequestSummary.Of(context);
                Log.Request(logger, context.Request.Method, route, context.Response.StatusCode, milliseconds, summary.Caller, summary.Connection);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "{Method} {Route} {Status} {Milliseconds} ms caller={Caller} connection={Connection}")]
        public static partial void Request(ILogger logger, string method, string route, int status, long milliseconds, string caller, string connection);
    }
}
