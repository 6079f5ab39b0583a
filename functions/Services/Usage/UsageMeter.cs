using System.Globalization;
using System.Threading.Channels;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Services.Models;

namespace OpenWebUi.Services.Usage;

/// <summary>What one call used, for whom.</summary>
/// <param name="Owner">An account's id; of others only what they are: <c>guest</c>, <c>user</c> (the local one), <c>stranger</c> (a code or a key of its own).</param>
/// <param name="Model">As the caller named it.</param>
/// <param name="ConnectionId">Which connection answered.</param>
/// <param name="Tokens">What it used.</param>
internal sealed record UsedTokens(DateTimeOffset At, string Owner, string? Model, string ConnectionId, TokenUsage Tokens)
{
    public static string OwnerOf(ModelViewer viewer) => viewer.Account?.Text ?? viewer.Standing.ToString().ToLowerInvariant();
}

/// <summary>
/// Keeps what each call used: a row each (table <c>Usage</c>, a partition for each day in UTC, in the order of time), written together, at most
/// every <see cref="Pause"/> and at the end of the process, so that a call waits for nothing and costs a part of one operation. What a killed
/// instance had not written is lost: this is a meter, no bill. While the store is away the oldest beyond <see cref="MaxWaiting"/> are dropped.
/// </summary>
internal sealed partial class UsageMeter(RowStore rows, TimeProvider time, ILogger<UsageMeter> logger) : BackgroundService
{
    public const string Table = "Usage";

    /// <summary>The partition that names the days.</summary>
    public const string Days = "days";

    public const int MaxWaiting = 20_000;
    public static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    /// <summary>Of what is left at the end of the process.</summary>
    private static readonly TimeSpan LastPatience = TimeSpan.FromSeconds(2);

    private readonly Channel<UsedTokens> _waiting = Channel.CreateBounded<UsedTokens>(
        new BoundedChannelOptions(MaxWaiting) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    private readonly string _instance = Random.Shared.Next().ToString("x8", CultureInfo.InvariantCulture);
    private int _sequence;
    private string? _namedDay;

    public static string DayOf(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>Never waits and never fails.</summary>
    public void Add(ModelViewer viewer, string? model, string connectionId, TokenUsage tokens) =>
        _waiting.Writer.TryWrite(new(time.GetUtcNow(), UsedTokens.OwnerOf(viewer), model, connectionId, tokens));

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        using var limit = new CancellationTokenSource(LastPatience);
        await WriteAsync(limit.Token);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            // Nothing runs while nobody calls.
            while (await _waiting.Reader.WaitToReadAsync(stoppingToken))
            {
                await Task.Delay(Pause, time, stoppingToken);
                await WriteAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException)
        {
            // StopAsync writes the rest.
        }
    }

    private async Task WriteAsync(CancellationToken cancellation)
    {
        try
        {
            while (_waiting.Reader.TryPeek(out var first))
            {
                await WriteDayAsync(DayOf(first.At), cancellation);
            }
        }
        catch (Exception e) when (e is StoreUnavailableException or OperationCanceledException)
        {
            Log.NotWritten(logger, e.Message);
        }
    }

    /// <summary>One batch: calls of one day that follow each other.</summary>
    private async Task WriteDayAsync(string day, CancellationToken cancellation)
    {
        if (_namedDay != day)
        {
            await rows.PutAsync(new(Table, Days, day), [], PutCondition.Always, cancellation);
            _namedDay = day;
        }

        List<UsedTokens> taken = [];
        while (taken.Count < RowLimits.MaxBatchOperations && _waiting.Reader.TryPeek(out var next) && DayOf(next.At) == day && _waiting.Reader.TryRead(out next))
        {
            taken.Add(next);
        }

        try
        {
            await rows.BatchAsync(Table, day, [.. taken.Select(used => new RowOperation.Put(KeyOf(used), PropertiesOf(used), PutCondition.Always))], cancellation);
        }
        catch (Exception)
        {
            taken.ForEach(used => _waiting.Writer.TryWrite(used));
            throw;
        }
    }

    private string KeyOf(UsedTokens used) =>
        $"{used.At.UtcDateTime:HHmmssfff}.{_instance}.{Interlocked.Increment(ref _sequence):x}";

    private static RowProperties PropertiesOf(UsedTokens used) => new()
    {
        ["At"] = used.At,
        ["Owner"] = used.Owner,
        ["Model"] = used.Model is { Length: > 200 } long_ ? long_[..200] : used.Model,
        ["Connection"] = used.ConnectionId,
        ["Prompt"] = used.Tokens.PromptTokens,
        ["Completion"] = used.Tokens.CompletionTokens,
        ["IsEstimated"] = used.Tokens.IsEstimated,
    };

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "What calls used waits for the store: {Reason}")]
        public static partial void NotWritten(ILogger logger, string reason);
    }
}
