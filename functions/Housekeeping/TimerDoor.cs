using OpenWebUi.Platform.Hosting;
using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Conversations;
using OpenWebUi.Services.Usage;

namespace OpenWebUi.Housekeeping;

/// <summary>
/// <c>POST /Housekeeping</c>, which only the Functions host may call. The public catch-all leads to the same address, so who
/// calls is told by headers: what the host forwards for somebody always bears <c>x-ms-invocation-id</c> and <c>X-Forwarded-*</c>,
/// its own call of a timer bears neither (azure-functions-host v4, DefaultHttpWorkerService; its socket is loopback only).
/// </summary>
internal sealed class TimerDoor(HostingOptions hosting, LeftoverSweep sweep, AttemptSweep attempts, UsageSweep usage)
{
    private const string InvocationId = "X-Azure-Functions-InvocationId";
    private const string ForwardedInvocationId = "x-ms-invocation-id";
    private const string ForwardedPrefix = "X-Forwarded-";

    /// <summary>The answer must have a body, else the host waits for one until functionTimeout and then kills the handler.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        if (!IsTimer(context.Request.Headers))
        {
            await ErrorWriter.WriteAsync(context, new(404, "not_found", "There is nothing at this address."));
            return;
        }

        var report = await sweep.RunAsync(context.RequestAborted);
        var counts = await attempts.RunAsync(context.RequestAborted);
        var used = await usage.RunAsync(context.RequestAborted);
        await JsonAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteStartObject("Outputs");
            json.WriteEndObject();
            json.WriteStartArray("Logs");
            json.WriteStringValue($"{report.Done} leftovers settled, {report.Rows} rows and {report.Blobs} blobs removed; {(report.IsComplete ? "nothing" : "some")} is left for the next time. {counts} old counts of wrong attempts and {used} of used tokens removed.");
            json.WriteEndArray();
            json.WriteNull("ReturnValue");
            json.WriteEndObject();
        });
    }

    private bool IsTimer(IHeaderDictionary headers) =>
        hosting.UnderFunctionsHost && headers.ContainsKey(InvocationId) && !headers.ContainsKey(ForwardedInvocationId)
        && !headers.Keys.Any(name => name.StartsWith(ForwardedPrefix, StringComparison.OrdinalIgnoreCase));
}
