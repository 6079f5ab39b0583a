using OpenWebUi.Services.Access;

namespace OpenWebUi.Services.Conversations;

/// <summary>
/// How many answers of each owner run, or are about to, in this process. Each holds a call to a provider and all of its text,
/// and goes on without its caller: without a bound one guest could hold everything that there is.
/// </summary>
internal sealed class RunPlaces(RunOptions options)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<OwnerId, int> _taken = [];

    /// <summary>Takes places for answers that are about to be stored; what was not used is given back with the claim.</summary>
    public Claim Take(OwnerId owner, int count)
    {
        lock (_gate)
        {
            var taken = _taken.GetValueOrDefault(owner) + count;
            _taken[owner] = taken;
            return new(this, owner, count, options.MaxRunning == 0 || taken <= options.MaxRunning);
        }
    }

    /// <summary>An answer is over.</summary>
    public void Free(OwnerId owner) => Free(owner, 1);

    private void Free(OwnerId owner, int count)
    {
        lock (_gate)
        {
            var left = _taken.GetValueOrDefault(owner) - count;
            if (left > 0)
            {
                _taken[owner] = left;
            }
            else
            {
                _taken.Remove(owner);
            }
        }
    }

    internal sealed class Claim(RunPlaces places, OwnerId owner, int count, bool isWithinLimit) : IDisposable
    {
        private int _left = count;

        /// <summary>False: nothing may be begun.</summary>
        public bool IsWithinLimit => isWithinLimit;

        /// <summary>One of the answers runs: its place is given back by <see cref="Free(OwnerId)"/>.</summary>
        public void Use() => _left--;

        public void Dispose()
        {
            places.Free(owner, _left);
            _left = 0;
        }
    }
}
