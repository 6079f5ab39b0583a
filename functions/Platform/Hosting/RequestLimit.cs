namespace OpenWebUi.Platform.Hosting;

/// <summary>
/// Cuts a request off before it is as old as <c>functionTimeout</c> in host.json (30 minutes): there the Functions host kills the whole
/// process, and with it everybody else's streams. Only under that host; elsewhere nothing ends a stream that moves.
/// </summary>
internal sealed class RequestLimit(RequestDelegate next, TimeProvider time)
{
    /// <summary>A minute less, for what the host does before and after.</summary>
    public static readonly TimeSpan Max = TimeSpan.FromMinutes(29);

    public async Task InvokeAsync(HttpContext context)
    {
        // Disposing waits for a callback under way: Kestrel gives the context to the connection's next request.
        await using var limit = time.CreateTimer(static context => ((HttpContext)context!).Abort(), context, Max, Timeout.InfiniteTimeSpan);
        await next(context);
    }
}
