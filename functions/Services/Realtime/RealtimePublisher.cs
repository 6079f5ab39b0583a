using System.Text.Json;

namespace OpenWebUi.Services.Realtime;

/// <summary>
/// Brings news to the service, beside every request: what comes within <see cref="Pause"/> goes together, one message for each chat. What
/// the service does not take is dropped, and for <see cref="Rest"/> after a failure so is everything, because a message that comes late
/// says nothing that a look would not. Messages: <c>chats-changed {chatId, what: [...]}</c> and <c>account-changed {}</c>, never content.
/// </summary>
internal sealed partial class RealtimePublisher(RealtimeNews news, RealtimeClient client, TimeProvider time, ILogger<RealtimePublisher> logger) : BackgroundService
{
    public static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    public static readonly TimeSpan Rest = TimeSpan.FromSeconds(10);

    private const int MaxAtOnce = 8;

    private static readonly TimeSpan WarnEvery = TimeSpan.FromMinutes(1);

    /// <summary>Of what is left at the end of the process.</summary>
    private static readonly TimeSpan LastPatience = TimeSpan.FromSeconds(1);

    private static readonly (ChatChange What, string Word)[] Words =
    [
        (ChatChange.Created, "created"), (ChatChange.Renamed, "renamed"), (ChatChange.Titled, "titled"), (ChatChange.Pinned, "pinned"),
        (ChatChange.Archived, "archived"), (ChatChange.Deleted, "deleted"), (ChatChange.Restored, "restored"),
        (ChatChange.TurnBegun, "turn-begun"), (ChatChange.TurnEnded, "turn-ended"), (ChatChange.Edited, "edited"), (ChatChange.Moved, "moved"), (ChatChange.Tagged, "tagged"),
    ];

    // UTC ticks: several messages may fail at once.
    private long _restsUntil;
    private long _warnedAt;

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        using var limit = new CancellationTokenSource(LastPatience);
        await TellAsync(news.TakeAll(), limit.Token);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            // Nothing runs while nothing happens.
            while (await news.WaitAsync(stoppingToken))
            {
                await Task.Delay(Pause, time, stoppingToken);
                var all = news.TakeAll();
                await TellAsync(all, stoppingToken);
                Log.Over(logger, all.Count);
            }
        }
        catch (OperationCanceledException)
        {
            // StopAsync tells the rest.
        }
    }

    private Task TellAsync(IReadOnlyList<News> all, CancellationToken cancellation) => Parallel.ForEachAsync(
        all, new ParallelOptions { MaxDegreeOfParallelism = MaxAtOnce }, async (one, _) => await TellAsync(one, cancellation));

    private async Task TellAsync(News one, CancellationToken cancellation)
    {
        if (time.GetUtcNow().UtcTicks < Volatile.Read(ref _restsUntil))
        {
            return;
        }

        try
        {
            await client.SendAsync(one.Audience, one.Chat is null ? "account-changed" : "chats-changed", json => WriteArgument(json, one), cancellation);
        }
        catch (Exception e)
        {
            // Whatever it is, it must not end this service, and with that the site.
            var now = time.GetUtcNow().UtcTicks;
            Volatile.Write(ref _restsUntil, now + Rest.Ticks);
            var warnedAt = Volatile.Read(ref _warnedAt);
            if (now - warnedAt >= WarnEvery.Ticks && !cancellation.IsCancellationRequested && Interlocked.CompareExchange(ref _warnedAt, now, warnedAt) == warnedAt)
            {
                Log.NotTold(logger, e.Message);
            }
        }
    }

    private static void WriteArgument(Utf8JsonWriter json, News one)
    {
        json.WriteStartObject();
        if (one.Chat is not null)
        {
            json.WriteString("chatId", one.Chat);
            json.WriteStartArray("what");
            foreach (var (what, word) in Words)
            {
                if (one.What.HasFlag(what))
                {
                    json.WriteStringValue(word);
                }
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Other browsers were not told of changes, and see them when somebody comes back to them: {Reason}")]
        public static partial void NotTold(ILogger logger, string reason);

        [LoggerMessage(Level = LogLevel.Debug, Message = "{Count} pieces of news were told or dropped")]
        public static partial void Over(ILogger logger, int count);
    }
}
