using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Realtime;

namespace OpenWebUi.Realtime;

/// <summary>
/// <c>POST /api/v1/realtime/negotiate</c>: <c>{url, accessToken}</c>, good for five minutes and for what is the caller's own. Nothing in the
/// request names anybody else. An account that waits hears that it was let in.
/// </summary>
/// <param name="logger">For what the service refuses.</param>
/// <param name="client">Null where no service is configured.</param>
/// <remarks>200; 404 where no service is configured; 503 where it gives no token.</remarks>
internal sealed partial class Negotiate(ILogger<Negotiate> logger, RealtimeClient? client = null)
{
    private static readonly ErrorReport Off = new(404, "realtime_off", "This site has no service that tells browsers of changes.");

    private static readonly ErrorReport Away = new(
        503, "realtime_unavailable", "The service that tells browsers of changes gives no access now. Everything else works.", RetryAfter: TimeSpan.FromSeconds(30));

    public async Task HandleAsync(HttpContext context)
    {
        var caller = AccessGate.CallerOf(context);
        var owner = caller.Owner ?? (caller.Account is { } waiting ? OwnerId.OfAccount(waiting.Id) : null);
        if (client is null || owner is not { } own)
        {
            await ErrorWriter.WriteAsync(context, Off);
            return;
        }

        ClientAccess access;
        try
        {
            access = await client.AccessAsync(new(own.Text), context.RequestAborted);
        }
        catch (HttpRequestException e)
        {
            Log.Refused(logger, e.Message);
            await ErrorWriter.WriteAsync(context, Away);
            return;
        }

        await JsonAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteString("url", access.Url);
            json.WriteString("accessToken", access.Token);
            json.WriteEndObject();
        });
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "A page was not connected to the SignalR Service: {Reason}")]
        public static partial void Refused(ILogger logger, string reason);
    }
}
