using System.Collections.Concurrent;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Completion;
using OpenWebUi.Services.Realtime;

namespace OpenWebUi.Services.Conversations;

/// <summary>The answers that run in this process.</summary>
internal sealed class AnswerRuns(
    RowStore rows, MessageStore messages, MessageOverflow overflow, CompletionClient client, RunPlaces places, RunOptions options, RealtimeNews news,
    TimeProvider time, ILogger<AnswerRuns> logger)
    : IHostedLifecycleService
{
    /// <summary>Less than what the process has after Ctrl+C or SIGTERM.</summary>
    private static readonly TimeSpan LastWrites = TimeSpan.FromSeconds(2.5);

    private readonly ConcurrentDictionary<RunKey, AnswerRun> _running = new();
    private volatile bool _isStopping;

    /// <summary>Starts the run of an answer whose row and lease were stored just now, on the place that was taken for it (<see cref="RunPlaces"/>).</summary>
    /// <param name="key">Which.</param>
    /// <param name="stored">Its message, running, with the text that it goes on from; and its lease.</param>
    /// <param name="call">What to ask; asked for once, in the run.</param>
    /// <param name="titles">Gives the chat a title after the answer, or null.</param>
    public AnswerRun Start(RunKey key, StoredAnswer stored, Func<CancellationToken, ValueTask<CompletionCall>> call, Func<Message, CancellationToken, Task<string?>>? titles)
    {
        var writer = new RunWriter(rows, messages, overflow, time, key.Owner, key.Chat, stored, options.Lease);
        var run = new AnswerRun(key, stored.Answer, writer, client, call, titles, options, time, logger);
        _running[key] = run;
        if (_isStopping)
        {
            run.Interrupt();
        }

        _ = TellAsync(run);
        _ = Task.Run(async () =>
        {
            try
            {
                using (run)
                {
                    await run.RunAsync();
                    _running.TryRemove(new(key, run));
                }
            }
            finally
            {
                places.Free(key.Owner);
            }
        });
        return run;
    }

    /// <summary>The run of an answer; for a while after its end too, when its title is awaited.</summary>
    public AnswerRun? Find(RunKey key) => _running.GetValueOrDefault(key);

    /// <summary>Stops every answer of an owner in this process.</summary>
    public void StopAll(OwnerId owner)
    {
        foreach (var (key, run) in _running)
        {
            if (key.Owner == owner)
            {
                run.Stop();
            }
        }
    }

    /// <summary>
    /// The server is asked to stop: every answer is closed as interrupted, with all of its text. It comes before the server
    /// waits for its open streams, which end with their answers.
    /// </summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        _isStopping = true;
        var all = _running.Values.ToList();
        all.ForEach(run => run.Interrupt());
        await Task.WhenAny(Task.WhenAll(all.Select(run => run.Ended)), Task.Delay(LastWrites, CancellationToken.None));
    }

    /// <summary>Its end is stored when it is told.</summary>
    private async Task TellAsync(AnswerRun run)
    {
        await run.Ended;
        news.ChatChanged(new(run.Key.Owner.Text), run.Key.Chat.Text, ChatChange.TurnEnded);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
