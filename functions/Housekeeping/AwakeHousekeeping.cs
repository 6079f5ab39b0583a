using OpenWebUi.Platform.Hosting;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Conversations;
using OpenWebUi.Services.Usage;

namespace OpenWebUi.Housekeeping;

/// <summary>
/// Housekeeping while the process runs. On its own every ten minutes, the first time after one. Under the Functions host once
/// an hour, the first time after one: there the timer does it, and only an instance that has work for so long helps along.
/// Several processes on one store do the same thing twice at worst.
/// </summary>
internal sealed partial class AwakeHousekeeping(
    LeftoverSweep sweep, AttemptSweep attempts, UsageSweep usage, HostingOptions hosting, TimeProvider time, ILogger<AwakeHousekeeping> logger)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var every = hosting.UnderFunctionsHost ? TimeSpan.FromHours(1) : TimeSpan.FromMinutes(10);
        try
        {
            await Task.Delay(hosting.UnderFunctionsHost ? every : TimeSpan.FromMinutes(1), time, stoppingToken);
            while (true)
            {
                await RunAsync(stoppingToken);
                await Task.Delay(every, time, stoppingToken);
            }
        }
        catch (Exception) when (stoppingToken.IsCancellationRequested)
        {
            // What is left waits for the next process.
        }
    }

    private async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            await sweep.RunAsync(stopping);
            await attempts.RunAsync(stopping);
            await usage.RunAsync(stopping);
        }
        catch (Exception e) when (!stopping.IsCancellationRequested)
        {
            Log.NotNow(logger, e is StoreUnavailableException ? null : e, e.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Housekeeping waits for its next time: {Reason}")]
        public static partial void NotNow(ILogger logger, Exception? exception, string reason);
    }
}
