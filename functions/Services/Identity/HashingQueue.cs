namespace OpenWebUi.Services.Identity;

/// <summary>
/// Lets only so many password hashings run at once and so many more wait: a flood of sign-ins takes no more threads and
/// memory than this, and those behind it hear at once that they should come again.
/// <para>Work runs on threads of its own, so that the pool's, which serve all other requests, stay free. Safe for concurrent callers.</para>
/// </summary>
/// <param name="running">How many run at once.</param>
/// <param name="waiting">How many more wait.</param>
internal sealed class HashingQueue(int running, int waiting) : IDisposable
{
    private readonly SemaphoreSlim _free = new(running);
    private int _admitted;

    /// <summary>How many run or wait now.</summary>
    public int Length => Volatile.Read(ref _admitted);

    /// <param name="whenFull">The answer when the queue is full; then the work is not done.</param>
    /// <param name="cancellationToken">Ends the waiting. Work that runs already goes on to its end without its caller and keeps its place until then: it cannot be interrupted.</param>
    public async Task<T> RunAsync<T>(Func<T> work, T whenFull, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (Interlocked.Increment(ref _admitted) > running + waiting)
        {
            Interlocked.Decrement(ref _admitted);
            return whenFull;
        }

        try
        {
            await _free.WaitAsync(cancellationToken);
        }
        catch
        {
            Interlocked.Decrement(ref _admitted);
            throw;
        }

        return await Start(work).WaitAsync(cancellationToken);
    }

    public void Dispose() => _free.Dispose();

    private Task<T> Start<T>(Func<T> work)
    {
        try
        {
            return Task.Factory.StartNew(
                () =>
                {
                    try
                    {
                        return work();
                    }
                    finally
                    {
                        Leave();
                    }
                },
                CancellationToken.None,
                TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach,
                TaskScheduler.Default);
        }
        catch
        {
            // No thread was to be had.
            Leave();
            throw;
        }
    }

    private void Leave()
    {
        Interlocked.Decrement(ref _admitted);
        _free.Release();
    }
}
