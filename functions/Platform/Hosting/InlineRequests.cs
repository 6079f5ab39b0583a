namespace OpenWebUi.Platform.Hosting;

/// <summary>
/// Endpoint metadata: what the route does may run on the threads that hear of socket events (<see cref="InlineSockets"/>). It waits for
/// nothing but asynchronously, and computes for microseconds at a time.
/// </summary>
internal sealed class RunsInline
{
    public static readonly RunsInline Instance = new();
}

/// <summary>
/// Sends every request to the thread pool but those whose route is <see cref="RunsInline"/>: not only at its start, but after everything
/// that it waits for, by a synchronization context. So a large import, a picture or a statistic holds up no stream.
/// </summary>
internal sealed class InlineRequests(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<RunsInline>() is null ? PoolContext.RunAsync(() => next(context)) : next(context);
}

/// <summary>Whatever is awaited under it goes on in the thread pool, never on the thread that completed it.</summary>
internal sealed class PoolContext : SynchronizationContext
{
    private static readonly PoolContext Instance = new();

    /// <summary>Runs work in the thread pool, with all that it awaits.</summary>
    public static async Task RunAsync(Func<Task> work)
    {
        // The caller has its own context back as soon as this method first waits.
        SetSynchronizationContext(Instance);
        await Task.Yield();
        await work();
    }

    /// <summary>What this request still has to do may run inline, from its next wait on.</summary>
    public static void Leave() => SetSynchronizationContext(null);

    public override void Post(SendOrPostCallback d, object? state) =>
        ThreadPool.UnsafeQueueUserWorkItem(static work => work.Context.Run(work.Callback, work.State), (Context: this, Callback: d, State: state), preferLocal: false);

    public override SynchronizationContext CreateCopy() => this;

    private void Run(SendOrPostCallback callback, object? state)
    {
        SetSynchronizationContext(this);
        try
        {
            callback(state);
        }
        finally
        {
            SetSynchronizationContext(null);
        }
    }
}
