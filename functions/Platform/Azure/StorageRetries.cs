using Azure;
using Azure.Core;
using Azure.Core.Pipeline;

namespace OpenWebUi.Platform.Azure;

/// <summary>
/// Repeats what failed on the way (no answer, 408, 429, 500, 502, 503, 504) at most <see cref="StoragePipelineOptions.MaxRetries"/>
/// times, waits as long as the service asks, and remembers whether an earlier try may have been done unseen.
/// </summary>
/// <remarks>
/// 429 and 503 are the service's "busy" and refuse before anything is done; after every other failure nobody knows
/// ("Common REST API error codes": OperationTimedOut and InternalError are 500; learn.microsoft.com, read 2026-11).
/// A wait longer than <see cref="MaxWait"/> is not waited for: the caller's own client has gone by then.
/// </remarks>
internal sealed class StorageRetries(int maxRetries, TimeSpan firstDelay)
    : RetryPolicy(maxRetries, DelayStrategy.CreateExponentialDelayStrategy(firstDelay, MaxWait))
{
    public static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(10);

    /// <summary>Whether a try before the one that was answered got no answer of the service, so that it may have been done.</summary>
    public static bool MayHaveBeenDone(HttpMessage message) => message.TryGetProperty(typeof(StorageRetries), out _);

    protected override bool ShouldRetry(HttpMessage message, Exception? exception) =>
        Decide(message, base.ShouldRetry(message, exception));

    protected override async ValueTask<bool> ShouldRetryAsync(HttpMessage message, Exception? exception) =>
        Decide(message, await base.ShouldRetryAsync(message, exception));

    private static bool Decide(HttpMessage message, bool retry)
    {
        var answer = message.HasResponse ? message.Response : null;
        if (!retry || (answer is not null && AskedWait(answer) > MaxWait))
        {
            return false;
        }

        if (answer?.Status is not (429 or 503))
        {
            message.SetProperty(typeof(StorageRetries), true);
        }

        return true;
    }

    private static TimeSpan AskedWait(Response answer) =>
        answer.Headers.TryGetValue("Retry-After", out var text) && int.TryParse(text, out var seconds) ? TimeSpan.FromSeconds(seconds) : TimeSpan.Zero;
}
