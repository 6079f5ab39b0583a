using System.Diagnostics.CodeAnalysis;

namespace OpenWebUi.Services.Access;

/// <summary>
/// Who may look at an attempt now, for one count of wrong attempts.
/// <para>One attempt at a time may be looked at first and counted later (<see cref="_turn"/>); whoever does not come to that
/// within 100 ms, or may not (<see cref="AttemptRule.MayCountLater"/>), is counted in the store before it is looked at, and
/// given back if it was right. Where only attempts that are under way stand between a caller and its look, it waits for them.</para>
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "Without a wait handle a semaphore holds nothing that must be closed.")]
internal sealed class AttemptTrack(AttemptCount count, TimeProvider time)
{
    private static readonly TimeSpan TurnPatience = TimeSpan.FromMilliseconds(100);

    /// <summary>More cannot be in line without a fault of the store: with each of them another instance gets on.</summary>
    private const int MaxConflicts = 32;

    private static readonly AttemptDecision Crowded = new AttemptDecision.Busy(TimeSpan.FromSeconds(1));

    private readonly AttemptRule _rule = count.Rule;
    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>Held while the count is read and written, never while an attempt is looked at.</summary>
    private readonly SemaphoreSlim _step = new(1);

    private bool _looksFirst;
    private int _reserved;
    private TaskCompletionSource _settled = NewSignal();

    /// <summary>Callers that are at it; guarded by <see cref="AttemptLimiter"/>.</summary>
    public int Users { get; set; }

    /// <summary>What is counted.</summary>
    public AttemptCount Count => count;

    /// <summary>Leave for one look, or why there is none.</summary>
    /// <param name="always">Count it whatever comes of it.</param>
    /// <param name="survives">Whether the limits hold in memory while the store cannot be reached.</param>
    /// <param name="deadline">Who waits until then for others is told that it is busy.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="Platform.Storage.StoreUnavailableException">The store cannot be reached, and the kind does not survive it.</exception>
    public async Task<(AttemptLeave? Leave, AttemptDecision Decision)> EnterAsync(bool always, bool survives, AttemptDeadline deadline, CancellationToken cancellation)
    {
        if (!count.IsKnown(survives) && !await LearnAsync(survives, deadline, cancellation))
        {
            return (null, Crowded);
        }

        // What is waited for here is looks alone, never the store: a slow one would else cost right attempts a write.
        var hasTurn = !always && await TakeAsync(_turn, deadline.Within(TurnPatience), cancellation);
        AttemptLeave? leave = null;
        try
        {
            for (var conflicts = 0; conflicts < MaxConflicts;)
            {
                if (!await TakeAsync(_step, deadline.Left, cancellation))
                {
                    break;
                }

                Task settled;
                try
                {
                    var view = await count.RefreshAsync(survives, cancellation);
                    var now = time.GetUtcNow();
                    var state = _rule.Now(view.State, now);
                    var othersLook = _looksFirst && !hasTurn;
                    // The one that is looked at already may be wrong.
                    var refusal = _rule.Refusal(othersLook ? _rule.Count(state, now) : state, now);
                    if (refusal is null && hasTurn && _rule.MayCountLater(state))
                    {
                        _looksFirst = true;
                        leave = new(this, Before: null, ETag: null);
                        return (leave, AttemptDecision.Allow);
                    }

                    if (refusal is null)
                    {
                        if (await count.CountAsync(view, state, now, survives, cancellation))
                        {
                            _reserved += always ? 0 : 1;
                            return (new(this, state, count.ETag), AttemptDecision.Allow);
                        }

                        conflicts++;
                        continue;
                    }

                    if (_reserved == 0 && !othersLook)
                    {
                        return (null, refusal);
                    }

                    settled = _settled.Task;
                }
                finally
                {
                    _step.Release();
                }

                if (!await EndsAsync(settled, deadline.Left, cancellation))
                {
                    break;
                }
            }

            return (null, Crowded);
        }
        finally
        {
            if (hasTurn && leave is null)
            {
                _turn.Release();
            }
        }
    }

    /// <summary>What became of the look. It waits for no deadline and no caller: a guess that was looked at is counted.</summary>
    /// <param name="leave">What <see cref="EnterAsync"/> gave, once.</param>
    /// <param name="counts">The attempt was wrong.</param>
    /// <param name="survives">As for <see cref="EnterAsync"/>.</param>
    public async Task SettleAsync(AttemptLeave leave, bool counts, bool survives)
    {
        await _step.WaitAsync(CancellationToken.None);
        try
        {
            if (leave.Before is null && counts)
            {
                await count.CountLaterAsync(survives);
            }
            else if (leave.Before is not null && !counts)
            {
                await count.GiveBackAsync(leave.Before, leave.ETag);
            }
        }
        finally
        {
            if (leave.Before is null)
            {
                _looksFirst = false;
                _turn.Release();
            }
            else
            {
                _reserved--;
            }

            var settled = _settled;
            _settled = NewSignal();
            _step.Release();
            settled.SetResult();
        }
    }

    /// <returns>False: the deadline came first.</returns>
    private async Task<bool> LearnAsync(bool survives, AttemptDeadline deadline, CancellationToken cancellation)
    {
        if (!await TakeAsync(_step, deadline.Left, cancellation))
        {
            return false;
        }

        try
        {
            await count.RefreshAsync(survives, cancellation);
            return true;
        }
        finally
        {
            _step.Release();
        }
    }

    /// <summary>The clock's, not the semaphore's, so that tests move it.</summary>
    private async Task<bool> TakeAsync(SemaphoreSlim semaphore, TimeSpan patience, CancellationToken cancellation)
    {
        if (semaphore.Wait(0, CancellationToken.None))
        {
            return true;
        }

        using var end = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(end.Token, cancellation);
        try
        {
            await semaphore.WaitAsync(either.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false;
        }
    }

    private async Task<bool> EndsAsync(Task settled, TimeSpan patience, CancellationToken cancellation)
    {
        try
        {
            await settled.WaitAsync(patience, time, cancellation);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
