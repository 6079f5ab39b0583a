using System.Text;

namespace OpenWebUi.StubProvider;

/// <summary>A chunk that a test has let through.</summary>
/// <param name="Request">The request that it answers.</param>
/// <param name="Index">Its place in the answer, from 0.</param>
/// <param name="Text">What was sent: whole events, with their framing.</param>
public sealed record StubStep(StubRequest Request, int Index, string Text);

/// <summary>
/// Holds every chunk of the <c>stepped</c> answers until the test lets it go, first come, first served. Thus a test proves without a
/// clock that a chunk reached the caller before the next was sent.
/// </summary>
public sealed class StepGate
{
    private readonly Lock _lock = new();
    private readonly List<Ticket> _tickets = [];
    private readonly List<Stepper> _steppers = [];
    private bool _open;

    /// <summary>Waits until a chunk (of that request, if given) stands at the gate, lets it go, and returns when it has been flushed.</summary>
    /// <exception cref="TimeoutException">No chunk came for 30 s.</exception>
    public async Task<StubStep> StepAsync(StubRequest? request = null, CancellationToken cancellationToken = default)
    {
        var stepper = new Stepper(request);
        lock (_lock)
        {
            _steppers.Add(stepper);
            Match();
        }

        try
        {
            return await stepper.Sent.Task.WaitAsync(TimeSpan.FromSeconds(30), cancellationToken);
        }
        finally
        {
            lock (_lock)
            {
                _steppers.Remove(stepper);
            }
        }
    }

    /// <summary>Lets the next chunks go without waiting for them; counts also for chunks that arrive later.</summary>
    public void Step(int chunks = 1)
    {
        lock (_lock)
        {
            for (var i = 0; i < chunks; i++)
            {
                _steppers.Add(new Stepper(null));
            }

            Match();
        }
    }

    /// <summary>Opens the gate for good: everything held and everything later passes.</summary>
    public void Open()
    {
        lock (_lock)
        {
            _open = true;
            foreach (var ticket in _tickets)
            {
                ticket.Go.TrySetResult(null);
            }

            _tickets.Clear();
        }
    }

    internal async Task PassAsync(StubRequest request, int index, ReadOnlyMemory<byte> chunk, Func<ReadOnlyMemory<byte>, Task> send, CancellationToken cancellationToken)
    {
        var ticket = new Ticket(request);
        lock (_lock)
        {
            if (_open)
            {
                ticket.Go.TrySetResult(null);
            }
            else
            {
                _tickets.Add(ticket);
                Match();
            }
        }

        Stepper? stepper;
        try
        {
            stepper = await ticket.Go.Task.WaitAsync(cancellationToken);
        }
        finally
        {
            lock (_lock)
            {
                _tickets.Remove(ticket);
            }
        }

        try
        {
            await send(chunk);
            stepper?.Sent.TrySetResult(new StubStep(request, index, Encoding.UTF8.GetString(chunk.Span)));
        }
        catch (Exception e)
        {
            stepper?.Sent.TrySetException(e);
            throw;
        }
    }

    private void Match()
    {
        for (var i = 0; i < _steppers.Count; i++)
        {
            var stepper = _steppers[i];
            var ticket = _tickets.Find(t => stepper.Wanted is null || t.Request == stepper.Wanted);
            if (ticket is not null && ticket.Go.TrySetResult(stepper))
            {
                _tickets.Remove(ticket);
                _steppers.RemoveAt(i--);
            }
        }
    }

    private sealed class Ticket(StubRequest request)
    {
        public StubRequest Request { get; } = request;
        public TaskCompletionSource<Stepper?> Go { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class Stepper(StubRequest? wanted)
    {
        public StubRequest? Wanted { get; } = wanted;
        public TaskCompletionSource<StubStep> Sent { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
