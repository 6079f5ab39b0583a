namespace OpenWebUi.StubProvider;

/// <summary>Keeps what arrived and wakes those who wait for it.</summary>
internal sealed class RequestLog(int maxRecorded)
{
    private readonly Lock _lock = new();
    private readonly List<StubRequest> _all = [];
    private readonly LinkedList<StubRequest> _unseen = [];
    private readonly List<(Func<StubRequest, bool> Wanted, TaskCompletionSource<StubRequest> Source)> _waiting = [];

    public IReadOnlyList<StubRequest> Snapshot()
    {
        lock (_lock)
        {
            return [.. _all];
        }
    }

    /// <summary>Records a request as soon as its head is here.</summary>
    public void Add(StubRequest request)
    {
        lock (_lock)
        {
            if (_all.Count < maxRecorded)
            {
                _all.Add(request);
            }
        }
    }

    /// <summary>Hands a request whose body is here to the first who waits for it, or keeps it for the next who asks.</summary>
    public void Arrived(StubRequest request)
    {
        lock (_lock)
        {
            var index = _waiting.FindIndex(w => !w.Source.Task.IsCompleted && w.Wanted(request));
            if (index >= 0 && _waiting[index].Source.TrySetResult(request))
            {
                _waiting.RemoveAt(index);
            }
            else if (_unseen.Count < maxRecorded)
            {
                _unseen.AddLast(request);
            }
        }
    }

    public async Task<StubRequest> WaitAsync(Func<StubRequest, bool> wanted, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var source = new TaskCompletionSource<StubRequest>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            for (var node = _unseen.First; node is not null; node = node.Next)
            {
                if (wanted(node.Value))
                {
                    _unseen.Remove(node);
                    return node.Value;
                }
            }

            _waiting.Add((wanted, source));
        }

        try
        {
            return await source.Task.WaitAsync(timeout, cancellationToken);
        }
        finally
        {
            source.TrySetCanceled(CancellationToken.None);
            lock (_lock)
            {
                _waiting.RemoveAll(w => w.Source == source);
            }
        }
    }
}
