using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using OpenWebUi.Platform.Http;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Completion;

namespace OpenWebUi.Services.Conversations;

/// <summary>Which answer runs: the owner first, so that nobody finds another one's.</summary>
internal readonly record struct RunKey(OwnerId Owner, ChatId Chat, MessageId Answer);

/// <summary>
/// One answer while it is being written. It belongs to no request:
/// <list type="number">
/// <item>The provider is asked; what it says goes into the <see cref="AnswerLog"/>, from which listeners read.</item>
/// <item>Beside it, checkpoints are written: the first after 2 s, then further apart; in silence only the lease is renewed.</item>
/// <item>It ends by itself, by a person's stop (here, or seen at a checkpoint), when nobody has listened for too long, or with the server.</item>
/// <item>The whole answer is stored, in one batch. Only then do listeners hear that it is over.</item>
/// <item>After a first turn the chat gets a title.</item>
/// </list>
/// </summary>
internal sealed partial class AnswerRun(
    RunKey key, Message answer, RunWriter writer, CompletionClient client, CompletionCall call, RunOptions options, TimeProvider time,
    Func<Message, CancellationToken, Task<string?>>? titles, ILogger logger) : IDisposable
{
    private static readonly TimeSpan FirstCheckpoint = TimeSpan.FromSeconds(2);

    /// <summary>Checkpoints come further apart up to this: what a killed instance loses at most, and how long a stop from another instance takes.</summary>
    private static readonly TimeSpan MaxBetweenCheckpoints = TimeSpan.FromSeconds(8);

    /// <summary>An answer longer than a book is a model that does not stop.</summary>
    private const int MaxUnits = 4_000_000;

    /// <summary>Waits between tries to store the end, together longer than a storage service is usually away.</summary>
    private static readonly int[] FinishDelaysMs = [200, 500, 1_000, 2_000, 4_000, 8_000, 15_000];

    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource<Message?> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private ITimer? _lonely;
    private MessageState? _cause;
    private readonly Message _begun = answer;
    private Message _result = answer;
    private long _reasoningSince;

    public RunKey Key => key;

    public AnswerLog Log { get; } = new(answer.Text);

    /// <summary>The answer as it is stored; null where the chat was removed meanwhile.</summary>
    public Task<Message?> Ended => _ended.Task;

    /// <summary>The message as it is now: running, with the text so far, or as it ended.</summary>
    public Message Now => _ended.Task.IsCompletedSuccessfully ? _ended.Task.Result ?? _result : _begun.WithText(Log.Text);

    /// <summary>A person ends the answer; what has come is kept.</summary>
    public void Stop() => End(MessageState.Stopped);

    /// <summary>The server stops.</summary>
    public void Interrupt() => End(MessageState.Interrupted);

    public async Task RunAsync()
    {
        Log.ListenersChanged = Listen;
        Listen(0);
        using var keeping = new CancellationTokenSource();
        var checkpoints = KeepAsync(keeping.Token);
        try
        {
            // 1
            await foreach (var said in client.AskAsync(call, _stop.Token))
            {
                Take(said);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // 3
        }
        catch (Exception e)
        {
            Logs.Broke(logger, e);
            Fail(new(500, "internal_error", "Something broke here while the answer was written. The log has the cause."), null);
        }

        await keeping.CancelAsync();
        await checkpoints;
        await FinishAsync();
    }

    public void Dispose()
    {
        _lonely?.Dispose();
        _stop.Dispose();
    }

    private void Take(CompletionEvent said)
    {
        switch (said)
        {
            case CompletionEvent.Text text:
                EndReasoning();
                Append(new(AnswerPart.Content, text.Value));
                break;
            case CompletionEvent.Reasoning reasoning:
                _reasoningSince = _reasoningSince == 0 ? time.GetTimestamp() : _reasoningSince;
                Append(new(AnswerPart.Reasoning, reasoning.Value));
                break;
            case CompletionEvent.ToolCalls calls:
                _result = _result with { ToolCalls = calls.Json };
                break;
            case CompletionEvent.Usage usage:
                _result = _result with { Usage = usage.Json };
                break;
            case CompletionEvent.Finished finished:
                _result = _result with { State = MessageState.Done, FinishReason = finished.Reason };
                break;
            case CompletionEvent.Failed failed:
                Fail(failed.Report, failed.Connection);
                break;
        }
    }

    private void Append(AnswerPiece piece)
    {
        Log.Append(piece);
        if (Log.Sequence > MaxUnits)
        {
            Fail(new(502, "answer_too_long", "The model did not come to an end: the answer was closed at four million characters."), null);
            _stop.Cancel();
        }
    }

    private void EndReasoning()
    {
        if (_reasoningSince != 0 && _result.ReasoningMs is null)
        {
            _result = _result with { ReasoningMs = (long)time.GetElapsedTime(_reasoningSince).TotalMilliseconds };
        }
    }

    private void Fail(ErrorReport report, string? connection)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("content", report.Message);
            json.WriteNumber("status", report.Status);
            json.WriteString("type", report.Code);
            json.WriteString("connection", connection);
            json.WriteEndObject();
        }

        _result = _result with { State = MessageState.Failed, Error = System.Text.Encoding.UTF8.GetString(buffer.WrittenSpan) };
    }

    /// <summary>2</summary>
    private async Task KeepAsync(CancellationToken cancellation)
    {
        var wait = FirstCheckpoint;
        var longest = options.Lease / 3 < MaxBetweenCheckpoints ? options.Lease / 3 : MaxBetweenCheckpoints;
        var renewedAt = time.GetTimestamp();
        try
        {
            while (true)
            {
                wait = wait < longest ? wait : longest;
                await Task.Delay(wait, time, cancellation);
                var hasText = Log.Sequence > writer.Kept;
                if (!hasText && time.GetElapsedTime(renewedAt) < options.Lease / 3)
                {
                    continue;
                }

                await KeepOnceAsync();
                renewedAt = time.GetTimestamp();
                wait = hasText ? wait * 1.5 : wait;
            }
        }
        catch (OperationCanceledException)
        {
            // The answer is over.
        }
    }

    private async Task KeepOnceAsync()
    {
        try
        {
            do
            {
                var outcome = await writer.KeepAsync(Log.From(writer.Kept), CancellationToken.None);
                if (outcome != KeepOutcome.Kept)
                {
                    if (outcome == KeepOutcome.StopWanted)
                    {
                        Stop();
                    }

                    return;
                }
            }
            while (Log.Sequence - writer.Kept > Checkpoint.MaxUnits);
        }
        catch (StoreUnavailableException e)
        {
            // The next one keeps this one's text too.
            Logs.NotKept(logger, e.Message);
        }
    }

    /// <summary>4 and 5</summary>
    private async Task FinishAsync()
    {
        EndReasoning();
        lock (_gate)
        {
            // A stop that came when the answer was over already changes nothing.
            var state = _result.State == MessageState.Running ? _cause ?? MessageState.Interrupted : _result.State;
            _result = _result.WithText(Log.Text) with { State = state };
        }

        Message? stored;
        try
        {
            stored = await StoreAsync();
        }
        catch (Exception e)
        {
            Logs.NotStored(logger, e);
            Fail(new(503, "not_stored", "The storage did not take the end of this answer. What it had taken is kept."), null);
            stored = _result with { State = MessageState.Interrupted };
        }

        Log.Append(new AnswerEvent.Ended(stored ?? _result with { State = MessageState.Interrupted }));
        _ended.TrySetResult(stored);
        if (titles is not null && stored is { State: MessageState.Done })
        {
            try
            {
                if (await titles(stored, CancellationToken.None) is { } title)
                {
                    Log.Append(new AnswerEvent.Titled(title));
                }
            }
            catch (Exception e)
            {
                // Silent for people: the next turn tries again.
                Logs.NoTitle(logger, e.Message);
            }
        }

        Log.Close();
    }

    private async Task<Message?> StoreAsync()
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await writer.FinishAsync(_result, CancellationToken.None);
            }
            catch (StoreUnavailableException e) when (attempt < FinishDelaysMs.Length)
            {
                Logs.NotKept(logger, e.Message);
                await Task.Delay(TimeSpan.FromMilliseconds(FinishDelaysMs[attempt]), time, CancellationToken.None);
            }
        }
    }

    private void Listen(int listeners)
    {
        lock (_gate)
        {
            _lonely?.Dispose();
            _lonely = listeners > 0 || _ended.Task.IsCompleted ? null
                : time.CreateTimer(static run => ((AnswerRun)run!).Interrupt(), this, options.DetachedTimeout, Timeout.InfiniteTimeSpan);
        }
    }

    private void End(MessageState cause)
    {
        lock (_gate)
        {
            _cause ??= cause;
        }

        if (!_ended.Task.IsCompleted)
        {
            _ = _stop.CancelAsync();
        }
    }

    private static partial class Logs
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "A running answer broke")]
        public static partial void Broke(ILogger logger, Exception exception);

        [LoggerMessage(Level = LogLevel.Warning, Message = "A checkpoint was not kept, the next one will be: {Reason}")]
        public static partial void NotKept(ILogger logger, string reason);

        [LoggerMessage(Level = LogLevel.Error, Message = "The end of an answer could not be stored")]
        public static partial void NotStored(ILogger logger, Exception exception);

        [LoggerMessage(Level = LogLevel.Information, Message = "A title was not written, the next turn tries again: {Reason}")]
        public static partial void NoTitle(ILogger logger, string reason);
    }
}
