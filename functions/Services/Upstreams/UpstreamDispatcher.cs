using System.Net;

namespace OpenWebUi.Services.Upstreams;

/// <summary>
/// Sends a call to one of the connections that may serve it, and on to the next where that is safe: before a byte of an answer has
/// reached the caller, while the body is still there whole, at most <see cref="MaxAttempts"/> times, and only when the provider could
/// not be reached or answered 429, 502, 503 or 504.
/// </summary>
internal sealed partial class UpstreamDispatcher(UpstreamClient client, ConnectionHealth health, TimeProvider time, ILogger<UpstreamDispatcher> logger)
{
    /// <summary>Each may cost a connect timeout, and a throttled caller must not knock at every door.</summary>
    public const int MaxAttempts = 3;

    /// <returns>The first answer that is none of the four; else the first answer there was. Its body is read by the caller, who disposes it.</returns>
    /// <exception cref="UpstreamFailedException">Nobody answered; it tells the first failure.</exception>
    /// <exception cref="OperationCanceledException">Only when <paramref name="cancellation"/> was cancelled.</exception>
    public async Task<UpstreamAnswer> SendAsync(UpstreamCall call, CancellationToken cancellation)
    {
        List<UpstreamAttempt> tried = [];
        UpstreamAnswer? firstAnswer = null;
        UpstreamFailedException? firstFailure = null;
        try
        {
            while (tried.Count < MaxAttempts && Next(call, tried) is { } attempt)
            {
                tried.Add(attempt);
                var (answer, failure) = await TryAsync(call, attempt, cancellation);
                if (answer is not null && (!IsPassedOn(answer.Response.StatusCode) || tried.Count == MaxAttempts))
                {
                    return Better(ref firstAnswer, answer);
                }

                firstAnswer ??= answer;
                firstFailure ??= failure;
                if (answer is not null && answer != firstAnswer)
                {
                    answer.Dispose();
                }

                if (call.OwnKey is not null || !call.CanRepeat())
                {
                    break;
                }

                Log.PassedOn(logger, attempt.Route.Connection.Name, answer is null ? 0 : (int)answer.Response.StatusCode, failure?.Failure.Leg);
            }

            var result = firstAnswer ?? throw firstFailure ?? throw new InvalidOperationException("No route.");
            firstAnswer = null;
            return result;
        }
        finally
        {
            firstAnswer?.Dispose();
        }
    }

    /// <summary>A success after failures, or the last of three: that one if it is no failure, else the first.</summary>
    private static UpstreamAnswer Better(ref UpstreamAnswer? first, UpstreamAnswer last)
    {
        if (first is null || !IsPassedOn(last.Response.StatusCode))
        {
            return last;
        }

        var result = first;
        first = null;
        last.Dispose();
        return result;
    }

    /// <summary>A caller's own key is tried once, whatever others met.</summary>
    private UpstreamAttempt? Next(UpstreamCall call, List<UpstreamAttempt> tried) =>
        call.OwnKey is null ? health.Next(call.Routes, tried)
        : tried.Count == 0 ? new(call.Routes[0], call.OwnKey)
        : null;

    private async Task<(UpstreamAnswer? Answer, UpstreamFailedException? Failure)> TryAsync(UpstreamCall call, UpstreamAttempt attempt, CancellationToken cancellation)
    {
        var connection = attempt.Route.Connection;
        var isOurs = call.OwnKey is null;
        health.Began(attempt);
        try
        {
            var response = await client.SendAsync(connection, call.Message(attempt.Route), attempt.Key, isOurs, cancellation);
            if (isOurs)
            {
                health.Answered(attempt, response.StatusCode, RetryAfterOf(response));
            }

            return (new UpstreamAnswer(attempt.Route, response, () => ConnectionHealth.Ended(attempt)), null);
        }
        catch (Exception e)
        {
            ConnectionHealth.Ended(attempt);
            if (cancellation.IsCancellationRequested || e is not (HttpRequestException or IOException or OperationCanceledException))
            {
                throw;
            }

            var failure = UpstreamFailure.Of(e, connection.Name);
            if (isOurs && failure.IsUnreached)
            {
                health.Failed(attempt);
            }

            var exception = new UpstreamFailedException(failure, e);
            return failure.IsUnreached ? (null, exception) : throw exception;
        }
    }

    private static bool IsPassedOn(HttpStatusCode status) => (int)status is 429 or 502 or 503 or 504;

    private TimeSpan? RetryAfterOf(HttpResponseMessage response)
    {
        var said = response.Headers.RetryAfter;
        var wait = said?.Delta ?? (said?.Date is { } date ? date - time.GetUtcNow() : null);
        return wait > TimeSpan.Zero ? wait : null;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Connection {Connection} did not serve a call (status {Status}, leg {Leg}): another one is asked")]
        public static partial void PassedOn(ILogger logger, string connection, int status, UpstreamLeg? leg);
    }
}
