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
/// <item>Beside it, checkpoints are written (<see cref="CheckpointLoop"/>).</item>
/// <item>It ends by itself, by a person's stop (here, or seen at a checkpoint), when nobody has listened for too long, or with the server.</item>
/// <item>The whole answer is stored, in one batch. Only then do listeners hear that it is over.</item>
/// <item>After a first turn the chat gets a title.</item>
/// </list>
/// </summary>
internal sealed partial class AnswerRun : IDisposable
{
    /// <summary>Who asked has so long to begin to listen, also where <see cref="RunOptions.DetachedTimeout"/> is shorter.</summary>
    private static readonly TimeSpan FirstListener = TimeSpan.FromSeconds(10);

    /// <summary>Waits between tries to store the end, together longer than a storage service is usually away.</summary>
    private static readonly int[] FinishDelaysMs = [200, 500, 1_000, 2_000, 4_000, 8_000, 15_000];

    private readonly RunWriter _writer;
    private readonly CheckpointLoop _checkpoints;
    private readonly AnswerDraft _draft;
    private readonly CompletionClient _client;
    private readonly Func<CancellationToken, ValueTask<CompletionCall>> _call;
    private readonly Func<Message, CancellationToken, Task<string?>>? _titles;
    private readonly TimeSpan _detachedTimeout;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource<Message> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private ITimer? _lonely;
    private MessageState? _cause;
    private bool _wasHeard;
    private bool _isDisposed;

    /// <param name="key">Which.</param>
    /// <param name="answer">Its message as stored: running, with the text that it goes on from.</param>
    /// <param name="writer">Writes it.</param>
    /// <param name="client">Asks.</param>
    /// <param name="call">What.</param>
    /// <param name="titles">Gives the chat a title after the answer, or null.</param>
    /// <param name="options">How it runs.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">For what went wrong.</param>
    public AnswerRun(
        RunKey key, Message answer, RunWriter writer, CompletionClient client, Func<CancellationToken, ValueTask<CompletionCall>> call,
        Func<Message, CancellationToken, Task<string?>>? titles, RunOptions options, TimeProvider time, ILogger logger)
    {
        (Key, RunId, _writer, _client, _call, _titles, _detachedTimeout, _time, _logger) =
            (key, answer.RunId, writer, client, call, titles, options.DetachedTimeout, time, logger);
        Log = new(answer.Text) { ListenersChanged = Watch };
        _draft = new(answer, Log, time);
        _checkpoints = new(Log, writer, options.Lease, time, logger);
    }

    public RunKey Key { get; }

    public string? RunId { get; }

    public AnswerLog Log { get; }

    /// <summary>Completes with the answer as it ended.</summary>
    public Task<Message> Ended => _ended.Task;

    /// <summary>The message as it is now: running, with the text so far, or as it ended.</summary>
    public Message Now => _ended.Task.IsCompletedSuccessfully ? _ended.Task.Result : _draft.Running;

    /// <summary>A person ends the answer; what has come is kept. One that is over does not mind.</summary>
    public void Stop()
    {
        if (!_ended.Task.IsCompleted)
        {
            End(MessageState.Stopped);
        }
    }

    /// <summary>The server stops: nothing goes on, a title neither.</summary>
    public void Interrupt() => End(MessageState.Interrupted);

    public async Task RunAsync()
    {
        Watch();
        using var keeping = new CancellationTokenSource();
        var checkpoints = _checkpoints.RunAsync(Stop, keeping.Token); // 2
        try
        {
            // 1
            await foreach (var said in _client.AskAsync(await _call(_stop.Token), _stop.Token))
            {
                if (!_draft.Take(said))
                {
                    break;
                }
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // 3
        }
        catch (StoreUnavailableException e)
        {
            Logs.NoFiles(_logger, e.Message);
            _draft.Fail(new(503, "storage_unavailable", "The files of this chat could not be read from the storage. Ask again in a moment."), null);
        }
        catch (Exception e)
        {
            Logs.Broke(_logger, e);
            _draft.Fail(new(500, "internal_error", "Something broke here while the answer was written. The log has the cause."), null);
        }

        await keeping.CancelAsync();
        await checkpoints;
        var ended = await FinishAsync();
        _ended.TrySetResult(ended);
        Log.Append(new AnswerEvent.Ended(ended));
        if (_titles is not null && ended.State == MessageState.Done)
        {
            await WriteTitleAsync(_titles, ended);
        }

        Log.Close();
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _lonely?.Dispose();
            _stop.Dispose();
        }
    }

    /// <summary>4. What listeners are told is what is stored, or, where it could not be, the text that they have, interrupted.</summary>
    private async Task<Message> FinishAsync()
    {
        var ended = _draft.End(_cause ?? MessageState.Interrupted);
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                // Gone with its chat, or gone on with by somebody who took this run for dead.
                return await _writer.FinishAsync(ended, CancellationToken.None) is { } stored && stored.RunId == RunId
                    ? stored : ended with { State = MessageState.Interrupted };
            }
            catch (StoreUnavailableException e) when (attempt < FinishDelaysMs.Length)
            {
                Logs.NotYetStored(_logger, e.Message);
                await Task.Delay(TimeSpan.FromMilliseconds(FinishDelaysMs[attempt]), _time, CancellationToken.None);
            }
            catch (Exception e)
            {
                Logs.NotStored(_logger, e);
                return ended with { State = MessageState.Interrupted, Error = null };
            }
        }
    }

    /// <summary>5</summary>
    private async Task WriteTitleAsync(Func<Message, CancellationToken, Task<string?>> titles, Message ended)
    {
        try
        {
            if (await titles(ended, _stop.Token) is { } title)
            {
                Log.Append(new AnswerEvent.Titled(title));
            }
        }
        catch (Exception e)
        {
            // Silent for people: the next turn tries again.
            Logs.NoTitle(_logger, e.Message);
        }
    }

    /// <summary>Sets the clock that ends an answer to which nobody listens.</summary>
    private void Watch()
    {
        lock (_gate)
        {
            _lonely?.Dispose();
            _lonely = null;
            var isHeard = Log.Listeners > 0;
            _wasHeard |= isHeard;
            if (!isHeard && !_isDisposed && !_ended.Task.IsCompleted)
            {
                var patience = _wasHeard || _detachedTimeout > FirstListener ? _detachedTimeout : FirstListener;
                _lonely = _time.CreateTimer(static run => ((AnswerRun)run!).Leave(), this, patience, Timeout.InfiniteTimeSpan);
            }
        }
    }

    /// <summary>Nobody has listened here for long. Somebody may have come in this very moment, or listen on another instance.</summary>
    private void Leave()
    {
        lock (_gate)
        {
            var left = _detachedTimeout - (_time.GetUtcNow() - (_writer.HeardAt ?? DateTimeOffset.MinValue));
            if (left > TimeSpan.Zero && !_isDisposed)
            {
                _lonely?.Change(left, Timeout.InfiniteTimeSpan);
                return;
            }
        }

        if (Log.Listeners == 0 && !_ended.Task.IsCompleted)
        {
            End(MessageState.Interrupted);
        }
    }

    private void End(MessageState cause)
    {
        lock (_gate)
        {
            _cause ??= cause;
            if (!_isDisposed)
            {
                _ = _stop.CancelAsync();
            }
        }
    }

    private static partial class Logs
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "A running answer broke")]
        public static partial void Broke(ILogger logger, Exception exception);

        [LoggerMessage(Level = LogLevel.Warning, Message = "The files that a question names could not be read: {Reason}")]
        public static partial void NoFiles(ILogger logger, string reason);

        [LoggerMessage(Level = LogLevel.Warning, Message = "The end of an answer is not stored yet: {Reason}")]
        public static partial void NotYetStored(ILogger logger, string reason);

        [LoggerMessage(Level = LogLevel.Error, Message = "The end of an answer could not be stored")]
        public static partial void NotStored(ILogger logger, Exception exception);

        [LoggerMessage(Level = LogLevel.Information, Message = "A title was not written, the next turn tries again: {Reason}")]
        public static partial void NoTitle(ILogger logger, string reason);
    }
}
