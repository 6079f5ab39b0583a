using System.Collections.Concurrent;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Services.Completion;

namespace OpenWebUi.Services.Conversations;

/// <summary>The answers that run in this process.</summary>
internal sealed partial class AnswerRuns(
    RowStore rows, MessageStore messages, MessageOverflow overflow, CompletionClient client, RunOptions options, TimeProvider time, ILogger<AnswerRuns> logger)
    : IHostedService
{
    /// <summary>Less than what the process has after Ctrl+C or SIGTERM.</summary>
    private static readonly TimeSpan LastWrites = TimeSpan.FromSeconds(2.5);

    private readonly ConcurrentDictionary<RunKey, AnswerRun> _running = new();

    /// <summary>Starts the run of an answer whose row and lease were stored just now.</summary>
    /// <param name="key">Which.</param>
    /// <param name="answer">Its message as stored: running, with the text that it goes on from.</param>
    /// <param name="lease">Its lease as stored.</param>
    /// <param name="call">What to ask.</param>
    /// <param name="titles">Gives the chat a title after the answer, or null.</param>
    public AnswerRun Start(RunKey key, Message answer, RunLease lease, CompletionCall call, Func<Message, CancellationToken, Task<string?>>? titles)
    {
        var writer = new RunWriter(rows, messages, overflow, time, key.Owner, key.Chat, answer, lease, options.Lease);
        var run = new AnswerRun(key, answer, writer, client, call, options, time, titles, logger);
        _running[key] = run;
        _ = Task.Run(async () =>
        {
            try
            {
                await run.RunAsync();
            }
            finally
            {
                _running.TryRemove(new(key, run));
                run.Dispose();
            }
        });
        return run;
    }

    public AnswerRun? Find(RunKey key) => _running.GetValueOrDefault(key);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>The server is asked to stop: every answer is closed as interrupted, with all of its text.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        var all = _running.Values.ToList();
        all.ForEach(run => run.Interrupt());
        var ends = Task.WhenAll(all.Select(run => run.Ended));
        await Task.WhenAny(ends, Task.Delay(LastWrites, CancellationToken.None));
    }
}
