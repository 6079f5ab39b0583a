using OpenWebUi.Services.Identity;

namespace OpenWebUi.Tests.Services.Identity;

public sealed class HashingQueueTests
{
    [Fact]
    public async Task Flood_RunsAsManyAsItMay_LetsSomeWait_AndRefusesTheRest()
    {
        using var queue = new HashingQueue(running: 2, waiting: 3);
        using var gate = new Gate();
        var all = Enumerable.Range(0, 20).Select(_ => queue.RunAsync(gate.Pass, "full", default)).ToList();
        await gate.EnteredAsync(2);
        Assert.Equal(5, queue.Length);
        Assert.Equal(15, all.Count(task => task.IsCompleted));
        gate.Open();
        var answers = await Task.WhenAll(all);
        Assert.Equal(5, answers.Count(answer => answer == "done"));
        Assert.Equal(15, answers.Count(answer => answer == "full"));
        Assert.Equal(2, gate.MostAtOnce);
        Assert.Equal(0, queue.Length);
        Assert.Equal("done", await queue.RunAsync(gate.Pass, "full", default));
    }

    [Fact]
    public async Task Caller_WhoGoesAwayWhileWaiting_LeavesItsPlace()
    {
        using var queue = new HashingQueue(running: 1, waiting: 1);
        using var gate = new Gate();
        using var gone = new CancellationTokenSource();
        var first = queue.RunAsync(gate.Pass, "full", default);
        await gate.EnteredAsync(1);
        var waiting = queue.RunAsync(gate.Pass, "full", gone.Token);
        Assert.Equal("full", await queue.RunAsync(gate.Pass, "full", default));
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.Equal(1, queue.Length);
        var next = queue.RunAsync(gate.Pass, "full", default);
        gate.Open();
        Assert.Equal(["done", "done"], await Task.WhenAll(first, next));
    }

    /// <summary>Else a caller who connects and leaves could start any number of hashings at once.</summary>
    [Fact]
    public async Task Caller_WhoGoesAwayWhileItRuns_KeepsItsPlaceUntilTheWorkEnds()
    {
        using var queue = new HashingQueue(running: 1, waiting: 1);
        using var gate = new Gate();
        using var gone = new CancellationTokenSource();
        var first = queue.RunAsync(gate.Pass, "full", gone.Token);
        await gate.EnteredAsync(1);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.Equal(1, queue.Length);
        var next = queue.RunAsync(gate.Pass, "full", default);
        Assert.False(next.IsCompleted);
        gate.Open();
        Assert.Equal("done", await next);
        Assert.Equal(1, gate.MostAtOnce);
    }

    [Fact]
    public async Task Work_ThatThrows_LeavesItsPlace()
    {
        using var queue = new HashingQueue(running: 1, waiting: 0);
        await Assert.ThrowsAsync<InvalidOperationException>(() => queue.RunAsync<string>(() => throw new InvalidOperationException(), "full", default));
        Assert.Equal("done", await queue.RunAsync(() => "done", "full", default));
    }

    [Fact]
    public async Task Work_RunsOffTheCallersThreadAndThePool()
    {
        using var queue = new HashingQueue(running: 1, waiting: 0);
        Assert.False(await queue.RunAsync(() => Thread.CurrentThread.IsThreadPoolThread, true, default));
    }

    /// <summary>Work that waits to be let through, and counts how much of it runs.</summary>
    private sealed class Gate : IDisposable
    {
        private readonly ManualResetEventSlim _open = new();
        private readonly SemaphoreSlim _entered = new(0);
        private readonly Lock _lock = new();
        private int _inside;

        public int MostAtOnce { get; private set; }

        public string Pass()
        {
            lock (_lock)
            {
                MostAtOnce = Math.Max(MostAtOnce, ++_inside);
            }

            _entered.Release();
            _open.Wait();
            lock (_lock)
            {
                _inside--;
            }

            return "done";
        }

        public async Task EnteredAsync(int count)
        {
            for (; count > 0; count--)
            {
                Assert.True(await _entered.WaitAsync(TimeSpan.FromSeconds(30)));
            }
        }

        public void Open() => _open.Set();

        public void Dispose()
        {
            _open.Dispose();
            _entered.Dispose();
        }
    }
}
