using OpenWebUi.Platform.Storage;

namespace OpenWebUi.Services.Access;

/// <summary>
/// One count of wrong attempts as this instance knows it: read at most every 5 s, written under its tag, and kept in memory while the
/// store cannot be reached. One caller at a time: <see cref="AttemptTrack"/> sees to it.
/// </summary>
internal sealed class AttemptCount(string name, AttemptRule rule, AttemptStore store, StoreOutage outage, TimeProvider time)
{
    /// <summary>How long a state that lets attempts in is believed.</summary>
    public static readonly TimeSpan Fresh = TimeSpan.FromSeconds(5);

    /// <summary>How long one that refuses is: another instance may give a count back.</summary>
    private static readonly TimeSpan FreshRefusal = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan StorePatience = TimeSpan.FromSeconds(3);

    /// <summary>More cannot be in line without a fault of the store: with each of them another instance gets on.</summary>
    private const int MaxConflicts = 32;

    private string? _row;
    private volatile AttemptView? _view;
    private long _readAt;

    /// <summary>Another instance has written since.</summary>
    private volatile bool _isOutdated;

    /// <summary>What could not be written: it holds against the store's word where it is stricter.</summary>
    private volatile AttemptState? _unsaved;

    public AttemptRule Rule => rule;

    /// <summary>The version that was last read or written; null: none.</summary>
    public ETag? ETag => _view?.ETag;

    /// <summary>When the store was last asked.</summary>
    public long ReadAt => Interlocked.Read(ref _readAt);

    /// <summary>Whether the store knows as much.</summary>
    public bool MayBeForgotten => (_unsaved is not { } here || rule.Now(here, time.GetUtcNow()).Count == 0) && time.GetElapsedTime(ReadAt) > Fresh;

    /// <summary>Whether nothing needs to be read. May be asked by anybody.</summary>
    /// <param name="survives">Whether the limits hold in memory while the store cannot be reached.</param>
    public bool IsKnown(bool survives)
    {
        if (_view is not { } known || (_isOutdated && !outage.IsOn))
        {
            return false;
        }

        var now = time.GetUtcNow();
        var believed = rule.Refusal(rule.Now(known.State, now), now) is null ? Fresh : FreshRefusal;
        return (survives && outage.IsOn) || time.GetElapsedTime(ReadAt) <= believed;
    }

    /// <summary>Whether what is known, and needs no reading, lets an attempt in now. May be asked by anybody.</summary>
    public bool LetsIn
    {
        get
        {
            var now = time.GetUtcNow();
            return _view is { } known && IsKnown(survives: true) && rule.Refusal(rule.Now(known.State, now), now) is null;
        }
    }

    /// <summary>What is known, at most <see cref="Fresh"/> old.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot be reached, and the kind does not survive it.</exception>
    public async Task<AttemptView> RefreshAsync(bool survives, CancellationToken cancellation)
    {
        if (_view is { } known && IsKnown(survives))
        {
            return known;
        }

        try
        {
            if (!(survives && outage.IsOn))
            {
                var read = await InTimeAsync(async limit => await store.ReadAsync(rule, _row ??= await store.RowOfAsync(name, limit), limit), cancellation);
                _isOutdated = false;
                _view = _unsaved is { } here ? read with { State = Stricter(read.State, here, time.GetUtcNow()) } : read;
                Interlocked.Exchange(ref _readAt, time.GetTimestamp());
                return _view!;
            }
        }
        catch (StoreUnavailableException)
        {
            outage.Begin();
            if (!survives)
            {
                throw;
            }
        }

        return _view ??= new(AttemptState.None, null, "");
    }

    /// <summary>Counts what was looked at and was wrong. It ends in any case, and counts in any case.</summary>
    /// <exception cref="StoreUnavailableException">As above; it is counted in memory.</exception>
    public async Task CountLaterAsync(bool survives)
    {
        for (var i = 0; i < MaxConflicts; i++)
        {
            var view = await RefreshAsync(survives: true, CancellationToken.None);
            var now = time.GetUtcNow();
            if (await CountAsync(view, rule.Now(view.State, now), now, survives, CancellationToken.None))
            {
                return;
            }
        }

        KeepInMemory(rule.Count(rule.Now(_view?.State ?? AttemptState.None, time.GetUtcNow()), time.GetUtcNow()));
    }

    /// <summary>Takes one back that was counted and is right. A count that stays one too high is a nuisance, not a fault: the right answer goes out all the same.</summary>
    public async Task GiveBackAsync(AttemptState before, ETag? reserved)
    {
        try
        {
            for (var i = 0; i < MaxConflicts; i++)
            {
                var view = await RefreshAsync(survives: true, CancellationToken.None);
                // Nobody counted since: all is as it was, its times too.
                var now = time.GetUtcNow();
                var state = view.ETag == reserved && _unsaved is null ? before : rule.GiveBack(rule.Now(view.State, now), now);
                if (outage.IsOn)
                {
                    KeepInMemory(state);
                    return;
                }

                if (await WriteAsync(view, state, CancellationToken.None))
                {
                    return;
                }
            }
        }
        catch (StoreUnavailableException)
        {
            outage.Begin();
        }
    }

    /// <summary>Counts one wrong one more.</summary>
    /// <returns>False: another instance was faster. Refresh, and decide again.</returns>
    /// <exception cref="StoreUnavailableException">As above; it is counted in memory.</exception>
    public async Task<bool> CountAsync(AttemptView view, AttemptState state, DateTimeOffset now, bool survives, CancellationToken cancellation)
    {
        var counted = rule.Count(state, now);
        if (survives && outage.IsOn)
        {
            KeepInMemory(counted);
            return true;
        }

        try
        {
            return await WriteAsync(view, counted, cancellation);
        }
        catch (StoreUnavailableException)
        {
            // Counted here at least, also where the answer is the failure: that it is one says that the guess was wrong.
            outage.Begin();
            KeepInMemory(counted);
            if (survives)
            {
                return true;
            }

            throw;
        }
    }

    private async Task<bool> WriteAsync(AttemptView view, AttemptState state, CancellationToken cancellation)
    {
        var written = await InTimeAsync(async limit => await store.WriteAsync(_row ??= await store.RowOfAsync(name, limit), state, view, limit), cancellation);
        _isOutdated = written is null;
        if (written is null)
        {
            return false;
        }

        _view = written;
        _unsaved = null;
        Interlocked.Exchange(ref _readAt, time.GetTimestamp());
        return true;
    }

    /// <summary>A store that hangs is tried for a minute and more elsewhere; here others wait.</summary>
    private async Task<T> InTimeAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken cancellation)
    {
        using var end = new CancellationTokenSource(StorePatience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(end.Token, cancellation);
        try
        {
            return await call(either.Token);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new StoreUnavailableException("The store did not say in time how many wrong attempts there were.", e);
        }
    }

    private void KeepInMemory(AttemptState state)
    {
        _unsaved = state;
        _view = new(state, _view?.ETag, _view?.Day ?? "");
        Interlocked.Exchange(ref _readAt, time.GetTimestamp());
    }

    private AttemptState Stricter(AttemptState one, AttemptState other, DateTimeOffset now) =>
        rule.Now(one, now).Count >= rule.Now(other, now).Count ? one : other;
}
